//! The certificates that a server's authority issues: one for every name that clients ask for, made when it is first
//! asked for and kept while it is good. They share one key, which lives as long as the server.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use p256::pkcs8::EncodePrivateKey;
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::sign::{CertifiedKey, SigningKey, SingleCertAndKey};

use super::authority::Key;
use super::{Authority, ServedName, TlsError, base, provider};
use crate::world::{Instant, World};

const DAY: Duration = Duration::from_hours(24);
/// A certificate begins so long before it is made: clocks differ.
const BACKDATED: Duration = DAY;
/// How long it is good from when it is made. Some clients take none of more than 398 days.
const GOOD: Duration = DAY.saturating_mul(90);
/// How long it is shown: afterwards a new one is made.
const SHOWN: Duration = DAY.saturating_mul(60);
/// How many are kept: clients may ask for any name.
const KEPT: usize = 256;

/// An authority at work.
pub struct Leaves {
    authority: Authority,
    always: Vec<ServedName>,
    world: Arc<World>,
    base: ServerConfig,
    key: Arc<dyn SigningKey>,
    own: Key,
    kept: Mutex<HashMap<Wanted, Leaf>>,
}

/// What a certificate has to name beyond what all name: the name asked for, and the server's address on that connection.
type Wanted = [Option<ServedName>; 2];

struct Leaf {
    made: Instant,
    config: Arc<ServerConfig>,
}

impl Leaves {
    pub(super) fn new(
        authority: Authority,
        always: Vec<ServedName>,
        world: Arc<World>,
    ) -> Result<Self, TlsError> {
        let own = Key::draw();
        let pkcs8 = own.private().to_pkcs8_der().map_err(TlsError::new)?;
        let pkcs8 = PrivatePkcs8KeyDer::from(pkcs8.as_bytes().to_vec());
        let key = provider().key_provider.load_private_key(pkcs8.into())?;
        Ok(Self { authority, always, world, base: base()?, key, own, kept: Mutex::default() })
    }

    pub(super) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// How to greet a client that asked for this name at this address.
    pub(super) fn greeting(
        &self,
        asked: Option<&str>,
        at: IpAddr,
    ) -> Result<Arc<ServerConfig>, TlsError> {
        let asked = asked.map(str::parse).transpose()?;
        let wanted: Wanted = [asked, Some(ServedName::of_address(at))]
            .map(|name| name.filter(|it| !self.always.contains(it)));
        let now = self.world.clock.host();
        // Held while one is made: of many clients who come with a new name together, one has it made.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leaf) = kept.get(&wanted).filter(|leaf| leaf.is_shown(now)) {
            return Ok(Arc::clone(&leaf.config));
        }
        let config = Arc::new(self.issue(&wanted, now)?);
        if kept.len() >= KEPT && !kept.contains_key(&wanted) {
            let oldest =
                kept.iter().min_by_key(|(_, leaf)| leaf.made).map(|(wanted, _)| wanted.clone());
            oldest.and_then(|wanted| kept.remove(&wanted));
        }
        kept.insert(wanted, Leaf { made: now, config: Arc::clone(&config) });
        Ok(config)
    }

    fn issue(&self, wanted: &Wanted, now: Instant) -> Result<ServerConfig, TlsError> {
        let names: Vec<_> = wanted.iter().flatten().chain(&self.always).cloned().collect();
        let (from, until) = (now.minus(BACKDATED), now.plus(GOOD));
        let certificate = self.authority.issue(&names, &self.own, from, until)?;
        Ok(showing(&self.base, CertifiedKey::new(vec![certificate], Arc::clone(&self.key))))
    }
}

impl Leaf {
    /// Whether the host's clock is where this one is good: it may also have been turned back.
    fn is_shown(&self, now: Instant) -> bool {
        now > self.made.minus(BACKDATED) && now < self.made.plus(SHOWN)
    }
}

/// A configuration that shows one certificate.
pub(super) fn showing(base: &ServerConfig, certified: CertifiedKey) -> ServerConfig {
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
        Leaves::new(Authority::draw().unwrap(), super::super::names::always(&[]), world).unwrap()
    }

    #[test]
    fn a_certificate_is_made_once_and_again_before_its_end() {
        let leaves = leaves();
        let show = |name: Option<&str>| leaves.greeting(name, HOME).unwrap();
        let first = show(Some("kms.test"));
        assert!(Arc::ptr_eq(&first, &show(Some("KMS.test"))), "names have no case");
        assert!(!Arc::ptr_eq(&first, &show(Some("other.test"))));
        assert!(Arc::ptr_eq(&show(None), &show(Some("localhost"))), "what all name needs no own");
        assert!(!Arc::ptr_eq(&show(None), &leaves.greeting(None, [10, 0, 0, 9].into()).unwrap()));
        let start = leaves.world.clock.host();
        leaves.world.clock.set_host(start.plus(DAY * 59));
        assert!(Arc::ptr_eq(&first, &show(Some("kms.test"))));
        leaves.world.clock.set_host(start.plus(DAY * 61));
        let second = show(Some("kms.test"));
        assert!(!Arc::ptr_eq(&first, &second));
        leaves.world.clock.set_host(start);
        assert!(
            !Arc::ptr_eq(&second, &show(Some("kms.test"))),
            "one of the future is not good yet"
        );
    }

    #[test]
    fn the_oldest_goes_when_there_are_too_many() {
        let leaves = leaves();
        let first = leaves.greeting(Some("first.test"), HOME).unwrap();
        for index in 0..KEPT {
            leaves.world.clock.set_host(leaves.world.clock.host().plus(Duration::from_secs(1)));
            leaves.greeting(Some(&format!("n{index}.test")), HOME).unwrap();
        }
        assert_eq!(leaves.kept.lock().unwrap().len(), KEPT);
        assert!(!Arc::ptr_eq(&first, &leaves.greeting(Some("first.test"), HOME).unwrap()));
    }
}
