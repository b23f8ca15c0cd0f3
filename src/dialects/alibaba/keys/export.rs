//! Exporting data keys, wrapped with the caller's public key: document sections 8.20 and 8.21. A
//! ciphertext of a data key contains its base64 text; the exported value contains its bytes.

use serde::{Deserialize, Serialize};

use super::cipher::{DataKeyLen, Encrypted, Outcome, draw_data_key};
use crate::algorithms::asymmetric::{Encryption, PublicKey};
use crate::algorithms::{base64_text, pem};
use crate::dialects::alibaba::names::KeyName;
use crate::dialects::alibaba::values::{Blob, Ciphertext, Context, OpenText};
use crate::dialects::alibaba::words::{EncryptionWord, WrappingSpecWord};
use crate::dialects::wire::values::parsed;
use crate::dialects::{Cx, Error};
use crate::engine::{self, Operation};

/// A public key's `SubjectPublicKeyInfo`: base64 of its DER, as in the document, or PEM, which
/// `GetPublicKey` and OpenSSL write.
struct PublicKeyBlob(Vec<u8>);

parsed!(PublicKeyBlob, |text: String| {
    pem::public_key(&text).or_else(|| Some(Blob::try_from(text).ok()?.0)).map(Self)
});

/// A public key, and the algorithm to wrap with.
struct Wrapper {
    key: PublicKey,
    algorithm: Encryption,
}

impl Wrapper {
    fn of(
        blob: &PublicKeyBlob,
        EncryptionWord(algorithm): EncryptionWord,
        WrappingSpecWord(spec): WrappingSpecWord,
    ) -> Result<Self, Error> {
        if !algorithm.fits(spec) {
            return Err(Error::Invalid("WrappingAlgorithm".into()));
        }
        let key =
            PublicKey::read(spec, &blob.0).map_err(|_| Error::Invalid("PublicKeyBlob".into()))?;
        Ok(Self { key, algorithm })
    }

    /// Wraps a data key. If it is too long, the parameter `fault` is invalid.
    fn wrap(&self, cx: &Cx, bytes: &[u8], fault: &'static str) -> Result<String, Error> {
        match cx.engine.wrap(&self.key, self.algorithm, bytes) {
            Ok(wrapped) => Ok(base64_text::encode(wrapped)),
            Err(engine::Error::Key(engine::KeyError::TextTooLong)) => {
                Err(Error::Invalid(fault.into()))
            }
            Err(other) => Err(other.into()),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ExportDataKey {
    ciphertext_blob: Ciphertext,
    #[serde(default)]
    encryption_context: Context,
    public_key_blob: PublicKeyBlob,
    wrapping_algorithm: EncryptionWord,
    wrapping_key_spec: WrappingSpecWord,
}

pub(crate) fn export_data_key(cx: &Cx, request: ExportDataKey) -> Result<Outcome<String>, Error> {
    let wrapper = Wrapper::of(
        &request.public_key_blob,
        request.wrapping_algorithm,
        request.wrapping_key_spec,
    )?;
    let (context, blob) = (request.encryption_context, request.ciphertext_blob.0);
    let opened = cx.engine.open_sealed(&cx.caller, Operation::Decrypt, context.bytes(), &blob)?;
    let bytes = std::str::from_utf8(&opened.value).ok().and_then(base64_text::decode);
    // The ciphertext of a data key contains base64.
    let bytes = bytes.ok_or(Error::Invalid("CiphertextBlob".into()))?;
    let exported = wrapper.wrap(cx, &bytes, "CiphertextBlob")?;
    Ok(Outcome::of(&opened, "ExportedDataKey", exported))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GenerateAndExportDataKey {
    key_id: KeyName,
    key_spec: Option<OpenText>,
    number_of_bytes: Option<DataKeyLen>,
    #[serde(default)]
    encryption_context: Context,
    public_key_blob: PublicKeyBlob,
    wrapping_algorithm: EncryptionWord,
    wrapping_key_spec: WrappingSpecWord,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GeneratedAndExported {
    key_id: String,
    key_version_id: String,
    ciphertext_blob: String,
    exported_data_key: String,
}

pub(crate) fn generate_and_export_data_key(
    cx: &Cx,
    request: GenerateAndExportDataKey,
) -> Result<GeneratedAndExported, Error> {
    let wrapper = Wrapper::of(
        &request.public_key_blob,
        request.wrapping_algorithm,
        request.wrapping_key_spec,
    )?;
    let (bytes, text) = draw_data_key(cx, request.number_of_bytes, request.key_spec.as_deref())?;
    let key = request.key_id.within(cx)?;
    let (operation, context) = (Operation::GenerateDataKey, request.encryption_context);
    let sealed = cx.engine.seal(&cx.caller, &key, operation, context.bytes(), text.as_bytes())?;
    let Encrypted { ciphertext_blob, key_id, key_version_id } = sealed.into();
    let exported_data_key = wrapper.wrap(cx, &bytes, "NumberOfBytes")?;
    Ok(GeneratedAndExported { key_id, key_version_id, ciphertext_blob, exported_data_key })
}
