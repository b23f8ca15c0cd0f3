//! What users may do. The account's own access keys may do everything. A user may do what its
//! policies allow, and on a key also what the key's grants list.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::permissions::{self, Needs, Permission};
use super::policies::{Verdict, decide};
use super::{codes, projects};
use crate::dialects::users::User;
use crate::dialects::{Account, Cx, Error};
use crate::engine::{Access, Authorize};
use crate::model::{Grant, Grantee, Grants, Key, Secret};

/// A request of a user.
#[derive(Debug)]
struct Request {
    account: Arc<Account>,
    user: Arc<User>,
    permission: &'static Permission,
    /// The names of keys in policies, without the key's id.
    resource: String,
}

impl Request {
    fn verdict(&self, key: &str) -> Verdict {
        let resource = [&self.resource, key].concat();
        decide(&self.user.policies, self.permission.names, &resource)
    }

    /// Whether a grant is made to the user and lists what the request does.
    fn is_granted_by(&self, grant: &Grant) -> bool {
        let lists = |operation| grant.operations.contains(operation);
        self.permission.grant.is_some_and(lists) && self.is_among(&grant.grantee)
    }
}

impl Authorize for Request {
    fn allows(&self, key: &Key, grants: Grants<'_>) -> bool {
        match self.verdict(key.id.as_str()) {
            Verdict::Allowed => true,
            Verdict::Denied => false,
            Verdict::Silent => grants.iter().any(|grant| self.is_granted_by(grant)),
        }
    }

    /// Who makes grants by a grant gives no more than that lists.
    fn may_grant(&self, key: &Key, grants: Grants<'_>, operations: &BTreeSet<String>) -> bool {
        let lists_all = |grant: &Grant| grant.operations.is_superset(operations);
        self.verdict(key.id.as_str()) == Verdict::Allowed
            || grants.iter().any(|grant| self.is_granted_by(grant) && lists_all(grant))
    }

    fn is_forbidden(&self, key: &Key) -> bool {
        self.verdict(key.id.as_str()) == Verdict::Denied
    }

    /// The cloud has no secrets here.
    fn may_read(&self, _: &Secret) -> bool {
        false
    }

    fn is_among(&self, grantee: &Grantee) -> bool {
        match grantee {
            Grantee::User(id) => **id == *self.user.id,
            Grantee::Account(id) => projects::domains(&self.account).any(|it| it == &**id),
        }
    }
}

/// Limits a user's request to what the user may do.
///
/// # Errors
/// The action names no key, and no policy allows it.
pub(super) fn limit(cx: &mut Cx, action: &str) -> Result<(), Error> {
    let Some(user) = &cx.user else { return Ok(()) };
    let permission = permissions::of_action(action).ok_or(codes::NO_ACCESS)?;
    let region = &cx.caller.realm.region;
    let request = Request {
        account: Arc::clone(&cx.account),
        user: Arc::clone(user),
        permission,
        resource: format!("kms:{region}:{}:KeyId:", projects::domain(cx)),
    };
    let verdict = || request.verdict("*");
    let is_refused = match permission.needs {
        Needs::Policy => verdict() != Verdict::Allowed,
        Needs::Nothing => verdict() == Verdict::Denied,
        Needs::Key => false,
    };
    if is_refused {
        return Err(codes::NO_ACCESS.into());
    }
    cx.caller.user = user.id.as_str().into();
    cx.caller.access = Access::Limited(Arc::new(request));
    Ok(())
}
