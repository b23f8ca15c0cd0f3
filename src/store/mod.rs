//! What lasts. Two verbs: load every fact, commit some. It decides nothing, but whether the data is whole.

mod aside;
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
mod survey;
mod wal;

pub use contract::{Aside, Spares, Store, StoreError, Stored};
pub use files::true_path;
pub use lock::DataLock;
pub use opening::open;
pub use root_key::RootKey;
pub use sqlite::Sqlite;
