//! Network rules of applications' policies.

use std::sync::Arc;

use super::applications::{replace, rules};
use super::{ApplicationError, ApplicationRules, Caller, Engine, Error, View};
use crate::model::{Network, NetworkKind, NetworkRule, NetworkRuleName};

/// What a caller specifies for a new network rule.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the network rule itself")]
pub struct NewNetworkRule {
    pub name: NetworkRuleName,
    pub kind: NetworkKind,
    pub sources: Vec<Network>,
    pub description: String,
}

impl<'a> View<'a> {
    /// Every network rule, oldest first.
    pub fn network_rules(&self) -> impl Iterator<Item = &'a Arc<NetworkRule>> + use<'a> {
        self.state().network_rules.all()
    }

    /// The network rule with this name.
    ///
    /// # Errors
    /// [`ApplicationError::NotFound`].
    pub fn network_rule(&self, name: &NetworkRuleName) -> Result<&'a Arc<NetworkRule>, Error> {
        Ok(self.state().network_rules.named(name).ok_or(ApplicationError::NotFound)?)
    }
}

impl Engine {
    /// Creates a network rule.
    ///
    /// # Errors
    /// [`ApplicationError::Taken`]; [`ApplicationError::TooManySources`].
    pub async fn create_network_rule(
        &self,
        caller: Caller,
        new: NewNetworkRule,
    ) -> Result<Arc<NetworkRule>, Error> {
        rules(&caller)?.check_sources(&new.sources)?;
        self.change(caller, move |draft| {
            let state = draft.view().state();
            if state.network_rules.named(&new.name).is_some() {
                return Err(ApplicationError::Taken.into());
            }
            let rule = Arc::new(NetworkRule {
                ordinal: state.next_ordinal(),
                name: new.name,
                kind: new.kind,
                sources: new.sources,
                description: new.description,
                created_at: draft.now(),
            });
            draft.insert(&rule);
            Ok(rule)
        })
        .await
    }

    /// Replaces a network rule's addresses and its description, each where given.
    ///
    /// # Errors
    /// [`ApplicationError::NotFound`]; [`ApplicationError::TooManySources`].
    pub async fn update_network_rule(
        &self,
        caller: Caller,
        name: NetworkRuleName,
        sources: Option<Vec<Network>>,
        description: Option<String>,
    ) -> Result<(), Error> {
        rules(&caller)?.check_sources(sources.as_deref().unwrap_or_default())?;
        self.change(caller, move |draft| {
            let ordinal = draft.view().network_rule(&name)?.ordinal;
            draft.edit(ordinal, |it: &mut NetworkRule| {
                replace(&mut it.sources, sources);
                replace(&mut it.description, description);
            });
            Ok(())
        })
        .await
    }

    /// Deletes a network rule. Policies that name it match it no more.
    ///
    /// # Errors
    /// [`ApplicationError::NotFound`].
    pub async fn delete_network_rule(
        &self,
        caller: Caller,
        name: NetworkRuleName,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let ordinal = draft.view().network_rule(&name)?.ordinal;
            draft.remove::<NetworkRule>(ordinal);
            Ok(())
        })
        .await
    }
}

impl ApplicationRules {
    /// Checks how many addresses a network rule has.
    ///
    /// # Errors
    /// [`ApplicationError::TooManySources`].
    pub fn check_sources(&self, sources: &[Network]) -> Result<(), Error> {
        let is_allowed = sources.len() <= self.sources;
        if is_allowed { Ok(()) } else { Err(ApplicationError::TooManySources.into()) }
    }
}
