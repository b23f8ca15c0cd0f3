//! The list of clouds. Code that works with every cloud asks here, and names none.

use std::pin::Pin;
use std::sync::Arc;

use axum::http::{HeaderMap, Uri};

use crate::dialects::alibaba::Alibaba;
use crate::dialects::gate::regions;
use crate::dialects::huawei::Huawei;
use crate::dialects::kingsoft::Kingsoft;
use crate::dialects::tencent::Tencent;
use crate::dialects::wire::marks::Marks;
use crate::dialects::{
    Accounts, AuthMode, Dialect, Hypothetical, Inbound, Outbound, Profile, Served, ServerInfo,
    Unanswered, hypothetical, pipeline,
};
use crate::engine::{self, Engine};
use crate::watch::{Decision, Watch};

macro_rules! clouds {
    ($($cloud:ty),* $(,)?) => {
        /// The profile of each cloud. The first is the default where no cloud is named.
        pub const PROFILES: &[&Profile] = &[$(<$cloud>::PROFILE),*];

        fn all(
            accounts: &Arc<Accounts>,
            auth: AuthMode,
            region: Option<&str>,
            server: &Arc<ServerInfo>,
        ) -> Vec<Box<dyn Cloud>> {
            vec![$(Box::new(Served::<$cloud>::new(
                Arc::clone(accounts),
                auth,
                region,
                Arc::clone(server),
            ))),*]
        }
    };
}

clouds! {
    Alibaba,
    Kingsoft,
    Tencent,
    Huawei,
}

/// The profile of the cloud of this name.
#[must_use]
pub fn profile(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == name).copied()
}

/// A cloud, as code sees it that works with all of them.
pub trait Cloud: Send + Sync {
    /// Its profile.
    fn profile(&self) -> &'static Profile;
    /// The names of all served actions, sorted.
    fn action_names(&self) -> Vec<&'static str>;
    /// The largest body of a request with these headers, in bytes.
    fn body_limit(&self, headers: &HeaderMap) -> usize;
    /// Answers a request.
    fn serve<'a>(
        &'a self,
        engine: &'a Arc<Engine>,
        watch: &'a Watch,
        inbound: Inbound,
    ) -> Answering<'a>;
    /// Decides about a request that is not made. `None`: the account itself may do everything.
    ///
    /// # Errors
    /// There is no decision.
    fn decide(
        &self,
        engine: &Arc<Engine>,
        request: &Hypothetical<'_>,
    ) -> Result<Option<Decision>, Unanswered>;
    /// The smallest policy that allows these actions, each on a resource. `None` if its users have
    /// no such policies.
    fn smallest_policy(&self, needed: &[(String, String)]) -> Option<serde_json::Value>;
}

/// The future of an answer.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Outbound> + Send + 'a>>;

impl<D: Dialect> Cloud for Served<D> {
    fn profile(&self) -> &'static Profile {
        D::PROFILE
    }

    fn action_names(&self) -> Vec<&'static str> {
        self.actions.names()
    }

    fn body_limit(&self, headers: &HeaderMap) -> usize {
        D::body_limit(headers)
    }

    fn serve<'a>(
        &'a self,
        engine: &'a Arc<Engine>,
        watch: &'a Watch,
        inbound: Inbound,
    ) -> Answering<'a> {
        Box::pin(pipeline::serve(self, engine, watch, inbound))
    }

    fn decide(
        &self,
        engine: &Arc<Engine>,
        request: &Hypothetical<'_>,
    ) -> Result<Option<Decision>, Unanswered> {
        hypothetical::decide(self, engine, request)
    }

    fn smallest_policy(&self, needed: &[(String, String)]) -> Option<serde_json::Value> {
        D::smallest_policy(needed)
    }
}

/// The clouds that a server serves.
pub struct Clouds {
    all: Vec<Box<dyn Cloud>>,
    /// The server's `--region`.
    region: Option<Arc<str>>,
}

impl Clouds {
    /// All clouds, for these accounts. An access key may sign for any cloud, and works in a
    /// different realm on each. `region` is used when a request names none; without it, each cloud
    /// uses its own default.
    #[must_use]
    pub fn new(
        accounts: &Arc<Accounts>,
        auth: AuthMode,
        region: Option<&str>,
        server: &Arc<ServerInfo>,
    ) -> Self {
        Self { all: all(accounts, auth, region, server), region: region.and_then(regions::fold) }
    }

    /// All clouds.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Cloud> {
        self.all.iter().map(Box::as_ref)
    }

    /// The cloud of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&dyn Cloud> {
        self.iter().find(|cloud| cloud.profile().name == name)
    }

    /// The region for requests to this cloud that name none.
    #[must_use]
    pub fn default_region(&self, cloud: &str) -> Option<&str> {
        let profile = profile(cloud)?;
        Some(self.region.as_deref().unwrap_or(profile.default_region))
    }

    /// The rules of every cloud, for the engine.
    #[must_use]
    pub fn rules(&self) -> engine::Clouds {
        PROFILES.iter().map(|profile| (profile.name, profile.rules)).collect()
    }

    /// The largest body of a request whose head does not show its cloud, in bytes. Every cloud
    /// takes a body of this length.
    #[must_use]
    pub fn common_body_limit(&self) -> usize {
        PROFILES.iter().map(|profile| profile.body_limit).min().unwrap_or_default()
    }

    /// The cloud for which a request was made, if its head shows it.
    #[must_use]
    pub fn of_head(&self, uri: &Uri, headers: &HeaderMap) -> Option<&dyn Cloud> {
        self.marked(&Marks::of_head(uri, headers))
    }

    /// The cloud for which a request was made whose head does not show it. `body` is what was read
    /// of the body.
    #[must_use]
    pub fn of_body(&self, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> &dyn Cloud {
        let unmarked = || self.iter().find(|cloud| cloud.profile().takes_unmarked);
        let marked = self.marked(&Marks::of_body(uri, headers, body));
        marked.or_else(unmarked).unwrap_or(&*self.all[0])
    }

    fn marked(&self, marks: &Marks<'_>) -> Option<&dyn Cloud> {
        self.iter().find(|cloud| (cloud.profile().marks)(marks))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Method, header::AUTHORIZATION};
    use zeroize::Zeroizing;

    use super::*;
    use crate::dialects::accounts::{AccessKey, Secret};
    use crate::dialects::wire::form::WORK;
    use crate::dialects::{Account, Call, Gate};
    use crate::engine::ClientKeyIndex;
    use crate::watch::classes::Classes;
    use crate::watch::journal::{EXPLAIN_LIMIT, Mismatch};

    /// The explanation of a wrong signature, and how many bytes were decoded and encoded to parse
    /// and explain the request.
    fn explained<D: Dialect>(
        body: String,
        authorization: Option<&'static str>,
    ) -> (Option<Mismatch>, usize) {
        let mut accounts = Accounts::default();
        let secret = Secret::Shared(Zeroizing::new("s".into()));
        accounts.add(AccessKey::new("one".into(), secret, Arc::new(Account::plain("1"))));
        let (accounts, auth) = (Arc::new(accounts), AuthMode::Strict);
        let gate = Gate::new(D::PROFILE, accounts, auth, None, Classes::default());
        let mut headers = HeaderMap::new();
        headers.extend(authorization.map(|it| (AUTHORIZATION, it.parse().unwrap())));
        headers.insert("x-sdk-date", "20300101T000000Z".parse().unwrap());
        let uri = "/".parse().unwrap();
        WORK.set(0);
        let inbound = Inbound {
            method: Method::POST,
            uri,
            headers,
            is_encrypted: false,
            peer: None,
            body: Ok(body.into()),
        };
        let call = D::Call::parse(inbound);
        (D::explain(&gate, &ClientKeyIndex::default(), &call), WORK.get())
    }

    type Explained = fn(String, Option<&'static str>) -> (Option<Mismatch>, usize);

    /// Every signature: the parameters that it needs, and its header.
    const SIGNATURES: &[(Explained, &str, Option<&str>)] = &[
        (explained::<Alibaba>, "AccessKeyId=one&SignatureMethod=HMAC-SHA1&Signature=x", None),
        (explained::<Alibaba>, "AccessKeyId=one&SignatureMethod=SHA256withRSA&Signature=x", None),
        (
            explained::<Alibaba>,
            "",
            Some("ACS3-HMAC-SHA256 Credential=one,SignedHeaders=host,Signature=x"),
        ),
        (
            explained::<Kingsoft>,
            "Accesskey=one&SignatureVersion=1.0&SignatureMethod=HMAC-SHA256&Signature=x",
            None,
        ),
        (
            explained::<Huawei>,
            "",
            Some("SDK-HMAC-SHA256 Access=one, SignedHeaders=x-sdk-date, Signature=x"),
        ),
    ];

    #[test]
    fn the_cost_of_explaining_is_linear() {
        for (explained, credentials, authorization) in SIGNATURES {
            let cost = |count: usize| {
                let params: Vec<_> = (0..count).map(|n| format!("&{n:04}=v*v")).collect();
                let body = [*credentials, &params.concat()].concat();
                let (mismatch, work) = explained(body, *authorization);
                let is_unknown = matches!(mismatch, Some(Mismatch::Explained { client: None, .. }));
                assert!(is_unknown, "{credentials}: {mismatch:?}");
                work
            };
            let costs = [100, 200, 400, 800].map(cost);
            // Twice the parameters cost at most twice as much.
            assert!(costs.windows(2).all(|pair| pair[1] <= 2 * pair[0]), "{costs:?}");
            assert!(costs[3] < 100 * 9 * 800, "{costs:?}");
        }
    }

    #[test]
    fn long_requests_are_not_explained() {
        for (explained, credentials, authorization) in SIGNATURES {
            for count in [3_000, 100_000] {
                let params: Vec<_> = (0..count).map(|n| format!("&{n:06}")).collect();
                let body = [*credentials, &params.concat()].concat();
                let (mismatch, work) = explained(body, *authorization);
                assert_eq!(mismatch, Some(Mismatch::TooLong));
                assert!(work <= 16 * count, "no more than reading and the check itself: {work}");
            }
            if authorization.is_some() {
                let mismatch = explained("b".repeat(EXPLAIN_LIMIT), *authorization).0;
                assert_eq!(mismatch, Some(Mismatch::TooLong));
            }
        }
    }
}
