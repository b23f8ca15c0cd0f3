//! Accepts connections until the server is told to stop, then drains the open ones.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use super::connection;
use super::http::Shared;
use super::listener::Listener;
use super::registry::Registry;

/// The pause after accept failed for a reason of this process, such as too many open files.
const PAUSE: Duration = Duration::from_millis(200);
/// How long a stopping server waits for requests in progress.
const DRAIN_TIME: Duration = Duration::from_secs(8);

/// Serves until `stop` completes, then finishes the requests in progress.
pub(super) async fn run(
    mut listener: Listener,
    shared: Arc<Shared>,
    stop: impl Future<Output = ()>,
) {
    let registry = Arc::new(Registry::new());
    tokio::select! {
        never = accept(&mut listener, &shared, &registry) => match never {},
        () = stop => {}
    }
    // New clients get an error at once instead of waiting for a server that accepts no more.
    drop(listener);
    if tokio::time::timeout(DRAIN_TIME, registry.drain()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

async fn accept(
    listener: &mut Listener,
    shared: &Arc<Shared>,
    registry: &Arc<Registry>,
) -> Infallible {
    loop {
        match listener.accept().await {
            Ok(stream) => {
                tokio::spawn(connection::serve(Arc::clone(shared), stream, registry.add()));
                registry.keep_bound().await;
            }
            Err(error) => {
                tracing::error!(%error, "cannot accept a connection");
                registry.make_room();
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
