//! The formats of managed secrets' values: in `CreateSecret`, and in answers.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::config::{Config, SUB_TYPE};
use super::kind::SecretType;
use crate::algorithms::ssh;

/// The placeholder for a value that the service generates.
pub(crate) const AUTO: &str = "$Auto";

/// A database account.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Account {
    pub(crate) account_name: String,
    pub(crate) account_password: Zeroizing<String>,
}

/// A user's access key.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AccessKey {
    pub(crate) access_key_id: String,
    pub(crate) access_key_secret: Zeroizing<String>,
    /// When it was stored; not part of the request.
    #[serde(default)]
    pub(crate) generate_timestamp: String,
}

/// A machine's user with a password.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Login {
    pub(crate) user_name: String,
    pub(crate) password: Zeroizing<String>,
}

/// A machine's user with a key pair.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyLogin {
    pub(crate) user_name: String,
    pub(crate) public_key: String,
    pub(crate) private_key: Zeroizing<String>,
}

/// The initial value of a managed secret.
pub(crate) enum InitialValue {
    /// One account, or up to two if the secret alternates between two users.
    Accounts(Vec<Account>),
    /// All access keys of a user. A user has at most two.
    AccessKeys(Vec<AccessKey>),
    /// A login, which is returned as sent.
    Login,
    /// None: the service generates it.
    Auto,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Accounts {
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccessKeys {
    access_keys: Vec<AccessKey>,
}

impl InitialValue {
    /// Parses the value for a secret of this type and configuration. `None` if it has another
    /// format.
    pub(crate) fn read(kind: SecretType, config: &Config, data: &str) -> Option<Self> {
        let full = |texts: [&str; 2]| texts.iter().all(|text| !text.is_empty());
        match (kind, config.text(SUB_TYPE)?) {
            (SecretType::Rds, users) => {
                let Accounts { accounts } = parse(data)?;
                let most = if users == "DoubleUsers" { 2 } else { 1 };
                let legal =
                    accounts.iter().all(|it| full([&it.account_name, &it.account_password]))
                        && are_distinct(&accounts, most, |it| &it.account_name);
                legal.then_some(Self::Accounts(accounts))
            }
            (SecretType::RAMCredentials, _) => {
                let AccessKeys { access_keys } = parse(data)?;
                let legal =
                    access_keys.iter().all(|it| full([&it.access_key_id, &it.access_key_secret]))
                        && are_distinct(&access_keys, 2, |it| &it.access_key_id);
                legal.then_some(Self::AccessKeys(access_keys))
            }
            (SecretType::ECS, "SSHKey") => {
                let login: KeyLogin = parse(data)?;
                let legal = ssh::is_public_key(&login.public_key)
                    && ssh::is_private_pem(&login.private_key);
                (legal && !login.user_name.is_empty()).then_some(Self::Login)
            }
            (SecretType::ECS, _) => {
                let login: Login = parse(data)?;
                full([&login.user_name, &login.password]).then_some(Self::Login)
            }
            (SecretType::Redis | SecretType::PolarDB, _) => (data == AUTO).then_some(Self::Auto),
            (SecretType::Generic, _) => None,
        }
    }
}

/// Whether there are 1 to `most` entries, and no name is repeated.
fn are_distinct<T>(all: &[T], most: usize, name: impl Fn(&T) -> &str) -> bool {
    let twice = |(at, one): (usize, &T)| all[..at].iter().any(|other| name(other) == name(one));
    (1..=most).contains(&all.len()) && !all.iter().enumerate().any(twice)
}

/// Parses a value.
pub(crate) fn parse<T: DeserializeOwned>(json: &str) -> Option<T> {
    serde_json::from_str(json).ok()
}

/// Serialises a value.
pub(crate) fn write<T: Serialize>(value: &T) -> Option<Zeroizing<String>> {
    serde_json::to_string(value).ok().map(Zeroizing::new)
}
