//! Network rules: addresses from which applications may call.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::index::ByName;
use super::noun::{Noun, named_by, read_from_body};
use super::texts::{is_name, names, texts};
use super::{IpRange, Ordinal};
use crate::world::Instant;

names! {
    /// A network rule's name, unique in its realm. Opaque text; its cloud decides the exact form.
    NetworkRuleName:
    /// Reads a name: 1 to 1024 bytes without control characters.
    is_name;
}

/// A network rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkRule {
    /// Its number in the realm, shared with all nouns.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its name.
    pub name: NetworkRuleName,
    /// Which network its addresses are of.
    pub kind: NetworkKind,
    /// The addresses, in the owner's order.
    pub sources: Vec<Network>,
    /// The owner's description.
    pub description: String,
    /// When it was created.
    pub created_at: Instant,
}

/// The network over which requests come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkKind {
    /// The private network of an instance.
    Private,
    /// The internet.
    Public,
    /// A private network of the owner, without an instance in it.
    Vpc,
}

/// A range of IP addresses, as its owner wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    text: Arc<str>,
    range: IpRange,
}

impl Network {
    /// Reads an IP address, or a range of addresses such as `10.0.0.0/8`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let range = text.parse().ok()?;
        Some(Self { text: text.into(), range })
    }

    /// Whether it contains an address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.range.contains(address)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

texts! { Network: Network::parse }

impl Noun for NetworkRule {
    const KIND: &'static str = "network-rule";
    type Names = ByName<NetworkRuleName>;
    type Part = ();

    named_by! { name: NetworkRuleName }

    read_from_body! {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_stay_as_they_were_written() {
        for text in ["10.10.10.10/24", "71.71.71.71", "2001:DB8::1/032"] {
            assert_eq!(Network::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Network::parse("10.10.10"), None);
    }
}
