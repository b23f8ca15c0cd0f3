//! The text of tokens, and the secrets of temporary access keys. Nothing is stored: a text says
//! whose it is and when it expires, and is authenticated with a key that follows from the user's
//! secrets. So it stays valid when the server starts again, and no longer when a secret changes.
//! The text of a user without secrets counts only where nothing is checked.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::algorithms::mac::{Hash, equal, hmac};
use crate::dialects::users::User;
use crate::dialects::{Account, Accounts};
use crate::world::Instant;

/// What a text is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Purpose {
    /// A token for the project of this id.
    Project(String),
    /// A token for the whole account.
    Domain,
    /// The token of a temporary access key of this id.
    AccessKey(String),
}

/// What a text says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) account: String,
    /// The user's id.
    pub(crate) user: String,
    pub(crate) issued: Instant,
    pub(crate) expires: Instant,
    pub(crate) purpose: Purpose,
}

/// A genuine text. It may have expired.
pub(crate) struct Opened {
    pub(crate) account: Arc<Account>,
    pub(crate) user: Arc<User>,
    pub(crate) claims: Claims,
}

/// The length of the code that authenticates a text, in bytes.
const CODE_LEN: usize = 32;
/// The longest text that is looked at, in bytes.
const TEXT_MAX: usize = 2048;

/// Writes a text of a user.
pub(crate) fn seal(user: &User, claims: &Claims) -> Option<String> {
    let claims = serde_json::to_vec(claims).ok()?;
    let code = code(user, b"token", &claims);
    Some(URL_SAFE_NO_PAD.encode([code.as_slice(), &claims].concat()))
}

/// Reads a text. `None` if it is not genuine.
pub(crate) fn open(accounts: &Accounts, text: &str) -> Option<Opened> {
    let bytes = (text.len() <= TEXT_MAX).then(|| URL_SAFE_NO_PAD.decode(text).ok())??;
    let (given, text) = bytes.split_at_checked(CODE_LEN)?;
    let claims: Claims = serde_json::from_slice(text).ok()?;
    let account = accounts.account(&claims.account)?;
    let user = Arc::clone(account.users.iter().find(|user| user.id == claims.user)?);
    user.token_key()?;
    equal(&code(&user, b"token", text), given).then_some(Opened { account, user, claims })
}

/// When a text says that it expires. The text must be known to be genuine.
pub(crate) fn claimed_expiry(text: &str) -> Option<Instant> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let claims: Claims = serde_json::from_slice(bytes.get(CODE_LEN..)?).ok()?;
    Some(claims.expires)
}

/// The secret of a temporary access key.
pub(crate) fn secret(user: &User, access_key: &str) -> Zeroizing<String> {
    let code = code(user, b"secret", access_key.as_bytes());
    Zeroizing::new(URL_SAFE_NO_PAD.encode(code))
}

fn code(user: &User, use_of_code: &[u8], text: &[u8]) -> Zeroizing<Vec<u8>> {
    let text = [use_of_code, b"\0", text].concat();
    let code = user.token_key().map(|key| hmac(Hash::Sha256, &[key], &text));
    Zeroizing::new(code.unwrap_or_else(|| vec![0; CODE_LEN]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(password: Option<&str>) -> Accounts {
        let password = password.map(|text| Zeroizing::new(text.to_owned()));
        let names = ("1", "u".to_owned(), "alice".to_owned());
        let user = User::new(names, password, std::iter::empty(), Vec::new());
        let account = Account { users: vec![Arc::new(user)], ..Account::plain("1") };
        let mut accounts = Accounts::default();
        accounts.add_account(&Arc::new(account));
        accounts
    }

    #[test]
    fn texts_are_bound_to_the_secrets_of_their_user() {
        let claims = Claims {
            account: "1".into(),
            user: "u".into(),
            issued: Instant::from_millis(1),
            expires: Instant::from_millis(2),
            purpose: Purpose::Project("p".into()),
        };
        let there = accounts(Some("secret"));
        let user = Arc::clone(&there.account("1").unwrap().users[0]);
        let text = seal(&user, &claims).unwrap();
        assert_eq!(open(&there, &text).unwrap().claims, claims);
        assert!(open(&accounts(Some("another")), &text).is_none());
        assert!(open(&Accounts::default(), &text).is_none());
        for at in 0..text.len() {
            let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
            let changed = [&text[..at], other, &text[at + 1..]].concat();
            assert!(open(&there, &changed).is_none(), "{at}");
        }
        for bad in ["", "x", &text[1..], &"A".repeat(4000)] {
            assert!(open(&there, bad).is_none());
        }
        assert_ne!(*secret(&user, "a"), *secret(&user, "b"));
        // What follows from no secret could be made by everybody.
        let there = accounts(None);
        let text = seal(&there.account("1").unwrap().users[0], &claims).unwrap();
        assert!(open(&there, &text).is_none());
    }
}
