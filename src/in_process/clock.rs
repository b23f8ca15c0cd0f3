//! The clock that due dates follow, for tests to control.

use std::sync::Arc;
use std::time::Duration;

use super::server::Server;
use crate::engine::ClockChange;
use crate::model::Scope;
use crate::settings::StartError;
use crate::world::Instant;

/// The server's clock, or that of one access key's account. When a method returns, every rotation,
/// deletion and expiry that became due has happened.
///
/// ```
/// let server = kmsim::Server::builder().access_key("a", "s").access_key("b", "s").start()?;
/// server.clock().set("2030-01-01T00:00:00Z")?;
/// server.clock().freeze();
/// server.clock_of("a").advance(std::time::Duration::from_secs(60));
/// assert_eq!(server.clock_of("a").now(), "2030-01-01T00:01:00Z");
/// assert_eq!(server.clock_of("b").now(), server.clock().now());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Clock<'a> {
    server: &'a Server,
    scope: Scope,
}

impl Server {
    /// The clock that due dates follow, of all accounts.
    #[must_use]
    pub fn clock(&self) -> Clock<'_> {
        Clock { server: self, scope: Scope::default() }
    }

    /// The clock of one access key's account. Moving it does not move the others.
    #[must_use]
    pub fn clock_of(&self, access_key: &str) -> Clock<'_> {
        Clock { server: self, scope: self.scope_of(access_key) }
    }
}

impl Clock<'_> {
    /// The current time: RFC 3339, in UTC, with whole seconds.
    #[must_use]
    pub fn now(&self) -> String {
        let engine = &self.server.app.engine;
        engine.clock_mode(&self.scope).at(engine.world().clock.host()).to_string()
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.turn(ClockChange::Advance(by));
    }

    /// Stops the clock at the current time.
    pub fn freeze(&self) {
        self.turn(ClockChange::Freeze);
    }

    /// Sets the clock to an RFC 3339 time. It stays frozen or running, as before.
    ///
    /// # Errors
    /// The text is not an RFC 3339 time.
    pub fn set(&self, time: &str) -> Result<(), StartError> {
        let bad = || StartError::of("clock", format_args!("{time:?} is not an RFC 3339 time"));
        self.turn(ClockChange::Set(Instant::parse(time).ok_or_else(bad)?));
        Ok(())
    }

    /// Returns to the host's time, running.
    pub fn resume(&self) {
        self.turn(ClockChange::Resume);
    }

    fn turn(&self, turn: ClockChange) {
        let engine = Arc::clone(&self.server.app.engine);
        let scope = self.scope.clone();
        // The engine logs why a clock was not moved.
        self.server.wait(async move { drop(engine.change_clock(&scope, &[turn]).await) });
    }
}
