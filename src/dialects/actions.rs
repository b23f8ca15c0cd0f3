//! A table of actions: wire name to handler. The handler's signature is the declaration; its parameters and its
//! answer are read off it.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::params::names;
use super::{Cx, Dialect, Error, Outbound};

/// What an action may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Use a key's material. A plain function: it cannot reach the database.
    Hot,
    /// Look.
    Read,
    /// Change something, and wait until it is durable.
    Change,
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Outbound, Error>> + Send + 'a>>;
type Now<D> = dyn Fn(&Cx, &<D as Dialect>::Call, &str) -> Result<Outbound, Error> + Send + Sync;
type Later<D> = dyn for<'a> Fn(&Cx, &'a <D as Dialect>::Call, &'a str) -> Answer<'a> + Send + Sync;

enum Run<D: Dialect> {
    Now(Box<Now<D>>),
    Later(Box<Later<D>>),
}

/// One action.
pub struct Entry<D: Dialect> {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it may do.
    pub kind: Kind,
    /// The names of the parameters that it reads.
    pub reads: &'static [&'static str],
    run: Run<D>,
}

impl<D: Dialect> Entry<D> {
    /// Runs it: reads the parameters, calls the handler, renders the answer.
    pub(super) async fn run(
        &self,
        cx: &Cx,
        call: &D::Call,
        request_id: &str,
    ) -> Result<Outbound, Error> {
        match &self.run {
            Run::Now(run) => run(cx, call, request_id),
            Run::Later(run) => run(cx, call, request_id).await,
        }
    }
}

/// The actions of a dialect.
pub struct Actions<D: Dialect>(HashMap<&'static str, Entry<D>>);

impl<D: Dialect> Default for Actions<D> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<D: Dialect> Actions<D> {
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
    pub fn change<Q, R, H, F>(mut self, name: &'static str, handler: H) -> Self
    where
        Q: DeserializeOwned + Send + 'static,
        R: Serialize + Send + Sync + 'static,
        H: Fn(Cx, Q) -> F + Send + Sync + 'static,
        F: Future<Output = Result<R, Error>> + Send + 'static,
    {
        let run: Box<Later<D>> = Box::new(move |cx, call, request_id| {
            let started = D::params::<Q>(call).map(|params| handler(cx.clone(), params));
            Box::pin(async move { D::reply(call, request_id, &started?.await?) })
        });
        self.0.insert(
            name,
            Entry { name, kind: Kind::Change, reads: names::<Q>(), run: Run::Later(run) },
        );
        self
    }

    fn now<Q, R>(
        mut self,
        name: &'static str,
        kind: Kind,
        handler: fn(&Cx, Q) -> Result<R, Error>,
    ) -> Self
    where
        Q: DeserializeOwned + 'static,
        R: Serialize + 'static,
    {
        let run: Box<Now<D>> = Box::new(move |cx, call, request_id| {
            D::reply(call, request_id, &handler(cx, D::params(call)?)?)
        });
        self.0.insert(name, Entry { name, kind, reads: names::<Q>(), run: Run::Now(run) });
        self
    }

    /// The action of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Entry<D>> {
        self.0.get(name)
    }

    /// Every action's name, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.0.keys().copied().collect();
        names.sort_unstable();
        names
    }
}
