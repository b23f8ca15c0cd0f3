//! The gateways of the service, as policies and network rules of applications see them.

use crate::model::NetworkKind;

/// The gateway that a request was sent to. Policies are for one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Gateway<'a> {
    /// The one that all instances share.
    Shared,
    /// That of the instance with this id.
    Dedicated(&'a str),
    /// That of some instance: the host does not say which.
    AnyDedicated,
    /// The host says nothing.
    Any,
}

impl Gateway<'_> {
    /// Whether a policy for this instance, or for the shared gateway, is for this gateway.
    pub(super) fn is_for(&self, instance: Option<&str>) -> bool {
        match (self, instance) {
            (Self::Shared, instance) => instance.is_none(),
            (Self::Dedicated(own), instance) => instance == Some(own),
            (Self::AnyDedicated, instance) => instance.is_some(),
            (Self::Any, _) => true,
        }
    }

    /// Whether network rules of this kind count here: each gateway is reached over other networks.
    pub(super) fn counts(&self, kind: NetworkKind) -> bool {
        match self {
            Self::Shared => kind != NetworkKind::Private,
            Self::Dedicated(_) | Self::AnyDedicated => kind == NetworkKind::Private,
            Self::Any => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_for_gateways() {
        use Gateway::{Any, AnyDedicated, Dedicated, Shared};
        for (gateway, instance, is) in [
            (Shared, None, true),
            (Shared, Some("a"), false),
            (Dedicated("a"), Some("a"), true),
            (Dedicated("a"), Some("b"), false),
            (Dedicated("a"), None, false),
            (AnyDedicated, Some("a"), true),
            (AnyDedicated, None, false),
            (Any, Some("a"), true),
            (Any, None, true),
        ] {
            assert_eq!(gateway.is_for(instance), is, "{gateway:?} {instance:?}");
        }
        let kinds = [NetworkKind::Private, NetworkKind::Public, NetworkKind::Vpc];
        for (gateway, counting) in [
            (Shared, &kinds[1..]),
            (Dedicated("a"), &kinds[..1]),
            (AnyDedicated, &kinds[..1]),
            (Any, &kinds[..]),
        ] {
            let counts: Vec<_> = kinds.into_iter().filter(|kind| gateway.counts(*kind)).collect();
            assert_eq!(counts, counting, "{gateway:?}");
        }
    }
}
