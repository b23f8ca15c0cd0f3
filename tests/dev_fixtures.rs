//! dev
#[path = "it/coverage.rs"]
mod coverage;
#[path = "it/errors.rs"]
mod errors;
#[path = "it/kit.rs"]
mod kit;
#[path = "it/lifecycle.rs"]
mod lifecycle;
#[path = "it/parameters.rs"]
mod parameters;
#[path = "it/walls.rs"]
mod walls;
#[path = "it/replies.rs"]
mod replies;
