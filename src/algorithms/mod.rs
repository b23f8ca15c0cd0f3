//! Ciphers, digests and signatures over bytes. Nothing here knows a key id, a time, a runtime or a store.

pub mod asymmetric;
pub mod ecdsa;
pub mod mac;
pub mod password;
pub mod rsa;
pub mod sm2;
pub mod ssh;
pub mod symmetric;
