//! The two times that a request may be fresh by: its realm's clock, and the host's. SDKs sign with the host's, wherever
//! the clock was moved.

use crate::engine::Engine;
use crate::model::Realm;
use crate::world::Instant;

/// What the two clocks show while a request is checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    realm: Instant,
    host: Instant,
}

impl Times {
    /// The times for a request that names this realm. One that names none there can be is refused later; until then
    /// it goes by the host's clock alone.
    pub(crate) fn of(engine: &Engine, realm: Option<&Realm>) -> Self {
        let host = engine.world().clock.host();
        Self { realm: realm.map_or(host, |realm| engine.now(realm)), host }
    }

    /// Whether one of the two will do.
    pub(crate) fn either(self, will_do: impl Fn(Instant) -> bool) -> bool {
        will_do(self.realm) || will_do(self.host)
    }
}
