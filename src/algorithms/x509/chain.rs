//! A certificate with those of its issuers, up to the root: how they come, in PEM, and whether each
//! was issued by the next (RFC 5280 section 6). Revocation, policies and constraints on names are
//! not looked at.

use x509_cert::certificate::Version;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};

use super::{Certificate, seconds};
use crate::algorithms::asymmetric::PublicKey;
use crate::algorithms::pem::{self, Broken, CERTIFICATE_LABELS};

/// How many certificates a chain may have.
const MOST: usize = 10;

/// How many bytes a certificate may have in DER, so that nobody's structures take long to read.
const LONGEST: usize = 48 * 1024;

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// There is no certificate in PEM.
    NotPem,
    /// There is something beside the certificates.
    Junk,
    /// There is a block of another kind.
    OtherBlock,
    /// The block is no X.509 certificate.
    Malformed,
    /// There are more certificates than belong here.
    TooMany,
    /// It is for another key.
    OtherKey,
    /// It is not good yet.
    NotYetValid,
    /// It is good no more.
    Expired,
    /// It is not the issuer of the one before it.
    NotIssuer,
    /// The one before it is signed in a way that is unknown, or too weak, or does not go with this
    /// one's key.
    SignatureUnknown,
    /// The one before it is not signed with this one's key.
    SignatureWrong,
    /// It says that it issued itself, and is not signed with its own key.
    SelfSignatureWrong,
    /// It may not issue certificates.
    NoAuthority,
    /// It may issue certificates, but not so far up.
    TooFarUp,
    /// It has a critical extension that nothing here knows (RFC 5280 section 4.2).
    CriticalUnknown,
}

/// A flaw, and in which certificate it is: 0 is the one that the chain is for, 1 its issuer, and so
/// on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flawed {
    /// Which certificate.
    pub at: usize,
    /// What is wrong with it.
    pub flaw: Flaw,
}

fn flawed<T>(at: usize, flaw: Flaw) -> Result<T, Flawed> {
    Err(Flawed { at, flaw })
}

/// A certificate, and its issuers behind it.
#[derive(Debug)]
pub struct Chain {
    certificates: Vec<Certificate>,
    /// How many certificates stand in the text before the first issuer: one where the text begins
    /// with the certificate itself.
    skipped: usize,
}

impl Chain {
    /// Reads a certificate, and the chain of its issuers where one is given. A chain may begin with
    /// the certificate itself, as web servers want it, and may end below its root.
    ///
    /// # Errors
    /// What is wrong with the texts.
    pub fn read(certificate: &str, issuers: Option<&str>) -> Result<Self, Flawed> {
        let mut all = certificates(certificate, 1).map_err(|(_, flaw)| Flawed { at: 0, flaw })?;
        let mut skipped = 0;
        if let Some(issuers) = issuers {
            let issuers =
                certificates(issuers, MOST).map_err(|(at, flaw)| Flawed { at: at + 1, flaw })?;
            skipped =
                issuers.iter().zip(&all).take_while(|(first, it)| first.inner == it.inner).count();
            all.extend(issuers.into_iter().skip(skipped));
        }
        Ok(Self { certificates: all, skipped })
    }

    /// The certificate itself.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificates.first()
    }

    /// Each certificate with its place in the text.
    fn placed(&self) -> impl Iterator<Item = (usize, &Certificate)> {
        let place = |at| if at == 0 { 0 } else { at + self.skipped };
        self.certificates.iter().enumerate().map(move |(at, it)| (place(at), it))
    }

    /// Finds out whether each certificate was issued by the next, and one that says that it issued
    /// itself by itself. There is nothing to find out about the issuer of the last one where that
    /// is not given.
    ///
    /// # Errors
    /// The first link that does not hold.
    pub fn links(&self) -> Result<(), Flawed> {
        if let Some((at, _)) = self.placed().find(|(_, it)| !it.is_understood()) {
            return flawed(at, Flaw::CriticalUnknown);
        }
        for ((between, (_, issued)), (at, issuer)) in
            self.placed().enumerate().zip(self.placed().skip(1))
        {
            if issued.inner.tbs_certificate().issuer() != issuer.inner.tbs_certificate().subject() {
                return flawed(at, Flaw::NotIssuer);
            }
            may_issue(issuer, between, between + 2 == self.certificates.len())
                .map_err(|flaw| Flawed { at, flaw })?;
            is_signed(issued, issuer).map_err(|flaw| Flawed { at, flaw })?;
        }
        match self.placed().last() {
            Some((at, last)) if last.is_self_issued() => {
                is_signed(last, last).map_err(|flaw| match flaw {
                    Flaw::SignatureWrong => Flawed { at, flaw: Flaw::SelfSignatureWrong },
                    flaw => Flawed { at, flaw },
                })
            }
            _ => Ok(()),
        }
    }

    /// Finds out whether all are good at `now`, seconds since 1970-01-01T00:00:00Z; their last
    /// second is still good.
    ///
    /// # Errors
    /// The first that is not.
    pub fn is_valid(&self, now: u64) -> Result<(), Flawed> {
        for (at, certificate) in self.placed() {
            let validity = certificate.inner.tbs_certificate().validity();
            if now < seconds(validity.not_before) {
                return flawed(at, Flaw::NotYetValid);
            }
            if now > seconds(validity.not_after) {
                return flawed(at, Flaw::Expired);
            }
        }
        Ok(())
    }

    /// Finds out whether the certificate is for this key.
    ///
    /// # Errors
    /// It is for another.
    pub fn is_for(&self, key: &PublicKey) -> Result<(), Flawed> {
        match self.certificate() {
            Some(certificate) if certificate.is_for(key) => Ok(()),
            _ => flawed(0, Flaw::OtherKey),
        }
    }
}

/// Whether a certificate may issue another, `between` certificates above the one that the chain is
/// for. Version 3 says whether it may. Before that there was no way to say: of version 1 only a
/// root may.
fn may_issue(issuer: &Certificate, between: usize, is_last: bool) -> Result<(), Flaw> {
    let tbs = issuer.inner.tbs_certificate();
    let is_root = is_last && issuer.is_self_issued();
    if tbs.version() == Version::V1 && is_root {
        return Ok(());
    }
    let Ok(usage) = tbs.get_extension::<KeyUsage>() else { return Err(Flaw::NoAuthority) };
    let signs = usage.map(|(_, usage)| usage.key_cert_sign());
    match tbs.get_extension::<BasicConstraints>() {
        Ok(Some((_, constraints))) if constraints.ca && signs != Some(false) => {
            match constraints.path_len_constraint {
                Some(most) if between > usize::from(most) => Err(Flaw::TooFarUp),
                _ => Ok(()),
            }
        }
        // A root that names the use of its key and no constraints is one too.
        Ok(None) if is_root && signs == Some(true) => Ok(()),
        _ => Err(Flaw::NoAuthority),
    }
}

fn is_signed(issued: &Certificate, by: &Certificate) -> Result<(), Flaw> {
    let signature = issued.inner.signature();
    let how = issued.signed_by().0;
    match how.and_then(|how| how.verifies(by.public_key(), &issued.signed, signature.as_bytes()?)) {
        Some(true) => Ok(()),
        Some(false) => Err(Flaw::SignatureWrong),
        None => Err(Flaw::SignatureUnknown),
    }
}

/// Reads so many certificates in PEM. Text around the blocks is not looked at; a block of another
/// kind is a flaw. What is wrong is told with the place in the text, the first being 0.
fn certificates(text: &str, most: usize) -> Result<Vec<Certificate>, (usize, Flaw)> {
    let mut found = Vec::new();
    for block in pem::blocks(text) {
        let flawed = |flaw| Err((found.len(), flaw));
        let block = match block {
            Ok(block) if CERTIFICATE_LABELS.contains(&block.label) => block,
            Ok(_) => return flawed(Flaw::OtherBlock),
            Err(Broken::Unfinished) => return flawed(Flaw::Malformed),
            Err(Broken::Trailing) => return flawed(Flaw::Junk),
        };
        if found.len() == most {
            return flawed(Flaw::TooMany);
        }
        let der = block.bytes().filter(|der| der.len() <= LONGEST);
        match der.and_then(|der| Certificate::read(&der)) {
            Some(certificate) => found.push(certificate),
            None => return flawed(Flaw::Malformed),
        }
    }
    if found.is_empty() { Err((0, Flaw::NotPem)) } else { Ok(found) }
}
