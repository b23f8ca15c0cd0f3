//! The types of secrets: what each demands of a name, a value and a configuration, and how its values go on. Document
//! section 9.1; Redis and `PolarDB`, which it lacks, as newer SDKs describe them.

mod check;
mod config;
mod forms;
mod renew;

use serde::Deserialize;

pub(super) use check::check_new;
pub(super) use config::set_custom_data;
pub(super) use renew::{first_values, renew, renews_slowly};

/// The stage of the value in use.
pub(super) const CURRENT: &str = "ACSCurrent";
/// The stage of the value before it.
pub(super) const PREVIOUS: &str = "ACSPrevious";

/// The types of secrets.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[expect(clippy::upper_case_acronyms, reason = "these are the document's words")]
pub(super) enum SecretType {
    #[default]
    Generic,
    Rds,
    RAMCredentials,
    ECS,
    Redis,
    PolarDB,
}

impl SecretType {
    const ALL: [Self; 6] =
        [Self::Generic, Self::Rds, Self::RAMCredentials, Self::ECS, Self::Redis, Self::PolarDB];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Generic => "Generic",
            Self::Rds => "Rds",
            Self::RAMCredentials => "RAMCredentials",
            Self::ECS => "ECS",
            Self::Redis => "Redis",
            Self::PolarDB => "PolarDB",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether the service knows what the value is for, and can renew it.
    pub(super) fn is_managed(self) -> bool {
        self != Self::Generic
    }
}

/// Whether there are secrets of this type with this configuration; a secret of users' own has none.
pub(super) fn fits(kind: &str, config: Option<&str>) -> bool {
    let Some(kind) = SecretType::from_word(kind) else { return false };
    match config {
        None => !kind.is_managed(),
        Some(text) => {
            kind.is_managed() && config::Config::read(text).is_some_and(|config| config.fits(kind))
        }
    }
}

/// The configurations that the tests of this room start from.
#[cfg(test)]
mod samples {
    pub(super) const SINGLE: &str =
        r#"{"SecretSubType":"SingleUser","DBInstanceId":"rm-1","CustomData":{}}"#;
    pub(super) const DOUBLE: &str =
        r#"{"SecretSubType":"DoubleUsers","DBInstanceId":"rm-1","CustomData":{}}"#;
    pub(super) const RAM: &str =
        r#"{"SecretSubType":"RamUserAccessKey","UserName":"jo","CustomData":{}}"#;
    pub(super) const PASSWORD: &str = r#"{"SecretSubType":"Password","RegionId":"cn-hangzhou","InstanceId":"i-1","CustomData":{}}"#;
    pub(super) const SSH: &str =
        r#"{"SecretSubType":"SSHKey","RegionId":"cn-hangzhou","InstanceId":"i-1","CustomData":{}}"#;
    pub(super) const REDIS: &str = concat!(
        r#"{"SecretSubType":"DoubleUsers","AccountName":"app","CloneAccountName":"app_clone","#,
        r#""AccountPrivilege":"RoleReadWrite","InstanceId":"r-1","RegionId":"cn-hangzhou","CustomData":{}}"#
    );
    pub(super) const POLARDB: &str = concat!(
        r#"{"SecretSubType":"DoubleUsers","RegionId":"cn-hangzhou","DBClusterId":"pc-1","DBType":"MySQL","#,
        r#""AccountName":"app","CustomData":{}}"#
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for kind in SecretType::ALL {
            assert_eq!(SecretType::from_word(kind.word()), Some(kind));
            assert_eq!(
                serde_json::from_str::<SecretType>(&format!("\"{}\"", kind.word())).unwrap(),
                kind
            );
            assert_eq!(kind.is_managed(), kind != SecretType::Generic);
        }
        assert_eq!(SecretType::from_word("rds"), None);
    }
}
