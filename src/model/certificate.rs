//! Certificates: a key pair, the request for a certificate, and the certificate once it is issued.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::index::ByName;
use super::noun::{Noun, Tags, named_by};
use super::stored::{Content, Damaged, Hidden, StoredRecord, Unseal};
use super::texts::{is_id, names};
use super::{Material, Ordinal, ProtectionLevel, pair};
use crate::algorithms::asymmetric::PairSpec;
use crate::world::Instant;

names! {
    /// A certificate's id, unique in its realm, in the form of a key id.
    CertificateId:
    /// Reads an id: 1 to 64 letters, digits and hyphens.
    is_id;
}

impl From<Uuid> for CertificateId {
    fn from(id: Uuid) -> Self {
        Self(id.to_string().into())
    }
}

/// The status of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateStatus {
    /// It is requested, but not issued yet.
    Pending,
    /// It is issued, but not in use.
    Inactive,
    /// It is in use.
    Active,
    /// Its owner revoked it for good.
    Revoked,
}

/// An issued certificate, as uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// The certificate, in PEM.
    pub certificate: String,
    /// Its issuers' certificates in PEM, if uploaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain: Option<String>,
}

/// The part of a certificate that changes after creation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateSettings {
    /// The status.
    pub status: CertificateStatus,
    /// When the status or the certificate last changed.
    pub updated_at: Instant,
    /// The issued certificate, unless it is pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued: Option<Arc<Issued>>,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Its number in the realm, shared with keys and secrets.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its id.
    pub id: CertificateId,
    /// The kind of key.
    #[serde(with = "pair")]
    pub spec: PairSpec,
    /// Where its owner wants the private key to be stored.
    pub protection: ProtectionLevel,
    /// Whether its owner wants to export the private key. Stored and returned, without effect.
    pub exportable: bool,
    /// When it was created.
    pub created_at: Instant,
    /// Its private key.
    #[serde(skip)]
    pub private_key: Material,
    /// The certification request, in PEM.
    pub request: String,
    /// What changes after creation.
    pub settings: CertificateSettings,
    /// Its tags.
    pub tags: Tags,
}

impl Certificate {
    /// The owner that its private key is sealed for.
    fn owner(&self) -> String {
        format!("certificate/{}/private-key", self.id)
    }
}

impl Noun for Certificate {
    const KIND: &'static str = "certificate";
    type Names = ByName<CertificateId>;
    type Part = ();

    named_by! { id: CertificateId, tags }

    fn content(&self) -> Content<'_> {
        Content::with(self, Some(Hidden::Material(self.owner(), &self.private_key)))
    }

    fn read(
        ordinal: Ordinal,
        head: &StoredRecord,
        _parts: &[StoredRecord],
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
