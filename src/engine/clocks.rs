//! Clocks. The server has one, and a scope (an account, a region, or both) may have its own. A
//! realm follows the narrowest scope that contains it; an account counts as narrower than a region.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::model::{Realm, Scope};
use crate::world::{ClockMode, Instant, World};

/// The server's clock, and the clocks of scopes that differ from it.
#[derive(Debug)]
pub(super) struct Clocks {
    world: Arc<World>,
    /// The server's clock mode at the start.
    start: ClockMode,
    /// Narrowest scope first. There are few, so a list is faster than a map.
    own: ArcSwap<Vec<(Scope, ClockMode)>>,
    changing: Mutex<()>,
}

/// A change to a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockChange {
    /// Stops it at its current time.
    Freeze,
    /// Sets its time. It keeps running, or stays stopped.
    Set(Instant),
    /// Moves it forward.
    Advance(Duration),
    /// Returns it to the host's time.
    Resume,
}

/// The clocks of a scope at some time.
#[derive(Clone, Debug)]
pub struct SavedClocks {
    own: Vec<(Scope, ClockMode)>,
    world: ClockMode,
}

impl ClockChange {
    fn of(self, mode: ClockMode, host: Instant) -> ClockMode {
        match self {
            Self::Freeze => ClockMode::Frozen(mode.at(host)),
            Self::Set(to) => mode.set(to, host),
            Self::Advance(by) => mode.advanced(by),
            Self::Resume => ClockMode::REAL,
        }
    }
}

impl Clocks {
    pub(super) fn new(world: Arc<World>) -> Self {
        let start = world.clock.mode();
        Self { world, start, own: ArcSwap::default(), changing: Mutex::default() }
    }

    pub(super) fn world(&self) -> &Arc<World> {
        &self.world
    }

    pub(super) fn now(&self, realm: &Realm) -> Instant {
        self.now_at(realm, self.world.clock.host())
    }

    pub(super) fn now_at(&self, realm: &Realm, host: Instant) -> Instant {
        self.mode(|scope| scope.has(realm)).at(host)
    }

    pub(super) fn mode(&self, has: impl Fn(&Scope) -> bool) -> ClockMode {
        let own = self.own.load().iter().find(|(scope, _)| has(scope)).map(|(_, mode)| *mode);
        own.unwrap_or_else(|| self.world.clock.mode())
    }

    /// The clocks at the start, when no scope had its own.
    pub(super) fn initial_clocks(&self) -> SavedClocks {
        SavedClocks { own: Vec::new(), world: self.start }
    }

    /// The clocks of the scope, to restore later.
    pub(super) fn saved(&self, scope: &Scope) -> SavedClocks {
        let own = self.own.load();
        let within = own.iter().filter(|(it, _)| scope.covers(it)).cloned().collect();
        SavedClocks { own: within, world: self.world.clock.mode() }
    }

    /// Restores the clocks of the scope.
    pub(super) fn restore(&self, scope: &Scope, saved: &SavedClocks) {
        let _guard = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.own.store(Arc::new(self.restored(scope, saved)));
        if *scope == Scope::default() {
            self.world.clock.set_mode(saved.world);
        }
    }

    /// The scopes' clocks, as [`Clocks::restore`] would leave them.
    fn restored(&self, scope: &Scope, saved: &SavedClocks) -> Vec<(Scope, ClockMode)> {
        let mut own = Vec::clone(&self.own.load());
        own.retain(|(it, _)| !scope.covers(it));
        own.extend(saved.own.iter().cloned());
        sort(&mut own);
        own
    }

    /// What each of the scope's realms would show if these clocks were restored now.
    pub(super) fn shown_by(
        &self,
        scope: &Scope,
        saved: &SavedClocks,
    ) -> impl Fn(&Realm) -> Instant + use<> {
        let own = self.restored(scope, saved);
        let world = if *scope == Scope::default() { saved.world } else { self.world.clock.mode() };
        let host = self.world.clock.host();
        move |realm| {
            let own = own.iter().find(|(scope, _)| scope.has(realm)).map(|(_, mode)| *mode);
            own.unwrap_or(world).at(host)
        }
    }

    /// Changes the scope's clock, and every narrower one within it.
    pub(super) fn change(&self, scope: &Scope, changes: &[ClockChange]) {
        // Serialises changes, so that two concurrent advances both count. The guarded state is
        // consistent even after a panic.
        let _guard = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let clock = &self.world.clock;
        let host = clock.host();
        let after = |mode| changes.iter().fold(mode, |mode, change| change.of(mode, host));
        let mut own = Vec::clone(&self.own.load());
        if *scope != Scope::default() && !own.iter().any(|(it, _)| it == scope) {
            own.push((scope.clone(), self.mode(|it| it.covers(scope))));
        }
        for (_, mode) in own.iter_mut().filter(|(it, _)| scope.covers(it)) {
            *mode = after(*mode);
        }
        self.keep(own);
        if *scope == Scope::default() {
            clock.set_mode(after(clock.mode()));
        }
    }

    fn keep(&self, mut own: Vec<(Scope, ClockMode)>) {
        sort(&mut own);
        self.own.store(Arc::new(own));
    }
}

/// Narrowest first.
fn sort(own: &mut [(Scope, ClockMode)]) {
    own.sort_by_key(|(scope, _)| (scope.account.is_none(), scope.region.is_none()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Clock, Entropy};

    fn scope(account: &str, region: &str) -> Scope {
        let some = |text: &str| (!text.is_empty()).then(|| text.into());
        Scope { account: some(account), region: some(region) }
    }

    #[test]
    fn the_narrowest_clock_counts_and_wider_turns_reach_it() {
        let start = Instant::from_millis(0);
        let clocks = Clocks::new(Arc::new(World {
            clock: Clock::manual(start),
            entropy: Entropy::seeded(""),
        }));
        let hour = |hours: u64| start.plus(Duration::from_hours(hours));
        let shows = || {
            [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
                .map(|(account, region)| clocks.now(&Realm::new("cloud", account, region)))
        };
        let advance = |scope: &Scope, hours| {
            clocks.change(scope, &[ClockChange::Advance(Duration::from_hours(hours))]);
        };
        advance(&scope("a", "x"), 1);
        advance(&scope("a", ""), 2);
        advance(&scope("", "x"), 4);
        assert_eq!(shows(), [hour(7), hour(2), hour(4), start]);
        advance(&Scope::default(), 8);
        assert_eq!(shows(), [hour(15), hour(10), hour(12), hour(8)]);
        clocks.change(&Scope::default(), &[ClockChange::Set(hour(1)), ClockChange::Freeze]);
        clocks.world.clock.set_host(hour(20));
        assert_eq!(shows(), [hour(1); 4]);
        clocks.change(&scope("a", ""), &[ClockChange::Resume]);
        assert_eq!(shows(), [hour(20), hour(20), hour(1), hour(1)]);
    }
}
