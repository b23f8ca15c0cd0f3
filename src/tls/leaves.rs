//! The certificates that a server's authority issues: one for each hostname that clients ask for.
//! It is created on first use and cached while it is valid. All share one key, which lives as long
//! as the server.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use p256::pkcs8::EncodePrivateKey;
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::sign::{CertifiedKey, SigningKey, SingleCertAndKey};

use super::authority::Key;
use super::{Authority, ServedName, TlsError, base};
use crate::world::{Instant, World};

const DAY: Duration = Duration::from_hours(24);
/// How long before its creation a certificate's validity begins, because clocks differ.
const BACKDATED: Duration = DAY;
/// How long it is valid from its creation. Some clients reject more than 398 days.
const VALIDITY: Duration = DAY.saturating_mul(90);
/// How long it is used before it is replaced.
const USED: Duration = DAY.saturating_mul(60);
/// How many are cached. Clients may ask for any name.
const CACHED: usize = 256;

/// An authority with its issued certificates.
pub struct Leaves {
    pub(super) authority: Authority,
    default_names: Vec<ServedName>,
    world: Arc<World>,
    base: ServerConfig,
    key: Arc<dyn SigningKey>,
    own: Key,
    cache: Mutex<HashMap<ExtraNames, Leaf>>,
}

/// The names of a certificate beyond the default ones: the name that the client asked for, and the
/// server's address of that connection.
type ExtraNames = [Option<ServedName>; 2];

struct Leaf {
    made: Instant,
    config: Arc<ServerConfig>,
}

impl Leaves {
    pub(super) fn new(
        authority: Authority,
        default_names: Vec<ServedName>,
        world: Arc<World>,
    ) -> Result<Self, TlsError> {
        let own = Key::generate();
        let pkcs8 = own.private().to_pkcs8_der().map_err(TlsError::new)?;
        let pkcs8 = PrivatePkcs8KeyDer::from(pkcs8.as_bytes().to_vec());
        let key = base::provider().key_provider.load_private_key(pkcs8.into())?;
        Ok(Self {
            authority,
            default_names,
            world,
            base: base::config()?,
            key,
            own,
            cache: Mutex::default(),
        })
    }

    /// The TLS configuration for a client that asked for this name at this address.
    pub(super) fn config_for(
        &self,
        asked: Option<&str>,
        at: IpAddr,
    ) -> Result<Arc<ServerConfig>, TlsError> {
        let asked = asked.map(str::parse).transpose()?;
        let names: ExtraNames = [asked, Some(ServedName::of_address(at))]
            .map(|name| name.filter(|it| !self.default_names.contains(it)));
        let now = self.world.clock.host();
        // Locked while a certificate is issued, so that concurrent clients with the same new name
        // cause only one.
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leaf) = cache.get(&names).filter(|leaf| leaf.is_in_use(now)) {
            return Ok(Arc::clone(&leaf.config));
        }
        let config = Arc::new(self.issue(&names, now)?);
        if cache.len() >= CACHED && !cache.contains_key(&names) {
            let oldest =
                cache.iter().min_by_key(|(_, leaf)| leaf.made).map(|(names, _)| names.clone());
            oldest.and_then(|names| cache.remove(&names));
        }
        cache.insert(names, Leaf { made: now, config: Arc::clone(&config) });
        Ok(config)
    }

    fn issue(&self, names: &ExtraNames, now: Instant) -> Result<ServerConfig, TlsError> {
        let names: Vec<_> = names.iter().flatten().chain(&self.default_names).cloned().collect();
        let (from, until) = (now.minus(BACKDATED), now.plus(VALIDITY));
        let certificate = self.authority.issue(&names, &self.own, from, until)?;
        Ok(with_certificate(
            &self.base,
            CertifiedKey::new(vec![certificate], Arc::clone(&self.key)),
        ))
    }
}

impl Leaf {
    /// Whether it is still in use at this time. The host's clock may also have been set back.
    fn is_in_use(&self, now: Instant) -> bool {
        now > self.made.minus(BACKDATED) && now < self.made.plus(USED)
    }
}

/// A TLS configuration with one certificate.
pub(super) fn with_certificate(base: &ServerConfig, certified: CertifiedKey) -> ServerConfig {
    let mut config = base.clone();
    config.cert_resolver = Arc::new(SingleCertAndKey::from(certified));
    config
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Clock, Entropy};
    use std::net::Ipv4Addr;

    const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn leaves() -> Leaves {
        let start = Instant::parse("2030-01-01T00:00:00Z").unwrap();
        let world = Arc::new(World { clock: Clock::manual(start), entropy: Entropy::Os });
        Leaves::new(Authority::generate().unwrap(), super::super::names::default_names(&[]), world)
            .unwrap()
    }

    #[test]
    fn a_certificate_is_cached_and_replaced_before_it_expires() {
        let leaves = leaves();
        let show = |name: Option<&str>| leaves.config_for(name, HOME).unwrap();
        let first = show(Some("kms.test"));
        assert!(Arc::ptr_eq(&first, &show(Some("KMS.test"))), "names have no case");
        assert!(!Arc::ptr_eq(&first, &show(Some("other.test"))));
        assert!(
            Arc::ptr_eq(&show(None), &show(Some("localhost"))),
            "default names need no certificate of their own"
        );
        assert!(!Arc::ptr_eq(&show(None), &leaves.config_for(None, [10, 0, 0, 9].into()).unwrap()));
        let start = leaves.world.clock.host();
        leaves.world.clock.set_host(start.plus(DAY * 59));
        assert!(Arc::ptr_eq(&first, &show(Some("kms.test"))));
        leaves.world.clock.set_host(start.plus(DAY * 61));
        let second = show(Some("kms.test"));
        assert!(!Arc::ptr_eq(&first, &second));
        leaves.world.clock.set_host(start);
        assert!(
            !Arc::ptr_eq(&second, &show(Some("kms.test"))),
            "one from the future is not valid yet"
        );
    }

    #[test]
    fn the_oldest_is_evicted_when_the_cache_is_full() {
        let leaves = leaves();
        let first = leaves.config_for(Some("first.test"), HOME).unwrap();
        for index in 0..CACHED {
            leaves.world.clock.set_host(leaves.world.clock.host().plus(Duration::from_secs(1)));
            leaves.config_for(Some(&format!("n{index}.test")), HOME).unwrap();
        }
        assert_eq!(leaves.cache.lock().unwrap().len(), CACHED);
        assert!(!Arc::ptr_eq(&first, &leaves.config_for(Some("first.test"), HOME).unwrap()));
    }
}
