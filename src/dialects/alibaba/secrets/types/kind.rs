//! The types of secrets, and the stages that every secret has.

use serde::Deserialize;

/// The stage of the current value.
pub(crate) const CURRENT: &str = "ACSCurrent";
/// The stage of the previous value.
pub(crate) const PREVIOUS: &str = "ACSPrevious";

/// The types of secrets.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[expect(clippy::upper_case_acronyms, reason = "these are the document's words")]
pub(crate) enum SecretType {
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

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Generic => "Generic",
            Self::Rds => "Rds",
            Self::RAMCredentials => "RAMCredentials",
            Self::ECS => "ECS",
            Self::Redis => "Redis",
            Self::PolarDB => "PolarDB",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether the service knows the purpose of the value, and can rotate it.
    pub(crate) fn is_managed(self) -> bool {
        self != Self::Generic
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parsed_as_they_are_written() {
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
