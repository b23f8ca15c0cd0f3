//! The table of actions: wire name to handler. An action is declared by its handler's signature;
//! the names and meanings of its parameters are read off the request type.

use std::future::Future;
use std::pin::Pin;

use rustc_hash::FxHashMap;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::dialects::wire::classes;
use crate::dialects::wire::param_style::ParamStyle;
use crate::dialects::wire::params;
use crate::dialects::{Call, Cx, Error, Kind, Outbound};
use crate::watch::classes::Class;

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Outbound, Error>> + Send + 'a>>;
type SyncHandler<C> = dyn Fn(&Cx, &C, &str) -> Result<Outbound, Error> + Send + Sync;
type AsyncHandler<C> = dyn for<'a> Fn(&Cx, &'a C, &'a str) -> Answer<'a> + Send + Sync;

enum Run<C> {
    Sync(Box<SyncHandler<C>>),
    Async(Box<AsyncHandler<C>>),
}

/// One action.
pub struct Entry<C> {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it may do.
    pub kind: Kind,
    /// The names of the parameters that it reads.
    pub reads: &'static [&'static str],
    run: Run<C>,
}

impl<C: Call> Entry<C> {
    /// Reads the parameters, calls the handler, renders the answer.
    pub(super) async fn run(&self, cx: &Cx, call: &C, request_id: &str) -> Result<Outbound, Error> {
        match &self.run {
            Run::Sync(run) => run(cx, call, request_id),
            Run::Async(run) => run(cx, call, request_id).await,
        }
    }
}

/// The actions of a cloud.
pub struct Actions<C> {
    param_style: &'static ParamStyle,
    entries: FxHashMap<&'static str, Entry<C>>,
    /// The class of every parameter, as its type says.
    classes: Vec<(&'static str, Class)>,
}

impl<C: Call + 'static> Actions<C> {
    /// An empty table for a cloud that encodes parameters in this style.
    pub(super) fn with(param_style: &'static ParamStyle) -> Self {
        Self { param_style, entries: FxHashMap::default(), classes: Vec::new() }
    }

    /// Adds an action that uses key material.
    #[must_use]
    pub fn hot<Q, R>(self, name: &'static str, handler: fn(&Cx, Q) -> Result<R, Error>) -> Self
    where
        Q: DeserializeOwned + 'static,
        R: Serialize + 'static,
    {
        self.sync(name, Kind::Hot, handler)
    }

    /// Adds an action that reads.
    #[must_use]
    pub fn read<Q, R>(self, name: &'static str, handler: fn(&Cx, Q) -> Result<R, Error>) -> Self
    where
        Q: DeserializeOwned + 'static,
        R: Serialize + 'static,
    {
        self.sync(name, Kind::Read, handler)
    }

    /// Adds an action that changes something.
    #[must_use]
    pub fn change<Q, R, H, F>(self, name: &'static str, handler: H) -> Self
    where
        Q: DeserializeOwned + Send + 'static,
        R: Serialize + Send + Sync + 'static,
        H: Fn(Cx, Q) -> F + Send + Sync + 'static,
        F: Future<Output = Result<R, Error>> + Send + 'static,
    {
        let param_style = self.param_style;
        let run: Box<AsyncHandler<C>> = Box::new(move |cx, call, request_id| {
            let started =
                params::read(call.params(), param_style).map(|it| handler(cx.clone(), it));
            Box::pin(async move { call.answer(request_id, &started?.await?) })
        });
        self.with_entry::<Q>(name, Kind::Change, Run::Async(run))
    }

    fn sync<Q, R>(
        self,
        name: &'static str,
        kind: Kind,
        handler: fn(&Cx, Q) -> Result<R, Error>,
    ) -> Self
    where
        Q: DeserializeOwned + 'static,
        R: Serialize + 'static,
    {
        let param_style = self.param_style;
        let run: Box<SyncHandler<C>> = Box::new(move |cx, call, request_id| {
            call.answer(request_id, &handler(cx, params::read(call.params(), param_style)?)?)
        });
        self.with_entry::<Q>(name, kind, Run::Sync(run))
    }

    fn with_entry<Q: DeserializeOwned>(
        mut self,
        name: &'static str,
        kind: Kind,
        run: Run<C>,
    ) -> Self {
        let reads = classes::names::<Q>();
        self.classes.extend(reads.iter().map(|name| (*name, classes::class::<Q>(name))));
        self.entries.insert(name, Entry { name, kind, reads, run });
        self
    }

    /// The action of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Entry<C>> {
        self.entries.get(name)
    }

    /// The names of all actions, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.entries.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// The classes of the parameters of all actions.
    pub(super) fn classes(&self) -> impl Iterator<Item = (&'static str, Class)> {
        self.classes.iter().copied()
    }
}
