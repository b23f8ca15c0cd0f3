//! The accounts of a seed, with their access keys and tokens. An accounts file is a seed that has
//! nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_saphyr::Spanned;
use zeroize::Zeroizing;

use super::error::{Place, SeedError};
use super::user_policies::{self, DocumentEntry, PolicyEntry};
use super::words::{AccountId, Located, Region, Word};
use crate::algorithms::rsa::SignatureKey;
use crate::dialects::Account;
use crate::dialects::accounts::{
    AccessKey, AccountPrincipal, AccountStatus, Cryptography, Secret, Token, UserAccess,
};
use crate::dialects::users::{Project, User};
use crate::engine::Quota;
use crate::world::Instant;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountEntry {
    pub(super) id: Located<AccountId>,
    #[serde(default)]
    status: AccountStatus,
    #[serde(default)]
    quotas: QuotaEntry,
    #[serde(default)]
    cryptography: BTreeMap<String, Cryptography>,
    name: Option<Spanned<Id>>,
    #[serde(default)]
    projects: Vec<ProjectEntry>,
    #[serde(default)]
    users: Vec<UserEntry>,
    #[serde(default)]
    roles: Vec<RoleEntry>,
    #[serde(default)]
    control_policies: Vec<Spanned<DocumentEntry>>,
    #[serde(default, rename = "ram")]
    user_access: UserAccess,
    #[serde(default)]
    account_principal: AccountPrincipal,
    #[serde(default)]
    access_keys: Vec<AccessKeyEntry>,
    #[serde(default)]
    sts_tokens: Vec<TokenEntry>,
}

/// A project of an account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectEntry {
    id: Spanned<ProjectId>,
    name: ProjectName,
    region: Option<Located<Region>>,
    domain: Option<ProjectId>,
}

/// A user of an account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserEntry {
    id: Option<Spanned<UserId>>,
    name: Spanned<Id>,
    password: Option<SharedSecret>,
    #[serde(default)]
    policies: Vec<Spanned<PolicyEntry>>,
    #[serde(default)]
    access_keys: Vec<AccessKeyEntry>,
    #[serde(default)]
    sts_tokens: Vec<TokenEntry>,
}

/// A role of an account: a user without credentials of its own.
#[derive(Deserialize)]
#[serde(from = "RoleFields")]
struct RoleEntry(UserEntry);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleFields {
    id: Option<Spanned<UserId>>,
    name: Spanned<Id>,
    #[serde(default)]
    policies: Vec<Spanned<PolicyEntry>>,
    #[serde(default)]
    sts_tokens: Vec<TokenEntry>,
}

impl From<RoleFields> for RoleEntry {
    fn from(RoleFields { id, name, policies, sts_tokens }: RoleFields) -> Self {
        let access_keys = Vec::new();
        Self(UserEntry { id, name, password: None, policies, access_keys, sts_tokens })
    }
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaEntry {
    keys: Option<usize>,
    aliases: Option<usize>,
    secrets: Option<usize>,
    certificates: Option<usize>,
    white_box_keys: Option<usize>,
    data_keys: Option<usize>,
    grants: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessKeyEntry {
    id: Spanned<Id>,
    secret: Option<SharedSecret>,
    public_key: Option<PublicKeyPem>,
    #[serde(default)]
    disabled: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenEntry {
    id: Spanned<Id>,
    secret: Option<SharedSecret>,
    public_key: Option<PublicKeyPem>,
    token: SharedSecret,
    expires: Expiry,
    policy: Option<Spanned<DocumentEntry>>,
}

impl TokenEntry {
    fn secrets(&self) -> impl Iterator<Item = &SharedSecret> {
        self.secret.iter().chain([&self.token])
    }
}

/// Texts that are checked while parsing. Errors do not quote them, because they may be secret.
macro_rules! checked {
    ($($name:ident($inner:ty), $read:expr, $wrong:literal;)+) => {$(
        #[derive(Deserialize)]
        #[serde(try_from = "Zeroizing<String>")]
        pub(super) struct $name($inner);

        impl TryFrom<Zeroizing<String>> for $name {
            type Error = &'static str;

            fn try_from(text: Zeroizing<String>) -> Result<Self, Self::Error> {
                $read(text).map(Self).ok_or($wrong)
            }
        }
    )+};
}

fn non_empty(text: Zeroizing<String>) -> Option<Zeroizing<String>> {
    (!text.is_empty()).then_some(text)
}

fn id_text(text: Zeroizing<String>, most: usize, also: &str) -> Option<Zeroizing<String>> {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || also.contains(c);
    ((1..=most).contains(&text.len()) && text.chars().all(is_legal)).then_some(text)
}

checked! {
    ProjectId(Zeroizing<String>), |it| id_text(it, 64, "-_"), "not an id: 1 to 64 letters, digits, - and _";
    UserId(Zeroizing<String>), |it| id_text(it, 64, ""), "not a user's id: 1 to 64 letters and digits";
    ProjectName(Zeroizing<String>), |it| id_text(it, 64, "-_ ."), "not a project's name: 1 to 64 letters, digits, spaces, -, _ and .";
    Id(Zeroizing<String>), non_empty, "an id must not be empty";
    SharedSecret(Zeroizing<String>), non_empty, "a secret must not be empty";
    PublicKeyPem(SignatureKey), |it: Zeroizing<String>| SignatureKey::from_pem(&it), "not an RSA public key in PEM";
    Expiry(Instant), |it: Zeroizing<String>| Instant::parse(&it), "not an RFC 3339 time";
}

impl AccountEntry {
    /// The account.
    ///
    /// # Errors
    /// A project needs a region, or a user or project is given twice.
    pub(super) fn account(&self, place: Place<'_>) -> Result<Arc<Account>, SeedError> {
        let QuotaEntry { keys, aliases, secrets, certificates, white_box_keys, data_keys, grants } =
            self.quotas;
        let quota =
            Quota { keys, aliases, secrets, certificates, white_box_keys, data_keys, grants };
        let id: Arc<str> = self.id.value.0.0.as_str().into();
        let projects = self.projects(&id, place)?;
        let users = made((&id, "users"), self.users.iter(), place, User::derived_id)?;
        let roles = self.roles.iter().map(|role| &role.0);
        let roles = made((&id, "roles"), roles, place, User::derived_role_id)?;
        self.check_policies(place)?;
        Ok(Arc::new(Account {
            status: self.status,
            quota,
            cryptography: self.cryptography.clone(),
            name: self.name.as_ref().map(|name| String::clone(&name.value.0)),
            projects,
            users: users.into_iter().map(Arc::new).collect(),
            roles: roles.into_iter().map(|role| Arc::new(role.into_role())).collect(),
            control_policies: self.control_policies(),
            user_access: self.user_access,
            account_principal: self.account_principal,
            id,
        }))
    }

    /// Checks the policies of its users, if it limits what they may do. Policies of sessions have
    /// no place elsewhere.
    fn check_policies(&self, place: Place<'_>) -> Result<(), SeedError> {
        let is_enforced = self.user_access == UserAccess::Enforced;
        let own = self.sts_tokens.iter().filter_map(|token| token.policy.as_ref());
        let roles = self.roles.iter().map(|role| &role.0);
        let of_users = self.users.iter().chain(roles).flat_map(|user| &user.sts_tokens);
        let of_sessions = of_users.filter_map(|token| token.policy.as_ref());
        let of_sessions = of_sessions.filter(|_| !is_enforced);
        if let Some(policy) = own.chain(of_sessions).next() {
            let what = "only tokens of users and roles have one, in an account with `ram: enforce`";
            return Err(place.wrong("sts_tokens.policy", policy, what));
        }
        if !is_enforced {
            return Ok(());
        }
        for (at, policy) in self.control_policies.iter().enumerate() {
            user_policies::check_document(policy, &format!("control_policies[{at}]"), place)?;
        }
        place.each("users", &self.users, UserEntry::check_policies)?;
        place.each("roles", &self.roles, |role, place| role.0.check_policies(place))
    }

    fn control_policies(&self) -> Vec<serde_json::Value> {
        self.control_policies.iter().map(|it| it.value.clone().into()).collect()
    }

    fn projects(&self, account: &Arc<str>, place: Place<'_>) -> Result<Vec<Project>, SeedError> {
        let mut projects: Vec<Project> = Vec::new();
        for entry in &self.projects {
            let id = entry.id.value.0.as_str();
            let name = String::clone(&entry.name.0);
            let region: Arc<str> = match &entry.region {
                Some(region) => region.value.0.0.as_str().into(),
                None => <Region as Word>::read(&name)
                    .map(|region| region.0.into())
                    .ok_or_else(|| place.wrong("projects", &entry.id, "it needs a region"))?,
            };
            if projects.iter().any(|project| *project.id == *id) {
                let what = format_args!("the project {id:?} is given twice");
                return Err(place.wrong("projects", &entry.id, what));
            }
            let domain = entry.domain.as_ref().map(|domain| domain.0.as_str().into());
            let domain = domain.unwrap_or_else(|| Arc::clone(account));
            projects.push(Project { id: id.into(), name, region, domain });
        }
        Ok(projects)
    }

    /// Its access keys and tokens and those of its users and roles, each with its location.
    /// `account` is what [`AccountEntry::account`] returned.
    pub(super) fn credentials<'a>(
        &'a self,
        account: &'a Arc<Account>,
        place: Place<'a>,
    ) -> impl Iterator<Item = (&'a Spanned<Id>, Result<AccessKey, SeedError>)> {
        let own = Credentials { keys: &self.access_keys, tokens: &self.sts_tokens };
        let roles = self.roles.iter().map(|role| &role.0).zip(&account.roles);
        let users = self.users.iter().zip(&account.users).chain(roles);
        let of_users = users.flat_map(move |(entry, user)| {
            let its = Credentials { keys: &entry.access_keys, tokens: &entry.sts_tokens };
            its.all(account, Some(user), place)
        });
        own.all(account, None, place).chain(of_users)
    }
}

/// The users or roles of an account.
fn made<'a>(
    (account, list): (&str, &'static str),
    entries: impl Iterator<Item = &'a UserEntry>,
    place: Place<'_>,
    derived_id: fn(&str, &str) -> String,
) -> Result<Vec<User>, SeedError> {
    let mut users: Vec<User> = Vec::new();
    for entry in entries {
        let name = String::clone(&entry.name.value.0);
        let id = entry.id.as_ref().map(|id| String::clone(&id.value.0));
        let id = id.unwrap_or_else(|| derived_id(account, &name));
        if users.iter().any(|user| user.name == name || user.id == id) {
            let one = list.trim_end_matches('s');
            let what = format_args!("the {one} {name:?} is given twice");
            return Err(place.wrong(list, &entry.name, what));
        }
        let keys = entry.access_keys.iter().filter_map(|key| key.secret.as_ref());
        let secrets = keys.chain(entry.sts_tokens.iter().flat_map(TokenEntry::secrets));
        let password = entry.password.as_ref().map(|password| password.0.clone());
        users.push(User::new(
            (account, id, name),
            password,
            secrets.map(|secret| secret.0.as_str()),
            entry.policies.iter().map(|it| it.value.clone().into()).collect(),
        ));
    }
    Ok(users)
}

impl UserEntry {
    /// Checks its policies.
    fn check_policies(&self, place: Place<'_>) -> Result<(), SeedError> {
        for (at, policy) in self.policies.iter().enumerate() {
            user_policies::check(policy, &format!("policies[{at}]"), place)?;
        }
        place.each("sts_tokens", &self.sts_tokens, |token, place| {
            let policy = token.policy.as_ref();
            policy.map_or(Ok(()), |it| user_policies::check_document(it, "policy", place))
        })
    }
}

/// The credentials of an account or of a user.
struct Credentials<'a> {
    keys: &'a [AccessKeyEntry],
    tokens: &'a [TokenEntry],
}

impl<'a> Credentials<'a> {
    fn all(
        self,
        account: &'a Arc<Account>,
        user: Option<&'a Arc<User>>,
        place: Place<'a>,
    ) -> impl Iterator<Item = (&'a Spanned<Id>, Result<AccessKey, SeedError>)> {
        let access_key = move |id: &'a Spanned<Id>,
                               shared: &Option<SharedSecret>,
                               pem: &Option<PublicKeyPem>| {
            let secret = match (shared, pem) {
                (Some(secret), None) => Secret::Shared(secret.0.clone()),
                (None, Some(pem)) => Secret::Rsa(pem.0.clone()),
                _ => {
                    let what =
                        format_args!("{:?} needs either a secret or a public_key", *id.value.0);
                    return Err(place.wrong("", id, what));
                }
            };
            let mut made = AccessKey::new(String::clone(&id.value.0), secret, Arc::clone(account));
            made.user = user.cloned();
            Ok(made)
        };
        let keys = self.keys.iter().map(move |key| {
            let made = access_key(&key.id, &key.secret, &key.public_key);
            let with_state = |mut made: AccessKey| {
                made.disabled = key.disabled;
                made
            };
            (&key.id, made.map(with_state))
        });
        let tokens = self.tokens.iter().map(move |token| {
            let made = access_key(&token.id, &token.secret, &token.public_key);
            let with_token = |mut made: AccessKey| {
                let (text, expires) = (token.token.0.clone(), token.expires.0);
                let policy = token.policy.as_ref().map(|it| it.value.clone().into());
                made.token = Some(Token { text, expires, policy });
                made
            };
            (&token.id, made.map(with_token))
        });
        keys.chain(tokens)
    }
}
