//! The two clocks by which a request may be fresh: its realm's, and the host's. SDKs sign with the
//! host's time, even if the realm's clock was moved.

use crate::engine::Engine;
use crate::model::Realm;
use crate::world::Instant;

/// The two clocks at the time of the check.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    realm: Instant,
    host: Instant,
}

impl Times {
    /// The clocks for a request to this realm. If a request names a region that cannot exist, it is
    /// refused later; until then only the host's clock counts.
    pub(crate) fn of(engine: &Engine, realm: Option<&Realm>) -> Self {
        let host = engine.world().clock.host();
        Self { realm: realm.map_or(host, |realm| engine.now(realm)), host }
    }

    /// One time by both clocks.
    #[cfg(test)]
    pub(crate) fn at(time: Instant) -> Self {
        Self { realm: time, host: time }
    }

    /// The realm's time.
    pub(crate) fn realm(self) -> Instant {
        self.realm
    }

    /// Whether the condition holds for one of the two.
    pub(crate) fn either(self, holds: impl Fn(Instant) -> bool) -> bool {
        holds(self.realm) || holds(self.host)
    }
}
