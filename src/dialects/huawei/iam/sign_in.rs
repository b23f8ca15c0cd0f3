//! The body of requests for tokens: who signs in, and what for. The password or the earlier token
//! in it is the request's credential.

use std::sync::Arc;

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::dialects::gate::Checked;
use crate::dialects::huawei::{codes, projects};
use crate::dialects::users::User;
use crate::dialects::{Account, Accounts, Error};

/// The member `auth`.
#[derive(Deserialize)]
pub(crate) struct Auth {
    pub(crate) identity: Identity,
    pub(crate) scope: Option<Scope>,
}

#[derive(Deserialize)]
pub(crate) struct Identity {
    pub(crate) methods: Vec<Method>,
    password: Option<ByPassword>,
    pub(crate) token: Option<ByToken>,
    /// A policy that narrows what a temporary access key may do.
    pub(crate) policy: Option<serde_json::Value>,
}

/// How somebody signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    Password,
    Token,
    #[serde(other)]
    Another,
}

impl Method {
    /// Its word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Token => "token",
            Self::Another => "",
        }
    }
}

#[derive(Deserialize)]
struct ByPassword {
    user: WithPassword,
}

#[derive(Deserialize)]
struct WithPassword {
    id: Option<String>,
    name: Option<String>,
    password: Zeroizing<String>,
    domain: Option<Named>,
}

#[derive(Deserialize)]
pub(crate) struct ByToken {
    id: Option<Zeroizing<String>>,
    /// How long a temporary access key lasts: a number, or its text.
    pub(crate) duration_seconds: Option<serde_json::Value>,
}

/// What a token is for. Without a scope, it is for the whole account.
#[derive(Deserialize)]
pub(crate) struct Scope {
    pub(crate) project: Option<Named>,
    pub(crate) domain: Option<Named>,
}

/// A project or a domain, by its id or its name.
#[derive(Deserialize)]
pub(crate) struct Named {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
}

/// Whether something has this property, if a request asks for one.
pub(super) fn fits(asked: Option<&str>, own: &str) -> bool {
    asked.is_none_or(|it| it == own)
}

impl Named {
    /// Whether it names the thing with this id and name. Without id and name it names nothing.
    pub(crate) fn is(&self, id: &str, name: &str) -> bool {
        let has_any = self.id.is_some() || self.name.is_some();
        has_any && fits(self.id.as_deref(), id) && fits(self.name.as_deref(), name)
    }

    /// Whether it names this account.
    pub(crate) fn is_account(&self, account: &Account) -> bool {
        let name = projects::domain_name(account);
        projects::domains(account).any(|id| self.is(id, name))
    }
}

impl Auth {
    /// Parses the member's JSON text.
    ///
    /// # Errors
    /// It has another form, or no method that is served.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |_| codes::IAM_BAD_REQUEST.with(&["auth has a wrong form"]);
        let auth: Self = serde_json::from_str(text).map_err(wrong)?;
        auth.method().map(|_| auth)
    }

    /// The only method.
    ///
    /// # Errors
    /// There is none, or several, or another than password and token.
    pub(crate) fn method(&self) -> Result<Method, Error> {
        match self.identity.methods[..] {
            [method @ (Method::Password | Method::Token)] => Ok(method),
            _ => Err(codes::IAM_BAD_REQUEST.with(&["auth.identity.methods"]).into()),
        }
    }

    /// The user who signs in with a password.
    ///
    /// # Errors
    /// There is no such user, or it has another password.
    pub(crate) fn by_password(&self, accounts: &Accounts) -> Result<Checked, Error> {
        let missing = || codes::IAM_BAD_REQUEST.with(&["auth.identity.password"]);
        let given = &self.identity.password.as_ref().ok_or_else(missing)?.user;
        if given.id.is_none() && (given.name.is_none() || given.domain.is_none()) {
            return Err(missing().into());
        }
        let is = |user: &User| {
            fits(given.id.as_deref(), &user.id) && fits(given.name.as_deref(), &user.name)
        };
        let its_account =
            |account: &Account| given.domain.as_ref().is_none_or(|it| it.is_account(account));
        let mut users = accounts
            .all()
            .filter(|account| its_account(account))
            .flat_map(|account| account.users.iter().map(move |user| (account, user)));
        let found = users.find(|(_, user)| is(user) && user.has_password(&given.password));
        let (account, user) = found.ok_or(codes::IAM_UNAUTHORIZED)?;
        Ok(Checked::by(Arc::clone(account), Some(Arc::clone(user))))
    }

    /// The earlier token in the body.
    pub(crate) fn earlier_token(&self) -> Option<&str> {
        self.identity.token.as_ref()?.id.as_ref().map(|id| id.as_str())
    }
}
