//! How it was decided whether a user or an application may do what a request asks.

/// The decision about a request of a user or an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Who asked.
    pub asker: Asker,
    /// Whether what they may do is limited: an account need not limit its users.
    pub is_enforced: bool,
    /// What the request needs. It is allowed if all of it is.
    pub checks: Vec<Check>,
}

/// Who asked: not the account itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker {
    /// The user of this name.
    User(String),
    /// The role of this name.
    Role(String),
    /// The application of this name.
    Application(String),
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
    /// Why each policy does not allow it, if the policies themselves say so.
    pub refusals: Vec<PolicyRefusal>,
}

/// Why a policy does not allow an action on a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRefusal {
    /// The policy.
    pub policy: String,
    /// What about the policy does not fit, in a sentence.
    pub why: String,
}

/// The statement of a policy that decided, or the policy itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidingStatement {
    /// The policy.
    pub policy: String,
    /// Its place in the policy, from 0. `None` if policies have no statements.
    pub at: Option<usize>,
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
        let of_refusal = |it: &PolicyRefusal| {
            size_of::<PolicyRefusal>() + it.policy.capacity() + it.why.capacity()
        };
        let of_ruling = |ruling: &Ruling| {
            let statement = ruling.statement.as_ref();
            let statement = statement.map_or(0, |it| {
                it.policy.capacity() + it.name.as_ref().map_or(0, String::capacity)
            });
            statement + ruling.refusals.iter().map(of_refusal).sum::<usize>()
        };
        let checks = self.checks.iter().map(|it| {
            let ruling = it.ruling.as_ref().map_or(0, of_ruling);
            size_of::<Check>() + it.action.capacity() + it.resource.capacity() + ruling
        });
        let (Asker::User(name) | Asker::Role(name) | Asker::Application(name)) = &self.asker;
        name.capacity() + checks.sum::<usize>()
    }
}
