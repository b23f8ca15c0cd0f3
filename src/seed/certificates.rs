//! Certificates of seeds.

use std::sync::Arc;

use super::document::CertificateEntry;
use super::error::{Place, SeedError};
use super::material::{Materials, Owner, or_new, read};
use super::realm_builder::RealmBuilder;
use crate::algorithms::asymmetric::{PairSpec, PrivateKey};
use crate::algorithms::x509::{self, Chain, DnsName, Flawed, Name, request};
use crate::engine::Engine;
use crate::engine::contents::export_material;
use crate::model::{
    Certificate, CertificateSettings, CertificateStatus, Issued, KeySpec, ProtectionLevel, Realm,
};

/// Adds a certificate's private key to the materials.
pub(super) async fn private_key(
    materials: &mut Materials,
    engine: &Engine,
    realm: &Realm,
    entry: &CertificateEntry,
    place: Place<'_>,
) -> Result<(), SeedError> {
    let (id, spec) = (&entry.id.value.0, entry.spec(place)?);
    let material = if let Some(text) = &entry.private_key {
        read(KeySpec::Pair(spec), text, "private_key", place)?
    } else {
        let state = engine.state(realm);
        let there = state.certificates.named(id).filter(|it| it.spec == spec);
        let there = there.map(|it| it.private_key.clone());
        or_new(there, engine, KeySpec::Pair(spec), place.file).await?
    };
    materials.insert((realm.clone(), Owner::Certificate(id.clone())), material);
    Ok(())
}

impl CertificateEntry {
    fn spec(&self, place: Place<'_>) -> Result<PairSpec, SeedError> {
        let Some(at) = &self.spec else { return Ok(PairSpec::Rsa2048) };
        match at.value.0 {
            KeySpec::Pair(pair @ (PairSpec::Rsa2048 | PairSpec::EcP256 | PairSpec::EcSm2)) => {
                Ok(pair)
            }
            _ => Err(place.wrong("spec", at, "certificates have RSA_2048, EC_P256 or EC_SM2")),
        }
    }

    fn issued(
        &self,
        key: &PrivateKey,
        place: Place<'_>,
    ) -> Result<Option<(Issued, Chain)>, SeedError> {
        let Some(text) = &self.certificate else {
            return match &self.chain {
                None => Ok(None),
                Some(chain) => Err(place.wrong("chain", chain, "needs a certificate")),
            };
        };
        let chain = self.chain.as_ref().map(|chain| chain.value.0.as_str());
        let read = Chain::read(&text.value.0, chain).and_then(|chain| {
            chain.links()?;
            chain.is_for(key.public())?;
            Ok(chain)
        });
        let chain_read = read.map_err(|Flawed { at, flaw }| {
            place.wrong(
                "certificate",
                text,
                format_args!("certificate {at} of the chain is invalid: {flaw:?}"),
            )
        })?;
        let issued = Issued {
            certificate: text.value.0.as_str().to_owned(),
            chain: chain.map(str::to_owned),
        };
        Ok(Some((issued, chain_read)))
    }

    /// The given request, or a new one for the given subject and names, or for those of the
    /// certificate.
    fn request(
        &self,
        key: &PrivateKey,
        chain: Option<&Chain>,
        place: Place<'_>,
    ) -> Result<String, SeedError> {
        if let Some(request) = &self.request {
            return Ok(request.value.0.as_str().to_owned());
        }
        let issued = chain.and_then(Chain::certificate);
        let subject = match (&self.subject, issued) {
            (Some(subject), _) => {
                let name = Name::parse(&subject.value.0.0);
                name.ok_or_else(|| {
                    place.wrong(
                        "subject",
                        subject,
                        "not a name as in CN=example.com,O=Example,C=CN",
                    )
                })?
            }
            (None, Some(issued)) => issued.subject(),
            (None, None) => {
                return Err(place.wrong(
                    "",
                    &self.id,
                    "needs a subject, a request or a certificate",
                ));
            }
        };
        let given =
            self.subject_alternative_names.iter().map(|name| (Some(name), name.value.clone()));
        let issued_names = issued
            .filter(|_| self.subject.is_none())
            .map(x509::Certificate::names)
            .unwrap_or_default();
        let names = given.chain(issued_names.into_iter().map(|name| (None, name)));
        // Names of the certificate that are not host names are left out of the request.
        let names = names.filter_map(|(at, name)| match (DnsName::parse(&name), at) {
            (Some(name), _) => Some(Ok(name)),
            (None, Some(at)) => {
                Some(Err(place.wrong("subject_alternative_names", at, "not a domain name")))
            }
            (None, None) => None,
        });
        let names = names.collect::<Result<Vec<_>, _>>()?;
        request(key, &subject, &names)
            .map_err(|_| place.wrong("subject", &self.id, "cannot be used in a request"))
    }
}

impl RealmBuilder<'_> {
    /// Adds a certificate, unless its id existed before.
    pub(super) fn add_certificate(
        &mut self,
        entry: &CertificateEntry,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let (id, spec) = (&entry.id.value.0, entry.spec(place)?);
        let known = self.base.certificates.named(id).is_some();
        if !known && self.state.certificates.named(id).is_some() {
            return Err(place.wrong("id", &entry.id, "given twice"));
        }
        let material = self.material(Owner::Certificate(id.clone()));
        let material =
            material.ok_or_else(|| place.wrong("private_key", &entry.id, "is missing"))?;
        let key = PrivateKey::read(spec, export_material(&material))
            .map_err(|_| place.wrong("private_key", &entry.id, "does not have this spec"))?;
        let (issued, chain) = entry.issued(&key, place)?.unzip();
        let request = entry.request(&key, chain.as_ref(), place)?;
        let default =
            if issued.is_some() { CertificateStatus::Active } else { CertificateStatus::Pending };
        let status = entry.status.as_ref().map_or(default, |status| status.value.0);
        if let (Some(at), true) =
            (&entry.status, (status == CertificateStatus::Pending) == issued.is_some())
        {
            return Err(place.wrong("status", at, "a certificate is PENDING until it is issued"));
        }
        if known {
            return Ok(());
        }
        let created_at = self.time(entry.created_at.as_ref()).unwrap_or(self.now);
        let certificate = Certificate {
            ordinal: self.ordinal(entry.ordinal.as_ref(), place)?,
            id: id.clone(),
            spec,
            protection: entry
                .protection_level
                .as_ref()
                .map_or(ProtectionLevel::Software, |it| it.value.0),
            exportable: entry.exportable,
            created_at,
            private_key: material,
            request,
            settings: CertificateSettings {
                status,
                updated_at: self.time(entry.updated_at.as_ref()).unwrap_or(created_at),
                issued: issued.map(Arc::new),
            },
            tags: entry.tags.clone(),
        };
        self.insert(certificate);
        Ok(())
    }
}
