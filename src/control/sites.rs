//! Keeps pages of other sites away from the control plane. A browser on the user's machine can
//! reach whatever its user can reach. So the hostname and the origin of a request are checked.
//!
//! - A site can make its own hostname resolve to this machine (DNS rebinding). Its page then has
//!   the same origin as the server. So the control plane answers only to its own hostnames. IP
//!   addresses are safe: a page whose origin is an IP address was served from it.
//! - A page of another site can send requests. Browsers mark them by `Origin` and `Sec-Fetch-Site`.

use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, ORIGIN, TRANSFER_ENCODING};
use axum::http::uri::{Authority, Scheme};
use axum::http::{HeaderMap, Method, StatusCode, Uri};

use super::answer::Refused;
use crate::tls::ServedName;

/// Whether the control plane answers to this host: a loopback name, an IP address, or one of these
/// names.
fn answers_to(names: &[ServedName], host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let is_loopback = host == "localhost" || host.ends_with(".localhost");
    is_loopback || is_address(&host) || names.iter().any(|name| name.matches(&host))
}

/// Whether a host is an IP address, in the form of a URL.
fn is_address(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(host) => host.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.parse::<std::net::Ipv4Addr>().is_ok(),
    }
}

/// Why a request is rejected.
pub(super) enum Rejected {
    /// It uses a hostname that is not the server's, or none.
    Name(Refused),
    /// A page of another site sent it, or may have sent it.
    Page(Refused),
}

/// Checks the hostname and the origin of a request.
pub(super) fn check(names: &[ServedName], request: &Request) -> Result<(), Rejected> {
    let headers = request.headers();
    let is_from_page = headers.contains_key(ORIGIN) || has_fetch_headers(headers);
    let hosts = named_hosts(request.uri(), headers);
    if is_from_page {
        // The origin is checked first: a foreign page learns nothing, whatever hostname it uses.
        check_page(request, hosts.as_ref().ok().and_then(|hosts| hosts.last()))
            .map_err(Rejected::Page)?;
    }
    for host in hosts.map_err(Rejected::Name)? {
        if !answers_to(names, host.host()) {
            return Err(Rejected::Name(foreign_name(host.host())));
        }
    }
    Ok(())
}

/// The hosts that a request names: in its Host header, and in its target if that is an absolute
/// URL.
fn named_hosts(target: &Uri, headers: &HeaderMap) -> Result<Vec<Authority>, Refused> {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(Refused::bad("the request needs exactly one Host header"));
    };
    let host = host.to_str().ok().and_then(|text| text.trim().parse().ok());
    let all: Vec<Authority> = target.authority().cloned().into_iter().chain(host.clone()).collect();
    if host.is_none() || !all.iter().all(is_host_and_port) {
        return Err(Refused::bad("the Host header is not HOST or HOST:PORT"));
    }
    Ok(all)
}

/// Whether it is a host with an optional port, and nothing else.
fn is_host_and_port(authority: &Authority) -> bool {
    let rest =
        authority.as_str().strip_prefix(authority.host()).filter(|_| !authority.host().is_empty());
    rest.is_some_and(|rest| matches!(rest, "" | ":") || authority.port_u16().is_some())
}

fn foreign_name(host: &str) -> Refused {
    // No DNS name is longer.
    let shown: String = host.chars().take(253).collect();
    Refused::of(
        StatusCode::FORBIDDEN,
        format!(
            "the control plane does not answer to the name {shown:?}: use localhost or an IP \
             address, or start the server with --control-host {shown}"
        ),
    )
}

/// Whether a browser added its Sec-Fetch headers.
fn has_fetch_headers(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name.as_str().starts_with("sec-fetch-"))
}

/// Checks a request that was sent by a page, or by a program with browser headers.
fn check_page(request: &Request, host: Option<&Authority>) -> Result<(), Refused> {
    let headers = request.headers();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_own = |site: &[u8]| match site {
        b"same-origin" => true,
        // The user entered the address or used a bookmark.
        b"none" => is_read,
        _ => false,
    };
    let sites = headers.get_all("sec-fetch-site");
    let origins = headers.get_all(ORIGIN);
    let is_ours = |origin: &[u8]| host.is_some_and(|host| is_origin_of(origin, host));
    let own = sites.iter().all(|site| is_own(site.as_bytes()))
        && origins.iter().all(|origin| is_ours(origin.as_bytes()))
        && sites.iter().count() <= 1
        && origins.iter().count() <= 1;
    if !own {
        return Err(Refused::of(
            StatusCode::FORBIDDEN,
            "pages of other sites may not use the control plane: use a program, or a page of this \
             origin",
        ));
    }
    // Node's fetch sends `sec-fetch-mode` but no site, because there is no page. Without a body, it
    // sends no content type.
    let is_node = sites.iter().next().is_none() && origins.iter().next().is_none();
    if is_read || has_structured_type(headers) || is_node && is_empty(headers) {
        return Ok(());
    }
    Err(Refused::of(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "a request with Origin or Sec-Fetch headers needs `Content-Type: application/json` (or \
         application/yaml)",
    ))
}

/// Whether this is the server's own origin. Both schemes are served on one port.
fn is_origin_of(origin: &[u8], host: &Authority) -> bool {
    let origin = std::str::from_utf8(origin).ok().and_then(|text| text.parse::<Uri>().ok());
    let Some(parts) = origin.map(Uri::into_parts) else { return false };
    let usual = match parts.scheme {
        Some(scheme) if scheme == Scheme::HTTP => 80,
        Some(scheme) if scheme == Scheme::HTTPS => 443,
        _ => return false,
    };
    let port = |authority: &Authority| authority.port_u16().unwrap_or(usual);
    parts.authority.is_some_and(|it| {
        is_host_and_port(&it)
            && it.host().eq_ignore_ascii_case(host.host())
            && port(&it) == port(host)
    })
}

/// Whether the content type is one that a page can send only to its own origin, unless CORS allows
/// more.
fn has_structured_type(headers: &HeaderMap) -> bool {
    const TYPES: [&str; 4] =
        ["application/json", "application/yaml", "application/x-yaml", "text/yaml"];
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(kind), None) = (types.next(), types.next()) else { return false };
    let kind =
        kind.to_str().ok().and_then(|text| text.split(';').next()).unwrap_or_default().trim();
    TYPES.iter().any(|it| kind.eq_ignore_ascii_case(it))
}

fn is_empty(headers: &HeaderMap) -> bool {
    let length = headers.get(CONTENT_LENGTH).is_none_or(|length| length.as_bytes() == b"0");
    length && !headers.contains_key(TRANSFER_ENCODING) && !headers.contains_key(CONTENT_TYPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_names_are_loopback_names_addresses_and_given_names() {
        let names = ["kmsim", "kms.test", "*.corp.test"].map(|it| it.parse().unwrap());
        for own in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "cn-shanghai.localhost",
            "127.0.0.1",
            "10.0.0.7",
            "[::1]",
            "[fe80::1]",
            "kmsim",
            "KMS.test",
            "kms.test.",
            "a.corp.test",
        ] {
            assert!(answers_to(&names, own), "{own}");
        }
        for other in [
            "",
            ".",
            "evil.test",
            "localhost.evil.test",
            "127.0.0.1.evil.test",
            "xlocalhost",
            "kmsim.evil.test",
            "corp.test",
            "a.b.corp.test",
            ".corp.test",
            "2130706433",
            "127.1",
            "0x7f.0.0.1",
            "::1",
            "[::1",
        ] {
            assert!(!answers_to(&names, other), "{other}");
        }
    }

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        let host = |text: &str| text.parse::<Authority>().unwrap();
        for (origin, called, is_own) in [
            ("http://localhost:5690", "localhost:5690", true),
            ("https://localhost:5690", "LocalHost:5690", true),
            ("http://localhost", "localhost", true),
            ("http://localhost:80", "localhost", true),
            ("https://localhost", "localhost:443", true),
            ("http://[::1]:5690", "[::1]:5690", true),
            ("http://localhost:3000", "localhost:5690", false),
            ("http://127.0.0.1:5690", "localhost:5690", false),
            ("https://localhost", "localhost:80", false),
            ("http://u@localhost:5690", "localhost:5690", false),
            ("null", "localhost:5690", false),
            ("", "localhost:5690", false),
            ("localhost:5690", "localhost:5690", false),
            ("file://localhost:5690", "localhost:5690", false),
            ("chrome-extension://localhost:5690", "localhost:5690", false),
        ] {
            assert_eq!(
                is_origin_of(origin.as_bytes(), &host(called)),
                is_own,
                "{origin} at {called}"
            );
        }
    }
}
