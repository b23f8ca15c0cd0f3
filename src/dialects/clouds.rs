//! Every cloud that is served, as one list. Whoever works with clouds in general asks here, and knows none by name.

use std::pin::Pin;
use std::sync::Arc;

use super::alibaba::Alibaba;
use super::kingsoft::Kingsoft;
use super::peers::Peer;
use super::{Accounts, AuthMode, Code, Dialect, Inbound, Outbound, regions, serve};
use crate::engine::{self, Engine, Rules};
use crate::watch::Watch;

/// The client side of each. The first is the one that is meant where none is named.
pub const PEERS: &[Peer] = &[Peer::of::<Alibaba>(), Peer::of::<Kingsoft>()];

/// A cloud, whichever it is.
pub trait Cloud: Send + Sync {
    /// Its name, as in the realms.
    fn name(&self) -> &'static str;
    /// The region of what names none, where the server was given none either.
    fn default_region(&self) -> &'static str;
    /// The rules that the engine goes by in its realms.
    fn rules(&self) -> &'static Rules;
    /// Whether a request bears its marks.
    fn recognises(&self, inbound: &Inbound) -> bool;
    /// The name of every action served, sorted.
    fn action_names(&self) -> Vec<&'static str>;
    /// Every error that it is known to answer.
    fn codes(&self) -> &'static [&'static Code];
    /// What it does not serve yet: an action, or an action with a parameter's value (`Action Name=Value`).
    fn not_yet(&self) -> Vec<&'static str>;
    /// The bytes that an encryption context binds a ciphertext to. `None` when it is none.
    fn associated(&self, context: &str) -> Option<Vec<u8>>;
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

impl<D: Dialect> Cloud for D {
    fn name(&self) -> &'static str {
        D::NAME
    }

    fn default_region(&self) -> &'static str {
        D::DEFAULT_REGION
    }

    fn rules(&self) -> &'static Rules {
        D::rules()
    }

    fn recognises(&self, inbound: &Inbound) -> bool {
        D::recognises(inbound)
    }

    fn action_names(&self) -> Vec<&'static str> {
        self.actions().names()
    }

    fn codes(&self) -> &'static [&'static Code] {
        D::CODES
    }

    fn not_yet(&self) -> Vec<&'static str> {
        let lines = D::NOT_YET.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        // What else a cloud has not, such as errors that nothing answers, is no action.
        lines
            .filter(|line| line.split_once(' ').is_none_or(|(_, rest)| rest.contains('=')))
            .collect()
    }

    fn associated(&self, context: &str) -> Option<Vec<u8>> {
        D::associated(context)
    }

    fn serve<'a>(
        &'a self,
        engine: &'a Arc<Engine>,
        watch: &'a Watch,
        inbound: Inbound,
    ) -> Answering<'a> {
        Box::pin(serve(self, engine, watch, inbound))
    }
}

/// The clouds that a server speaks.
pub struct Clouds {
    /// Those that know their own requests. No request bears the marks of two.
    marked: Vec<Box<dyn Cloud>>,
    /// The one whose older clients leave no mark: what is nobody else's is taken for its own.
    unmarked: Box<dyn Cloud>,
    /// The region that the server was given.
    region: Option<Arc<str>>,
}

impl Clouds {
    /// All of them, for these accounts. Any access key may speak any wire that it can sign for, and reaches another
    /// realm on each. `region` is that of a request that names none; without one it is its cloud's own.
    #[must_use]
    pub fn new(accounts: &Arc<Accounts>, auth: AuthMode, region: Option<&str>) -> Self {
        let accounts = || Arc::clone(accounts);
        Self {
            marked: vec![Box::new(Kingsoft::new(accounts(), auth, region))],
            unmarked: Box::new(Alibaba::new(accounts(), auth, region)),
            region: region.and_then(regions::fold),
        }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Cloud> {
        [&self.unmarked].into_iter().chain(&self.marked).map(Box::as_ref)
    }

    /// The one of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&dyn Cloud> {
        self.iter().find(|cloud| cloud.name() == name)
    }

    /// The region of what names none in the cloud of this name.
    #[must_use]
    pub fn default_region(&self, cloud: &str) -> Option<&str> {
        let cloud = self.named(cloud)?;
        Some(self.region.as_deref().unwrap_or(cloud.default_region()))
    }

    /// The rules of each, for the engine.
    #[must_use]
    pub fn rules(&self) -> engine::Clouds {
        self.iter().map(|cloud| (cloud.name(), cloud.rules())).collect()
    }

    /// The one that a request is made for, by the marks that it bears.
    #[must_use]
    pub fn of(&self, inbound: &Inbound) -> &dyn Cloud {
        self.marked
            .iter()
            .find(|cloud| cloud.recognises(inbound))
            .unwrap_or(&self.unmarked)
            .as_ref()
    }

    /// Answers a request.
    pub async fn serve(&self, engine: &Arc<Engine>, watch: &Watch, inbound: Inbound) -> Outbound {
        self.of(&inbound).serve(engine, watch, inbound).await
    }
}
