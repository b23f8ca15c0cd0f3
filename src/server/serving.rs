//! Accepts connections until the server is told to stop, and sees the last of them off.

use std::sync::Arc;
use std::time::Duration;

use super::connection;
use super::http::Site;
use super::listener::Listener;
use super::registry::Registry;

/// How long nobody is accepted after a failure that is the process's own, such as too many open files.
const PAUSE: Duration = Duration::from_millis(200);
/// How long a server that was told to stop waits for the requests that it has begun.
const FAREWELL: Duration = Duration::from_secs(8);

/// Serves until `stop` comes, then finishes the requests that it has begun.
pub(super) async fn run(mut listener: Listener, site: Arc<Site>, stop: impl Future<Output = ()>) {
    let registry = Arc::new(Registry::new());
    tokio::select! {
        never = accept(&mut listener, &site, &registry) => match never {},
        () = stop => {}
    }
    // Nobody is to wait for a server that takes no more.
    drop(listener);
    if tokio::time::timeout(FAREWELL, registry.see_off()).await.is_err() {
        tracing::warn!("some requests did not come to an end");
    }
}

/// What does not come to be.
enum Never {}

async fn accept(listener: &mut Listener, site: &Arc<Site>, registry: &Arc<Registry>) -> Never {
    loop {
        match listener.accept().await {
            Ok(stream) => {
                tokio::spawn(connection::serve(Arc::clone(site), stream, registry.enter()));
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
