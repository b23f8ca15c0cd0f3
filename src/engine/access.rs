//! Which keys a caller may use, and which secrets. The account itself may use every key of its
//! realms. The cloud says what one of its users may do, by the policies of the user and the grants
//! of the key.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use super::{Error, KeyError, SecretError};
use crate::model::{Grantee, Grants, Key, Secret};

/// Decides which keys one request may use. The cloud makes it for each request of a user: it knows
/// the user, the action, and the user's policies. The engine asks it for every key that the request
/// names, before it looks at the key's state.
pub trait Authorize: Debug + Send + Sync {
    /// Whether the request may use this key, which has these grants.
    fn allows(&self, key: &Key, grants: Grants<'_>) -> bool;

    /// Whether the request may make a grant of this key, which has these grants, with these
    /// operations. It is a request to make one, and may use the key.
    fn may_grant(&self, key: &Key, grants: Grants<'_>, operations: &BTreeSet<String>) -> bool;

    /// Whether the request is forbidden for this key, even if it needs no access to the key.
    fn is_forbidden(&self, key: &Key) -> bool;

    /// Whether the request may read the values of this secret. Whether it may use the secret's key
    /// is asked too.
    fn may_read(&self, secret: &Secret) -> bool;

    /// Whether the user is this grantee, or one of its users.
    fn is_among(&self, grantee: &Grantee) -> bool;
}

/// Which keys a caller may use.
#[derive(Clone, Debug, Default)]
pub enum Access {
    /// All.
    #[default]
    Full,
    /// Those that this allows.
    Limited(Arc<dyn Authorize>),
}

impl Access {
    /// Checks that the key, which has these grants, may be used.
    ///
    /// # Errors
    /// [`KeyError::NotPermitted`].
    pub(super) fn check(&self, key: &Key, grants: Grants<'_>) -> Result<(), Error> {
        match self {
            Self::Limited(it) if !it.allows(key, grants) => Err(KeyError::NotPermitted.into()),
            Self::Full | Self::Limited(_) => Ok(()),
        }
    }

    /// Checks that the values of the secret may be read.
    ///
    /// # Errors
    /// [`SecretError::NotPermitted`].
    pub(super) fn check_secret(&self, secret: &Secret) -> Result<(), Error> {
        match self {
            Self::Limited(it) if !it.may_read(secret) => Err(SecretError::NotPermitted.into()),
            Self::Full | Self::Limited(_) => Ok(()),
        }
    }

    /// Checks that a grant of the key, which has these grants, may list these operations.
    ///
    /// # Errors
    /// [`KeyError::NotPermitted`].
    pub(super) fn check_grant(
        &self,
        key: &Key,
        grants: Grants<'_>,
        operations: &BTreeSet<String>,
    ) -> Result<(), Error> {
        match self {
            Self::Limited(it) if !it.may_grant(key, grants, operations) => {
                Err(KeyError::NotPermitted.into())
            }
            Self::Full | Self::Limited(_) => Ok(()),
        }
    }

    /// Checks that what needs no access to the key is not forbidden for it.
    ///
    /// # Errors
    /// [`KeyError::NotPermitted`].
    pub(super) fn check_not_forbidden(&self, key: &Key) -> Result<(), Error> {
        match self {
            Self::Limited(it) if it.is_forbidden(key) => Err(KeyError::NotPermitted.into()),
            Self::Full | Self::Limited(_) => Ok(()),
        }
    }
}
