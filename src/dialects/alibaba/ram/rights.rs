//! The policies of users, roles, sessions and resource directories, read once when the server
//! starts.

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::document::{Document, Holder, VERSION};
use super::layers::Attached;
use super::reading::Flaw;
use super::system;
use crate::dialects::Accounts;
use crate::dialects::accounts::UserAccess;
use crate::dialects::profile::UserPolicies;
use crate::dialects::users::Policy;

/// Which policies of users this cloud reads.
pub(in crate::dialects::alibaba) const POLICIES: UserPolicies = UserPolicies {
    has: |name| system::NAMES.contains(&name),
    versions: &[VERSION],
    check: |document| {
        Document::read(document, Holder::Identity).map(drop).map_err(|flaw| flaw.to_string())
    },
};

/// The policies of all users and roles whose accounts enforce them.
pub(in crate::dialects) struct Rights {
    /// By account and user.
    users: FxHashMap<Box<str>, FxHashMap<Box<str>, Vec<Attached>>>,
    /// By access key.
    sessions: FxHashMap<Box<str>, Attached>,
    /// By account.
    control: FxHashMap<Box<str>, Vec<Attached>>,
}

impl Rights {
    /// Reads the policies of these accounts. Those of other clouds are left out. All others were
    /// checked when the accounts were read.
    pub(in crate::dialects::alibaba) fn of(accounts: &Accounts) -> Self {
        let enforcing = || accounts.all().filter(|it| it.user_access == UserAccess::Enforced);
        let users = enforcing().map(|account| {
            let of_user = account.users.iter().chain(&account.roles).map(|user| {
                let numbered = user.policies.iter().enumerate();
                let read = numbered.filter_map(|(at, policy)| attached(at, policy).ok()?);
                (user.id.as_str().into(), read.collect())
            });
            ((*account.id).into(), of_user.collect())
        });
        let sessions = accounts.access_keys().filter_map(|key| {
            let document = key.token.as_ref()?.policy.as_ref()?;
            let document = Document::read(document, Holder::Identity).ok()?;
            Some((key.id.as_str().into(), Attached { name: "session".into(), document }))
        });
        let control = enforcing().map(|account| {
            let numbered = account.control_policies.iter().enumerate();
            let read = numbered.filter_map(|(at, document)| {
                let document = Document::read(document, Holder::Identity).ok()?;
                Some(Attached { name: format!("control_policies[{at}]"), document })
            });
            ((*account.id).into(), read.collect())
        });
        Self { users: users.collect(), sessions: sessions.collect(), control: control.collect() }
    }

    /// The policies of a user or a role.
    pub(super) fn of_user(&self, account: &str, user: &str) -> &[Attached] {
        self.users.get(account).and_then(|users| users.get(user)).map_or(&[], Vec::as_slice)
    }

    /// The policies of an account's resource directory.
    pub(super) fn of_directory(&self, account: &str) -> &[Attached] {
        self.control.get(account).map_or(&[], Vec::as_slice)
    }

    /// The policy of a temporary credential.
    pub(super) fn of_session(&self, access_key: &str) -> Option<&Attached> {
        self.sessions.get(access_key)
    }
}

/// A policy at this place in a user's list. `None` if another cloud reads it.
fn attached(at: usize, policy: &Policy) -> Result<Option<Attached>, Flaw> {
    let (name, document) = match policy {
        Policy::Named(name) => match system::document(name) {
            Some(document) => (name.clone(), document),
            None => return Ok(None),
        },
        Policy::Document(document) => {
            if document.get("Version").and_then(Value::as_str) != Some(VERSION) {
                return Ok(None);
            }
            (format!("policies[{at}]"), document.clone())
        }
    };
    let document = Document::read(&document, Holder::Identity)?;
    Ok(Some(Attached { name, document }))
}
