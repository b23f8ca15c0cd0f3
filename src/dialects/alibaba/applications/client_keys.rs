//! Client keys: with them, applications sign their requests.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::RULES;
use super::parameters::{ClientKeyName, Moment, Password, PointName};
use crate::algorithms::base64_text;
use crate::dialects::alibaba::words::spec_word;
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::NewClientKey;
use crate::model::{ClientKey, KeySpec};
use crate::world::Instant;

/// The word for the kind of every client key.
fn algorithm_word() -> &'static str {
    spec_word(KeySpec::Pair(RULES.pair)).unwrap_or_default()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateClientKey {
    aap_name: PointName,
    password: Password,
    not_before: Option<Moment>,
    not_after: Option<Moment>,
}

impl CreateClientKey {
    /// The requested validity. Either both of its ends are given, or none is.
    fn validity(&self) -> Result<Option<(Instant, Instant)>, Error> {
        match (self.not_before, self.not_after) {
            (Some(from), Some(until)) => Ok(Some((from.0, until.0))),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(Error::Missing("NotBefore".into())),
            (Some(_), None) => Err(Error::Missing("NotAfter".into())),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Created {
    client_key_id: String,
    key_algorithm: &'static str,
    /// A PKCS #12 container in base64.
    private_key_data: Zeroizing<String>,
    not_before: String,
    not_after: String,
}

pub(crate) async fn create(cx: Cx, request: CreateClientKey) -> Result<Created, Error> {
    let validity = request.validity()?;
    let (application, password) = (request.aap_name.0, request.password.0);
    let new = NewClientKey { application, password, validity };
    let made = cx.engine.create_client_key(cx.caller, new).await?;
    Ok(Created {
        client_key_id: made.client_key.id.to_string(),
        key_algorithm: algorithm_word(),
        private_key_data: Zeroizing::new(base64_text::encode(&*made.container)),
        not_before: made.client_key.not_before.to_string(),
        not_after: made.client_key.not_after.to_string(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OneClientKey {
    client_key_id: ClientKeyName,
}

/// A client key in answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    client_key_id: String,
    aap_name: String,
    create_time: String,
    key_algorithm: &'static str,
    key_origin: &'static str,
    public_key_data: String,
    not_before: String,
    not_after: String,
}

impl From<&ClientKey> for Described {
    fn from(key: &ClientKey) -> Self {
        Self {
            client_key_id: key.id.to_string(),
            aap_name: key.application.to_string(),
            create_time: key.created_at.to_string(),
            key_algorithm: algorithm_word(),
            key_origin: "KMS_PROVIDED",
            public_key_data: key.public_key.clone(),
            not_before: key.not_before.to_string(),
            not_after: key.not_after.to_string(),
        }
    }
}

pub(crate) fn get(cx: &Cx, request: OneClientKey) -> Result<Described, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let found = snapshot.view(&cx.caller).client_key(&request.client_key_id.0)?;
    Ok(Described::from(&**found))
}

pub(crate) async fn delete(cx: Cx, request: OneClientKey) -> Result<Done, Error> {
    done(cx.engine.delete_client_key(cx.caller, request.client_key_id.0).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListClientKeys {
    aap_name: Option<PointName>,
}

/// Client keys in answers, without pages.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed {
    client_keys: Vec<Described>,
}

pub(crate) fn list(cx: &Cx, request: ListClientKeys) -> Result<Listed, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let described = |key: &std::sync::Arc<ClientKey>| Described::from(&**key);
    let client_keys = match request.aap_name {
        Some(application) => view.client_keys_of(&application.0).map(described).collect(),
        None => view.client_keys().map(described).collect(),
    };
    Ok(Listed { client_keys })
}
