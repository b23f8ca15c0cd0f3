//! Keeps other sites' pages from the control plane. A browser on the user's machine reaches whatever its user reaches: so
//! it is looked at by which name the server is called, and whose page asks.
//!
//! - Another site can make its own name lead to this machine (DNS rebinding), and its page is then of the same origin as
//!   the server. So the control plane answers only to names that are its own. A page cannot choose an IP address as its
//!   name and still be another's.
//! - A page of another site can send requests, and browsers say so: by `Origin` and by `Sec-Fetch-Site`.

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

/// Whether a host is an IP address, as it stands in a URL.
fn is_address(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(host) => host.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.parse::<std::net::Ipv4Addr>().is_ok(),
    }
}

/// Why a request is not let in.
pub(super) enum Stranger {
    /// It calls the server by a name that is not its own, or by none.
    Name(Refused),
    /// A page of another site sent it, or one sent it in a way that another site could.
    Page(Refused),
}

/// Looks whether a request may be of the server's own user.
pub(super) fn check(names: &[ServedName], request: &Request) -> Result<(), Stranger> {
    let headers = request.headers();
    let is_of_page = headers.contains_key(ORIGIN) || is_marked(headers);
    let called = called(request.uri(), headers);
    if is_of_page {
        // Whose page it is comes first: a foreign one is told nothing, whatever it calls.
        check_page(request, called.as_ref().ok().and_then(|hosts| hosts.last()))
            .map_err(Stranger::Page)?;
    }
    for host in called.map_err(Stranger::Name)? {
        if !answers_to(names, host.host()) {
            return Err(Stranger::Name(unknown_name(host.host())));
        }
    }
    Ok(())
}

/// The hosts that a request names: in its Host, and in its target where that is a whole URL.
fn called(target: &Uri, headers: &HeaderMap) -> Result<Vec<Authority>, Refused> {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(Refused::bad("the request has to name one Host"));
    };
    let host = host.to_str().ok().and_then(|text| text.trim().parse().ok());
    let all: Vec<Authority> = target.authority().cloned().into_iter().chain(host.clone()).collect();
    if host.is_none() || !all.iter().all(is_host_and_port) {
        return Err(Refused::bad("the request's Host is no HOST or HOST:PORT"));
    }
    Ok(all)
}

/// Whether it is a host, with a port or without, and no more.
fn is_host_and_port(authority: &Authority) -> bool {
    let rest =
        authority.as_str().strip_prefix(authority.host()).filter(|_| !authority.host().is_empty());
    rest.is_some_and(|rest| matches!(rest, "" | ":") || authority.port_u16().is_some())
}

fn unknown_name(host: &str) -> Refused {
    // Nobody's name is longer.
    let shown: String = host.chars().take(253).collect();
    Refused::of(
        StatusCode::FORBIDDEN,
        format!(
            "the control plane does not answer to the name {shown:?}: call it by localhost or an IP address, or start the \
             server with --control-host {shown}"
        ),
    )
}

/// Whether a browser says about the request what it is for.
fn is_marked(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name.as_str().starts_with("sec-fetch-"))
}

/// Looks at a request that a page sent, or a program that behaves like one.
fn check_page(request: &Request, host: Option<&Authority>) -> Result<(), Refused> {
    let headers = request.headers();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_own = |site: &[u8]| match site {
        b"same-origin" => true,
        // The user asked for it, by the address bar or a bookmark.
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
            "pages of other sites may not use the control plane: ask from a program, or from a page of this very origin",
        ));
    }
    // Node's fetch says `sec-fetch-mode` and nothing of a site: there is no page. An empty request of it has no type.
    let is_node = sites.iter().next().is_none() && origins.iter().next().is_none();
    if is_read || is_structured(headers) || is_node && is_empty(headers) {
        return Ok(());
    }
    Err(Refused::of(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "a request with Origin or Sec-Fetch headers needs `Content-Type: application/json` (or application/yaml)",
    ))
}

/// Whether this is the origin of a page that the same server sent. Both schemes are spoken on one port.
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

/// Whether the body is of a type that a page can send to its own origin only, unless it is allowed more.
fn is_structured(headers: &HeaderMap) -> bool {
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
    fn its_own_names_are_loopback_addresses_and_those_given() {
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
    fn an_origin_is_scheme_host_and_port() {
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
