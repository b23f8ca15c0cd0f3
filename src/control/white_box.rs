//! Decryption as on a device. The vendors' programs for devices are closed, and tests need the
//! plaintext.

use axum::Json;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::answer::{Answer, JsonBody, Refused};
use super::endpoints::Endpoints;
use super::long_work;
use super::scope::Scoped;
use crate::algorithms::base64_text;
use crate::engine::{Error, WhiteBoxError};

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/white_box.json"))
        .post("/_kmsim/white-box/decrypt", decrypt)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    decrypt_key: String,
    initialization_vector: String,
    ciphertext: String,
}

#[derive(Serialize)]
struct Decrypted {
    plaintext: Zeroizing<String>,
}

/// `POST /_kmsim/white-box/decrypt`: decrypts as a device does.
async fn decrypt(
    Scoped(app, scope): Scoped,
    JsonBody(asked): JsonBody<Asked>,
) -> Answer<Decrypted> {
    let bytes = |text: &str, name: &str| {
        base64_text::decode(text).ok_or_else(|| Refused::bad(format!("{name}: not base64")))
    };
    let blob = bytes(&asked.decrypt_key, "decrypt_key")?;
    let iv = bytes(&asked.initialization_vector, "initialization_vector")?;
    let iv = <[u8; 16]>::try_from(&iv[..])
        .map_err(|_| Refused::bad("initialization_vector: not 16 bytes"))?;
    let ciphertext = bytes(&asked.ciphertext, "ciphertext")?;
    // The blobs of every white-box key are derived until one is equal.
    let decrypted = long_work::run(&app, move |app| {
        app.engine.white_box_decrypt(&scope, &blob, iv, &ciphertext)
    });
    match decrypted.await? {
        Ok(text) => {
            let plaintext = Zeroizing::new(base64_text::encode(&*text));
            Ok(Json(Decrypted { plaintext }))
        }
        Err(Error::WhiteBox(WhiteBoxError::NotFound)) => {
            Err(Refused::not_found("decrypt_key: no white-box key of the scope has it"))
        }
        Err(_) => Err(Refused::bad("ciphertext: it does not decrypt with this key and vector")),
    }
}
