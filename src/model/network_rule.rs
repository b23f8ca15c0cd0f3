//! Network rules: addresses from which applications may call.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Ordinal;
use super::noun::{ByName, Noun, named_by};
use super::stored::{Damaged, StoredRecord, Unseal};
use super::texts::{is_name, names, texts};
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

/// An IP address, or a network in CIDR notation (RFC 4632). It is kept as its owner wrote it; bits
/// after the prefix have no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    text: Arc<str>,
    address: IpAddr,
    /// How many of the leading bits count.
    prefix: u32,
}

impl Network {
    /// Reads an IPv4 or IPv6 address, alone or with `/` and the length of a prefix in bits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => bits,
            Some(digits) if digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().ok().filter(|prefix| *prefix <= bits)?
            }
            Some(_) => return None,
        };
        Some(Self { text: text.into(), address, prefix })
    }

    /// Whether it contains an address. An IPv4 address in its IPv6 form counts as the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (own.to_bits() ^ other.to_bits()).leading_zeros() >= self.prefix
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                (own.to_bits() ^ other.to_bits()).leading_zeros() >= self.prefix
            }
            _ => false,
        }
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

    fn read(
        ordinal: Ordinal,
        head: &StoredRecord,
        _parts: &[StoredRecord],
        _unseal: &Unseal<'_>,
    ) -> Result<Self, Damaged> {
        Ok(Self { ordinal, ..head.body()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_addresses() {
        for (network, address, contains) in [
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("10.1.2.3", "::ffff:10.1.2.3", true),
            ("10.10.10.10/24", "10.10.10.255", true),
            ("10.10.10.10/24", "10.10.11.0", false),
            ("10.10.10.10/25", "10.10.10.128", false),
            ("0.0.0.0/0", "255.1.2.3", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "10.1.2.3", false),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("2001:db8::1", "2001:db8::1", true),
        ] {
            let parsed = Network::parse(network).unwrap();
            assert_eq!(parsed.contains(address.parse().unwrap()), contains, "{network} {address}");
            assert_eq!(parsed.to_string(), network);
        }
    }

    #[test]
    fn only_addresses_and_networks_are_read() {
        for bad in [
            "",
            "a",
            "10.1.2",
            "10.1.2.256",
            "10.1.2.3/",
            "10.1.2.3/33",
            "10.1.2.3/-1",
            "10.1.2.3/+1",
            "10.1.2.3/0008",
            "10.1.2.3/8/8",
            " 10.1.2.3",
            "::/129",
            "[::1]",
        ] {
            assert_eq!(Network::parse(bad), None, "{bad:?}");
        }
    }
}
