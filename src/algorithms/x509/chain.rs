//! A certificate with those of its issuers, up to the root: how they come, in PEM, and whether each was issued by the
//! next (RFC 5280 section 6). Revocation, policies and constraints on names are not looked at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use x509_cert::certificate::Version;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};

use super::{Certificate, seconds};
use crate::algorithms::asymmetric::PublicKey;

/// How many certificates a chain may have.
const MOST: usize = 10;

/// How many bytes a certificate may have in PEM, so that nobody's structures take long to read.
const LONGEST: usize = 64 * 1024;

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
    /// The one before it is signed in a way that is unknown, or too weak, or does not go with this one's key.
    SignatureUnknown,
    /// The one before it is not signed with this one's key.
    SignatureWrong,
    /// It says that it issued itself, and is not signed with its own key.
    SelfSignatureWrong,
    /// It may not issue certificates.
    NoAuthority,
    /// It may issue certificates, but not so far up.
    TooFarUp,
    /// It is the last one, and no root.
    NoRoot,
}

/// A flaw, and in which certificate it is: 0 is the one that the chain is for, 1 its issuer, and so on.
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
pub struct Chain(Vec<Certificate>);

impl Chain {
    /// Reads a certificate, and the chain of its issuers where one is given.
    ///
    /// # Errors
    /// What is wrong with the texts.
    pub fn read(certificate: &str, issuers: Option<&str>) -> Result<Self, Flawed> {
        let mut all = certificates(certificate, 1).map_err(|(_, flaw)| Flawed { at: 0, flaw })?;
        if let Some(issuers) = issuers {
            all.extend(certificates(issuers, MOST).map_err(|(at, flaw)| Flawed { at: at + 1, flaw })?);
        }
        Ok(Self(all))
    }

    /// The certificate itself.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.0.first()
    }

    /// Finds out whether each certificate was issued by the next, and the last by itself. Where no issuers are given
    /// there is nothing to find out, unless the certificate says that it issued itself.
    ///
    /// # Errors
    /// The first link that does not hold.
    pub fn links(&self) -> Result<(), Flawed> {
        let pairs = self.0.iter().zip(self.0.iter().skip(1));
        for (at, (issued, issuer)) in (1..).zip(pairs) {
            if issued.inner.tbs_certificate().issuer() != issuer.inner.tbs_certificate().subject() {
                return flawed(at, Flaw::NotIssuer);
            }
            may_issue(issuer, at)?;
            is_signed(issued, issuer, at)?;
        }
        match self.0.last() {
            Some(last) if last.is_self_issued() => match is_signed(last, last, self.0.len() - 1) {
                Err(Flawed { at, flaw: Flaw::SignatureWrong }) => flawed(at, Flaw::SelfSignatureWrong),
                outcome => outcome,
            },
            Some(_) if self.0.len() > 1 => flawed(self.0.len() - 1, Flaw::NoRoot),
            _ => Ok(()),
        }
    }

    /// Finds out whether all are good at `now`, seconds since 1970-01-01T00:00:00Z; their last second is still good.
    ///
    /// # Errors
    /// The first that is not.
    pub fn is_valid(&self, now: u64) -> Result<(), Flawed> {
        for (at, certificate) in self.0.iter().enumerate() {
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

/// Version 3 says whether a certificate may issue others; before that there was no way to say.
fn may_issue(issuer: &Certificate, at: usize) -> Result<(), Flawed> {
    let tbs = issuer.inner.tbs_certificate();
    if tbs.version() != Version::V3 {
        return Ok(());
    }
    let constraints = match tbs.get_extension::<BasicConstraints>() {
        Ok(Some((_, constraints))) if constraints.ca => constraints,
        _ => return flawed(at, Flaw::NoAuthority),
    };
    match tbs.get_extension::<KeyUsage>() {
        Ok(Some((_, usage))) if !usage.key_cert_sign() => return flawed(at, Flaw::NoAuthority),
        Err(_) => return flawed(at, Flaw::NoAuthority),
        Ok(_) => {}
    }
    // Between it and the certificate that the chain is for stand `at - 1` others.
    match constraints.path_len_constraint {
        Some(most) if at > usize::from(most) + 1 => flawed(at, Flaw::TooFarUp),
        _ => Ok(()),
    }
}

fn is_signed(issued: &Certificate, by: &Certificate, at: usize) -> Result<(), Flawed> {
    let signature = issued.inner.signature();
    let how = issued.signed_by().0;
    match how.and_then(|how| how.verifies(by.public_key(), &issued.signed, signature.as_bytes()?)) {
        Some(true) => Ok(()),
        Some(false) => flawed(at, Flaw::SignatureWrong),
        None => flawed(at, Flaw::SignatureUnknown),
    }
}

const BEGIN: &str = "-----BEGIN ";
const BEGIN_CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";
const END_CERTIFICATE: &str = "-----END CERTIFICATE-----";

/// Reads PEM (RFC 7468) strictly: so many certificates one after the other, nothing but empty lines between them. Lines
/// may have any length, and end in any way. What is wrong is told with the place in the text, the first being 0.
fn certificates(text: &str, most: usize) -> Result<Vec<Certificate>, (usize, Flaw)> {
    let mut found = Vec::new();
    let mut rest = text.trim_ascii_start();
    while !rest.is_empty() {
        let flawed = |flaw| Err((found.len(), flaw));
        let Some(body) = rest.strip_prefix(BEGIN_CERTIFICATE) else {
            return match rest.starts_with(BEGIN) {
                true => flawed(Flaw::OtherBlock),
                false if rest.contains(BEGIN_CERTIFICATE) || !found.is_empty() => flawed(Flaw::Junk),
                false => flawed(Flaw::NotPem),
            };
        };
        let Some((body, after)) = body.split_once(END_CERTIFICATE) else { return flawed(Flaw::Malformed) };
        let Some(certificate) = certificate(body) else { return flawed(Flaw::Malformed) };
        // What stands on the same line belongs to nothing.
        if !(after.is_empty() || after.starts_with(['\r', '\n'])) {
            return flawed(Flaw::Junk);
        }
        if found.len() == most {
            return flawed(Flaw::TooMany);
        }
        found.push(certificate);
        rest = after.trim_ascii_start();
    }
    if found.is_empty() { Err((0, Flaw::NotPem)) } else { Ok(found) }
}

/// The certificate between two marks: lines of base64.
fn certificate(body: &str) -> Option<Certificate> {
    let on_lines = body.starts_with(['\r', '\n']) && body.ends_with(['\r', '\n']) && body.len() <= LONGEST;
    let digits: String = body.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    if on_lines { Certificate::read(&STANDARD.decode(digits).ok()?) } else { None }
}
