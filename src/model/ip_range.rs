//! Ranges of IP addresses.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A range of IP addresses: one address, or all that share its first bits, as in `10.0.0.0/8`. The
/// bits behind the prefix do not matter, so `10.1.2.3/8` is the same range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpRange {
    address: IpAddr,
    /// How many bits the addresses share.
    prefix: u8,
}

/// The text is no range of IP addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an IP address, nor a range such as 10.0.0.0/8")]
pub struct NoIpRange;

impl IpRange {
    /// Whether the address is in the range. An IPv4 address and its form in IPv6 are the same.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differing = own.to_bits() ^ other.to_bits();
                differing.leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differing = own.to_bits() ^ other.to_bits();
                differing.leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for IpRange {
    type Err = NoIpRange;

    fn from_str(text: &str) -> Result<Self, NoIpRange> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NoIpRange)?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let is_number =
            |text: &str| text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        let prefix = match prefix {
            None => bits,
            Some(text) if is_number(text) => text.parse().map_err(|_| NoIpRange)?,
            Some(_) => return Err(NoIpRange),
        };
        if prefix > bits { Err(NoIpRange) } else { Ok(Self { address, prefix }) }
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_contain_what_shares_their_prefix() {
        for (range, inside, outside) in [
            ("10.10.10.10", "10.10.10.10", "10.10.10.11"),
            ("10.10.10.10/24", "10.10.10.255", "10.10.11.0"),
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("10.0.0.0/8", "::ffff:10.1.1.1", "::10.1.1.1"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("192.168.1.1/32", "192.168.1.1", "192.168.1.0"),
            ("::/0", "fe80::1", "127.0.0.1"),
            ("fd00::/8", "fdff::", "fe00::"),
            ("::1", "::1", "::2"),
        ] {
            let range: IpRange = range.parse().unwrap();
            assert!(range.contains(inside.parse().unwrap()), "{range} {inside}");
            assert!(!range.contains(outside.parse().unwrap()), "{range} {outside}");
        }
    }

    #[test]
    fn other_texts_are_no_ranges() {
        for bad in [
            "",
            "10",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "10.0.0.0/0008",
            "::/129",
            "a/8",
            " ::1",
        ] {
            assert_eq!(bad.parse::<IpRange>(), Err(NoIpRange), "{bad}");
        }
    }
}
