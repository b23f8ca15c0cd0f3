//! Ciphers, digests and signatures over bytes. Nothing here knows a key id, a time, a runtime or a store.

pub mod mac;
pub mod rsa;
pub mod symmetric;
