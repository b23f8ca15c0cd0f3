//! The entries of managed data keys.

use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::entries::entries;
use crate::model::{ManagedDataKeyName, ManagedDataKeyVersionId};
use crate::seed::when::Time;
use crate::seed::words::{Bytes, Located};

entries! {
    /// A managed data key.
    ManagedDataKeyEntry {
        name: Located<ManagedDataKeyName>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        /// The bytes of a data key with one version.
        plaintext: Option<Located<Bytes>>,
        versions: Vec<ManagedDataKeyVersionEntry>,
    }

    /// A version of a managed data key.
    ManagedDataKeyVersionEntry {}
    optional {
        id: Option<Located<ManagedDataKeyVersionId>>,
        created_at: Option<Spanned<Time>>,
        plaintext: Option<Located<Bytes>>,
    }
}
