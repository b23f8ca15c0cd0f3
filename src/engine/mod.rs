//! The rules of keys, secrets, certificates, aliases and tags. Knows no cloud, no wire and no SQL: a cloud's own rules come in
//! with the caller, errors go out as facts.
//!
//! Reading operations are plain functions over a snapshot of a realm: they take no lock and cannot reach
//! the database. Changing ones decide on the next snapshot, which is published once it is durable.

mod admit;
mod aliases;
mod calendar;
mod caller;
mod certificate_use;
mod certificates;
mod cipher;
mod ciphertext;
mod clocks;
mod draft;
mod due;
mod envelope;
mod error;
pub mod estate;
mod exchange;
mod expiry;
mod handle;
mod import;
mod inspect;
mod keys;
mod pairs;
mod realms;
mod rotation;
mod rules;
mod secret_apart;
mod secret_draft;
mod secret_rotation;
mod secret_versions;
mod secrets;
mod service;
mod tags;
mod versions;
mod view;
mod writer;

pub use admit::{Admitted, AdmittedCertificate, KeyRef, Sight};
pub use caller::{Caller, Quota, UsedKey};
pub use certificate_use::Message;
pub use certificates::NewCertificate;
pub use cipher::{Opened, Sealed, Used};
pub use clocks::{Marks, Turn};
pub use draft::Draft;
pub use error::{
    AliasError, CertificateError, CiphertextError, Error, ImportError, KeyError, SecretError,
};
pub use exchange::Replacement;
pub use handle::{Clouds, Engine};
pub use import::{ImportParameters, Wrapped, Wrapping};
pub use inspect::{Census, Inspected};
pub use keys::NewKey;
pub use pairs::PairRef;
pub use rules::{
    AliasRules, CertificateOperation, CertificateRules, ImportRules, KeyRules, Operation,
    PairRules, Renewal, Rules, SecretRules,
};
pub use secret_draft::NewSecretVersion;
pub use secret_versions::StageMove;
pub use secrets::{NewSecret, SecretValue, Wanted};
pub use tags::{Tagged, Untag};
pub use view::View;
