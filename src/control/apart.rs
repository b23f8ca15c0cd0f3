//! Long work, such as reading or writing down a large state: on threads on which nobody waits, a few at once, so that
//! requests find a processor meanwhile.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::answer::Refused;

/// Who may work long, and how many at once.
pub(crate) struct Apart(Arc<Semaphore>);

impl Default for Apart {
    fn default() -> Self {
        let half = std::thread::available_parallelism().map_or(1, |all| all.get().div_ceil(2));
        Self(Arc::new(Semaphore::new(half)))
    }
}

impl Apart {
    /// Does long work once it is its turn.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let ended = || Refused::broken(&"the server ended meanwhile");
        let turn = Arc::clone(&self.0).acquire_owned().await.map_err(|_| ended())?;
        let done = spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|_| ended())
    }
}

/// Drops what may hold many thousand keys.
pub(super) fn discard(what: impl Send + 'static) {
    spawn_blocking(|| drop(what));
}
