//! Temporary access keys of users. Nothing is stored: the secret follows from the key's id, and the
//! security token says whose key it is.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::sealed::{self, Claims, Opened, Purpose};
use super::sign_in::{Auth, Method};
use super::tokens::date;
use crate::dialects::gate::accounts::{AccessKey, Secret, Token};
use crate::dialects::huawei::codes;
use crate::dialects::{Accounts, Cx, Error};
use crate::engine;

/// How long they last, in seconds.
const LIFETIMES: RangeInclusive<u64> = 900..=86_400;
/// How long they last if the request does not say it, in seconds.
const LIFETIME: u64 = 900;
/// The beginning of their ids.
const PREFIX: &str = "HST";
/// The letters of their ids.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// The length of their ids, without the beginning.
const ID_LEN: usize = 17;

#[derive(Deserialize)]
pub(crate) struct CreateTemporaryAccessKey {
    /// The JSON text of [`Auth`].
    auth: String,
}

#[derive(Serialize)]
pub(crate) struct Created {
    credential: Credential,
}

#[derive(Serialize)]
struct Credential {
    access: String,
    secret: Zeroizing<String>,
    securitytoken: String,
    expires_at: String,
}

pub(crate) fn create(cx: &Cx, request: CreateTemporaryAccessKey) -> Result<Created, Error> {
    let auth = Auth::parse(&request.auth)?;
    if auth.method()? != Method::Token {
        return Err(codes::IAM_BAD_REQUEST.with(&["auth.identity.methods"]).into());
    }
    if auth.identity.policy.is_some() {
        return Err(codes::IAM_NOT_SERVED.with(&["policies of temporary access keys"]).into());
    }
    let user = cx.user.as_ref().ok_or(codes::IAM_FORBIDDEN)?;
    let asked = auth.identity.token.as_ref().and_then(|token| token.duration_seconds.as_ref());
    let seconds = match asked {
        None => Some(LIFETIME),
        Some(serde_json::Value::String(text)) => text.parse().ok(),
        Some(value) => value.as_u64(),
    };
    let wrong = || codes::IAM_BAD_REQUEST.with(&["auth.identity.token.duration_seconds"]);
    let seconds = seconds.filter(|it| LIFETIMES.contains(it)).ok_or_else(wrong)?;
    let letters = cx.engine.world().entropy.array::<ID_LEN>();
    let letters = letters.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32)));
    let access = [PREFIX, &letters.map(|letter| char::from(*letter)).collect::<String>()].concat();
    let issued = cx.engine.now(&cx.caller.realm);
    let claims = Claims {
        account: cx.account.id.to_string(),
        user: user.id.clone(),
        issued,
        expires: issued.plus(Duration::from_secs(seconds)),
        purpose: Purpose::AccessKey(access.clone()),
    };
    let securitytoken = sealed::seal(user, &claims)
        .ok_or(engine::Error::Internal("a security token cannot be written"))?;
    let secret = sealed::secret(user, &access);
    let expires_at = date(claims.expires);
    Ok(Created { credential: Credential { access, secret, securitytoken, expires_at } })
}

/// The temporary access key of this id to which this security token belongs.
pub(crate) fn find(accounts: &Accounts, id: &str, token: &str) -> Option<AccessKey> {
    let Opened { account, user, claims } = sealed::open(accounts, token)?;
    if claims.purpose != Purpose::AccessKey(id.to_owned()) {
        return None;
    }
    let secret = Secret::Shared(sealed::secret(&user, id));
    let mut key = AccessKey::new(id.to_owned(), secret, account);
    key.user = Some(user);
    key.token = Some(Token {
        text: Zeroizing::new(token.to_owned()),
        expires: claims.expires,
        policy: None,
    });
    Some(key)
}
