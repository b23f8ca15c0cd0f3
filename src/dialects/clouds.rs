//! The list of clouds. Code that works with every cloud asks here, and names none.

use std::pin::Pin;
use std::sync::Arc;

use crate::dialects::alibaba::Alibaba;
use crate::dialects::gate::regions;
use crate::dialects::kingsoft::Kingsoft;
use crate::dialects::tencent::Tencent;
use crate::dialects::wire::marks::Marks;
use crate::dialects::{
    Accounts, AuthMode, BodyRefused, Dialect, Inbound, Outbound, Profile, Served, pipeline,
};
use crate::engine::{self, Engine};
use crate::watch::Watch;

macro_rules! clouds {
    ($($cloud:ty),* $(,)?) => {
        /// The profile of each cloud. The first is the default where no cloud is named.
        pub const PROFILES: &[&Profile] = &[$(<$cloud>::PROFILE),*];

        fn all(
            accounts: &Arc<Accounts>,
            auth: AuthMode,
            region: Option<&str>,
        ) -> Vec<Box<dyn Cloud>> {
            vec![$(Box::new(Served::<$cloud>::new(Arc::clone(accounts), auth, region))),*]
        }
    };
}

clouds! {
    Alibaba,
    Kingsoft,
    Tencent,
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
    /// Answers a request.
    fn serve<'a>(
        &'a self,
        engine: &'a Arc<Engine>,
        watch: &'a Watch,
        inbound: Inbound,
    ) -> Answering<'a>;
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

    fn serve<'a>(
        &'a self,
        engine: &'a Arc<Engine>,
        watch: &'a Watch,
        inbound: Inbound,
    ) -> Answering<'a> {
        Box::pin(pipeline::serve(self, engine, watch, inbound))
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
    pub fn new(accounts: &Arc<Accounts>, auth: AuthMode, region: Option<&str>) -> Self {
        Self { all: all(accounts, auth, region), region: region.and_then(regions::fold) }
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

    /// The largest request body that any of them takes, in bytes.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        PROFILES.iter().map(|profile| profile.body_limit).max().unwrap_or_default()
    }

    /// The cloud for which a request was made.
    #[must_use]
    pub fn of(&self, inbound: &Inbound) -> &dyn Cloud {
        let marks = Marks::of(inbound);
        let is_marked = |cloud: &&dyn Cloud| cloud.profile().marks.is_some_and(|it| it(&marks));
        let unmarked = |cloud: &&dyn Cloud| cloud.profile().marks.is_none();
        self.iter().find(is_marked).or_else(|| self.iter().find(unmarked)).unwrap_or(&*self.all[0])
    }

    /// Answers a request.
    pub async fn serve(
        &self,
        engine: &Arc<Engine>,
        watch: &Watch,
        mut inbound: Inbound,
    ) -> Outbound {
        let cloud = self.of(&inbound);
        if inbound.body.as_ref().is_ok_and(|body| body.len() > cloud.profile().body_limit) {
            inbound.body = Err(BodyRefused::TooLarge);
        }
        cloud.serve(engine, watch, inbound).await
    }
}
