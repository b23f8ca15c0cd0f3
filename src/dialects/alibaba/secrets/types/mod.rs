//! The types of secrets: what each requires of name, value and configuration, and how its value is
//! rotated. Document section 9.1; Redis and `PolarDB`, which it lacks, as in newer SDKs.

mod check;
mod config;
mod forms;
mod kind;
mod renew;
#[cfg(test)]
mod samples;

pub(crate) use check::check_new;
pub(crate) use config::{fits, set_custom_data};
pub(crate) use kind::{CURRENT, PREVIOUS, SecretType};
pub(crate) use renew::{first_values, renew, renewal_is_slow};
