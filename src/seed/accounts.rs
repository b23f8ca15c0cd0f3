//! The accounts of a seed, with their access keys and tokens. An accounts file is a seed that has
//! nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_saphyr::Spanned;
use zeroize::Zeroizing;

use super::error::{Place, SeedError};
use super::words::{AccountId, Located};
use crate::algorithms::rsa::SignatureKey;
use crate::dialects::Account;
use crate::dialects::accounts::{AccessKey, AccountStatus, Cryptography, Secret, Token};
use crate::engine::Quota;
use crate::world::Instant;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountEntry {
    pub(super) id: Located<AccountId>,
    #[serde(default)]
    status: AccountStatus,
    #[serde(default)]
    quotas: QuotaEntry,
    #[serde(default)]
    cryptography: BTreeMap<String, Cryptography>,
    #[serde(default)]
    access_keys: Vec<AccessKeyEntry>,
    #[serde(default)]
    sts_tokens: Vec<TokenEntry>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaEntry {
    keys: Option<usize>,
    aliases: Option<usize>,
    secrets: Option<usize>,
    certificates: Option<usize>,
    white_box_keys: Option<usize>,
    data_keys: Option<usize>,
    grants: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessKeyEntry {
    id: Spanned<Id>,
    secret: Option<SharedSecret>,
    public_key: Option<PublicKeyPem>,
    #[serde(default)]
    disabled: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenEntry {
    id: Spanned<Id>,
    secret: Option<SharedSecret>,
    public_key: Option<PublicKeyPem>,
    token: SharedSecret,
    expires: Expiry,
}

/// Texts that are checked while parsing. Errors do not quote them, because they may be secret.
macro_rules! checked {
    ($($name:ident($inner:ty), $read:expr, $wrong:literal;)+) => {$(
        #[derive(Deserialize)]
        #[serde(try_from = "Zeroizing<String>")]
        pub(super) struct $name($inner);

        impl TryFrom<Zeroizing<String>> for $name {
            type Error = &'static str;

            fn try_from(text: Zeroizing<String>) -> Result<Self, Self::Error> {
                $read(text).map(Self).ok_or($wrong)
            }
        }
    )+};
}

fn non_empty(text: Zeroizing<String>) -> Option<Zeroizing<String>> {
    (!text.is_empty()).then_some(text)
}

checked! {
    Id(Zeroizing<String>), non_empty, "an id must not be empty";
    SharedSecret(Zeroizing<String>), non_empty, "a secret must not be empty";
    PublicKeyPem(SignatureKey), |it: Zeroizing<String>| SignatureKey::from_pem(&it), "not an RSA public key in PEM";
    Expiry(Instant), |it: Zeroizing<String>| Instant::parse(&it), "not an RFC 3339 time";
}

impl AccountEntry {
    pub(super) fn account(&self) -> Arc<Account> {
        let QuotaEntry { keys, aliases, secrets, certificates, white_box_keys, data_keys, grants } =
            self.quotas;
        let quota =
            Quota { keys, aliases, secrets, certificates, white_box_keys, data_keys, grants };
        Arc::new(Account {
            id: self.id.value.0.0.as_str().into(),
            status: self.status,
            quota,
            cryptography: self.cryptography.clone(),
        })
    }

    /// Its access keys and tokens, each with its location.
    pub(super) fn credentials<'a>(
        &'a self,
        account: &'a Arc<Account>,
        place: Place<'a>,
    ) -> impl Iterator<Item = (&'a Spanned<Id>, Result<AccessKey, SeedError>)> {
        let access_key = move |id: &'a Spanned<Id>,
                               shared: &Option<SharedSecret>,
                               pem: &Option<PublicKeyPem>| {
            let secret = match (shared, pem) {
                (Some(secret), None) => Secret::Shared(secret.0.clone()),
                (None, Some(pem)) => Secret::Rsa(pem.0.clone()),
                _ => {
                    let what =
                        format_args!("{:?} needs either a secret or a public_key", *id.value.0);
                    return Err(place.wrong("", id, what));
                }
            };
            Ok(AccessKey::new(String::clone(&id.value.0), secret, Arc::clone(account)))
        };
        let keys = self.access_keys.iter().map(move |key| {
            let made = access_key(&key.id, &key.secret, &key.public_key);
            let with_state = |mut made: AccessKey| {
                made.disabled = key.disabled;
                made
            };
            (&key.id, made.map(with_state))
        });
        let tokens = self.sts_tokens.iter().map(move |token| {
            let made = access_key(&token.id, &token.secret, &token.public_key);
            let with_token = |mut made: AccessKey| {
                made.token = Some(Token { text: token.token.0.clone(), expires: token.expires.0 });
                made
            };
            (&token.id, made.map(with_token))
        });
        keys.chain(tokens)
    }
}
