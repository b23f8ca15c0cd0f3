//! Long work, such as reading or writing down a large state. It runs on threads of its own, a few at
//! once, so that requests find a processor meanwhile.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::answer::Refused;
use crate::app::App;

/// Does long work once it is its turn.
pub(super) async fn apart<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refused> {
    let ended = || Refused::broken(&"the server ended meanwhile");
    let turn = Arc::clone(&app.long_work).acquire_owned().await.map_err(|_| ended())?;
    let done = spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    });
    done.await.map_err(|_| ended())
}

/// Drops what may hold many thousand keys.
pub(super) fn discard(what: impl Send + 'static) {
    spawn_blocking(|| drop(what));
}
