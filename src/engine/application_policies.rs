//! Policies of applications. The cloud decides what they allow: it knows their words.

use std::sync::Arc;

use super::applications::{replace, rules};
use super::{ApplicationError, Caller, Engine, Error, View};
use crate::model::{AccessControl, ApplicationPolicy, ApplicationPolicyName, InstanceId};

/// What a caller specifies for a new policy.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the policy itself")]
pub struct NewApplicationPolicy {
    pub name: ApplicationPolicyName,
    pub instance: Option<InstanceId>,
    pub permissions: Vec<String>,
    pub resources: Vec<String>,
    pub access_control: AccessControl,
    pub description: String,
}

/// What a caller changes in a policy. `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as in the policy itself")]
pub struct ApplicationPolicyUpdate {
    pub permissions: Option<Vec<String>>,
    pub resources: Option<Vec<String>>,
    pub access_control: Option<AccessControl>,
    pub description: Option<String>,
}

impl<'a> View<'a> {
    /// Every policy of applications, oldest first.
    pub fn application_policies(
        &self,
    ) -> impl Iterator<Item = &'a Arc<ApplicationPolicy>> + use<'a> {
        self.state().application_policies.all()
    }

    /// The policy with this name.
    ///
    /// # Errors
    /// [`ApplicationError::NotFound`].
    pub fn application_policy(
        &self,
        name: &ApplicationPolicyName,
    ) -> Result<&'a Arc<ApplicationPolicy>, Error> {
        Ok(self.state().application_policies.named(name).ok_or(ApplicationError::NotFound)?)
    }
}

impl Engine {
    /// Creates a policy. Its instance and its network rules need not exist.
    ///
    /// # Errors
    /// [`ApplicationError::Taken`].
    pub async fn create_application_policy(
        &self,
        caller: Caller,
        new: NewApplicationPolicy,
    ) -> Result<Arc<ApplicationPolicy>, Error> {
        rules(&caller)?;
        self.change(caller, move |draft| {
            let state = draft.view().state();
            if state.application_policies.named(&new.name).is_some() {
                return Err(ApplicationError::Taken.into());
            }
            let policy = Arc::new(ApplicationPolicy {
                ordinal: state.next_ordinal(),
                name: new.name,
                instance: new.instance,
                permissions: new.permissions,
                resources: new.resources,
                access_control: new.access_control,
                description: new.description,
                created_at: draft.now(),
            });
            draft.insert(&policy);
            Ok(policy)
        })
        .await
    }

    /// Changes a policy, for every application that has it.
    ///
    /// # Errors
    /// [`ApplicationError::NotFound`].
    pub async fn update_application_policy(
        &self,
        caller: Caller,
        name: ApplicationPolicyName,
        update: ApplicationPolicyUpdate,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let ordinal = draft.view().application_policy(&name)?.ordinal;
            draft.edit(ordinal, |it: &mut ApplicationPolicy| {
                replace(&mut it.permissions, update.permissions);
                replace(&mut it.resources, update.resources);
                replace(&mut it.access_control, update.access_control);
                replace(&mut it.description, update.description);
            });
            Ok(())
        })
        .await
    }

    /// Deletes a policy. Applications that have it lose what it allows.
    ///
    /// # Errors
    /// [`ApplicationError::NotFound`].
    pub async fn delete_application_policy(
        &self,
        caller: Caller,
        name: ApplicationPolicyName,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let ordinal = draft.view().application_policy(&name)?.ordinal;
            draft.remove::<ApplicationPolicy>(ordinal);
            Ok(())
        })
        .await
    }
}
