//! What is done with key pairs.

use std::hint::black_box;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng;
use kmsim::algorithms::asymmetric::{
    Encryption, PairSpec, PrivateKey, PublicKey, Signing, generate,
};
use kmsim::algorithms::specs::Form;
use kmsim::algorithms::{self, Randomness};

use crate::case::{Case, Group, Make};
use crate::openssl::Peer;
use crate::rate::{Failure, Pace};

/// Which of the figures of `openssl speed` is that of the private key, or of signing.
const PRIVATE: usize = 0;
/// And of the public key, or of verifying.
const PUBLIC: usize = 1;

const DIGEST: [u8; 32] = [7; 32];
/// What is encrypted: as long as a data key.
const TEXT: [u8; 32] = [9; 32];
/// How many RSA keys a round draws. How long one takes is a matter of luck, so the middle one
/// counts.
const KEYS: usize = 9;

const SM2: Encryption = Encryption::Sm2(Form::Der);

const RSA: [(PairSpec, &str, u32); 2] =
    [(PairSpec::Rsa2048, "RSA_2048", 2048), (PairSpec::Rsa3072, "RSA_3072", 3072)];
const CURVES: [(PairSpec, &str); 3] =
    [(PairSpec::EcP256, "EC_P256"), (PairSpec::EcP256K, "EC_P256K"), (PairSpec::EcSm2, "EC_SM2")];

/// Every group.
pub(crate) fn groups() -> Vec<Group> {
    let mut groups = Vec::new();
    for (spec, name, bits) in RSA {
        let case = |what: &str, figure, make| Case { name: format!("{name} {what}"), figure, make };
        let cases = vec![
            case("sign PKCS1", PRIVATE, signing(spec, Signing::RsaPkcs1)),
            case("sign PSS", PRIVATE, signing(spec, Signing::RsaPss)),
            case("sign PSS by seed", PRIVATE, signing_by_chance(spec, Signing::RsaPss)),
            case("decrypt OAEP", PRIVATE, decrypting(spec, Encryption::RsaOaepSha256)),
            case("decrypt PKCS1", PRIVATE, decrypting(spec, Encryption::RsaPkcs1)),
            case("verify PKCS1", PUBLIC, verifying(spec, Signing::RsaPkcs1)),
            case("verify PSS", PUBLIC, verifying(spec, Signing::RsaPss)),
            case("encrypt OAEP", PUBLIC, encrypting(spec, Encryption::RsaOaepSha256)),
        ];
        groups.push(Group {
            peer: Peer::of(format!("speed rsa{bits}")),
            pace: Pace::Steady,
            cases,
        });
    }
    for (spec, name) in CURVES {
        let (algorithm, peer) = match spec {
            PairSpec::EcSm2 => (Signing::Sm2, Peer::of("speed sm2")),
            PairSpec::EcP256 => (Signing::Ecdsa, Peer::of("speed ecdsap256")),
            _ => (Signing::Ecdsa, Peer::none()),
        };
        let case = |what: &str, figure, make| Case { name: format!("{name} {what}"), figure, make };
        let cases = vec![
            case("sign", PRIVATE, signing(spec, algorithm)),
            case("verify", PUBLIC, verifying(spec, algorithm)),
        ];
        groups.push(Group { peer, pace: Pace::Steady, cases });
    }
    groups.push(alone("EC_SM2 encrypt", encrypting(PairSpec::EcSm2, SM2)));
    groups.push(alone("EC_SM2 decrypt", decrypting(PairSpec::EcSm2, SM2)));
    for (spec, name, bits) in RSA {
        let peer = Peer::of(format!("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:{bits}"));
        let cases =
            vec![Case { name: format!("{name} generate"), figure: 0, make: generating(spec) }];
        groups.push(Group { peer, pace: Pace::Chancy(KEYS), cases });
    }
    let all = RSA.map(|(spec, name, _)| (spec, name)).into_iter().chain(CURVES);
    groups.extend(CURVES.map(|(spec, name)| alone(&format!("{name} generate"), generating(spec))));
    groups
        .extend(all.map(|(spec, name)| alone(&format!("{name} read private key"), reading(spec))));
    groups
}

/// What `openssl speed` does not do.
fn alone(name: &str, make: Make) -> Group {
    let case = Case { name: name.to_owned(), figure: 0, make };
    Group { peer: Peer::none(), pace: Pace::Steady, cases: vec![case] }
}

fn signing(spec: PairSpec, algorithm: Signing) -> Make {
    Box::new(move || {
        let (key, _) = pair(spec)?;
        Ok(Box::new(move || done(key.sign(algorithm, black_box(&DIGEST), Randomness::Any))))
    })
}

/// As when a seed repeats a run.
fn signing_by_chance(spec: PairSpec, algorithm: Signing) -> Make {
    Box::new(move || {
        let ((key, _), mut rng) = (pair(spec)?, rng());
        Ok(Box::new(move || {
            done(key.sign(algorithm, black_box(&DIGEST), Randomness::Only(&mut rng)))
        }))
    })
}

fn verifying(spec: PairSpec, algorithm: Signing) -> Make {
    Box::new(move || {
        let (key, public) = pair(spec)?;
        let signature = key.sign(algorithm, &DIGEST, Randomness::Any).map_err(named)?;
        Ok(Box::new(move || {
            let verifies = public.verifies(algorithm, black_box(&DIGEST), black_box(&signature));
            if verifies.map_err(named)? {
                Ok(())
            } else {
                Err("a signature does not verify".into())
            }
        }))
    })
}

fn encrypting(spec: PairSpec, algorithm: Encryption) -> Make {
    Box::new(move || {
        let ((_, public), mut rng) = (pair(spec)?, rng());
        Ok(Box::new(move || done(public.encrypt(algorithm, black_box(&TEXT), &mut rng))))
    })
}

fn decrypting(spec: PairSpec, algorithm: Encryption) -> Make {
    Box::new(move || {
        let (key, public) = pair(spec)?;
        let sealed = public.encrypt(algorithm, &TEXT, &mut rng()).map_err(named)?;
        Ok(Box::new(move || done(key.decrypt(algorithm, black_box(&sealed)))))
    })
}

fn generating(spec: PairSpec) -> Make {
    Box::new(move || {
        let mut rng = rng();
        Ok(Box::new(move || done(generate(spec, &mut rng))))
    })
}

/// What it costs to make a stored key ready.
fn reading(spec: PairSpec) -> Make {
    Box::new(move || {
        let pkcs8 = generate(spec, &mut rng()).map_err(named)?;
        Ok(Box::new(move || done(PrivateKey::read(spec, black_box(&pkcs8)))))
    })
}

fn pair(spec: PairSpec) -> Result<(PrivateKey, PublicKey), Failure> {
    let pkcs8 = generate(spec, &mut rng()).map_err(named)?;
    let key = PrivateKey::read(spec, &pkcs8).map_err(named)?;
    let public = key.public().clone();
    Ok((key, public))
}

/// Every run draws the same keys.
fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([1; 32])
}

fn done<T>(result: Result<T, algorithms::Error>) -> Result<(), Failure> {
    black_box(result).map(drop).map_err(named)
}

fn named(failure: algorithms::Error) -> Failure {
    format!("{failure:?}").into()
}
