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

    pub(super) fn get<H: Handler<T, Arc<App>>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
    ) -> Self {
        self.with(MethodFilter::GET, Method::GET, path, handler)
    }

    pub(super) fn post<H: Handler<T, Arc<App>>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
    ) -> Self {
        self.with(MethodFilter::POST, Method::POST, path, handler)
    }

    pub(super) fn put<H: Handler<T, Arc<App>>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
    ) -> Self {
        self.with(MethodFilter::PUT, Method::PUT, path, handler)
    }

    pub(super) fn delete<H: Handler<T, Arc<App>>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
    ) -> Self {
        self.with(MethodFilter::DELETE, Method::DELETE, path, handler)
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

    fn with<H: Handler<T, Arc<App>>, T: 'static>(
        mut self,
        filter: MethodFilter,
        method: Method,
        path: &'static str,
        handler: H,
    ) -> Self {
        self.router = self.router.route(path, on(filter, handler));
        self.listed.push(Endpoint { method, path, is_open: false });
        self
    }
}
