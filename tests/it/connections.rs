//! Connections: answers to unparsable requests, limits of bodies and of time, and which connections
//! are closed when there are too many.

mod bodies;
mod browsers;
mod crowds;
mod unparsable;
