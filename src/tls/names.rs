//! The hostnames in the server's certificates. A client that asks for a hostname (SNI) gets a
//! certificate with it, whatever it is. Other clients need names that are known beforehand: those
//! that call an IP address, and those that do not send a name without a dot (Java).

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use rcgen::SanType;
use rustls::pki_types::DnsName;

use super::TlsError;

/// A hostname or address that clients use for the server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ServedName {
    /// In lower case, without a trailing dot. The first label may be `*`.
    Dns(Box<str>),
    /// An IP address.
    Ip(IpAddr),
}

impl FromStr for ServedName {
    type Err = TlsError;

    fn from_str(text: &str) -> Result<Self, TlsError> {
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self::of_address(ip));
        }
        let labels = text.strip_prefix("*.").unwrap_or(text);
        if DnsName::try_from(labels).is_err() {
            return Err(TlsError::new(format_args!(
                "{text:?} is neither a DNS name nor an IP address"
            )));
        }
        Ok(Self::Dns(text.trim_end_matches('.').to_ascii_lowercase().into()))
    }
}

impl ServedName {
    /// An address. An IPv4-mapped IPv6 address becomes IPv4.
    pub(super) fn of_address(ip: IpAddr) -> Self {
        Self::Ip(ip.to_canonical())
    }

    /// Whether it matches this host, which is in lower case without a trailing dot.
    #[must_use]
    pub fn matches(&self, host: &str) -> bool {
        match self {
            Self::Dns(name) => match name.strip_prefix("*.") {
                Some(parent) => host
                    .split_once('.')
                    .is_some_and(|(first, rest)| !first.is_empty() && rest == parent),
                None => **name == *host,
            },
            Self::Ip(ip) => host.parse::<IpAddr>().is_ok_and(|it| it.to_canonical() == *ip),
        }
    }

    /// Its form among a certificate's alternative names.
    pub(super) fn in_certificate(&self) -> Result<SanType, rcgen::Error> {
        Ok(match self {
            Self::Dns(name) => SanType::DnsName(name.as_ref().try_into()?),
            Self::Ip(ip) => SanType::IpAddress(*ip),
        })
    }
}

/// The names in every certificate: those of this machine, that of the image, and the extra ones,
/// each once.
#[must_use]
pub fn default_names(extra: &[ServedName]) -> Vec<ServedName> {
    let host = gethostname::gethostname().into_string().unwrap_or_default();
    let short = host.split('.').next().unwrap_or_default();
    let texts = ["localhost", "kmsim", "host.docker.internal", &host, short];
    let loopback = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()].map(ServedName::Ip);
    // The machine's hostname may be one that a certificate cannot contain.
    let valid = texts.iter().filter_map(|text| text.parse().ok());
    let mut seen = HashSet::new();
    let all = valid.chain(loopback).chain(extra.iter().cloned());
    all.filter(|name: &ServedName| seen.insert(name.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parsed_strictly() {
        let read = |text: &str| text.parse::<ServedName>().map_err(|e| e.to_string());
        assert_eq!(read("KMS.Example.com."), Ok(ServedName::Dns("kms.example.com".into())));
        assert_eq!(read("*.example.com"), Ok(ServedName::Dns("*.example.com".into())));
        assert_eq!(read("my_kms"), Ok(ServedName::Dns("my_kms".into())));
        assert_eq!(read("::ffff:10.0.0.9"), Ok(ServedName::Ip(Ipv4Addr::new(10, 0, 0, 9).into())));
        for bad in
            ["", "*", "*.", "a b", "http://kms", "kms:443", "10.0.0.256", "[::1]", "a..b", "ключ"]
        {
            assert_eq!(read(bad), Err(format!("{bad:?} is neither a DNS name nor an IP address")));
        }
    }

    #[test]
    fn each_name_occurs_once() {
        let extra = ["localhost", "::1", "kms.test", "kms.test"].map(|text| text.parse().unwrap());
        let names = default_names(&extra);
        for name in &names {
            assert_eq!(names.iter().filter(|it| *it == name).count(), 1, "{name:?}");
        }
        assert!(names.contains(&ServedName::Dns("kms.test".into())));
        assert!(names.contains(&ServedName::Dns("host.docker.internal".into())));
    }
}
