//! The table of endpoints: a method, a path, what answers, and a page of the OpenAPI document that describes it. What
//! is not in here is not served, and what is served stands here.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};
use axum::{Extension, Router};

use crate::app::App;

/// The endpoints of one noun, or of all of them.
#[derive(Default)]
pub(super) struct Endpoints {
    router: Router<Arc<App>>,
    listed: Vec<Endpoint>,
    pages: Vec<&'static str>,
}

/// A line of the table.
pub(super) struct Endpoint {
    pub(super) method: Method,
    pub(super) path: &'static str,
    /// Whether it answers everybody, whoever may use the control plane.
    pub(super) is_open: bool,
}

impl Endpoints {
    /// Those that a page describes: a JSON object of OpenAPI's `paths`, and of `schemas` where it needs any.
    pub(super) fn on_page(page: &'static str) -> Self {
        Self { pages: vec![page], ..Self::default() }
    }

    /// Lets everybody at the endpoint added last.
    pub(super) fn open_to_everybody(mut self) -> Self {
        if let Some(endpoint) = self.listed.last_mut() {
            endpoint.is_open = true;
        }
        self
    }

    /// Lets the bodies of these be as large as this, in bytes.
    pub(super) fn taking_bodies_of(mut self, most: usize) -> Self {
        self.router = self.router.layer(DefaultBodyLimit::max(most));
        self
    }

    /// Lets the handlers of these extract this value as an `Extension`.
    pub(super) fn sharing(mut self, value: impl Clone + Send + Sync + 'static) -> Self {
        self.router = self.router.layer(Extension(value));
        self
    }

    /// These and others.
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

/// A method of [`Endpoints`] for each verb: the same endpoints, and one more.
macro_rules! verbs {
    ($($name:ident: $method:ident),*) => {
        impl Endpoints {
            $(pub(super) fn $name<H: Handler<T, Arc<App>>, T: 'static>(
                mut self,
                path: &'static str,
                handler: H,
            ) -> Self {
                self.router = self.router.route(path, on(MethodFilter::$method, handler));
                self.listed.push(Endpoint { method: Method::$method, path, is_open: false });
                self
            })*
        }
    };
}

verbs!(get: GET, post: POST, put: PUT, delete: DELETE);
