//! Extended configurations: JSON objects whose fields keep their order. Unknown fields are kept,
//! because users put notes there, and compare what they wrote with what they read.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::Serializer as _;
use serde_json::{Map, Value};

use super::kind::SecretType;
use crate::dialects::Error;
use crate::dialects::alibaba::limits::EXTENDED_CONFIG_MAX;

/// The maximum number of pairs of custom data.
const CUSTOM_MAX: usize = 10;

const CUSTOM_DATA: &str = "CustomData";
pub(crate) const SUB_TYPE: &str = "SecretSubType";
pub(crate) const ACCOUNT: &str = "AccountName";
pub(crate) const CLONE: &str = "CloneAccountName";

/// The name of the second account where two are used, as in newer SDKs.
pub(crate) fn clone_of(account: &str) -> String {
    format!("{account}_clone")
}

/// A rule for the text of a field.
enum Rule {
    /// Anything.
    Any,
    /// Not empty.
    Some,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The clone of `AccountName`.
    Clone,
}

/// A field: its name, whether it is required, and its rule.
struct Field(&'static str, bool, Rule);

/// The fields of each type, in the order of the sources.
fn fields(kind: SecretType) -> &'static [Field] {
    match kind {
        SecretType::Generic => &[],
        SecretType::Rds => &[
            Field(SUB_TYPE, true, Rule::Word(&["SingleUser", "DoubleUsers"])),
            Field("DBInstanceId", true, Rule::Some),
        ],
        SecretType::RAMCredentials => &[
            Field(SUB_TYPE, true, Rule::Word(&["RamUserAccessKey"])),
            Field("UserName", true, Rule::Some),
        ],
        SecretType::ECS => &[
            Field(SUB_TYPE, true, Rule::Word(&["Password", "SSHKey"])),
            Field("RegionId", true, Rule::Some),
            Field("InstanceId", true, Rule::Some),
        ],
        SecretType::Redis => &[
            Field(SUB_TYPE, true, Rule::Word(&["DoubleUsers"])),
            Field(ACCOUNT, true, Rule::Some),
            Field(CLONE, true, Rule::Clone),
            Field("AccountPrivilege", true, Rule::Some),
            Field("InstanceId", true, Rule::Some),
            Field("RegionId", true, Rule::Some),
        ],
        SecretType::PolarDB => &[
            Field(SUB_TYPE, true, Rule::Word(&["DoubleUsers"])),
            Field("RegionId", true, Rule::Some),
            Field("DBClusterId", true, Rule::Some),
            Field("DBType", true, Rule::Word(&["MySQL", "PostgreSQL"])),
            Field(ACCOUNT, true, Rule::Some),
            // The sources do not call these required. The two that belong to MySQL alone are
            // allowed everywhere.
            Field(CLONE, false, Rule::Clone),
            Field("AccountType", false, Rule::Word(&["Normal"])),
            Field("AccountPrivilege", false, Rule::Any),
            Field("DBName", false, Rule::Any),
        ],
    }
}

/// A configuration: names and values, in order.
#[derive(Debug)]
pub(crate) struct Config(Vec<(String, Value)>);

impl Config {
    /// Parses a stored configuration, without checks.
    pub(crate) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Parses and checks a new configuration, and sorts its fields.
    pub(crate) fn checked(kind: SecretType, text: &str) -> Option<Self> {
        if text.chars().count() > EXTENDED_CONFIG_MAX {
            return None;
        }
        let mut given = Self::read(text)?;
        if !given.fits(kind) {
            return None;
        }
        let custom = match given.take(CUSTOM_DATA) {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(custom)) => custom,
            Some(_) => return None,
        };
        let known = fields(kind).iter().map(|Field(name, ..)| *name);
        let mut ordered: Vec<_> =
            known.filter_map(|name| Some((name.to_owned(), given.take(name)?))).collect();
        ordered.append(&mut given.0);
        ordered.push((CUSTOM_DATA.to_owned(), legal_custom(custom)?));
        Some(Self(ordered))
    }

    /// Whether every field follows the rules of the type.
    pub(crate) fn fits(&self, kind: SecretType) -> bool {
        let legal = |Field(name, required, rule): &Field| match self.get(name) {
            None => !required,
            Some(value) => value.as_str().is_some_and(|text| self.follows(rule, text)),
        };
        fields(kind).iter().all(legal)
    }

    fn follows(&self, rule: &Rule, text: &str) -> bool {
        match rule {
            Rule::Any => true,
            Rule::Some => !text.is_empty(),
            Rule::Word(words) => words.contains(&text),
            Rule::Clone => self.text(ACCOUNT).is_some_and(|account| text == clone_of(account)),
        }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(it, _)| it == name).map(|(_, value)| value)
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().position(|(it, _)| it == name)?;
        Some(self.0.remove(at).1)
    }

    /// A field's text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Its JSON.
    pub(crate) fn written(&self) -> Option<String> {
        let mut json = Vec::new();
        let pairs = self.0.iter().map(|(name, value)| (name, value));
        serde_json::Serializer::new(&mut json).collect_map(pairs).ok()?;
        String::from_utf8(json).ok()
    }
}

/// Checks custom data: a few texts by name.
fn legal_custom(custom: Map<String, Value>) -> Option<Value> {
    (custom.len() <= CUSTOM_MAX && custom.values().all(Value::is_string))
        .then_some(Value::Object(custom))
}

/// Replaces the custom data of a configuration.
pub(crate) fn set_custom_data(config: &str, custom: &str) -> Result<String, Error> {
    let replaced = || {
        let custom = Some(custom).filter(|custom| custom.chars().count() <= EXTENDED_CONFIG_MAX)?;
        let custom = legal_custom(serde_json::from_str(custom).ok()?)?;
        let mut config = Config::read(config)?;
        config.take(CUSTOM_DATA);
        config.0.push((CUSTOM_DATA.to_owned(), custom));
        config.written()
    };
    replaced().ok_or_else(|| Error::Invalid("ExtendedConfig.CustomData".into()))
}

impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Config;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Config, A::Error> {
                let mut config = Config(Vec::new());
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    // If a field is repeated, the last one counts, as with most JSON parsers.
                    config.take(&name);
                    config.0.push((name, value));
                }
                Ok(config)
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}

/// Whether a secret of this type can have this configuration. Generic secrets have none.
pub(crate) fn fits(kind: &str, config: Option<&str>) -> bool {
    let Some(kind) = SecretType::from_word(kind) else { return false };
    match config {
        None => !kind.is_managed(),
        Some(text) => {
            kind.is_managed() && Config::read(text).is_some_and(|config| config.fits(kind))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::alibaba::secrets::types::samples::{
        DOUBLE, PASSWORD, POLARDB, RAM, REDIS, SINGLE, SSH,
    };
    use SecretType::{ECS, PolarDB, RAMCredentials, Rds, Redis};

    const SAMPLES: [(SecretType, &str); 7] = [
        (Rds, SINGLE),
        (Rds, DOUBLE),
        (RAMCredentials, RAM),
        (ECS, PASSWORD),
        (ECS, SSH),
        (Redis, REDIS),
        (PolarDB, POLARDB),
    ];

    fn checked(kind: SecretType, text: &str) -> Option<String> {
        Config::checked(kind, text)?.written()
    }

    /// A sample with one field set to this JSON, or without it.
    fn with(sample: &str, name: &str, json: Option<&str>) -> String {
        let mut config = Config::read(sample).unwrap();
        config.take(name);
        config.0.extend(json.map(|json| (name.to_owned(), serde_json::from_str(json).unwrap())));
        config.written().unwrap()
    }

    #[test]
    fn samples_are_returned_unchanged() {
        for (kind, sample) in SAMPLES {
            assert_eq!(checked(kind, sample).as_deref(), Some(sample), "{kind:?}");
            let spaced = sample.replace("\",\"", "\",\n \"");
            assert_eq!(checked(kind, &spaced).as_deref(), Some(sample), "{kind:?}");
            assert_eq!(
                checked(kind, &with(sample, CUSTOM_DATA, None)).as_deref(),
                Some(sample),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn each_field_is_a_text_and_may_be_required() {
        for (kind, sample) in SAMPLES {
            for Field(name, required, rule) in fields(kind) {
                let config = with(sample, name, None);
                assert_eq!(checked(kind, &config).is_none(), *required, "{kind:?} without {name}");
                for json in ["1", "null", "{}", "\"\""] {
                    let good = json == "\"\"" && matches!(rule, Rule::Any);
                    let config = with(sample, name, Some(json));
                    assert_eq!(checked(kind, &config).is_some(), good, "{kind:?} {name} = {json}");
                }
            }
        }
    }

    #[test]
    fn words_clones_and_custom_data_follow_their_rules() {
        let ten: Map<String, Value> = (0..10).map(|at| (at.to_string(), "v".into())).collect();
        let mut eleven = ten.clone();
        eleven.insert("x".into(), "v".into());
        let (ten, eleven) = (Value::Object(ten).to_string(), Value::Object(eleven).to_string());
        for (kind, sample, name, json, good) in [
            (Rds, SINGLE, SUB_TYPE, "\"DoubleUsers\"", true),
            (Rds, SINGLE, SUB_TYPE, "\"Password\"", false),
            (Rds, SINGLE, SUB_TYPE, "\"singleuser\"", false),
            (RAMCredentials, RAM, SUB_TYPE, "\"SingleUser\"", false),
            (ECS, SSH, SUB_TYPE, "\"Password\"", true),
            (ECS, SSH, SUB_TYPE, "\"SshKey\"", false),
            (Redis, REDIS, SUB_TYPE, "\"SingleUser\"", false),
            (Redis, REDIS, CLONE, "\"app_copy\"", false),
            (Redis, REDIS, ACCOUNT, "\"other\"", false),
            (PolarDB, POLARDB, SUB_TYPE, "\"SingleUser\"", false),
            (PolarDB, POLARDB, "DBType", "\"PostgreSQL\"", true),
            (PolarDB, POLARDB, "DBType", "\"Oracle\"", false),
            (PolarDB, POLARDB, CLONE, "\"app_clone\"", true),
            (PolarDB, POLARDB, CLONE, "\"app\"", false),
            (PolarDB, POLARDB, "AccountType", "\"Normal\"", true),
            (PolarDB, POLARDB, "AccountType", "\"Super\"", false),
            (PolarDB, POLARDB, "DBName", "\"shop\"", true),
            (Rds, SINGLE, CUSTOM_DATA, r#"{"Key1":"v1","fds":"fdsf"}"#, true),
            (Rds, SINGLE, CUSTOM_DATA, "null", true),
            (Rds, SINGLE, CUSTOM_DATA, &ten, true),
            (Rds, SINGLE, CUSTOM_DATA, &eleven, false),
            (Rds, SINGLE, CUSTOM_DATA, r#"{"a":1}"#, false),
            (Rds, SINGLE, CUSTOM_DATA, r#""{}""#, false),
            (Rds, SINGLE, CUSTOM_DATA, "[]", false),
            (Rds, SINGLE, "Note", "[1,{\"a\":null}]", true),
        ] {
            let config = with(sample, name, Some(json));
            assert_eq!(checked(kind, &config).is_some(), good, "{kind:?} {name} = {json}");
        }
    }

    #[test]
    fn a_configuration_is_a_short_object() {
        for bad in ["", "{", "[]", "null", "1", "\"{}\"", "{}", "{'SecretSubType':'SingleUser'}"] {
            assert_eq!(checked(Rds, bad), None, "{bad}");
        }
        let long = |length: usize| format!("{SINGLE:<length$}");
        assert_eq!(checked(Rds, &long(1024)).as_deref(), Some(SINGLE));
        assert_eq!(checked(Rds, &long(1025)), None);
        // Characters, not bytes.
        let wide = with(SINGLE, "DBInstanceId", Some(&format!("\"{}\"", "\u{5bc6}".repeat(900))));
        assert!(checked(Rds, &wide).is_some());
    }

    #[test]
    fn fields_have_the_documents_order_and_unknown_fields_stay() {
        let given = concat!(
            r#"{"b":[{"z":1}],"CustomData":{"k":"v"},"DBInstanceId":"rm-0","a":null,"#,
            r#""SecretSubType":"SingleUser","DBInstanceId":"rm-1"}"#
        );
        let ordered = concat!(
            r#"{"SecretSubType":"SingleUser","DBInstanceId":"rm-1","b":[{"z":1}],"a":null,"#,
            r#""CustomData":{"k":"v"}}"#
        );
        assert_eq!(checked(Rds, given).as_deref(), Some(ordered));
    }

    #[test]
    fn custom_data_is_replaced_as_a_whole() {
        let one = set_custom_data(REDIS, r#" {"a": "1"} "#).unwrap();
        assert_eq!(one, REDIS.replace(r#""CustomData":{}"#, r#""CustomData":{"a":"1"}"#));
        assert_eq!(
            set_custom_data(&one, r#"{"b":"2"}"#).unwrap(),
            one.replace(r#""a":"1""#, r#""b":"2""#)
        );
        assert_eq!(set_custom_data(&one, "{}").unwrap(), REDIS);
        let many = |pairs: usize| {
            let pairs: Vec<_> = (0..pairs).map(|at| format!("\"{at}\":\"v\"")).collect();
            format!("{{{}}}", pairs.join(","))
        };
        let wide = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
        for (custom, good) in [
            (many(10), true),
            (many(11), false),
            (wide(1024), true),
            (wide(1025), false),
            (r#"{"a":1}"#.to_owned(), false),
            ("[]".to_owned(), false),
            ("null".to_owned(), false),
            ("{".to_owned(), false),
        ] {
            match set_custom_data(SINGLE, &custom) {
                Ok(_) => assert!(good, "{custom}"),
                Err(error) => {
                    assert!(!good, "{custom}");
                    assert!(
                        matches!(error, Error::Invalid(name) if name == "ExtendedConfig.CustomData")
                    );
                }
            }
        }
    }
}
