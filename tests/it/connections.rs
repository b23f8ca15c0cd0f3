//! Connections: answers to unparsable requests, time limits, and which connections are closed when
//! there are too many.

mod browsers;
mod crowds;
mod unparsable;
