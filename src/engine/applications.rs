//! Applications. The engine keeps what a cloud decides their requests by: their policies, network
//! rules and client keys. Each refers to others by name only, so everything can be deleted at any
//! time, and a name of something deleted gives no right.

use std::sync::Arc;

use super::{ApplicationError, ApplicationRules, Caller, Engine, Error, View};
use crate::model::{Application, ApplicationName, ApplicationPolicyName};

/// What a caller specifies for a new application.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the application itself")]
pub struct NewApplication {
    pub name: ApplicationName,
    pub policies: Vec<ApplicationPolicyName>,
    pub description: String,
}

impl<'a> View<'a> {
    /// Every application, oldest first.
    pub fn applications(&self) -> impl Iterator<Item = &'a Arc<Application>> + use<'a> {
        self.state().applications.all()
    }

    /// The application with this name.
    ///
    /// # Errors
    /// [`ApplicationError::NotFound`].
    pub fn application(&self, name: &ApplicationName) -> Result<&'a Arc<Application>, Error> {
        Ok(self.state().applications.named(name).ok_or(ApplicationError::NotFound)?)
    }
}

impl Engine {
    /// Creates an application. Its policies need not exist.
    ///
    /// # Errors
    /// [`ApplicationError::Taken`]; [`ApplicationError::PolicyCount`].
    pub async fn create_application(
        &self,
        caller: Caller,
        new: NewApplication,
    ) -> Result<Arc<Application>, Error> {
        rules(&caller)?.check_policies(&new.policies)?;
        self.change(caller, move |draft| {
            let state = draft.view().state();
            if state.applications.named(&new.name).is_some() {
                return Err(ApplicationError::Taken.into());
            }
            let application = Arc::new(Application {
                ordinal: state.next_ordinal(),
                name: new.name,
                policies: new.policies,
                description: new.description,
                created_at: draft.now(),
            });
            draft.insert(&application);
            Ok(application)
        })
        .await
    }

    /// Replaces an application's policies and its description, each where given.
    ///
    /// # Errors
    /// [`ApplicationError::NotFound`]; [`ApplicationError::PolicyCount`].
    pub async fn update_application(
        &self,
        caller: Caller,
        name: ApplicationName,
        policies: Option<Vec<ApplicationPolicyName>>,
        description: Option<String>,
    ) -> Result<(), Error> {
        if let Some(policies) = &policies {
            rules(&caller)?.check_policies(policies)?;
        }
        self.change(caller, move |draft| {
            let ordinal = draft.view().application(&name)?.ordinal;
            draft.edit(ordinal, |it: &mut Application| {
                replace(&mut it.policies, policies);
                replace(&mut it.description, description);
            });
            Ok(())
        })
        .await
    }

    /// Deletes an application. Its client keys stay, without any right.
    ///
    /// # Errors
    /// [`ApplicationError::NotFound`].
    pub async fn delete_application(
        &self,
        caller: Caller,
        name: ApplicationName,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let ordinal = draft.view().application(&name)?.ordinal;
            draft.remove::<Application>(ordinal);
            Ok(())
        })
        .await
    }
}

impl ApplicationRules {
    /// Checks how many policies an application has.
    ///
    /// # Errors
    /// [`ApplicationError::PolicyCount`].
    pub fn check_policies(&self, policies: &[ApplicationPolicyName]) -> Result<(), Error> {
        let is_allowed = self.policies.contains(&policies.len());
        if is_allowed { Ok(()) } else { Err(ApplicationError::PolicyCount.into()) }
    }
}

/// The cloud's rules for applications.
pub(super) fn rules(caller: &Caller) -> Result<&'static ApplicationRules, Error> {
    caller.rules.applications.as_ref().ok_or(Error::Internal("this cloud has no applications"))
}

/// Replaces a value if there is a new one.
pub(super) fn replace<T>(value: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *value = new;
    }
}
