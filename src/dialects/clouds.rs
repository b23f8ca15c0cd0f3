//! Every cloud that is served, as one list. Whoever works with clouds in general asks here, and knows none by name.

use std::pin::Pin;
use std::sync::Arc;

use crate::dialects::alibaba::Alibaba;
use crate::dialects::gate::regions;
use crate::dialects::kingsoft::Kingsoft;
use crate::dialects::wire::marks::Marks;
use crate::dialects::{
    Accounts, AuthMode, BodyRefused, Dialect, Inbound, Outbound, Profile, Served, pipeline,
};
use crate::engine::{self, Engine};
use crate::watch::Watch;

macro_rules! clouds {
    ($($cloud:ty),* $(,)?) => {
        /// What is fixed about each. The first is the one that is meant where none is named.
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
}

/// The profile of the cloud of this name.
#[must_use]
pub fn profile(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == name).copied()
}

/// A cloud, whichever it is.
pub trait Cloud: Send + Sync {
    /// What is fixed about it.
    fn profile(&self) -> &'static Profile;
    /// The name of every action served, sorted.
    fn action_names(&self) -> Vec<&'static str>;
    /// Answers a request.
    fn serve<'a>(
        &'a self,
        engine: &'a Arc<Engine>,
        watch: &'a Watch,
        inbound: Inbound,
    ) -> Answering<'a>;
}

/// An answer in the making.
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

/// The clouds that a server speaks.
pub struct Clouds {
    all: Vec<Box<dyn Cloud>>,
    /// The region that the server was given.
    region: Option<Arc<str>>,
}

impl Clouds {
    /// All of them, for these accounts. Any access key may speak any wire that it can sign for, and reaches another
    /// realm on each. `region` is used when a request names none; without one it is its cloud's own.
    #[must_use]
    pub fn new(accounts: &Arc<Accounts>, auth: AuthMode, region: Option<&str>) -> Self {
        Self { all: all(accounts, auth, region), region: region.and_then(regions::fold) }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Cloud> {
        self.all.iter().map(Box::as_ref)
    }

    /// The one of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&dyn Cloud> {
        self.iter().find(|cloud| cloud.profile().name == name)
    }

    /// The region of what names none in the cloud of this name.
    #[must_use]
    pub fn default_region(&self, cloud: &str) -> Option<&str> {
        let profile = profile(cloud)?;
        Some(self.region.as_deref().unwrap_or(profile.default_region))
    }

    /// The rules of each, for the engine.
    #[must_use]
    pub fn rules(&self) -> engine::Clouds {
        PROFILES.iter().map(|profile| (profile.name, profile.rules)).collect()
    }

    /// The largest body that one of them takes, in bytes.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        PROFILES.iter().map(|profile| profile.body_limit).max().unwrap_or_default()
    }

    /// The one that a request is made for, by its marks.
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
