//! Parsing a request: the parameters of query and body in one list, and the form of its signature.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use memchr::{memchr, memchr2};

use super::acs::{Authorization, Signed, header};
use crate::dialects::alibaba::{codes, dedicated, regions};
use crate::dialects::wire::canonical::encode_pairs;
use crate::dialects::wire::form::{Form, is_form};
use crate::dialects::wire::inbound::find_header;
use crate::dialects::{BODY_LIMIT, BodyRefused, Inbound, Refusal};

/// The only version of the API.
pub(crate) const VERSION: &str = "2016-01-20";

/// A parsed request.
pub(in crate::dialects) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The parameters of the query alone, if the signature needs them.
    pub(crate) query: Form,
    /// The parameters of query and body, each name once. If one is in both, the body wins; if it is
    /// repeated, the last one wins.
    pub(crate) params: Form,
    pub(crate) scheme: Scheme,
    /// The refusal, if the request cannot be parsed.
    pub(crate) parse_error: Option<Refusal>,
}

/// How a request is signed.
pub(crate) enum Scheme {
    /// By the parameter `Signature`.
    Rpc,
    /// By the header `Authorization`.
    Acs(Authorization),
    /// By a header `Authorization` that cannot be parsed.
    Malformed,
    /// By the header `Authorization` of the dedicated gateway, whose wire is another one.
    Dedicated(dedicated::request::Request),
    /// Not at all: the request only has a bearer token.
    Bearer,
    /// Not at all.
    None,
}

fn unparsable() -> Refusal {
    codes::PARSE_REQUEST_PARAMETER_EXCEPTION.into()
}

impl Call {
    /// Parses a request. After an error, parsing goes on as far as possible.
    pub(crate) fn parse(inbound: Inbound) -> Self {
        if dedicated::request::is_marked(&inbound.headers) {
            return Self::of_dedicated(inbound);
        }
        let Inbound { method, uri, headers, body, .. } = inbound;
        let mut parse_error = match method {
            Method::GET | Method::POST => None,
            _ => Some(codes::UNSUPPORTED_HTTP_METHOD.into()),
        };
        let refused = body.as_ref().err().copied();
        let body = body.unwrap_or_else(|why| {
            parse_error = Some(match why {
                BodyRefused::TooLarge => unparsable()
                    .and(&format!("The request body is larger than {BODY_LIMIT} bytes.")),
                BodyRefused::Broken | BodyRefused::OverBudget | BodyRefused::Head(_) => {
                    unparsable()
                }
            });
            Bytes::new()
        });
        let mut read = |query: &[u8], body: &[u8]| {
            Form::read(&[query, body]).unwrap_or_else(|| {
                parse_error = Some(unparsable());
                Form::default()
            })
        };
        let query = uri.query().unwrap_or_default().as_bytes();
        let acs = read_acs(&headers);
        let params =
            read(query, if has_form(&headers, acs.as_ref()) { &body } else { b"" }).last_of_each();
        let query = if acs.is_some() { read(query, b"") } else { Form::default() };
        if let Some(BodyRefused::Head(why)) = refused {
            // This is the reason for every other error.
            let status = why.status().as_u16();
            parse_error = Some(Refusal { status, ..unparsable().and(&why.to_string()) });
        }
        let path = uri.path().to_owned();
        let mut call =
            Self { path, method, headers, body, query, params, scheme: Scheme::None, parse_error };
        call.scheme = acs.unwrap_or_else(|| call.read_scheme());
        call
    }

    /// Parses a request to the dedicated gateway.
    fn of_dedicated(Inbound { method, uri, headers, body, .. }: Inbound) -> Self {
        let head = (&method, &uri, &headers);
        let (request, params, parse_error) = dedicated::request::read(head, &body);
        let (path, query) = (uri.path().to_owned(), Form::default());
        let (body, scheme) = (body.unwrap_or_default(), Scheme::Dedicated(request));
        Self { method, path, headers, body, query, params, scheme, parse_error }
    }

    /// The parts that a signature in the header covers.
    pub(crate) fn signed(&self) -> Signed<'_> {
        Signed {
            method: self.method.as_str(),
            path: &self.path,
            query: encode_pairs(self.query.iter()),
            headers: &self.headers,
            header,
            body: &self.body,
            empty: "",
        }
    }

    /// The parts that a signature of the dedicated gateway covers.
    pub(crate) fn signed_with_client_key(&self) -> dedicated::signature::Signed<'_> {
        let Self { method, headers, body, .. } = self;
        dedicated::signature::Signed { method, headers, body }
    }

    /// A parameter's value.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name)
    }

    /// A header's value, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)?.to_str().ok()
    }

    /// The requested action. The place that the signature covers wins.
    pub(crate) fn action(&self) -> Option<&str> {
        match &self.scheme {
            Scheme::Dedicated(request) => Some(&request.action),
            _ => self.either("x-acs-action", "Action"),
        }
    }

    /// The requested version of the API.
    pub(crate) fn version(&self) -> Option<&str> {
        self.either("x-acs-version", "Version")
    }

    /// The host that the client called.
    pub(crate) fn host(&self) -> &str {
        self.header("host").unwrap_or_default()
    }

    /// Whether the client wants XML. Only clients of the old signature can read it.
    pub(crate) fn wants_xml(&self) -> bool {
        matches!(self.scheme, Scheme::Rpc | Scheme::None)
            && self.param("Format").is_some_and(|format| format.eq_ignore_ascii_case("XML"))
    }

    /// The region to which the request was sent: that of the signature's scope, or of the host.
    /// ACS3 and ACS4 need not sign the host, and an unsigned host does not count.
    pub(crate) fn placed_region(&self) -> Option<&str> {
        let (scope, host_counts) = match &self.scheme {
            Scheme::Acs(authorization) => (authorization.region(), authorization.signs("host")),
            // The client key alone says it.
            Scheme::Dedicated(_) => (None, false),
            _ => (None, true),
        };
        scope.or_else(|| region_of_host(self.host()).filter(|_| host_counts))
    }

    /// The region in the parameter `RegionId`.
    pub(crate) fn named_region(&self) -> Option<&str> {
        self.param("RegionId").filter(|region| !region.is_empty())
    }

    fn either(&self, header: &str, param: &str) -> Option<&str> {
        let header = self.header(header).filter(|text| !text.is_empty());
        let param = self.param(param).filter(|text| !text.is_empty());
        match self.scheme {
            Scheme::Acs(_) => header.or(param),
            // This signature covers no header.
            Scheme::Rpc => param,
            // It has neither.
            Scheme::Dedicated(_) => None,
            Scheme::Malformed | Scheme::Bearer | Scheme::None => param.or(header),
        }
    }

    fn read_scheme(&self) -> Scheme {
        let bearer = "BEARERTOKEN";
        if self.param("SignatureType") == Some(bearer)
            || self.header("x-acs-signature-type") == Some(bearer)
            || self.header("x-acs-bearer-token").is_some()
            || self.header("x-acs-zero-trust-idtoken").is_some()
        {
            Scheme::Bearer
        } else if self.param("Signature").is_some() {
            Scheme::Rpc
        } else {
            Scheme::None
        }
    }
}

/// The signature in the header, if there is one.
fn read_acs(headers: &HeaderMap) -> Option<Scheme> {
    let header = headers.get(AUTHORIZATION)?;
    let families: [&[u8]; 2] = [b"ACS3-", b"ACS4-"];
    families.iter().any(|family| header.as_bytes().starts_with(family)).then(|| {
        let read = header.to_str().ok().and_then(Authorization::parse);
        read.map_or(Scheme::Malformed, Scheme::Acs)
    })
}

/// Whether the body is a form. An unsigned `Content-Type` does not decide it, because the signed
/// body is used in any case.
fn has_form(headers: &HeaderMap, acs: Option<&Scheme>) -> bool {
    let is_type_unsigned =
        matches!(acs, Some(Scheme::Acs(authorization)) if !authorization.signs("content-type"));
    is_type_unsigned || is_form(headers)
}

/// The region of a host with or without a port: `cn-hangzhou` of `kms.cn-hangzhou.aliyuncs.com`,
/// `kms-vpc.cn-hangzhou.aliyuncs.com` and `cn-hangzhou.localhost`.
fn region_of_host(host: &str) -> Option<&str> {
    // A search for one byte costs less, and hardly any host has it.
    let host = match memchr(b'/', host.as_bytes()) {
        Some(_) => host.rsplit_once("//").map_or(host, |(_, host)| host),
        None => host,
    };
    let first = memchr2(b'.', b':', host.as_bytes()).map_or(host, |end| &host[..end]);
    regions::known(first).or_else(|| region_of_shared_host(host))
}

/// The region of a host of the shared gateway.
pub(crate) fn region_of_shared_host(host: &str) -> Option<&str> {
    let (product, rest) = host.split_once('.')?;
    let is = |label: &str, word: &str| label.eq_ignore_ascii_case(word);
    if !is(product, "kms") && !is(product, "kms-vpc") {
        return None;
    }
    let rest = rest.split_once(':').map_or(rest, |(host, _)| host);
    let (region, domain) = rest.split_once('.')?;
    (is(domain, "aliyuncs.com") && !region.is_empty()).then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(target: &str, body: &'static str) -> Call {
        Call::parse(Inbound {
            method: Method::POST,
            uri: target.parse().unwrap(),
            headers: HeaderMap::new(),
            is_encrypted: false,
            peer: None,
            body: Ok(Bytes::from_static(body.as_bytes())),
        })
    }

    #[test]
    fn query_and_body_are_one_list() {
        let call = post("/?b=query&a=1&Action=x&a=2", "b=body&c=3");
        assert_eq!(call.param("a"), Some("2"), "the last one wins");
        assert_eq!(call.param("b"), Some("body"), "the body wins");
        assert_eq!(call.param("c"), Some("3"));
        assert_eq!(call.action(), Some("x"));
        assert_eq!(call.param("d"), None);
    }

    #[test]
    fn hosts_name_regions() {
        for (host, region) in [
            ("kms.cn-hangzhou.aliyuncs.com", Some("cn-hangzhou")),
            ("kms-vpc.eu-west-1.aliyuncs.com:443", Some("eu-west-1")),
            ("http://kms.cn-beijing.aliyuncs.com", Some("cn-beijing")),
            ("http://127.0.0.1:5690", None),
            ("kms.aliyuncs.com", None),
            ("ecs.cn-hangzhou.aliyuncs.com", None),
            ("cn-shanghai.localhost:5690", Some("cn-shanghai")),
            ("CN-Shanghai.kms.test", Some("cn-shanghai")),
            ("http://cn-shanghai.127.0.0.1.nip.io:5690", Some("cn-shanghai")),
            ("cn-shanghai", Some("cn-shanghai")),
            ("cn-nowhere.localhost", None),
            ("localhost.cn-shanghai", None),
            ("[::1]:5690", None),
            ("", None),
        ] {
            assert_eq!(region_of_host(host), region, "{host}");
        }
    }
}
