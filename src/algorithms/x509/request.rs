//! Certification requests: PKCS #10 (RFC 2986), signed with the subject's own key.

use pkcs8::LineEnding;
use x509_cert::attr::Attribute;
use x509_cert::der::asn1::{Ia5String, OctetString, SetOfVec};
use x509_cert::der::oid::AssociatedOid;
use x509_cert::der::{Decode, DecodePem, Encode, EncodePem};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::request::{CertReq, CertReqInfo, ExtensionReq, Version};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::Name;
use super::certificate::dns_names;
use super::signing::Signer;
use crate::algorithms::asymmetric::PrivateKey;
use crate::algorithms::{Error, unsupported};

/// A domain name: labels of letters, digits and hyphens. The first may be `*` (RFC 1034 section
/// 3.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsName(String);

impl DnsName {
    /// Parses a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let label = |label: &str| {
            let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
            (1..=63).contains(&label.len())
                && label.bytes().all(legal)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let good =
            text.len() <= 253 && text.strip_prefix("*.").unwrap_or(text).split('.').all(label);
        good.then(|| Self(text.into()))
    }
}

/// Makes a certification request in PEM. The domain names are in its extension request.
///
/// # Errors
/// [`Error::Unsupported`] for keys that sign no requests.
pub fn request(key: &PrivateKey, subject: &Name, names: &[DnsName]) -> Result<String, Error> {
    let signer = Signer::of(key)?;
    let public = key.public().der()?;
    let info = CertReqInfo {
        version: Version::V1,
        subject: subject.0.clone(),
        public_key: SubjectPublicKeyInfoOwned::from_der(&public).map_err(unsupported)?,
        attributes: attributes(names).map_err(unsupported)?,
    };
    let signature = signer.sign(&info)?;
    CertReq { info, algorithm: signer.algorithm(), signature }
        .to_pem(LineEnding::LF)
        .map_err(unsupported)
}

fn attributes(names: &[DnsName]) -> x509_cert::der::Result<SetOfVec<Attribute>> {
    if names.is_empty() {
        return Ok(SetOfVec::new());
    }
    let dns = |name: &DnsName| Ia5String::new(&name.0).map(GeneralName::DnsName);
    let names = SubjectAltName(names.iter().map(dns).collect::<Result<_, _>>()?);
    let extension = Extension {
        extn_id: SubjectAltName::OID,
        critical: false,
        extn_value: OctetString::new(names.to_der()?)?,
    };
    SetOfVec::try_from(vec![Attribute::try_from(ExtensionReq(vec![extension]))?])
}

/// What a request asks for.
#[derive(Debug)]
pub struct Request(CertReq);

impl Request {
    /// Reads a request that [`request`] made.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when the text is not a request.
    pub fn read(pem: &str) -> Result<Self, Error> {
        CertReq::from_pem(pem).map(Self).map_err(unsupported)
    }

    /// The subject.
    #[must_use]
    pub fn subject(&self) -> Name {
        Name(self.0.info.subject.clone())
    }

    /// The domain names.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let attributes = self.0.info.attributes.iter().filter(|it| it.oid == ExtensionReq::OID);
        let extensions = attributes.flat_map(|it| it.values.iter());
        let extensions =
            extensions.filter_map(|it| ExtensionReq::from_der(&it.to_der().ok()?).ok());
        let all: Vec<Extension> = extensions.flat_map(|it| it.0).collect();
        dns_names(&all)
    }

    /// The public key in PEM (RFC 7468 section 13).
    ///
    /// # Errors
    /// [`Error::Unsupported`] when the key cannot be encoded, which does not happen.
    pub fn public_key_pem(&self) -> Result<String, Error> {
        self.public_key().to_pem(LineEnding::LF).map_err(unsupported)
    }

    /// The public key's `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.0.info.public_key
    }
}
