//! What stands in the two kinds of certificates (RFC 5280, section 4.2): as much as the strictest clients ask for.

use std::str::FromStr;

use der::oid::db::rfc5280::ID_KP_SERVER_AUTH;
use x509_cert::builder::Result;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::certificate::TbsCertificate;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    SubjectAltName, SubjectKeyIdentifier,
};
use x509_cert::ext::{Extension, ToExtension};
use x509_cert::name::Name;
use x509_cert::spki::SubjectPublicKeyInfoRef;

/// A root that issues servers' certificates alone.
pub(super) struct Root {
    pub(super) subject: Name,
}

impl BuilderProfile for Root {
    fn get_issuer(&self, subject: &Name) -> Name {
        subject.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        own: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> Result<Vec<Extension>> {
        let usages = KeyUsages::KeyCertSign | KeyUsages::CRLSign;
        Ok(vec![
            BasicConstraints { ca: true, path_len_constraint: Some(0) }
                .to_extension(tbs.subject(), &[])?,
            KeyUsage(usages).to_extension(tbs.subject(), &[])?,
            SubjectKeyIdentifier::try_from(own)?.to_extension(tbs.subject(), &[])?,
        ])
    }
}

/// A server's certificate. Clients ask its alternative names, and nothing else, who it is for.
pub(super) struct Server {
    pub(super) issuer: Name,
    pub(super) names: Vec<GeneralName>,
}

impl BuilderProfile for Server {
    fn get_issuer(&self, _: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        Name::from_str("CN=kmsim").unwrap_or_default()
    }

    fn build_extensions(
        &self,
        own: SubjectPublicKeyInfoRef<'_>,
        issuer: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> Result<Vec<Extension>> {
        Ok(vec![
            BasicConstraints { ca: false, path_len_constraint: None }
                .to_extension(tbs.subject(), &[])?,
            KeyUsage(KeyUsages::DigitalSignature.into()).to_extension(tbs.subject(), &[])?,
            ExtendedKeyUsage(vec![ID_KP_SERVER_AUTH]).to_extension(tbs.subject(), &[])?,
            AuthorityKeyIdentifier::try_from(issuer)?.to_extension(tbs.subject(), &[])?,
            SubjectKeyIdentifier::try_from(own)?.to_extension(tbs.subject(), &[])?,
            SubjectAltName(self.names.clone()).to_extension(tbs.subject(), &[])?,
        ])
    }
}
