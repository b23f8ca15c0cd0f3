//! Applications, which Alibaba Cloud calls application access points, with their policies, network
//! rules and client keys. Only newer SDKs, Terraform and the command line know them.

pub(crate) mod access_points;
pub(crate) mod client_keys;
mod forms;
mod gateway;
pub(crate) mod network_rules;
mod parameters;
pub(crate) mod policies;
mod rights;

use crate::algorithms::asymmetric::PairSpec;
use crate::engine::{ApplicationRules, NameRule};
pub(super) use gateway::Gateway;
pub(super) use rights::{decide, permit};

/// The rules for the engine.
pub(super) const RULES: ApplicationRules = ApplicationRules {
    names: NameRule { accepts: forms::is_name, form: "a name: 1 to 64 letters, digits, _ and -" },
    client_key_ids: NameRule {
        accepts: forms::is_client_key_id,
        form: "a client key's id: KAAP. and a UUID in lower case",
    },
    new_client_key_id: forms::new_client_key_id,
    permissions: NameRule {
        accepts: forms::is_permission,
        form: "a permission, such as RbacPermission/Template/CryptoServiceKeyUser",
    },
    resources: NameRule {
        accepts: forms::is_resource,
        form: "a pattern of resources, such as key/* or secret/name",
    },
    network_rules: forms::network_rules,
    policies: 1..=3,
    sources: 800,
    client_keys: 3,
    pair: PairSpec::Rsa2048,
    validity_years: 5,
};
