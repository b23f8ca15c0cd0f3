//! A table of actions: wire name to handler. The handler's signature is the declaration; its
//! parameters and its answer are read off it.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::dialects::wire::classes;
use crate::dialects::wire::params::{self, Manner};
use crate::dialects::{Call, Cx, Error, Kind, Outbound};
use crate::watch::classes::Class;

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Outbound, Error>> + Send + 'a>>;
type Now<C> = dyn Fn(&Cx, &C, &str) -> Result<Outbound, Error> + Send + Sync;
type Later<C> = dyn for<'a> Fn(&Cx, &'a C, &'a str) -> Answer<'a> + Send + Sync;

enum Run<C> {
    Now(Box<Now<C>>),
    Later(Box<Later<C>>),
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
    /// Runs it: reads the parameters, calls the handler, renders the answer.
    pub(super) async fn run(&self, cx: &Cx, call: &C, request_id: &str) -> Result<Outbound, Error> {
        match &self.run {
            Run::Now(run) => run(cx, call, request_id),
            Run::Later(run) => run(cx, call, request_id).await,
        }
    }
}

/// The actions of a cloud.
pub struct Actions<C> {
    manner: &'static Manner,
    entries: HashMap<&'static str, Entry<C>>,
    /// What the parameters of all actions are, as their types say.
    classes: Vec<(&'static str, Class)>,
}

impl<C: Call + 'static> Actions<C> {
    /// No actions yet, of a cloud that writes parameters so.
    pub(super) fn with(manner: &'static Manner) -> Self {
        Self { manner, entries: HashMap::new(), classes: Vec::new() }
    }

    /// An action that uses a key.
    #[must_use]
    pub fn hot<Q, R>(self, name: &'static str, handler: fn(&Cx, Q) -> Result<R, Error>) -> Self
    where
        Q: DeserializeOwned + 'static,
        R: Serialize + 'static,
    {
        self.now(name, Kind::Hot, handler)
    }

    /// An action that looks.
    #[must_use]
    pub fn read<Q, R>(self, name: &'static str, handler: fn(&Cx, Q) -> Result<R, Error>) -> Self
    where
        Q: DeserializeOwned + 'static,
        R: Serialize + 'static,
    {
        self.now(name, Kind::Read, handler)
    }

    /// An action that changes something.
    #[must_use]
    pub fn change<Q, R, H, F>(self, name: &'static str, handler: H) -> Self
    where
        Q: DeserializeOwned + Send + 'static,
        R: Serialize + Send + Sync + 'static,
        H: Fn(Cx, Q) -> F + Send + Sync + 'static,
        F: Future<Output = Result<R, Error>> + Send + 'static,
    {
        let manner = self.manner;
        let run: Box<Later<C>> = Box::new(move |cx, call, request_id| {
            let started = params::read(call.params(), manner).map(|it| handler(cx.clone(), it));
            Box::pin(async move { call.answer(request_id, &started?.await?) })
        });
        self.with_entry::<Q>(name, Kind::Change, Run::Later(run))
    }

    fn now<Q, R>(
        self,
        name: &'static str,
        kind: Kind,
        handler: fn(&Cx, Q) -> Result<R, Error>,
    ) -> Self
    where
        Q: DeserializeOwned + 'static,
        R: Serialize + 'static,
    {
        let manner = self.manner;
        let run: Box<Now<C>> = Box::new(move |cx, call, request_id| {
            call.answer(request_id, &handler(cx, params::read(call.params(), manner)?)?)
        });
        self.with_entry::<Q>(name, kind, Run::Now(run))
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

    /// Every action's name, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.entries.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// What the parameters of its actions are.
    pub(super) fn classes(&self) -> impl Iterator<Item = (&'static str, Class)> {
        self.classes.iter().copied()
    }
}
