//! Applications, their policies, network rules and client keys.

use kmsim::engine::{ApplicationError, Error, NewApplication, NewClientKey};
use kmsim::model::{ApplicationName, ApplicationPolicyName, ClientKey, Network};
use zeroize::Zeroizing;

use super::{DAY, TestEngine, with_engine};
