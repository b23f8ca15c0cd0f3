//! The dedicated gateway: the second wire of Alibaba Cloud KMS, which each instance has. Requests
//! are protobuf messages that applications sign with client keys. Keys and secrets, rights and
//! rules are the same as those of the shared gateway.
//!
//! `request.rs` recognises and reads a request, `signature.rs` checks it, and `reply.rs` answers.
//! In between, a message is parameters (`messages.rs`), so that the pipeline treats both wires
//! alike. The actions are those of the table whose names begin with [`request::PREFIX`].

mod blocks;
pub(super) mod cipher;
pub(super) mod data_keys;
mod messages;
pub(super) mod others;
pub(super) mod pairs;
mod protobuf;
pub(super) mod reply;
pub(super) mod request;
pub(super) mod signature;
mod used;
mod words;
