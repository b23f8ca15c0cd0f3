//! Client keys: the public keys with which the requests of applications are verified.

use serde::{Deserialize, Serialize};

use super::index::{ByNameAndParent, Child};
use super::noun::{Noun, named_by, read_from_body};
use super::texts::names;
use super::{ApplicationName, Ordinal};
use crate::algorithms::rsa::SignatureKey;
use crate::algorithms::x509;
use crate::world::Instant;

names! {
    /// A client key's id, which is the access key id of the requests that it signs. Opaque text;
    /// its cloud decides the exact form.
    ClientKeyId:
    /// Reads an id: 1 to 64 letters, digits, hyphens and full stops.
    is_client_key_id;
}

fn is_client_key_id(text: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    (1..=64).contains(&text.len()) && text.bytes().all(legal)
}

/// A client key. Only its owner has the private key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientKey {
    /// Its number in the realm, shared with all nouns.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its id.
    pub id: ClientKeyId,
    /// The name of its application, which may be deleted meanwhile.
    pub application: ApplicationName,
    /// The RSA public key in PEM. Where the service made it, within a self-signed certificate.
    pub public_key: String,
    /// From when on it is valid.
    pub not_before: Instant,
    /// Until when it is valid.
    pub not_after: Instant,
    /// When it was created.
    pub created_at: Instant,
}

impl ClientKey {
    /// The key that verifies signatures. `None` when the PEM text holds no RSA key, which its
    /// creation prevents.
    #[must_use]
    pub fn signature_key(&self) -> Option<SignatureKey> {
        SignatureKey::from_der(&x509::public_key(&self.public_key)?)
    }

    /// Whether it is valid at this instant.
    #[must_use]
    pub fn is_valid_at(&self, now: Instant) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }
}

impl Child for ClientKey {
    type Parent = ApplicationName;

    fn parent(&self) -> &ApplicationName {
        &self.application
    }
}

impl Noun for ClientKey {
    const KIND: &'static str = "client-key";
    type Names = ByNameAndParent<ClientKeyId, ApplicationName>;
    type Part = ();

    named_by! { id: ClientKeyId }

    read_from_body! {}
}
