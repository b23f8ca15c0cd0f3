//! The entries of applications, their policies, network rules and client keys.

use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::entries::entries;
use crate::model::{
    ApplicationName, ApplicationPolicyName, ClientKeyId, InstanceId, Network, NetworkKind,
    NetworkRuleName,
};
use crate::seed::when::Time;
use crate::seed::words::{Hidden, Located, Text};

entries! {
    /// An application.
    ApplicationEntry {
        name: Located<ApplicationName>,
        policies: Spanned<Vec<Located<ApplicationPolicyName>>>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        description: String,
        created_at: Option<Spanned<Time>>,
    }

    /// A policy of applications.
    ApplicationPolicyEntry {
        name: Located<ApplicationPolicyName>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        instance: Option<Located<InstanceId>>,
        permissions: Vec<Located<Text>>,
        resources: Vec<Located<Text>>,
        network_rules: Vec<Located<NetworkRuleName>>,
        /// The same as the network rules, in the cloud's grammar.
        access_control: Option<Located<Text>>,
        description: String,
        created_at: Option<Spanned<Time>>,
    }

    /// A network rule.
    NetworkRuleEntry {
        name: Located<NetworkRuleName>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        kind: Option<Located<NetworkKind>>,
        sources: Vec<Located<Network>>,
        description: String,
        created_at: Option<Spanned<Time>>,
    }

    /// A client key.
    ClientKeyEntry {
        id: Located<ClientKeyId>,
        application: Located<ApplicationName>,
        public_key: Spanned<Hidden>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        not_before: Option<Spanned<Time>>,
        not_after: Option<Spanned<Time>>,
        created_at: Option<Spanned<Time>>,
    }
}
