//! The address of a server.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::Uri;
use axum::http::uri::{Authority, Scheme};

use super::Trust;

/// A server's address: the scheme, the host and the port.
#[derive(Clone)]
pub(crate) struct Endpoint {
    authority: Authority,
    /// The authorities to trust for HTTPS, if they are known.
    pub(super) trust: Option<Trust>,
    /// Whether to use TLS.
    pub(crate) secure: bool,
}

impl Endpoint {
    /// Parses `http://host:port` or `https://host:port`. The error does not show the text, which
    /// might contain a password.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "expected http://HOST:PORT or https://HOST:PORT";
        let uri: Uri = text.parse().map_err(|_| FORM)?;
        let secure = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            _ => return Err(FORM),
        };
        let plain = matches!(uri.path(), "" | "/") && uri.query().is_none();
        let authority = uri.into_parts().authority.ok_or(FORM)?;
        // Only a host and a valid port are accepted, and no user.
        let rest = authority
            .as_str()
            .strip_prefix(authority.host())
            .filter(|_| !authority.host().is_empty());
        let port = rest
            .is_some_and(|rest| rest.is_empty() || authority.port_u16().is_some_and(|it| it > 0));
        if plain && port { Ok(Self { authority, trust: None, secure }) } else { Err(FORM) }
    }

    /// The local address of a server that listens at `text`.
    pub(crate) fn of_listener(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "expected HOST:PORT";
        let local = match text.parse::<SocketAddr>() {
            Ok(mut address) if address.ip().is_unspecified() => {
                let is_v4 = address.is_ipv4();
                address.set_ip(if is_v4 {
                    Ipv4Addr::LOCALHOST.into()
                } else {
                    Ipv6Addr::LOCALHOST.into()
                });
                address.to_string()
            }
            Ok(address) => address.to_string(),
            Err(_) => text.to_owned(),
        };
        let authority: Authority = local.parse().map_err(|_| FORM)?;
        match authority.port_u16() {
            None => Err(FORM),
            Some(0) => Err("the server picks a free port: use --url"),
            Some(_) => Ok(Self { authority, trust: None, secure: false }),
        }
    }

    /// The local address of a server that listens here.
    pub(crate) fn at(address: SocketAddr) -> Result<Self, &'static str> {
        Self::of_listener(&address.to_string())
    }

    /// The same endpoint, whose certificate must come from one of these authorities.
    pub(crate) fn trusting(self, trust: Trust) -> Self {
        Self { trust: Some(trust), ..self }
    }

    /// `http://host:port`.
    pub(crate) fn url(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.authority)
    }

    /// `host:port`, or `host` for the scheme's default port.
    pub(crate) fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// `host:port` with the region as the first label. An IP address is replaced by `localhost`.
    pub(crate) fn in_region(&self, region: &str) -> String {
        let (host, port) = self.host_and_port();
        let host = if host.parse::<IpAddr>().is_ok() { "localhost" } else { host };
        format!("{region}.{host}:{port}")
    }

    /// The host, without the brackets of IPv6, and the port.
    pub(super) fn host_and_port(&self) -> (&str, u16) {
        let host = self.authority.host();
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        (host, self.authority.port_u16().unwrap_or(if self.secure { 443 } else { 80 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_strictly() {
        let it = Endpoint::parse("http://kmsim:5690/").unwrap();
        assert_eq!((it.url().as_str(), it.authority()), ("http://kmsim:5690", "kmsim:5690"));
        assert_eq!(it.host_and_port(), ("kmsim", 5690));
        assert_eq!(Endpoint::parse("http://[::1]:1").unwrap().host_and_port(), ("::1", 1));
        assert_eq!(Endpoint::parse("http://kmsim").unwrap().host_and_port(), ("kmsim", 80));
        assert_eq!(Endpoint::parse("https://kmsim").unwrap().host_and_port(), ("kmsim", 443));
        for bad in [
            "",
            "kmsim:5690",
            "ftp://kmsim",
            "http://",
            "http://a/b",
            "http://a?b",
            "http://u:p@a:1",
            "http://a b",
            "http://a:99999",
            "http://a:0",
            "http://a:",
        ] {
            assert!(Endpoint::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_region_is_the_first_label() {
        for (url, expected) in [
            ("http://127.0.0.1:5690", "cn-shanghai.localhost:5690"),
            ("https://[::1]:5691", "cn-shanghai.localhost:5691"),
            ("http://localhost:5690", "cn-shanghai.localhost:5690"),
            ("http://kmsim", "cn-shanghai.kmsim:80"),
        ] {
            assert_eq!(Endpoint::parse(url).unwrap().in_region("cn-shanghai"), expected);
        }
    }

    #[test]
    fn a_listener_has_a_local_address() {
        for (listener, url) in [
            ("127.0.0.1:5690", "http://127.0.0.1:5690"),
            ("0.0.0.0:5690", "http://127.0.0.1:5690"),
            ("[::]:5690", "http://[::1]:5690"),
            ("10.0.0.7:80", "http://10.0.0.7:80"),
            ("localhost:1", "http://localhost:1"),
        ] {
            assert_eq!(Endpoint::of_listener(listener).unwrap().url(), url);
        }
        for bad in ["", "127.0.0.1", "127.0.0.1:0", "a b:1", "a:99999"] {
            assert!(Endpoint::of_listener(bad).is_err(), "{bad}");
        }
    }
}
