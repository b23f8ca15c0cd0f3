//! First values and rotation of managed secrets. In the cloud, a rotation changes the account, user
//! or machine too; here it changes the value alone.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::config::{ACCOUNT, CLONE, Config, SUB_TYPE, clone_of};
use super::forms::{AccessKey, Account, InitialValue, KeyLogin, Login, parse, write};
use super::kind::{CURRENT, PREVIOUS, SecretType};
use crate::algorithms::password::{self, Recipe};
use crate::algorithms::ssh;
use crate::world::Instant;

/// Punctuation that not every database and machine allows in passwords.
const EXCLUDED_PUNCTUATION: &str = "\"',./:;<>?[\\]`{|}~";
/// The longest password that the databases allow.
const DATABASE_PASSWORD: usize = 32;
/// The longest password that the machines allow.
const MACHINE_PASSWORD: usize = 30;

/// The values for the stages of a new secret. `None` if the value would not pass
/// [`crate::dialects::alibaba::secrets::types::check_new`].
///
/// Of two accounts or access keys, the first is the current one. If the service creates the
/// accounts, both exist from the start, with one password (the vendor's guide to Redis secrets). If
/// the user gives one account of two, the first rotation creates the second one (its guide to RDS
/// secrets).
pub(crate) fn first_values(
    kind: SecretType,
    config: &str,
    data: &str,
    now: Instant,
    rng: &mut impl CryptoRng,
) -> Option<Vec<(&'static str, Zeroizing<String>)>> {
    if !kind.is_managed() {
        return Some(vec![(CURRENT, Zeroizing::new(data.to_owned()))]);
    }
    let config = Config::read(config)?;
    let values: Option<Vec<_>> = match InitialValue::read(kind, &config, data)? {
        InitialValue::Accounts(accounts) => accounts.iter().map(write).collect(),
        InitialValue::AccessKeys(keys) => {
            let dated = |key: AccessKey| AccessKey { generate_timestamp: now.to_string(), ..key };
            keys.into_iter().map(dated).map(|key| write(&key)).collect()
        }
        InitialValue::Login => Some(vec![Zeroizing::new(data.to_owned())]),
        InitialValue::Auto => {
            let name = config.text(ACCOUNT)?;
            let password = new_password(DATABASE_PASSWORD, rng)?;
            let account =
                |account_name| write(&Account { account_name, account_password: password.clone() });
            [name.to_owned(), clone_of(name)].into_iter().map(account).collect()
        }
    };
    Some([CURRENT, PREVIOUS].into_iter().zip(values?).collect())
}

/// Whether a rotation generates an SSH key, which takes as long as any RSA key.
pub(crate) fn renewal_is_slow(kind: &str, config: &str) -> bool {
    let sub_type =
        || Config::read(config).and_then(|it| it.text(SUB_TYPE).map(|it| it == "SSHKey"));
    SecretType::from_word(kind) == Some(SecretType::ECS) && sub_type() == Some(true)
}

/// The next value in a rotation. `None` if the stored values do not have the type's format.
pub(crate) fn renew(
    kind: SecretType,
    config: &str,
    current: &str,
    previous: Option<&str>,
    now: Instant,
    rng: &mut impl CryptoRng,
) -> Option<Zeroizing<String>> {
    let config = Config::read(config)?;
    match (kind, config.text(SUB_TYPE)?) {
        (SecretType::Rds | SecretType::Redis | SecretType::PolarDB, users) => {
            let Account { account_name: mut name, .. } = parse(current)?;
            if users == "DoubleUsers" {
                name = match previous {
                    Some(previous) => parse::<Account>(previous)?.account_name,
                    None => config.text(CLONE).map_or_else(|| clone_of(&name), str::to_owned),
                };
            }
            let account_password = new_password(DATABASE_PASSWORD, rng)?;
            write(&Account { account_name: name, account_password })
        }
        (SecretType::RAMCredentials, _) => {
            parse::<AccessKey>(current)?;
            let id = letters_and_digits(20, rng)?;
            write(&AccessKey {
                access_key_id: format!("LTAI{}", *id),
                access_key_secret: letters_and_digits(30, rng)?,
                generate_timestamp: now.to_string(),
            })
        }
        (SecretType::ECS, "SSHKey") => {
            let KeyLogin { user_name, public_key, .. } = parse(current)?;
            // The comment tells people which key it is. White space in it becomes one space.
            let comment = public_key.split_whitespace().skip(2).collect::<Vec<_>>().join(" ");
            let pair = ssh::generate(&comment, rng).ok()?;
            write(&KeyLogin { user_name, public_key: pair.public, private_key: pair.private })
        }
        (SecretType::ECS, _) => {
            let Login { user_name, .. } = parse(current)?;
            write(&Login { user_name, password: new_password(MACHINE_PASSWORD, rng)? })
        }
        (SecretType::Generic, _) => None,
    }
}

const PASSWORD: Recipe<'static> = Recipe {
    length: DATABASE_PASSWORD,
    lowercase: true,
    uppercase: true,
    digits: true,
    punctuation: true,
    excluded: EXCLUDED_PUNCTUATION,
    every_class: true,
};

fn new_password(length: usize, rng: &mut impl CryptoRng) -> Option<Zeroizing<String>> {
    password::generate(&Recipe { length, ..PASSWORD }, rng)
}

fn letters_and_digits(length: usize, rng: &mut impl CryptoRng) -> Option<Zeroizing<String>> {
    password::generate(&Recipe { length, punctuation: false, every_class: false, ..PASSWORD }, rng)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::alibaba::secrets::types::samples::{
        DOUBLE, PASSWORD as LOGIN_CONFIG, POLARDB, RAM, REDIS, SINGLE, SSH,
    };
    use SecretType::{ECS, Generic, PolarDB, RAMCredentials, Rds, Redis};
    use chacha20::ChaCha20Rng;
    use chacha20::rand_core::SeedableRng;
    use serde_json::Value;

    const NOW: &str = "2016-03-25T10:42:40Z";
    const A: &str = r#"{"AccountName":"a","AccountPassword":"p"}"#;
    const B: &str = r#"{"AccountName":"b","AccountPassword":"q"}"#;
    const LOGIN: &str = r#"{"UserName": "root", "Password": "p", "Note": 1}"#;

    fn rng() -> ChaCha20Rng {
        ChaCha20Rng::from_seed([1; 32])
    }

    fn first(kind: SecretType, config: &str, data: &str) -> Option<Vec<(&'static str, String)>> {
        let values = first_values(kind, config, data, Instant::parse(NOW).unwrap(), &mut rng())?;
        Some(values.into_iter().map(|(stage, value)| (stage, value.to_string())).collect())
    }

    fn next(
        kind: SecretType,
        config: &str,
        current: &str,
        previous: Option<&str>,
    ) -> Option<Zeroizing<String>> {
        renew(kind, config, current, previous, Instant::parse(NOW).unwrap(), &mut rng())
    }

    fn text<'a>(json: &'a Value, name: &str) -> &'a str {
        json[name].as_str().unwrap()
    }

    #[test]
    fn given_values_are_returned_in_the_documents_format() {
        let accounts = |all: &[&str]| format!(r#"{{"Accounts":[{}]}}"#, all.join(","));
        let key = |id: &str| format!(r#"{{"AccessKeyId":"{id}","AccessKeySecret":"s"}}"#);
        let keys = |all: &[&str]| format!(r#"{{"AccessKeys":[{}]}}"#, all.join(","));
        let dated = |id: &str| key(id).replace('}', &format!(r#","GenerateTimestamp":"{NOW}"}}"#));
        for (kind, config, data, values) in [
            (Generic, "", "any", vec!["any".to_owned()]),
            (Rds, SINGLE, &*accounts(&[A]), vec![A.to_owned()]),
            (Rds, DOUBLE, &*accounts(&[A]), vec![A.to_owned()]),
            (Rds, DOUBLE, &*accounts(&[A, B]), vec![A.to_owned(), B.to_owned()]),
            (RAMCredentials, RAM, &*keys(&[&key("i")]), vec![dated("i")]),
            (RAMCredentials, RAM, &*keys(&[&key("i"), &key("j")]), vec![dated("i"), dated("j")]),
            (ECS, LOGIN_CONFIG, LOGIN, vec![LOGIN.to_owned()]),
        ] {
            let stages: Vec<_> = [CURRENT, PREVIOUS].into_iter().zip(values).collect();
            assert_eq!(first(kind, config, data), Some(stages), "{kind:?} {data}");
        }
        for (kind, config, data) in
            [(Rds, SINGLE, A), (Rds, "{}", &*accounts(&[A])), (Redis, REDIS, A), (ECS, SSH, LOGIN)]
        {
            assert_eq!(first(kind, config, data), None, "{kind:?} {data}");
        }
    }

    #[test]
    fn generated_accounts_come_in_pairs() {
        for (kind, config) in [(Redis, REDIS), (PolarDB, POLARDB)] {
            let values = first(kind, config, "$Auto").unwrap();
            assert_eq!(
                values.iter().map(|(stage, _)| *stage).collect::<Vec<_>>(),
                [CURRENT, PREVIOUS]
            );
            let [one, two] = [0, 1].map(|at| serde_json::from_str::<Value>(&values[at].1).unwrap());
            assert_eq!(
                (text(&one, "AccountName"), text(&two, "AccountName")),
                ("app", "app_clone")
            );
            assert_eq!(text(&one, "AccountPassword"), text(&two, "AccountPassword"));
            assert_eq!(text(&one, "AccountPassword").len(), 32);
        }
    }

    #[test]
    fn rotations_change_the_password_and_alternate_the_accounts() {
        for (kind, config, previous, name) in [
            (Rds, SINGLE, None, "a"),
            (Rds, SINGLE, Some(B), "a"),
            (Rds, DOUBLE, Some(B), "b"),
            (Rds, DOUBLE, None, "a_clone"),
            (Redis, REDIS, Some(B), "b"),
            (Redis, REDIS, None, "app_clone"),
            (PolarDB, POLARDB, Some(B), "b"),
            (PolarDB, POLARDB, None, "a_clone"),
        ] {
            let value = next(kind, config, A, previous).unwrap();
            let json: Value = serde_json::from_str(&value).unwrap();
            assert_eq!(text(&json, "AccountName"), name, "{kind:?} {previous:?}");
            let password = text(&json, "AccountPassword");
            assert!(value.starts_with(r#"{"AccountName":"#) && password.len() == 32);
            assert!(
                password.chars().any(|c| c.is_ascii_digit())
                    && !password.contains(['"', '\\', '/'])
            );
            assert!(
                password.chars().all(|c| c.is_ascii_alphanumeric() || "!@#$%^&*()_+-=".contains(c))
            );
        }
    }

    #[test]
    fn rotations_generate_access_keys_and_logins() {
        let key = r#"{"AccessKeyId":"i","AccessKeySecret":"s","GenerateTimestamp":"2015-01-01T00:00:00Z"}"#;
        let json: Value =
            serde_json::from_str(&next(RAMCredentials, RAM, key, None).unwrap()).unwrap();
        let (id, secret) = (text(&json, "AccessKeyId"), text(&json, "AccessKeySecret"));
        assert!(id.starts_with("LTAI") && id.len() == 24 && secret.len() == 30);
        assert!([id, secret].iter().all(|it| it.bytes().all(|c| c.is_ascii_alphanumeric())));
        assert_eq!(text(&json, "GenerateTimestamp"), NOW);

        let json: Value =
            serde_json::from_str(&next(ECS, LOGIN_CONFIG, LOGIN, None).unwrap()).unwrap();
        assert_eq!((text(&json, "UserName"), text(&json, "Password").len()), ("root", 30));

        let old = r#"{"UserName":"root","PublicKey":"ssh-rsa AAAA my old key","PrivateKey":"k"}"#;
        let value = next(ECS, SSH, old, None).unwrap();
        assert!(InitialValue::read(ECS, &Config::read(SSH).unwrap(), &value).is_some());
        let json: Value = serde_json::from_str(&value).unwrap();
        assert_eq!(text(&json, "UserName"), "root");
        assert!(text(&json, "PublicKey").ends_with(" my old key"));
    }

    #[test]
    fn malformed_values_are_not_rotated() {
        for (kind, config, current, previous) in [
            (Rds, SINGLE, "{", None),
            (Rds, SINGLE, LOGIN, None),
            (Rds, DOUBLE, A, Some("{")),
            (Rds, "{}", A, None),
            (Rds, "", A, None),
            (RAMCredentials, RAM, A, None),
            (ECS, LOGIN_CONFIG, A, None),
            (ECS, SSH, LOGIN, None),
            (Generic, SINGLE, A, None),
        ] {
            assert!(next(kind, config, current, previous).is_none(), "{kind:?} {current}");
        }
    }
}
