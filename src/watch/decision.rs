//! How it was decided whether a user may do what a request asks.

/// The decision about a request of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The user's name.
    pub user: String,
    /// Whether its account limits what its users may do.
    pub is_enforced: bool,
    /// What the request needs. It is allowed if all of it is.
    pub checks: Vec<Check>,
}

/// An action on a resource that a request needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The action, as policies name it.
    pub action: String,
    /// The resource, as policies name it.
    pub resource: String,
    /// The ruling. `None` if the account does not limit its users.
    pub ruling: Option<Ruling>,
}

/// Whether an action on a resource is allowed, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// Whether it is allowed.
    pub is_allowed: bool,
    /// Why, in a sentence.
    pub why: &'static str,
    /// The layer of policies that decided.
    pub layer: &'static str,
    /// The statement that decided. `None` if there is none about the action.
    pub statement: Option<DecidingStatement>,
}

/// The statement of a policy that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidingStatement {
    /// The policy.
    pub policy: String,
    /// Its place in the policy, from 0.
    pub at: usize,
    /// Its own name, if it has one.
    pub name: Option<String>,
}

impl Decision {
    /// The first action that is not allowed.
    #[must_use]
    pub fn denied(&self) -> Option<&Check> {
        self.checks.iter().find(|it| it.ruling.as_ref().is_some_and(|ruling| !ruling.is_allowed))
    }

    /// About how many bytes it uses besides its own size.
    pub(super) fn weight(&self) -> usize {
        let of_ruling = |ruling: &Ruling| {
            ruling
                .statement
                .as_ref()
                .map_or(0, |it| it.policy.capacity() + it.name.as_ref().map_or(0, String::capacity))
        };
        let checks = self.checks.iter().map(|it| {
            let ruling = it.ruling.as_ref().map_or(0, of_ruling);
            size_of::<Check>() + it.action.capacity() + it.resource.capacity() + ruling
        });
        self.user.capacity() + checks.sum::<usize>()
    }
}
