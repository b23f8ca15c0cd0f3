//! Bindings: which resources of other services use a key. A key with bindings cannot be disabled,
//! archived or deleted, and keeps its material (`admit.rs`).

use std::sync::Arc;

use super::expiry::hold;
use super::{Caller, Engine, Error, KeyError, KeyRef, Operation};
use crate::model::{Binding, Holding, Key};

impl Engine {
    /// Binds a resource of a product to a key. Binding it again changes nothing. Imported material
    /// no longer expires.
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`] by the cloud's rules.
    pub async fn bind_resource(
        &self,
        caller: Caller,
        key: KeyRef,
        product: String,
        resource: String,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let key = Arc::clone(draft.view().admit(&key, Operation::Bind)?.key());
            let binding = Binding { product, resource };
            let bound = &key.settings.bindings;
            if !bound.contains(&binding) {
                if bound.len() >= draft.caller().rules.keys.bindings {
                    return Err(Error::QuotaExceeded);
                }
                draft.edit(key.ordinal, |key: &mut Key| _ = key.settings.bindings.insert(binding));
            }
            for version in &key.versions {
                if let Holding::Material(material, Some(_)) = &version.holding {
                    hold(draft, &key, version, Holding::Material(material.clone(), None));
                }
            }
            Ok(())
        })
        .await
    }

    /// Removes the binding of a resource to a key.
    ///
    /// # Errors
    /// [`KeyError::NotBound`].
    pub async fn unbind_resource(
        &self,
        caller: Caller,
        key: KeyRef,
        product: String,
        resource: String,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let key = Arc::clone(draft.view().admit(&key, Operation::Unbind)?.key());
            let binding = Binding { product, resource };
            if !key.settings.bindings.contains(&binding) {
                return Err(KeyError::NotBound.into());
            }
            draft.edit(key.ordinal, |key: &mut Key| _ = key.settings.bindings.remove(&binding));
            Ok(())
        })
        .await
    }
}
