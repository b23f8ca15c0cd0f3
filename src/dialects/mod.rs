//! Clouds: the one pipeline that every cloud's requests take, and what each cloud says of its wire. A cloud touches no
//! store, and knows no other cloud.

pub mod accounts;
mod actions;
mod alibaba;
mod answer;
mod call;
mod canonical;
mod classes;
mod clouds;
mod dialect;
mod faults;
mod form;
mod gate;
mod inbound;
mod kingsoft;
mod marks;
mod params;
pub mod peers;
mod pipeline;
mod profile;
mod redact;
mod refusal;
mod regions;
mod replay;
mod report;
mod subject;
mod times;
mod values;
mod xml;

pub use accounts::{Account, Accounts};
pub use actions::{Actions, Cx, Entry, Kind};
pub use call::Call;
pub use clouds::{Answering, Cloud, Clouds, PROFILES, profile};
pub use dialect::Dialect;
use dialect::Served;
pub use form::Form;
pub use gate::{AuthMode, Gate, Verified};
pub use inbound::{BODY_LIMIT, BodyRefused, Cut, HeadRefused, Inbound, Outbound};
pub use profile::{Names, Profile};
pub use refusal::{Code, Error, Refusal};
