//! Connections: what is answered that is no request, who is waited for, and who may be asked to
//! leave.

mod browsers;
mod crowds;
mod unparsable;
