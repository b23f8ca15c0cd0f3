//! Clouds: the one pipeline that every cloud's requests take, and what each cloud says of its wire. A cloud
//! touches no store, and knows no other cloud.
//!
//! A cloud is a folder: what is fixed about it is its `Profile`, what depends on a request is its `Dialect`
//! and its `Call`. `clouds.rs` lists the clouds; the rest of the program asks there and names none. What two
//! clouds share is in `gate/` (who is let in) and `wire/` (how texts travel).

mod actions;
mod alibaba;
mod call;
mod clouds;
mod dialect;
mod faults;
mod gate;
mod handler;
mod kingsoft;
pub mod peers;
mod pipeline;
mod profile;
mod refusal;
mod report;
mod subject;
mod wire;

pub use actions::{Actions, Entry};
pub use call::Call;
pub use clouds::{Answering, Cloud, Clouds, PROFILES, profile};
pub use dialect::Dialect;
use dialect::Served;
pub use gate::accounts::{self, Account, Accounts};
pub use gate::{AuthMode, Gate, Verified};
pub use handler::{Cx, Kind};
pub use profile::{Names, Profile};
pub use refusal::{Code, Error, Refusal};
pub use wire::form::Form;
pub use wire::inbound::{BODY_LIMIT, BodyRefused, Cut, HeadRefused, Inbound, Outbound};
