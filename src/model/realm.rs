//! The unit of isolation.

use std::sync::Arc;

/// One account in one region of one cloud. A caller can reach only its own realm.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Realm {
    /// The dialect's name.
    pub dialect: Arc<str>,
    /// The account id.
    pub account: Arc<str>,
    /// The region id. Empty for what belongs to the whole account, such as its subscription.
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

    /// The account's realm in another region.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        Self { region: region.into(), ..self.clone() }
    }

    /// The account's realm without a region.
    #[must_use]
    pub fn account_wide(&self) -> Self {
        Self { region: "".into(), ..self.clone() }
    }
}

/// A set of realms: those of an account, of a region, of both, or all. The default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// Only this account.
    pub account: Option<Arc<str>>,
    /// Only this region.
    pub region: Option<Arc<str>>,
}

impl Scope {
    /// Whether the realm is in this scope.
    #[must_use]
    pub fn has(&self, realm: &Realm) -> bool {
        self.account.as_ref().is_none_or(|it| *it == realm.account)
            && self.region.as_ref().is_none_or(|it| *it == realm.region)
    }

    /// Whether every realm of `other` is in this scope.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let within =
            |wide: &Option<Arc<str>>, narrow: &Option<Arc<str>>| wide.is_none() || wide == narrow;
        within(&self.account, &other.account) && within(&self.region, &other.region)
    }
}
