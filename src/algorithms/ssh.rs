//! SSH key pairs: a one-line public key (RFC 4253 section 6.6) and a private key in PEM.

use pkcs8::LineEnding;
use rand_core::CryptoRng;
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::traits::PublicKeyParts;
use ssh_key::public::{KeyData, RsaPublicKey};
use ssh_key::{Algorithm, Mpint, PublicKey};
use zeroize::Zeroizing;

use super::{Error, pem, unsupported};

/// A key pair in the forms that `ssh-keygen` and OpenSSL read.
pub struct Pair {
    /// `ssh-rsa`, the key in base64, the comment.
    pub public: String,
    /// An `RSA PRIVATE KEY` (PKCS #1) in PEM, with line feeds.
    pub private: Zeroizing<String>,
}

/// Generates an RSA pair of 2048 bits. That takes from tens of milliseconds to half a second.
///
/// # Errors
/// [`Error::Unsupported`] when the comment contains a control character, such as a line end.
pub fn generate<R: CryptoRng>(comment: &str, rng: &mut R) -> Result<Pair, Error> {
    if comment.chars().any(char::is_control) {
        return Err(Error::Unsupported);
    }
    let key = RsaPrivateKey::new(rng, 2048).map_err(unsupported)?;
    let (e, n) = (key.e_bytes(), key.n_bytes());
    let (e, n) = (Mpint::from_positive_bytes(&e), Mpint::from_positive_bytes(&n));
    let public = RsaPublicKey::new(e, n).map_err(unsupported)?;
    let public = PublicKey::new(KeyData::Rsa(public), comment.trim_end()).to_openssh();
    let private = key.to_pkcs1_pem(LineEnding::LF).map_err(unsupported)?;
    Ok(Pair { public: public.map_err(unsupported)?, private })
}

/// Whether the text is one public key in OpenSSH's form (RSA, ECDSA or Ed25519), with or without a
/// comment.
#[must_use]
pub fn is_public_key(text: &str) -> bool {
    let text = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    if text.chars().any(|c| c.is_control() && c != '\t') {
        return false;
    }
    // Fields may be separated by more than one blank, which the crate does not accept.
    let mut words = text.split_ascii_whitespace();
    let (Some(name), Some(blob)) = (words.next(), words.next()) else { return false };
    PublicKey::from_openssh(&format!("{name} {blob}")).is_ok_and(|key| {
        matches!(
            key.algorithm(),
            Algorithm::Rsa { .. } | Algorithm::Ed25519 | Algorithm::Ecdsa { .. }
        )
    })
}

/// Whether the text is one private key in PEM of any kind: OpenSSH, PKCS #1, PKCS #8, SEC 1,
/// encrypted or not. The key itself is not parsed.
#[must_use]
pub fn is_private_pem(text: &str) -> bool {
    let mut blocks = pem::blocks(text);
    let (Some(Ok(block)), None) = (blocks.next(), blocks.next()) else { return false };
    let bytes = block.bytes_after_headers();
    block.label.ends_with("PRIVATE KEY") && bytes.is_some_and(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use chacha20::ChaCha20Rng;
    use chacha20::rand_core::SeedableRng;
    use rsa::pkcs1::DecodeRsaPrivateKey;

    fn pair(comment: &str) -> Pair {
        generate(comment, &mut ChaCha20Rng::from_seed([1; 32])).unwrap()
    }

    #[test]
    fn public_and_private_key_match() {
        let pair = pair("root@host with a comment");
        assert!(is_public_key(&pair.public) && is_private_pem(&pair.private));
        assert!(pair.private.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
        let words: Vec<&str> = pair.public.splitn(3, ' ').collect();
        assert_eq!(words[2], "root@host with a comment");
        let blob = STANDARD.decode(words[1]).unwrap();
        let (mut fields, mut rest) = (Vec::new(), blob.as_slice());
        while let Some((length, bytes)) = rest.split_first_chunk::<4>() {
            let (field, after) = bytes.split_at(u32::from_be_bytes(*length) as usize);
            fields.push(field);
            rest = after;
        }
        let key = RsaPrivateKey::from_pkcs1_pem(&pair.private).unwrap();
        assert_eq!(key.n().bits(), 2048);
        assert_eq!(fields[..2], [b"ssh-rsa".as_slice(), &[1, 0, 1]]);
        // The highest bit of a 2048-bit modulus is set, so a zero byte precedes it.
        assert_eq!(*fields[2], *[&[0], &*key.n_bytes()].concat());
    }

    #[test]
    fn comments_have_no_control_characters() {
        assert_eq!(pair("").public.split(' ').count(), 2);
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        for comment in ["a\nb", "a\r", "a\0"] {
            assert_eq!(generate(comment, &mut rng).err(), Some(Error::Unsupported), "{comment:?}");
        }
    }

    /// Keys that `ssh-keygen` wrote.
    const WRITTEN: [&str; 2] = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINozgFOIL5gjT27r9BrGUpCg1SF8Jyeml5tOwCaN9xuP jo doe",
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGTc7ZdO6cFxWPFZVjNo7OGtgQmL\
         Qf//ykvw/Soz/hIXYi07St7sIPp9gRvBy4BullRZUL7nZTV5nKFa9WIFMkw= jo doe",
    ];

    fn line(name: &str, fields: &[&[u8]]) -> String {
        let mut blob = Vec::new();
        for field in fields {
            blob.extend(u32::try_from(field.len()).unwrap().to_be_bytes());
            blob.extend_from_slice(field);
        }
        format!("{name} {}", STANDARD.encode(blob))
    }

    #[test]
    fn public_keys_are_recognised() {
        let rsa = line("ssh-rsa", &[b"ssh-rsa", &[1, 0, 1], &[0, 0x80]]);
        let ed25519 = line("ssh-ed25519", &[b"ssh-ed25519", &[7; 32]]);
        let p256 = "ecdsa-sha2-nistp256";
        for (text, good) in [
            (rsa.clone(), true),
            (format!("{rsa} imported-openssh-key"), true),
            (format!("{rsa} a comment of words\n"), true),
            (format!("{ed25519}\r\n"), true),
            (WRITTEN[0].to_owned(), true),
            (WRITTEN[1].to_owned(), true),
            (line(p256, &[p256.as_bytes(), b"nistp256", &[4; 65]]), true),
            (line(p256, &[p256.as_bytes(), b"nistp384", &[4; 65]]), false),
            (line(p256, &[p256.as_bytes(), b"", &[4; 65]]), false),
            (line("ssh-dss", &[b"ssh-dss", &[1]]), false),
            (line("ssh-rsa", &[b"ssh-ed25519", &[7; 32]]), false),
            (line("ssh-ed25519", &[b"ssh-ed25519", &[7; 31]]), false),
            (line("ssh-rsa", &[b"ssh-rsa", &[1, 0, 1]]), false),
            (line("ssh-rsa", &[b"ssh-rsa", b"", b""]), false),
            (format!("{rsa}\n{rsa}"), false),
            (rsa[..rsa.len() - 4].to_owned(), false),
            (format!("no-pty {rsa}"), false),
            ("ssh-rsa".to_owned(), false),
            ("ssh-rsa ****".to_owned(), false),
            ("ssh-rsa AAAA".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(is_public_key(&text), good, "{text}");
        }
    }

    #[test]
    fn private_keys_are_recognised() {
        let block = |label: &str, body: &str| {
            format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
        };
        let headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n";
        for (text, good) in [
            (block("RSA PRIVATE KEY", "AAAA\nAAA="), true),
            (block("OPENSSH PRIVATE KEY", &"A".repeat(72)), true),
            (block("PRIVATE KEY", "AAAA").replace('\n', "\r\n"), true),
            (block("ENCRYPTED PRIVATE KEY", "AAAA"), true),
            (block("EC PRIVATE KEY", "AAAA").trim().to_owned(), true),
            (block("RSA PRIVATE KEY", &format!("{headers}\nAAAA")), true),
            (block("RSA PRIVATE KEY", &format!("{headers}AAAA")), false),
            (block("PUBLIC KEY", "AAAA"), false),
            (block("PRIVATE KEY", "AA*A"), false),
            (block("PRIVATE KEY", ""), false),
            (block("PRIVATE KEY", "AAAA").replace("END PR", "END RSA PR"), false),
            (block("PRIVATE KEY", "AAAA").replace("END", "BEGIN"), false),
            ("-----BEGIN PRIVATE KEY-----".to_owned(), false),
            ("-----BEGIN PRIVATE KEY----- AAAA -----END PRIVATE KEY-----".to_owned(), false),
            ("d6bee1cb-2e14-4277-ba6b-73786b211234".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(is_private_pem(&text), good, "{text}");
        }
    }
}
