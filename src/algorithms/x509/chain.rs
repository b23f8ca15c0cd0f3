//! Certificate chains: a certificate and its issuers up to the root, in PEM, and the check that
//! each was issued by the next (RFC 5280 section 6). Revocation, policies and name constraints are
//! not checked.

use x509_cert::certificate::Version;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};

use super::Certificate;
use crate::algorithms::asymmetric::PublicKey;
use crate::algorithms::pem::{self, Broken, CERTIFICATE_LABELS};

/// The maximum number of certificates in a chain.
const MOST: usize = 10;

/// The maximum size of a certificate in DER, in bytes. It bounds the time to parse one.
const LONGEST: usize = 48 * 1024;

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// There is no certificate in PEM.
    NotPem,
    /// There is other text beside the certificates.
    Junk,
    /// There is a block of another kind.
    OtherBlock,
    /// The block is no X.509 certificate.
    Malformed,
    /// There are too many certificates.
    TooMany,
    /// It is for another key.
    OtherKey,
    /// It is not valid yet.
    NotYetValid,
    /// It is no longer valid.
    Expired,
    /// It is not the issuer of the certificate before it.
    NotIssuer,
    /// The certificate before it has a signature algorithm that is unknown, too weak, or does not
    /// fit this certificate's key.
    SignatureUnknown,
    /// This certificate's key does not verify the signature of the one before it.
    SignatureWrong,
    /// It is self-issued, but its own key does not verify its signature.
    SelfSignatureWrong,
    /// It is not a certificate authority.
    NoAuthority,
    /// Its path length constraint is exceeded.
    TooFarUp,
    /// It has an unknown critical extension (RFC 5280 section 4.2).
    CriticalUnknown,
}

/// A flaw, and the certificate that has it: 0 is the end-entity certificate, 1 its issuer, and so
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

/// A certificate, followed by its issuers.
#[derive(Debug)]
pub struct Chain {
    certificates: Vec<Certificate>,
    /// How many certificates of the issuers' text repeat the certificate itself and were skipped.
    skipped: usize,
}

impl Chain {
    /// Reads a certificate, and its issuers if given. The issuers' text may begin with the
    /// certificate itself, as web servers require, and may omit the root.
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

    /// The end-entity certificate.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificates.first()
    }

    /// Each certificate with its position in the text.
    fn placed(&self) -> impl Iterator<Item = (usize, &Certificate)> {
        let place = |at| if at == 0 { 0 } else { at + self.skipped };
        self.certificates.iter().enumerate().map(move |(at, it)| (place(at), it))
    }

    /// Checks that each certificate was issued by the next, and that a self-issued last one signed
    /// itself. When the last one's issuer is not given, its signature is not checked.
    ///
    /// # Errors
    /// The first link that fails.
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

    /// Checks that all are valid at `now`, in seconds since 1970-01-01T00:00:00Z. `notAfter` is
    /// still valid.
    ///
    /// # Errors
    /// The first certificate that is not valid.
    pub fn is_valid(&self, now: u64) -> Result<(), Flawed> {
        for (at, certificate) in self.placed() {
            let validity = certificate.inner.tbs_certificate().validity();
            if now < validity.not_before.to_unix_duration().as_secs() {
                return flawed(at, Flaw::NotYetValid);
            }
            if now > validity.not_after.to_unix_duration().as_secs() {
                return flawed(at, Flaw::Expired);
            }
        }
        Ok(())
    }

    /// Checks that the certificate is for this key.
    ///
    /// # Errors
    /// It is for another key.
    pub fn is_for(&self, key: &PublicKey) -> Result<(), Flawed> {
        match self.certificate() {
            Some(certificate) if certificate.is_for(key) => Ok(()),
            _ => flawed(0, Flaw::OtherKey),
        }
    }
}

/// Checks that a certificate may issue another, with `between` certificates between it and the
/// end-entity certificate. Version 3 certificates say so. Earlier versions cannot, so of version 1
/// only a root may.
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
        // A root with a key usage and without basic constraints is accepted too.
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

/// Reads at most `most` certificates in PEM. Text around the blocks is ignored, a block of another
/// kind is a flaw. A flaw comes with the position of its certificate, from 0.
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
