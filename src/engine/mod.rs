//! The rules of keys, white-box keys, data keys, secrets, certificates, aliases and tags. The
//! engine knows no cloud, no wire and no SQL: a cloud's own rules come in with the caller, and
//! errors go out as facts.
//!
//! Operations that read are plain functions over a snapshot of a realm: they take no lock and
//! cannot reach the database. Operations that change something hand a decision to the writer
//! (`writer.rs`), the one task through which every realm changes. The writer takes the decisions
//! that wait, lets each draft the next state on top of the one before, writes all their facts in
//! one transaction, and only then publishes the states and answers. So:
//!
//! - nobody reads what is not durable, and an acknowledged change survives `kill -9`;
//! - a decision sees every change before it, in one order;
//! - concurrent callers share one write to the disk;
//! - a failed write changes nothing: the drafts are dropped, and every caller in the batch gets the
//!   error.
//!
//! No transaction is long. One transaction settles a bounded number of due changes; a decision
//! about a realm where more is due waits for the next transaction, and decisions about other realms
//! go ahead. Slow work happens outside the writer: key pairs are generated on a few blocking
//! threads (`pairs.rs`), and a rotation that generates an SSH key is drafted on one too
//! (`slow_rotation.rs`). Its draft is accepted if the secret is still the same.
//!
//! The only way to a key is `admit` (`admit.rs`): it finds the key, checks that the caller has
//! access (`access.rs`), asks the cloud's table whether the key's state admits the operation, and
//! returns a proof. Key material is reachable only through that proof.
//!
//! Time is an argument. The server has a clock, and a scope (an account, a region, both) may have
//! its own (`clocks.rs`); a realm follows the narrowest. A key's state is derived from the time, so
//! deletion and expiry happen at the exact instant. The calendar (`calendar.rs`) removes the
//! records and makes the versions of due rotations, each dated at its instant: before each request
//! of a realm (a comparison when nothing is due), before each change, at the start, and
//! periodically.
//!
//! Whole realms are replaced in one step (`contents.rs`): data, clocks, faults and journal change
//! together or not at all. A small replacement is one transaction. A large one (`replacement.rs`)
//! is staged under spare realm numbers in small transactions, one transaction swaps the numbers,
//! and the old records are deleted in small transactions afterwards. After a crash, the next start
//! deletes the staged records.
//!
//! A secret's value is sealed under its own data key, and that under the secret's key
//! (`envelope.rs`). Opening it needs the same proof as a decryption, so a value is readable only
//! while its key can be used. The cloud makes the next value of a managed secret; the engine
//! decides when, and moves the stages.
//!
//! Nothing is stored for an import but the realm's secret. The token holds the wrapping key's
//! private half, the target key and the expiry, sealed under that secret. A version whose material
//! is gone keeps a fingerprint of it, so that only the same material can be imported again.

mod access;
mod admit;
mod aliases;
mod application_policies;
mod applications;
mod bindings;
mod calendar;
mod caller;
mod certificate_use;
mod certificates;
mod challenge_pairs;
mod challenges;
mod cipher;
mod ciphertext;
mod client_key_index;
mod client_keys;
mod clocks;
pub mod contents;
mod data_keys;
mod draft;
mod due;
mod envelope;
mod error;
mod expiry;
mod grants;
mod handle;
mod import;
mod inspect;
mod instances;
mod key_stores;
mod keys;
mod keyspaces;
mod lists;
mod macs;
mod managed_data_keys;
mod network_rules;
mod pairs;
mod realms;
mod replacement;
mod replication;
mod rotation;
mod rules;
mod secret_draft;
mod secret_rotation;
mod secret_versions;
mod secrets;
mod service;
mod slow_rotation;
mod snapshot;
mod tags;
mod version_cipher;
mod versions;
mod white_box_keys;
mod writer;

pub use access::{Access, Authorize};
pub use admit::{
    Admitted, AdmittedAccessPoint, AdmittedCertificate, AdmittedManagedDataKey,
    AdmittedWhiteBoxKey, KeyRef, View,
};
pub use application_policies::{ApplicationPolicyUpdate, NewApplicationPolicy};
pub use applications::NewApplication;
pub use caller::{Caller, Quota, UsedKey};
pub use certificate_use::Message;
pub use certificates::NewCertificate;
pub use cipher::{Opened, Resealed, Sealed, Used};
pub use client_key_index::{ClientKeyIndex, IndexedClientKey};
pub use client_keys::{MadeClientKey, NewClientKey};
pub use clocks::{ClockChange, SavedClocks};
pub use data_keys::NewDataKey;
pub use draft::Draft;
pub use error::{
    AliasError, ApplicationError, CertificateError, CiphertextError, DataKeyError, Error,
    GrantError, ImportError, InstanceError, KeyError, KeyStoreError, KeyspaceError,
    ManagedDataKeyError, SecretError, WhiteBoxError,
};
pub use grants::NewGrant;
pub use handle::{Clouds, Engine};
pub use import::{ImportParameters, Wrapped, Wrapping};
pub use inspect::Inspection;
pub use instances::InstanceUse;
pub use key_stores::NewKeyStore;
pub use keys::NewKey;
pub use keyspaces::{NewAccessPoint, NewKeyspacePolicy};
pub use lists::{KeyRow, List};
pub use managed_data_keys::ManagedDataKeyQuery;
pub use network_rules::NewNetworkRule;
pub use pairs::PairRef;
pub use replacement::Replacement;
pub use replication::NewReplica;
pub use rules::{
    AliasRules, ApplicationRules, CertificateOperation, CertificateRules, DataKeyOperation,
    DataKeyRules, GrantRules, ImportRules, InstanceRules, KeyRules, KeyStoreKind, KeyStoreRules,
    KeyspaceRules, ManagedDataKeyRules, NameRule, Operation, PairRules, Renewal, Rules,
    SecretRules, WhiteBoxRules,
};
pub use secret_draft::NewSecretVersion;
pub use secret_versions::StageMove;
pub use secrets::{NewSecret, SecretValue, VersionQuery};
pub use snapshot::Snapshot;
pub use tags::{TagRemoval, Tagged};
pub use white_box_keys::{NewWhiteBoxKey, WhiteBoxCiphertext};
