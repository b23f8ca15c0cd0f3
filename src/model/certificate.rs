//! Certificates: a key pair, the request for a certificate, and the certificate once it is issued.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::noun::{ByName, Noun, Tags, named_by};
use super::stored::{Content, Damaged, Hidden, Kept, Unseal};
use super::texts::{is_id, names};
use super::{Material, Ordinal, ProtectionLevel, pair};
use crate::algorithms::asymmetric::PairSpec;
use crate::world::Instant;

names! {
    /// A certificate's id, unique in its realm; written as a key's.
    CertificateId:
    /// Reads an id: 1 to 64 letters, digits and hyphens.
    is_id;
}

impl From<Uuid> for CertificateId {
    fn from(id: Uuid) -> Self {
        Self(id.to_string().into())
    }
}

/// How far a certificate has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateStatus {
    /// It is requested, and not issued yet.
    Pending,
    /// It is issued, and does not work.
    Inactive,
    /// It works.
    Active,
    /// Its owner took it back for good.
    Revoked,
}

/// An issued certificate, as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// The certificate, in PEM.
    pub certificate: String,
    /// Its issuers', in PEM, if they came with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain: Option<String>,
}

/// The part of a certificate that changes after creation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateSettings {
    /// How far it has come.
    pub status: CertificateStatus,
    /// When one of these was changed last.
    pub updated_at: Instant,
    /// What was issued, unless it is pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued: Option<Arc<Issued>>,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Its number in the realm; keys and secrets are counted with it.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its id.
    pub id: CertificateId,
    /// What kind of key it has.
    #[serde(with = "pair")]
    pub spec: PairSpec,
    /// Where its owner wants the private key to live.
    pub protection: ProtectionLevel,
    /// Whether its owner wants to take the private key away. Stored and returned; nothing takes it
    /// away.
    pub exportable: bool,
    /// When it was made.
    pub created_at: Instant,
    /// Its private key.
    #[serde(skip)]
    pub private_key: Material,
    /// The request for it, in PEM.
    pub request: String,
    /// What changes after creation.
    pub settings: CertificateSettings,
    /// Its tags.
    pub tags: Tags,
}

impl Certificate {
    /// Whose private key it is, where that is sealed.
    fn owner(&self) -> String {
        format!("certificate/{}/private-key", self.id)
    }
}

impl Noun for Certificate {
    const KIND: &'static str = "certificate";
    type Names = ByName<CertificateId>;
    type Part = ();

    named_by! { id: CertificateId }

    fn content(&self) -> Content<'_> {
        Content::with(self, Some(Hidden::Material(self.owner(), &self.private_key)))
    }

    fn read(
        ordinal: Ordinal,
        head: &Kept,
        _parts: &[Kept],
        unseal: &Unseal<'_>,
    ) -> Result<Self, Damaged> {
        let read: Self = head.body()?;
        let CertificateSettings { status, issued, .. } = &read.settings;
        if issued.is_none() != (*status == CertificateStatus::Pending) {
            return Err(Damaged("status"));
        }
        let private_key = head.unsealed(unseal, &read.owner(), "sealed_private_key")?;
        Ok(Self { ordinal, private_key: Material::new(private_key), ..read })
    }
}
