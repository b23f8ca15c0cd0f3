//! How entries of the format are declared.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The default of flags that are on.
pub(in crate::seed) fn on() -> bool {
    true
}

/// Whether a key or an instance is protected from deletion, and why.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
pub(in crate::seed) enum Protection {
    Flag(bool),
    Reason(String),
}

impl Protection {
    /// Why, if it is protected.
    pub(in crate::seed) fn reason(&self) -> Option<String> {
        match self {
            Self::Flag(false) => None,
            Self::Flag(true) => Some(String::new()),
            Self::Reason(reason) => Some(reason.clone()),
        }
    }
}

/// A value that says nothing.
pub(in crate::seed) trait Blank {
    fn is_blank(&self) -> bool;
}

macro_rules! blank {
    ($($type:ty $(, $generic:ident)*: $is_blank:path;)+) => {
        $(impl<$($generic),*> Blank for $type {
            fn is_blank(&self) -> bool {
                $is_blank(self)
            }
        })+
    };
}
blank! {
    Option<T>, T: Self::is_none;
    Vec<T>, T: Self::is_empty;
    BTreeMap<String, String>: Self::is_empty;
    String: Self::is_empty;
    bool: std::ops::Not::not;
}

/// Declares entries of the format. An optional field may be absent, and an export leaves it out if
/// it says nothing.
macro_rules! entries {
    ($(
        $(#[$doc:meta])*
        $entry:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* }
        optional { $($(#[$more:meta])* $optional:ident: $what:ty,)* }
    )+) => {$(
        $(#[$doc])*
        #[derive(Deserialize, Serialize)]
        #[serde(deny_unknown_fields)]
        pub(in crate::seed) struct $entry {
            $($(#[$attribute])* pub(in crate::seed) $field: $type,)*
            $(
                $(#[$more])*
                #[serde(
                    default,
                    skip_serializing_if = "crate::seed::document::entries::Blank::is_blank"
                )]
                pub(in crate::seed) $optional: $what,
            )*
        }
    )+};
}
pub(super) use entries;
