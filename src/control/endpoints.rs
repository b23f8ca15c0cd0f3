//! The table of endpoints: the method, the path, the handler, and a page of the OpenAPI document
//! that describes it. Every endpoint is in this table.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};
use axum::{Extension, Router};

use crate::app::App;

/// The endpoints of one group, or of all of them.
#[derive(Default)]
pub(super) struct Endpoints {
    router: Router<Arc<App>>,
    listed: Vec<Endpoint>,
    pages: Vec<&'static str>,
}

/// A row of the table.
pub(super) struct Endpoint {
    pub(super) method: Method,
    pub(super) path: &'static str,
    /// Whether it needs no token.
    pub(super) needs_no_token: bool,
}

impl Endpoints {
    /// An empty group with a page: a JSON object with OpenAPI's `paths`, and `schemas` if needed.
    pub(super) fn on_page(page: &'static str) -> Self {
        Self { pages: vec![page], ..Self::default() }
    }

    /// Makes the endpoint added last usable without the token.
    pub(super) fn without_token(mut self) -> Self {
        if let Some(endpoint) = self.listed.last_mut() {
            endpoint.needs_no_token = true;
        }
        self
    }

    /// Sets the body limit of these endpoints, in bytes.
    pub(super) fn body_limit(mut self, most: usize) -> Self {
        self.router = self.router.layer(DefaultBodyLimit::max(most));
        self
    }

    /// Lets the handlers of these endpoints extract this value as an `Extension`.
    pub(super) fn sharing(mut self, value: impl Clone + Send + Sync + 'static) -> Self {
        self.router = self.router.layer(Extension(value));
        self
    }

    /// Adds another group.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.listed.extend(other.listed);
        self.pages.extend(other.pages);
        self
    }

    pub(super) fn listed(&self) -> &[Endpoint] {
        &self.listed
    }

    pub(super) fn pages(&self) -> &[&'static str] {
        &self.pages
    }

    pub(super) fn into_router(self) -> Router<Arc<App>> {
        self.router
    }
}

/// A method of [`Endpoints`] for each verb. It adds an endpoint.
macro_rules! verbs {
    ($($name:ident: $method:ident),*) => {
        impl Endpoints {
            $(pub(super) fn $name<H: Handler<T, Arc<App>>, T: 'static>(
                mut self,
                path: &'static str,
                handler: H,
            ) -> Self {
                self.router = self.router.route(path, on(MethodFilter::$method, handler));
                self.listed.push(Endpoint { method: Method::$method, path, needs_no_token: false });
                self
            })*
        }
    };
}

verbs!(get: GET, post: POST, put: PUT, delete: DELETE);
