//! Long work, such as reading or writing a large state. It runs on blocking threads, and only a few
//! at a time, so that requests still find a processor.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::answer::Refused;
use crate::app::App;

/// Waits for a free slot, then runs long work.
pub(super) async fn run<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&App) -> T + Send + 'static,
) -> Result<T, Refused> {
    let app = Arc::clone(app);
    let ended = || Refused::broken(&"the server ended in the meantime");
    let permit = Arc::clone(&app.long_work).acquire_owned().await.map_err(|_| ended())?;
    let task = spawn_blocking(move || {
        let done = work(&app);
        drop(permit);
        done
    });
    task.await.map_err(|_| ended())
}

/// Runs work at once, or as long work if `is_long`.
pub(super) async fn run_if<T: Send + 'static>(
    is_long: bool,
    app: &Arc<App>,
    work: impl FnOnce(&App) -> T + Send + 'static,
) -> Result<T, Refused> {
    if is_long { run(app, work).await } else { Ok(work(app)) }
}

/// Drops a value that may hold many thousand keys.
pub(super) fn discard(what: impl Send + 'static) {
    spawn_blocking(|| drop(what));
}
