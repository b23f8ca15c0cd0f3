//! Checks name, value and configuration of a new secret by the rules of its type.

use super::config::Config;
use super::forms::{AUTO, InitialValue};
use super::kind::SecretType;
use crate::dialects::Error;
use crate::dialects::alibaba::limits::SECRET_DATA_MAX;
use crate::dialects::alibaba::names::secret_name;
use crate::model::SecretName;

/// The checked parts of a new secret.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    /// The secret's name.
    pub(crate) name: SecretName,
    /// The configuration for answers. Generic secrets have none.
    pub(crate) config: Option<String>,
}

/// Checks a new secret.
pub(crate) fn check_new(
    kind: SecretType,
    name: &str,
    data: &str,
    data_type_is_text: bool,
    config: Option<&str>,
) -> Result<Checked, Error> {
    let invalid = |parameter: &'static str| move || Error::Invalid(parameter.into());
    let legal_data = (1..=SECRET_DATA_MAX).contains(&data.len());
    if !kind.is_managed() {
        let name = legal_name(kind, name).ok_or_else(invalid("SecretName"))?;
        return if legal_data {
            Ok(Checked { name, config: None })
        } else {
            Err(invalid("SecretData")())
        };
    }
    let config = config.ok_or_else(|| Error::Missing("ExtendedConfig".into()))?;
    let config = Config::checked(kind, config).ok_or_else(invalid("ExtendedConfig"))?;
    let name = match kind {
        SecretType::RAMCredentials if name == AUTO => {
            let user = config.text("UserName").unwrap_or_default();
            // The name is derived from the user's name. If that is not valid, the configuration is
            // wrong.
            secret_name(&format!("acs/ram/user/{user}")).ok_or_else(invalid("ExtendedConfig"))?
        }
        _ => legal_name(kind, name).ok_or_else(invalid("SecretName"))?,
    };
    if !data_type_is_text {
        return Err(invalid("SecretDataType")());
    }
    if !legal_data || InitialValue::read(kind, &config, data).is_none() {
        return Err(invalid("SecretData")());
    }
    let config = config.written().ok_or_else(invalid("ExtendedConfig"))?;
    Ok(Checked { name, config: Some(config) })
}

/// A name that users may give to a secret of this type.
fn legal_name(kind: SecretType, name: &str) -> Option<SecretName> {
    let place = match kind {
        // No source covers `PolarDB`; the service's own names are not allowed there either.
        SecretType::Generic | SecretType::Rds | SecretType::Redis | SecretType::PolarDB => {
            !name.starts_with("acs/")
        }
        SecretType::ECS => name.starts_with("acs/ecs/"),
        SecretType::RAMCredentials => false,
    };
    secret_name(name).filter(|_| place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::alibaba::secrets::types::samples::{
        DOUBLE, PASSWORD, POLARDB, RAM, REDIS, SINGLE, SSH,
    };
    use SecretType::{ECS, Generic, PolarDB, RAMCredentials, Rds, Redis};

    const ONE: &str = r#"{"Accounts":[{"AccountName":"a","AccountPassword":"p"}]}"#;
    const TWO: &str = concat!(
        r#"{"Accounts":[{"AccountName":"a","AccountPassword":"p"},"#,
        r#"{"AccountName":"b","AccountPassword":"p"}]}"#
    );
    const KEY: &str = r#"{"AccessKeys":[{"AccessKeyId":"i","AccessKeySecret":"s"}]}"#;
    const KEYS: &str = concat!(
        r#"{"AccessKeys":[{"AccessKeyId":"i","AccessKeySecret":"s"},"#,
        r#"{"AccessKeyId":"j","AccessKeySecret":"s"}]}"#
    );
    const LOGIN: &str = r#"{"UserName":"root","Password":"p"}"#;
    const PUBLIC: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH jo";
    const PRIVATE: &str = r"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";

    /// A type, a name, a configuration, and values with whether they are valid.
    type Case<'a> = (SecretType, &'a str, Option<&'a str>, &'a [(&'a str, bool)]);

    fn key_login(user: &str, public: &str, private: &str) -> String {
        format!(r#"{{"UserName":"{user}","PublicKey":"{public}","PrivateKey":"{private}"}}"#)
    }

    /// The result of a check: empty, or the wrong parameter.
    fn outcome(
        kind: SecretType,
        name: &str,
        data: &str,
        text: bool,
        config: Option<&str>,
    ) -> String {
        match check_new(kind, name, data, text, config) {
            Ok(_) => String::new(),
            Err(Error::Missing(name)) => format!("no {name}"),
            Err(Error::Invalid(name)) => name.into_owned(),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_type_has_its_names() {
        let long = |start: &str, length: usize| format!("{start:x<length$}");
        let of = |kind| match kind {
            Generic => ("data".to_owned(), None),
            Rds => (ONE.to_owned(), Some(SINGLE)),
            RAMCredentials => (KEY.to_owned(), Some(RAM)),
            ECS => (LOGIN.to_owned(), Some(PASSWORD)),
            Redis => (AUTO.to_owned(), Some(REDIS)),
            PolarDB => (AUTO.to_owned(), Some(POLARDB)),
        };
        for kind in [Generic, Rds, Redis, PolarDB] {
            let (data, config) = of(kind);
            for (name, good) in [
                ("a", true),
                ("RdsSecret/Mysql5.4/MyCred", true),
                ("azAZ09_/+=.@-", true),
                ("acs", true),
                ("xacs/", true),
                (&long("", 192), true),
                (&long("", 193), false),
                ("acs/", false),
                ("acs/ecs/a", false),
                (AUTO, false),
                ("", false),
                ("a b", false),
                ("a:b", false),
                ("\u{e9}", false),
            ] {
                let expected = if good { "" } else { "SecretName" };
                assert_eq!(outcome(kind, name, &data, true, config), expected, "{kind:?} {name}");
            }
        }
        for (kind, name, good) in [
            (ECS, "acs/ecs/web-1", true),
            (ECS, &*long("acs/ecs/", 192), true),
            (ECS, &*long("acs/ecs/", 193), false),
            (ECS, "acs/ecs/a:b", false),
            (ECS, "acs/ram/user/a", false),
            (ECS, "web-1", false),
            (ECS, AUTO, false),
            (RAMCredentials, AUTO, true),
            (RAMCredentials, "$auto", false),
            (RAMCredentials, "acs/ram/user/jo", false),
            (RAMCredentials, "jo", false),
        ] {
            let (data, config) = of(kind);
            let expected = if good { "" } else { "SecretName" };
            assert_eq!(outcome(kind, name, &data, true, config), expected, "{kind:?} {name}");
        }
    }

    #[test]
    fn an_access_key_secret_is_named_after_the_user() {
        let config = |user: &str| RAM.replace("\"jo\"", &format!("\"{user}\""));
        let named =
            check_new(RAMCredentials, AUTO, KEY, true, Some(&config("jo.doe-1_x"))).unwrap();
        assert_eq!(named.name.as_str(), "acs/ram/user/jo.doe-1_x");
        for (user, good) in
            [("x".repeat(179), true), ("x".repeat(180), false), ("jo doe".to_owned(), false)]
        {
            let expected = if good { "" } else { "ExtendedConfig" };
            assert_eq!(
                outcome(RAMCredentials, AUTO, KEY, true, Some(&config(&user))),
                expected,
                "{user}"
            );
        }
    }

    #[test]
    fn the_stored_configuration_is_sorted() {
        let name = || SecretName::parse("a").unwrap();
        let spaced = r#"{"DBInstanceId":"rm-1", "SecretSubType":"SingleUser"}"#;
        let kept = check_new(Rds, "a", ONE, true, Some(spaced)).unwrap();
        assert_eq!(kept, Checked { name: name(), config: Some(SINGLE.into()) });
        for ignored in [None, Some(SINGLE), Some("{"), Some("")] {
            let kept = check_new(Generic, "a", "data", false, ignored).unwrap();
            assert_eq!(kept, Checked { name: name(), config: None });
        }
    }

    #[test]
    fn managed_secrets_need_a_configuration_and_text() {
        for (kind, name, data, config) in [
            (Rds, "a", ONE, SINGLE),
            (Rds, "a", TWO, DOUBLE),
            (RAMCredentials, AUTO, KEYS, RAM),
            (ECS, "acs/ecs/a", LOGIN, PASSWORD),
            (ECS, "acs/ecs/a", &*key_login("root", PUBLIC, PRIVATE), SSH),
            (Redis, "a", AUTO, REDIS),
            (PolarDB, "a", AUTO, POLARDB),
        ] {
            assert_eq!(outcome(kind, name, data, true, Some(config)), "", "{kind:?}");
            assert_eq!(outcome(kind, name, data, true, None), "no ExtendedConfig", "{kind:?}");
            assert_eq!(outcome(kind, name, data, true, Some("{}")), "ExtendedConfig", "{kind:?}");
            assert_eq!(
                outcome(kind, name, data, false, Some(config)),
                "SecretDataType",
                "{kind:?}"
            );
            let long = format!("{data:<30721}");
            assert_eq!(outcome(kind, name, &long, true, Some(config)), "SecretData", "{kind:?}");
        }
    }

    #[test]
    fn values_have_the_formats_of_their_types() {
        let same = TWO.replace("\"b\"", "\"a\"");
        let twin = KEYS.replace("\"j\"", "\"i\"");
        let three = KEYS.replace("]}", r#",{"AccessKeyId":"k","AccessKeySecret":"s"}]}"#);
        let (long, most) = ("x".repeat(30_721), "x".repeat(30_720));
        let pair = |user, public, private| key_login(user, public, private);
        let cases: [Case; 7] = [
            (Generic, "a", None, &[("x", true), (&most, true), ("", false), (&long, false)]),
            (
                Rds,
                "a",
                Some(SINGLE),
                &[
                    (ONE, true),
                    (TWO, false),
                    (&ONE.replace("\"p\"", "\"\""), false),
                    (&ONE.replace("\"a\"", "\"\""), false),
                    (&ONE.replace("\"p\"", "1"), false),
                    (&ONE.replace("AccountName", "Name"), false),
                    (r#"{"Accounts":[]}"#, false),
                    (r#"{"AccountName":"a","AccountPassword":"p"}"#, false),
                    (KEY, false),
                    (AUTO, false),
                    ("{", false),
                    ("", false),
                ],
            ),
            (Rds, "a", Some(DOUBLE), &[(ONE, true), (TWO, true), (&same, false)]),
            (
                RAMCredentials,
                AUTO,
                Some(RAM),
                &[
                    (KEY, true),
                    (KEYS, true),
                    (&twin, false),
                    (&three, false),
                    (&KEY.replace("\"s\"", "\"\""), false),
                    (&KEY.replace("\"i\"", "\"\""), false),
                    (r#"{"AccessKeys":[]}"#, false),
                    (ONE, false),
                ],
            ),
            (
                ECS,
                "acs/ecs/a",
                Some(PASSWORD),
                &[
                    (LOGIN, true),
                    (&LOGIN.replace("root", ""), false),
                    (&LOGIN.replace("\"p\"", "\"\""), false),
                    (&pair("root", PUBLIC, PRIVATE), false),
                ],
            ),
            (
                ECS,
                "acs/ecs/a",
                Some(SSH),
                &[
                    (&pair("root", PUBLIC, PRIVATE), true),
                    (&pair("", PUBLIC, PRIVATE), false),
                    (&pair("root", "key", PRIVATE), false),
                    (&pair("root", PUBLIC, "key"), false),
                    (LOGIN, false),
                ],
            ),
            (Redis, "a", Some(REDIS), &[(AUTO, true), ("$auto", false), (ONE, false)]),
        ];
        for (kind, name, config, values) in cases {
            for (data, good) in values {
                let expected = if *good { "" } else { "SecretData" };
                assert_eq!(
                    outcome(kind, name, data, true, config),
                    expected,
                    "{kind:?} {data:.99}"
                );
            }
        }
        assert_eq!(outcome(PolarDB, "a", ONE, true, Some(POLARDB)), "SecretData");
    }
}
