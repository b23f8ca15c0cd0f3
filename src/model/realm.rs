//! The unit of isolation.

use std::sync::Arc;

/// Who shares a set of keys: one account, in one region, of one cloud. A caller sees its own realm
/// only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Realm {
    /// The dialect's name.
    pub dialect: Arc<str>,
    /// The account id.
    pub account: Arc<str>,
    /// The region id. Empty for what belongs to the account as a whole, such as its subscription.
    pub region: Arc<str>,
}

impl Realm {
    /// The realm of `account` in `region`.
    #[must_use]
    pub fn new(dialect: &str, account: &str, region: &str) -> Self {
        Self { dialect: dialect.into(), account: account.into(), region: region.into() }
    }

    /// Whether a text can be a region's id: 1 to 64 letters, digits and hyphens.
    #[must_use]
    pub fn is_region_id(text: &str) -> bool {
        let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        (1..=64).contains(&text.len()) && text.bytes().all(legal)
    }

    /// The realm of what `account` has in no region in particular.
    #[must_use]
    pub fn account_wide(&self) -> Self {
        Self { region: "".into(), ..self.clone() }
    }
}

/// Some realms: those of an account, of a region, of both, or all of them. The default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// The account, where it is one.
    pub account: Option<Arc<str>>,
    /// The region, where it is one.
    pub region: Option<Arc<str>>,
}

impl Scope {
    /// Whether the realm is one of them.
    #[must_use]
    pub fn has(&self, realm: &Realm) -> bool {
        self.account.as_ref().is_none_or(|it| *it == realm.account)
            && self.region.as_ref().is_none_or(|it| *it == realm.region)
    }

    /// Whether every realm of `other` is one of these.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let within =
            |wide: &Option<Arc<str>>, narrow: &Option<Arc<str>>| wide.is_none() || wide == narrow;
        within(&self.account, &other.account) && within(&self.region, &other.region)
    }
}
