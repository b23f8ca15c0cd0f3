//! The paths of the API: each with its method, the name of its action, and the status of success.
//! The names are those of the SDKs.

use std::sync::LazyLock;

use axum::http::Method;
use percent_encoding::percent_decode_str;

use crate::dialects::nearest;

/// Which service an action belongs to. It decides the form of errors and who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// The key-management service.
    Kms,
    /// The identity service.
    Iam,
    /// The list of API versions, which needs no credentials.
    Versions,
}

/// The action whose credential is in its body.
pub(crate) const CREATE_TOKEN: &str = "CreateToken";
/// The action whose credential is another service's token.
pub(crate) const CREATE_TOKEN_WITH_ID_TOKEN: &str = "CreateTokenWithIdToken";

/// An action's path.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    /// The path. Its parameters are in braces. One with a star is the rest of the path, because an
    /// SDK does not encode slashes in it.
    pub(crate) path: &'static str,
    pub(crate) action: &'static str,
    /// The status of success. With 204 there is no body.
    pub(crate) status: u16,
    pub(crate) service: Service,
}

use Service::{Iam, Kms, Versions};

macro_rules! routes {
    ($($service:ident $method:ident $path:literal $action:literal $status:literal;)*) => {
        const ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            action: $action,
            status: $status,
            service: $service,
        }),*];
    };
}

#[rustfmt::skip]
routes! {
    Kms POST   "/v1.0/{project_id}/kms/encrypt-data"                      "EncryptData"                   200;
    Kms POST   "/v1.0/{project_id}/kms/decrypt-data"                      "DecryptData"                   200;
    Kms POST   "/v1.0/{project_id}/kms/create-datakey"                    "CreateDatakey"                 200;
    Kms POST   "/v1.0/{project_id}/kms/create-datakey-without-plaintext"  "CreateDatakeyWithoutPlaintext" 200;
    Kms POST   "/v1.0/{project_id}/kms/encrypt-datakey"                   "EncryptDatakey"                200;
    Kms POST   "/v1.0/{project_id}/kms/decrypt-datakey"                   "DecryptDatakey"                200;
    Kms POST   "/v1.0/{project_id}/kms/describe-key"                      "ListKeyDetail"                 200;
    Kms POST   "/v1.0/{project_id}/kms/list-keys"                         "ListKeys"                      200;
    Kms POST   "/v1.0/{project_id}/kms/create-key"                        "CreateKey"                     200;
    Kms POST   "/v1.0/{project_id}/kms/enable-key"                        "EnableKey"                     200;
    Kms POST   "/v1.0/{project_id}/kms/disable-key"                       "DisableKey"                    200;
    Kms POST   "/v1.0/{project_id}/kms/schedule-key-deletion"             "DeleteKey"                     200;
    Kms POST   "/v1.0/{project_id}/kms/cancel-key-deletion"               "CancelKeyDeletion"             200;
    Kms POST   "/v1.0/{project_id}/kms/gen-random"                        "CreateRandom"                  200;
    Kms GET    "/v1.0/{project_id}/kms/user-instances"                    "ShowUserInstances"             200;
    Kms GET    "/v1.0/{project_id}/kms/user-quotas"                       "ShowUserQuotas"                200;
    Kms POST   "/v1.0/{project_id}/kms/update-key-alias"                  "UpdateKeyAlias"                200;
    Kms POST   "/v1.0/{project_id}/kms/update-key-description"            "UpdateKeyDescription"          200;
    Kms POST   "/v1.0/{project_id}/kms/get-parameters-for-import"         "CreateParametersForImport"     200;
    Kms POST   "/v1.0/{project_id}/kms/import-key-material"               "ImportKeyMaterial"             200;
    Kms POST   "/v1.0/{project_id}/kms/delete-imported-key-material"      "DeleteImportedKeyMaterial"     200;
    Kms POST   "/v1.0/{project_id}/kms/resource_instances/action"         "ListKmsByTags"                 200;
    Kms GET    "/v1.0/{project_id}/kms/{key_id}/tags"                     "ShowKmsTags"                   200;
    Kms GET    "/v1.0/{project_id}/kms/tags"                              "ListKmsTags"                   200;
    Kms POST   "/v1.0/{project_id}/kms/{key_id}/tags/action"              "BatchCreateKmsTags"            204;
    Kms POST   "/v1.0/{project_id}/kms/{key_id}/tags"                     "CreateKmsTag"                  204;
    Kms DELETE "/v1.0/{project_id}/kms/{key_id}/tags/{*key}"              "DeleteTag"                     204;
    // The current SDKs.
    Kms POST   "/v1.0/{project_id}/kms/sign"                              "Sign"                          200;
    Kms POST   "/v1.0/{project_id}/kms/verify"                            "ValidateSignature"             200;
    Kms POST   "/v1.0/{project_id}/kms/get-publickey"                     "ShowPublicKey"                 200;
    Kms POST   "/v1.0/{project_id}/kms/generate-mac"                      "GenerateMac"                   200;
    Kms POST   "/v1.0/{project_id}/kms/verify-mac"                        "VerifyMac"                     200;
    Kms POST   "/v1.0/{project_id}/kms/re-encrypt"                        "ReEncrypt"                     200;
    Kms POST   "/v1.0/{project_id}/kms/create-rsa-datakey-pair"           "CreateRsaDatakeyPair"          200;
    Kms POST   "/v1.0/{project_id}/kms/create-ec-datakey-pair"            "CreateEcDatakeyPair"           200;
    Kms POST   "/v1.0/{project_id}/kms/derive-shared-secret"              "DeriveSharedSecret"            200;
    Kms POST   "/v1.0/{project_id}/kms/enable-key-rotation"               "EnableKeyRotation"             200;
    Kms POST   "/v1.0/{project_id}/kms/disable-key-rotation"              "DisableKeyRotation"            200;
    Kms POST   "/v1.0/{project_id}/kms/update-key-rotation-interval"      "UpdateKeyRotationInterval"     200;
    Kms POST   "/v1.0/{project_id}/kms/get-key-rotation-status"           "ShowKeyRotationStatus"         200;
    Kms POST   "/v1.0/{project_id}/kms/rotate-on-demand"                  "RotateOnDemand"                200;
    Kms POST   "/v1.0/{project_id}/kms/aliases"                           "CreateAlias"                   200;
    Kms GET    "/v1.0/{project_id}/kms/aliases"                           "ListAliases"                   200;
    Kms DELETE "/v1.0/{project_id}/kms/aliases"                           "DeleteAlias"                   204;
    Kms POST   "/v1.0/{project_id}/kms/alias/associate"                   "AssociateAlias"                200;
    Kms POST   "/v1.0/{project_id}/kms/create-grant"                      "CreateGrant"                   200;
    Kms POST   "/v1.0/{project_id}/kms/revoke-grant"                      "CancelGrant"                   200;
    Kms POST   "/v1.0/{project_id}/kms/retire-grant"                      "CancelSelfGrant"               200;
    Kms POST   "/v1.0/{project_id}/kms/list-grants"                       "ListGrants"                    200;
    Kms POST   "/v1.0/{project_id}/kms/list-retirable-grants"             "ListRetirableGrants"           200;
    Kms POST   "/v1.0/{project_id}/kms/datakey-capsule/create"            "CreateDatakeyCapsule"          200;
    Kms POST   "/v1.0/{project_id}/kms/datakey-capsule/decrypt"           "DecryptDatakeyCapsule"         200;
    Kms POST   "/v1.0/{project_id}/kms/create-pin"                        "CreatePin"                     200;
    Kms POST   "/v1.0/{project_id}/keystores"                             "CreateKeyStore"                200;
    Kms GET    "/v1.0/{project_id}/keystores"                             "ListKeyStores"                 200;
    Kms GET    "/v1.0/{project_id}/keystores/{keystore_id}"               "ShowKeyStore"                  200;
    Kms DELETE "/v1.0/{project_id}/keystores/{keystore_id}"               "DeleteKeyStore"                204;
    Kms POST   "/v1.0/{project_id}/keystores/{keystore_id}/enable"        "EnableKeyStore"                200;
    Kms POST   "/v1.0/{project_id}/keystores/{keystore_id}/disable"       "DisableKeyStore"               200;
    Kms POST   "/v1.0/{project_id}/kms/access-points"                     "CreateAccessPoint"             200;
    Kms GET    "/v1.0/{project_id}/kms/access-points"                     "ListAccessPoint"               200;
    Kms DELETE "/v1.0/{project_id}/kms/access-points/{access_point_id}"   "DeleteAccessPoint"             204;
    Kms POST   "/v1.0/{project_id}/kms/access-points/{access_point_id}/enable"         "EnableAccessPoint"             200;
    Kms POST   "/v1.0/{project_id}/kms/access-points/{access_point_id}/disable"        "DisableAccessPoint"            200;
    Kms POST   "/v1.0/{project_id}/kms/access-points/{access_point_id}/get-privatekey" "DownloadAccessPointPrivateKey" 200;
    Kms POST   "/v1.0/{project_id}/kms/key-policies"                      "CreateKeyPolicy"               200;
    Kms GET    "/v1.0/{project_id}/kms/key-policies"                      "ListKeyPolicy"                 200;
    Kms GET    "/v1.0/{project_id}/kms/key-policies/{policy_id}"          "ShowKeyPolicy"                 200;
    Kms PUT    "/v1.0/{project_id}/kms/key-policies/{policy_id}"          "UpdateKeyPolicy"               200;
    Kms DELETE "/v1.0/{project_id}/kms/key-policies/{policy_id}"          "DeleteKeyPolicy"               204;
    Kms GET    "/v2/{project_id}/kms/regions"                             "ListSupportRegions"            200;
    Kms POST   "/v2/{project_id}/kms/keys/{key_id}/replicate"             "ReplicateKey"                  200;
    Kms PUT    "/v2/{project_id}/kms/keys/{key_id}/update-primary-region" "UpdatePrimaryRegion"           200;
    // Versions of the API.
    Versions GET "/"                                                      "ShowVersions"                  200;
    Versions GET "/{version_id}"                                          "ShowVersion"                   200;
    // The identity service.
    Iam POST   "/v3/auth/tokens"                                          "CreateToken"                   201;
    Iam GET    "/v3/auth/catalog"                                         "ListCatalog"                   200;
    Iam GET    "/v3/auth/domains"                                         "ListAuthDomains"               200;
    Iam GET    "/v3/auth/projects"                                        "ListAuthProjects"              200;
    Iam GET    "/v3/projects"                                             "ListProjects"                  200;
    Iam POST   "/v3.0/OS-AUTH/id-token/tokens"                            "CreateTokenWithIdToken"        201;
    Iam POST   "/v3.0/OS-CREDENTIAL/securitytokens"                       "CreateTemporaryAccessKey"      201;
}

/// A route in its parts.
struct Parts {
    route: &'static Route,
    segments: Vec<&'static str>,
    /// Whether the last segment is the rest of the path.
    has_rest: bool,
}

static PARTS: LazyLock<Vec<Parts>> = LazyLock::new(|| {
    let parts = |route: &'static Route| Parts {
        route,
        segments: segments(route.path).collect(),
        has_rest: route.path.contains(REST),
    };
    ROUTES.iter().map(parts).collect()
});

/// The segments of a path. One slash at its end has no effect.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/')
}

/// The name of the parameter that a segment of a route stands for.
pub(super) fn param(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(name.strip_prefix(REST).unwrap_or(name))
}

/// Marks a parameter that is the rest of the path.
const REST: char = '*';

/// What a path asks for.
pub(super) enum Asked {
    /// An action, with the parameters in its path, in the order of the path.
    Action(&'static Route, Vec<(&'static str, String)>),
    /// The path exists, but not with this method.
    WrongMethod,
    /// A segment is not UTF-8.
    Malformed,
    /// The path does not exist.
    Nothing,
}

impl Asked {
    /// Finds the action of a method and a path as it was sent. Fixed segments must be sent without
    /// percent-encoding; parameters are decoded.
    pub(super) fn of(method: &Method, path: &str) -> Self {
        let given: Vec<&str> = segments(path).take(SEGMENTS_MAX + 1).collect();
        let fits = |segments: &[&str], has_rest: bool| {
            let fit = |(own, given): (&&str, &&str)| {
                if own.starts_with('{') { !given.is_empty() } else { own == given }
            };
            // The last segment differs most often.
            let is_as_long =
                segments.len() == given.len() || has_rest && segments.len() < given.len();
            is_as_long && segments.iter().zip(&given).rev().all(fit)
        };
        let mut is_known = false;
        for Parts { route, segments, has_rest } in PARTS.iter() {
            if !fits(segments, *has_rest) {
                continue;
            }
            is_known = true;
            if route.method == method.as_str() {
                let rest = has_rest.then(|| rest_of(path, segments.len()));
                let last = rest.or(given.get(segments.len() - 1).copied());
                let given = given.iter().copied().take(segments.len() - 1).chain(last);
                let params = segments.iter().zip(given).filter_map(|(own, given)| {
                    let value = || percent_decode_str(given).decode_utf8().ok();
                    param(own).map(|name| value().map(|value| (name, value.into_owned())))
                });
                let mut params: Option<Vec<_>> = params.collect();
                // The signature does not tell an encoded slash at the end from none.
                let last = params.as_mut().and_then(|params| params.last_mut());
                if let Some((_, value)) = last.filter(|_| *has_rest && !path.ends_with('/'))
                    && value.ends_with('/')
                {
                    value.pop();
                }
                return params.map_or(Self::Malformed, |params| Self::Action(route, params));
            }
        }
        if is_known { Self::WrongMethod } else { Self::Nothing }
    }
}

/// What a path has from its segment of this number on.
fn rest_of(path: &str, number: usize) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    path.splitn(number, '/').last().unwrap_or_default()
}

/// The longest path, in segments.
const SEGMENTS_MAX: usize = 8;

/// The route of an action.
pub(super) fn of_action(action: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.action == action)
}

/// The action that a misspelt name may mean. The last words of a path stand for its action.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    let by_path = ROUTES.iter().find(|route| route.path.rsplit('/').next() == Some(name));
    let near = || nearest(name, ROUTES.iter().map(|route| route.action));
    by_path.map(|route| route.action).or_else(near)
}

/// The actions of a service.
#[cfg(test)]
pub(super) fn actions_of(service: Service) -> impl Iterator<Item = &'static str> {
    ROUTES.iter().filter(move |route| route.service == service).map(|route| route.action)
}

/// Whether a path has the form of one of this cloud's. No other cloud has such paths.
pub(super) fn is_own(path: &str) -> bool {
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/');
    let (first, second, third) = (segments.next(), segments.next(), segments.next());
    match (first, second, third) {
        (Some("v1.0"), _, third) => matches!(third, Some("kms" | "keystores")),
        (Some("v2"), _, third) => third == Some("kms"),
        (Some("v3"), second, _) => matches!(second, Some("auth" | "projects")),
        (Some("v3.0"), second, _) => second.is_some_and(|it| it.starts_with("OS-")),
        _ => false,
    }
}

/// Whether a path is one of those of API versions. Other clouds have such paths too.
pub(super) fn is_of_versions(path: &str) -> bool {
    matches!(path, "/" | "/v1.0" | "/v1.0/" | "/v2" | "/v2/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_found_by_its_own_path() {
        for route in ROUTES {
            let path = route.path.replace(['{', '}', REST], "");
            let method = Method::from_bytes(route.method.as_bytes()).unwrap();
            let Asked::Action(found, _) = Asked::of(&method, &path) else {
                panic!("{path} is not found")
            };
            assert_eq!(found.action, route.action);
            assert_eq!(of_action(route.action).unwrap().path, route.path);
            assert_eq!(is_own(&path), route.service != Versions, "{path}");
        }
    }

    #[test]
    fn parameters_are_decoded_and_fixed_segments_are_not() {
        let asked = |method: Method, path: &str| match Asked::of(&method, path) {
            Asked::Action(route, params) => format!("{} {params:?}", route.action),
            Asked::WrongMethod => "method".to_owned(),
            Asked::Malformed => "malformed".to_owned(),
            Asked::Nothing => "nothing".to_owned(),
        };
        for (method, path, expected) in [
            (
                Method::DELETE,
                "/v1.0/p/kms/k/tags/a%2Fb",
                r#"DeleteTag [("project_id", "p"), ("key_id", "k"), ("key", "a/b")]"#,
            ),
            (
                Method::DELETE,
                "/v1.0/p/kms/k/tags/a%2F",
                r#"DeleteTag [("project_id", "p"), ("key_id", "k"), ("key", "a")]"#,
            ),
            (
                Method::DELETE,
                "/v1.0/p/kms/k/tags/a%2F/",
                r#"DeleteTag [("project_id", "p"), ("key_id", "k"), ("key", "a/")]"#,
            ),
            (
                Method::DELETE,
                "/v1.0/p/kms/k/tags/a/b%20c/d",
                r#"DeleteTag [("project_id", "p"), ("key_id", "k"), ("key", "a/b c/d")]"#,
            ),
            (Method::GET, "/v1.0/p/kms/tags/", r#"ListKmsTags [("project_id", "p")]"#),
            (
                Method::GET,
                "/v1.0/%7Bproject_id%7D/kms/tags",
                r#"ListKmsTags [("project_id", "{project_id}")]"#,
            ),
            (Method::PUT, "/v1.0/p/kms/tags", "method"),
            (Method::GET, "/v1.0/p/kms/%FF/tags", "malformed"),
            (Method::GET, "/v1.0/p/kms/%74ags", "nothing"),
            (Method::GET, "/v1.0/p//tags", "nothing"),
            (Method::GET, "/v1.0//kms/tags", "nothing"),
            (Method::GET, "/v1.0/p/kms/tags//", "nothing"),
            (Method::GET, "", "ShowVersions []"),
            (Method::GET, "/v2", r#"ShowVersion [("version_id", "v2")]"#),
        ] {
            assert_eq!(asked(method, path), expected, "{path}");
        }
    }
}
