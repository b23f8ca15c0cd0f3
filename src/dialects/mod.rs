//! Clouds: the pipeline that every request takes, and what is particular to each cloud. A cloud
//! touches no store, and knows no other cloud.
//!
//! A cloud is a folder. Its data is a `Profile`; what depends on a request is its `Dialect` and its
//! `Call`. `clouds.rs` lists the clouds; the rest of the program asks there and names none. What
//! clouds share is in `gate/` (authentication) and `wire/` (encodings).

mod actions;
mod alibaba;
mod call;
mod clouds;
mod dialect;
mod faults;
mod gate;
mod handler;
mod huawei;
mod hypothetical;
mod kingsoft;
mod nearest;
pub mod peers;
mod pipeline;
mod profile;
mod refusal;
mod report;
mod subject;
mod tencent;
mod wire;

pub use actions::{Actions, Entry};
pub use call::Call;
pub use clouds::{Answering, Cloud, Clouds, PROFILES, profile};
use dialect::Served;
pub use dialect::{Decided, Dialect};
pub use gate::accounts::{self, Account, Accounts};
pub use gate::users;
pub use gate::{AuthMode, Gate, Verified};
pub use handler::{Cx, Kind, ServerInfo};
pub use hypothetical::{Hypothetical, Unanswered};
pub use nearest::nearest;
pub use profile::{Names, Profile};
pub use refusal::{Code, Error, Refusal};
pub use wire::form::Form;
pub use wire::inbound::{BODY_LIMIT, BodyRefused, Cut, HeadRefused, Inbound, Outbound};
