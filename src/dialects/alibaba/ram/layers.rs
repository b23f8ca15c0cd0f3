//! The layers of policies, and how they decide together: a denial in any layer denies. Otherwise a
//! user may do what its own policies allow, within the control policies and the session's policy,
//! and also what the policy of the key or secret allows it.

use super::conditions::Properties;
use super::document::{Document, Effect, Principal, Statement, Who};
use super::pattern::Pattern;
use crate::dialects::accounts::AccountPrincipal;
use crate::watch::{DecidingStatement, Ruling};

/// A policy of a user, a role, a session or a resource directory.
#[derive(Debug)]
pub(super) struct Attached {
    /// Its name, or its place in the list of the user's policies.
    pub(super) name: String,
    pub(super) document: Document,
}

/// The policies that decide about a request.
#[derive(Clone, Copy)]
pub(super) struct Layers<'a> {
    pub(super) user: User<'a>,
    /// The policies of the account's resource directory, if it is in one.
    pub(super) control: &'a [Attached],
    /// The user's own policies.
    pub(super) identity: &'a [Attached],
    /// The policy of its temporary credential.
    pub(super) session: Option<&'a Attached>,
    /// The policy of the key or secret.
    pub(super) of_resource: Option<ResourcePolicy<'a>>,
}

/// The user who asks.
#[derive(Clone, Copy)]
pub(super) struct User<'a> {
    pub(super) account: &'a str,
    pub(super) name: &'a str,
    /// Whether it is a role.
    pub(super) is_role: bool,
    /// Whom policies mean that name the user's account.
    pub(super) account_principal: AccountPrincipal,
}

/// The policy of a key or a secret.
#[derive(Clone, Copy)]
pub(super) struct ResourcePolicy<'a> {
    pub(super) layer: Layer,
    pub(super) document: &'a Document,
}

/// The name of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    Control,
    Identity,
    Session,
    Key,
    Secret,
}

/// What a key's policy has an effect on. The rest may stand there.
const EFFECTIVE_FOR_KEYS: &[&str] = &[
    "kms:list*",
    "kms:describe*",
    "kms:create*",
    "kms:enable*",
    "kms:disable*",
    "kms:get*",
    "kms:set*",
    "kms:update*",
    "kms:delete*",
    "kms:cancel*",
    "kms:tagresource",
    "kms:untagresource",
    "kms:importkeymaterial",
    "kms:schedulekeydeletion",
    "kms:encrypt",
    "kms:decrypt",
    "kms:generatedatakey",
    "kms:generateandexportdatakey",
    "kms:asymmetricencrypt",
    "kms:asymmetricdecrypt",
];

impl Layer {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Identity => "identity",
            Self::Session => "session",
            Self::Key => "key policy",
            Self::Secret => "secret policy",
        }
    }
}

impl User<'_> {
    fn is(&self, principal: &Principal) -> bool {
        let is_named = match &principal.who {
            Who::Account => self.account_principal == AccountPrincipal::Users,
            Who::User(name) => !self.is_role && name == self.name,
            Who::Role(name) => self.is_role && name == self.name,
        };
        is_named && principal.account == self.account
    }
}

/// A question to the layers: an action on a resource, and the request's properties.
pub(super) struct Question<'a, P> {
    /// In lower case.
    pub(super) action: &'a str,
    pub(super) resource: &'a str,
    pub(super) properties: &'a P,
}

impl<P: Properties> Question<'_, P> {
    /// The first statement of this effect that is about the question.
    fn first<'d>(
        &self,
        document: &'d Document,
        effect: Effect,
        is_for: impl Fn(&Statement) -> bool,
    ) -> Option<(usize, &'d Statement)> {
        let mut numbered = document.statements.iter().enumerate();
        numbered.find(|(_, it)| {
            it.effect == effect
                && is_for(it)
                && it.covers(self.action, self.resource)
                && it.conditions().iter().all(|condition| condition.is_met(self.properties))
        })
    }

    fn first_of<'d>(
        &self,
        policies: impl IntoIterator<Item = &'d Attached>,
        effect: Effect,
    ) -> Option<DecidingStatement> {
        policies.into_iter().find_map(|policy| {
            let (at, statement) = self.first(&policy.document, effect, |_| true)?;
            Some(deciding(&policy.name, at, statement))
        })
    }

    fn first_of_resource(
        &self,
        layers: &Layers<'_>,
        effect: Effect,
    ) -> Option<(Layer, DecidingStatement)> {
        let ResourcePolicy { layer, document } = layers.of_resource?;
        let is_effective =
            |pattern: &str| Pattern::read(pattern).is_some_and(|it| it.matches(self.action));
        if layer == Layer::Key && !EFFECTIVE_FOR_KEYS.iter().any(|it| is_effective(it)) {
            return None;
        }
        let is_for = |it: &Statement| it.principals.iter().any(|one| layers.user.is(one));
        let (at, statement) = self.first(document, effect, is_for)?;
        Some((layer, deciding("default", at, statement)))
    }

    /// The decision.
    pub(super) fn ruling(&self, layers: &Layers<'_>) -> Ruling {
        let by = |is_allowed, layer: Layer, statement| Ruling {
            is_allowed,
            why: if is_allowed { "a statement allows it" } else { "a statement denies it" },
            layer: layer.name(),
            statement: Some(statement),
            refusals: Vec::new(),
        };
        let not = |layer: Layer, why| Ruling {
            is_allowed: false,
            why,
            layer: layer.name(),
            statement: None,
            refusals: Vec::new(),
        };
        if let Some(statement) = self.first_of(layers.control, Effect::Deny) {
            return by(false, Layer::Control, statement);
        }
        if let Some(statement) = self.first_of(layers.session, Effect::Deny) {
            return by(false, Layer::Session, statement);
        }
        if let Some(statement) = self.first_of(layers.identity, Effect::Deny) {
            return by(false, Layer::Identity, statement);
        }
        if let Some((layer, statement)) = self.first_of_resource(layers, Effect::Deny) {
            return by(false, layer, statement);
        }
        let in_control =
            layers.control.is_empty() || self.first_of(layers.control, Effect::Allow).is_some();
        let in_session = match layers.session {
            None => true,
            session => self.first_of(session, Effect::Allow).is_some(),
        };
        let by_identity = self.first_of(layers.identity, Effect::Allow);
        if let (true, true, Some(statement)) = (in_control, in_session, &by_identity) {
            return by(true, Layer::Identity, statement.clone());
        }
        match self.first_of_resource(layers, Effect::Allow) {
            Some((layer, statement)) => by(true, layer, statement),
            None if by_identity.is_some() && !in_control => {
                not(Layer::Control, "no statement of the control policies allows it")
            }
            None if by_identity.is_some() => {
                not(Layer::Session, "no statement of the session's policy allows it")
            }
            None => not(Layer::Identity, "no statement allows it"),
        }
    }
}

fn deciding(policy: &str, at: usize, statement: &Statement) -> DecidingStatement {
    DecidingStatement { policy: policy.to_owned(), at: Some(at), name: statement.sid.clone() }
}
