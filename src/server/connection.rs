//! One connection, from accept to close. It drives the HTTP parser and enforces the time limits.
//! Each connection has one timer. It is set when the server begins to wait for the client, and a
//! request that arrives complete does not touch it. If it expires although the client did something
//! in the meantime, it is set again.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::http::{RequestService, Shared};
use super::progress::{History, Phase, Progress};
use super::registry::Slot;
use super::stream::ParserStream;
use super::{linger, unparsable};
use crate::dialects::HeadRefused;
use crate::tls::Connection;

/// How long a request's head may take from its first byte. The first head's time counts from the
/// accept.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// How long a connection may be idle, at least.
const IDLE_LIMIT: Duration = Duration::from_secs(90);
/// How long a body may take.
const BODY_LIMIT: Duration = Duration::from_secs(30);
/// How long a client may read nothing of its answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// How long a stopping server waits for incomplete requests.
const FINISH_LIMIT: Duration = Duration::from_secs(2);

/// The HTTP parser of a connection.
type Parser = hyper::server::conn::http1::Connection<TokioIo<ParserStream>, RequestService>;

/// How a connection ended.
enum End {
    /// It was closed, or its client took too long.
    Over,
    /// The last request was answered before all of its body arrived.
    Unread,
    /// The parser refused the input, and it still needs an answer.
    Refused(HeadRefused),
}

/// Serves a connection.
pub(super) async fn serve(shared: Arc<Shared>, stream: TcpStream, slot: Slot) {
    let progress = Arc::clone(slot.progress());
    let peer = stream.peer_addr().ok().map(|address| address.ip());
    let stream = Connection::new(stream, Arc::clone(&shared.app.tls));
    let stream = ParserStream::new(stream, Arc::clone(&progress));
    let service = RequestService::new(Arc::clone(&shared), Arc::clone(&progress), peer);
    let mut parser = shared.http.serve_connection(TokioIo::new(stream), service);
    let end = drive(&mut parser, &progress).await;
    let parts = parser.into_parts();
    let mut stream = parts.io.into_inner();
    match end {
        End::Over => {}
        End::Unread => linger::discard_rest(&mut stream, &progress).await,
        End::Refused(why) => {
            unparsable::answer(&shared.app, stream, &progress, &parts.read_buf, why).await;
        }
    }
}

/// Drives the parser until the connection ends.
async fn drive(parser: &mut Parser, progress: &Progress) -> End {
    let mut timer = Timer::new(progress);
    poll_fn(|cx| {
        progress.set_waker(cx.waker());
        loop {
            if Pin::new(&mut *parser).poll(cx).is_ready() {
                return Poll::Ready(match refusal(progress) {
                    Some(why) => End::Refused(why),
                    None if progress.unread.is_raised() => End::Unread,
                    None => End::Over,
                });
            }
            if is_overlong(progress) {
                return Poll::Ready(End::Refused(HeadRefused::LineTooLong));
            }
            if progress.is_unchanged_since_asked()
                && progress.phase() != Phase::Work
                && timer.is_finishing
            {
                return Poll::Ready(End::Over);
            }
            let must_finish = progress.stopping.is_raised() || progress.is_asked_to_close();
            if must_finish && !timer.is_finishing {
                timer.finish();
                Pin::new(&mut *parser).graceful_shutdown();
                continue;
            }
            match ready!(timer.poll(cx, progress)) {
                // A graceful end, so that no client takes it for a failure.
                Expired::Idle => {
                    timer.finish();
                    Pin::new(&mut *parser).graceful_shutdown();
                }
                // The reader of the body gets an error and answers it.
                Expired::Body => progress.late.raise(),
                Expired::All => return Poll::Ready(End::Over),
            }
        }
    })
    .await
}

/// Whether the current request line is too long.
fn is_overlong(progress: &Progress) -> bool {
    progress.overlong.is_raised() && progress.phase() < Phase::Body
}

/// Why the parser refused the input, if it did.
fn refusal(progress: &Progress) -> Option<HeadRefused> {
    let status = progress.refused()?;
    Some(match status {
        _ if is_overlong(progress) => HeadRefused::LineTooLong,
        414 => HeadRefused::LineTooLong,
        431 => HeadRefused::TooLarge,
        _ => HeadRefused::Malformed,
    })
}

/// The timer of a connection.
struct Timer {
    sleep: Pin<Box<Sleep>>,
    /// The turn in which it was set.
    turn: u32,
    /// Whether the connection accepts no further request.
    is_finishing: bool,
}

/// What ran out of time.
enum Expired {
    /// An idle connection.
    Idle,
    /// A request's body.
    Body,
    /// The whole connection.
    All,
}

impl Timer {
    fn new(progress: &Progress) -> Self {
        Self { sleep: Box::pin(sleep(HEAD_LIMIT)), turn: progress.turn(), is_finishing: false }
    }

    fn set(&mut self, time: Duration, turn: u32) {
        self.sleep.as_mut().set(sleep(time));
        self.turn = turn;
    }

    /// Accepts no further request, and limits the time for an incomplete one.
    fn finish(&mut self) {
        self.is_finishing = true;
        self.sleep.as_mut().set(sleep(FINISH_LIMIT));
    }

    fn poll(&mut self, cx: &mut Context<'_>, progress: &Progress) -> Poll<Expired> {
        loop {
            let (phase, turn) = (progress.phase(), progress.turn());
            let waits_for_more = matches!(phase, Phase::Head | Phase::Body);
            if waits_for_more && turn != self.turn && !self.is_finishing {
                self.set(limit(phase), turn);
            }
            ready!(self.sleep.as_mut().poll(cx));
            if self.is_finishing && phase < Phase::Work {
                return Poll::Ready(Expired::All);
            }
            let is_spent = turn == self.turn && phase != Phase::Work;
            self.set(if self.is_finishing { FINISH_LIMIT } else { limit(phase) }, turn);
            if is_spent {
                return Poll::Ready(match phase {
                    Phase::Waiting if progress.history() != History::New => Expired::Idle,
                    Phase::Body if !progress.late.is_raised() => Expired::Body,
                    _ => Expired::All,
                });
            }
        }
    }
}

/// The time limit of a phase.
fn limit(phase: Phase) -> Duration {
    match phase {
        Phase::Waiting => IDLE_LIMIT,
        Phase::Head => HEAD_LIMIT,
        Phase::Body => BODY_LIMIT,
        Phase::Work | Phase::Answer | Phase::Sent => ANSWER_LIMIT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Stopwatch;
    use tokio::time::timeout;

    struct Client {
        progress: Progress,
        timer: Timer,
    }

    impl Client {
        /// A client that has just connected.
        fn new() -> Self {
            let progress = Progress::new(Stopwatch::start());
            Self { timer: Timer::new(&progress), progress }
        }

        /// A client that had a request answered, and is idle.
        fn served() -> Self {
            let it = Self::new();
            it.enter(Phase::Work);
            it.progress.record_answer(true);
            it.progress.become_idle();
            it
        }

        fn enter(&self, phase: Phase) {
            self.progress.enter(phase);
        }

        /// Checks that the timer expires after this many seconds, and not a second earlier.
        async fn expires_after(&mut self, seconds: u64) -> Expired {
            assert!(self.within(seconds - 1).await.is_none(), "too soon");
            self.within(2).await.expect("its time is over")
        }

        async fn within(&mut self, seconds: u64) -> Option<Expired> {
            let (timer, progress) = (&mut self.timer, &self.progress);
            timeout(Duration::from_secs(seconds), poll_fn(|cx| timer.poll(cx, progress))).await.ok()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_of_the_first_head_counts_from_the_accept() {
        assert!(matches!(Client::new().expires_after(10).await, Expired::All), "silent");
        let mut client = Client::new();
        assert!(client.within(6).await.is_none());
        client.progress.begin_head();
        assert!(matches!(client.expires_after(4).await, Expired::All), "half a head");
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_of_further_heads_counts_from_their_first_byte() {
        let mut client = Client::served();
        assert!(client.within(60).await.is_none());
        client.progress.begin_head();
        assert!(client.within(5).await.is_none());
        // More bytes of the head do not restart the timer.
        assert!(matches!(client.expires_after(5).await, Expired::All));
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_stays_open_for_a_while() {
        let mut client = Client::served();
        assert!(client.within(75).await.is_none());
        client.enter(Phase::Work);
        client.progress.become_idle();
        assert!(client.within(80).await.is_none(), "it was used in the meantime");
        assert!(matches!(client.within(200).await, Some(Expired::Idle)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_body_gets_an_answer_before_the_connection_ends() {
        let mut client = Client::new();
        assert!(client.within(9).await.is_none());
        client.enter(Phase::Body);
        assert!(matches!(client.expires_after(30).await, Expired::Body));
        client.progress.late.raise();
        assert!(matches!(client.expires_after(30).await, Expired::All), "no answer was sent");
    }

    #[tokio::test(start_paused = true)]
    async fn work_has_no_limit_and_an_answer_has_one_while_it_is_not_read() {
        let mut client = Client::new();
        client.enter(Phase::Work);
        assert!(client.within(3600).await.is_none());
        client.enter(Phase::Answer);
        for _ in 0..10 {
            assert!(client.within(25).await.is_none());
            client.progress.step();
        }
        assert!(matches!(client.within(61).await, Some(Expired::All)));
    }

    #[tokio::test(start_paused = true)]
    async fn at_the_end_only_complete_requests_are_waited_for() {
        for phase in [Phase::Waiting, Phase::Head, Phase::Body] {
            let mut client = Client::served();
            client.enter(phase);
            assert!(client.within(1).await.is_none());
            client.timer.finish();
            assert!(matches!(client.expires_after(2).await, Expired::All), "{phase:?}");
        }
        let mut client = Client::served();
        client.enter(Phase::Work);
        client.timer.finish();
        assert!(client.within(60).await.is_none());
    }
}
