//! Storage in SQLite. `load` reads every fact, `commit` writes some, all or none. The store decides
//! nothing, except whether the data is complete.
//!
//! All nouns are records of one table, in the form that the model gives them (`rows.rs`). Secrets
//! are sealed separately under the root key, bound to their owner and realm. A store that can
//! (`staging.rs`) also stages whole realms.
//!
//! Every transaction counts itself in the database's header. After it, and without waiting for the
//! disk, the count goes to the mark, a file beside the data. So the mark is never ahead of what is
//! durable, and data that is behind its mark has lost transactions. A start reads header,
//! write-ahead log and mark before SQLite does (`survey.rs`, `header.rs`, `wal.rs`, `mark.rs`).
//! When nothing changes, the writer calls `maintain`, which brings the log into the main file.

mod contract;
pub mod files;
mod header;
mod lock;
mod mark;
mod opening;
mod place;
mod root_key;
mod rows;
mod sqlite;
mod staging;
mod survey;
mod wal;

pub use contract::{Staged, Staging, Store, StoreError, Stored, TakeFact};
pub use files::true_path;
pub use lock::DataLock;
pub use opening::open;
pub use root_key::RootKey;
pub use sqlite::Sqlite;
