//! Keeps a connection open for a while after its last answer, if its client may still be sending.
//! Closing at once would reset the connection, and the client could lose the answer.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::progress::{Phase, Progress};
use super::stream::ParserStream;

/// How many bytes of a refused request are read and discarded at most.
pub(super) const DISCARD_LIMIT: usize = 16 * 1024 * 1024;
/// How long that may take after the answer.
const TIME: Duration = Duration::from_secs(5);

/// Discards what the client still sends, until it closes the connection or a limit is reached. The
/// stream was shut down for writing.
pub(super) async fn discard_rest(stream: &mut ParserStream, progress: &Progress) {
    progress.enter(Phase::Body);
    let discarded = async {
        let mut rest = vec![0; 16 * 1024];
        let mut room = DISCARD_LIMIT;
        while let length @ 1.. = stream.read(&mut rest).await? {
            let Some(less) = room.checked_sub(length) else { break };
            room = less;
        }
        std::io::Result::Ok(())
    };
    let interrupted = poll_fn(|_| {
        let must_finish = progress.stopping.is_raised() || progress.is_asked_to_close();
        if must_finish { Poll::Ready(()) } else { Poll::Pending }
    });
    tokio::select! {
        // The connection ends, however this ends.
        _ = timeout(TIME, discarded) => {}
        () = interrupted => {}
    }
}
