//! One connection from its first byte to its last: it drives the HTTP parser, and sees to it that nobody takes longer than
//! is allowed. There is one timer for each connection. It is set when its client is waited for, and is not touched by a
//! request that comes whole: where it runs out and the client did something in the meantime, it is set anew.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::http::{Front, Site};
use super::line::Line;
use super::progress::{Phase, Progress, Standing};
use super::registry::Place;
use super::unread;
use crate::dialects::HeadRefused;
use crate::tls::Connection;

/// How long a request's head may take from its first byte; a connection's first one, from when it was accepted.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long a connection may be idle, at least.
const IDLE_TIME: Duration = Duration::from_secs(90);
/// How long a body may take.
const BODY_TIME: Duration = Duration::from_secs(30);
/// How long a client may read nothing of its answer.
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// How long a server that was told to stop waits for requests that are not whole.
const LAST_TIME: Duration = Duration::from_secs(2);

/// The HTTP parser on a connection.
type Parser = hyper::server::conn::http1::Connection<TokioIo<Line>, Front>;

/// How a connection came to its end.
enum End {
    /// It is over, or its client took too long.
    Over,
    /// What came was refused before it was a request.
    Refused(HeadRefused),
}

/// Serves a connection.
pub(super) async fn serve(site: Arc<Site>, stream: TcpStream, place: Place) {
    let progress = Arc::clone(place.progress());
    let stream = Connection::new(stream, Arc::clone(&site.app.tls));
    let line = Line::new(stream, Arc::clone(&progress));
    let front = Front::new(Arc::clone(&site), Arc::clone(&progress));
    let mut parser = site.http.serve_connection(TokioIo::new(line), front);
    if let End::Refused(why) = drive(&mut parser, &progress).await {
        let parts = parser.into_parts();
        unread::answer(&site.app, parts.io.into_inner(), &progress, &parts.read_buf, why).await;
    }
}

/// Drives the parser until the connection is over.
async fn drive(parser: &mut Parser, progress: &Progress) -> End {
    let mut patience = Patience::new(progress);
    poll_fn(|cx| {
        progress.met(cx.waker());
        loop {
            if Pin::new(&mut *parser).poll(cx).is_ready() {
                return Poll::Ready(refusal(progress).map_or(End::Over, End::Refused));
            }
            if is_overlong(progress) {
                return Poll::Ready(End::Refused(HeadRefused::LineTooLong));
            }
            if progress.is_as_when_asked() && progress.phase() != Phase::Work && patience.is_last {
                return Poll::Ready(End::Over);
            }
            let is_told = progress.stopping.is_raised() || progress.is_asked_to_leave();
            if is_told && !patience.is_last {
                patience.be_last();
                Pin::new(&mut *parser).graceful_shutdown();
                continue;
            }
            match ready!(patience.poll(cx, progress)) {
                // An end that is told, so that no client takes it for a failure.
                Spent::Idle => {
                    patience.be_last();
                    Pin::new(&mut *parser).graceful_shutdown();
                }
                // Whoever collects the body answers that it did not come.
                Spent::Body => progress.late.raise(),
                Spent::All => return Poll::Ready(End::Over),
            }
        }
    })
    .await
}

/// Whether the request line is too long that is coming now.
fn is_overlong(progress: &Progress) -> bool {
    progress.overlong.is_raised() && progress.phase() < Phase::Body
}

/// Why the parser refused what came, where it did.
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
struct Patience {
    timer: Pin<Box<Sleep>>,
    /// The turn that it was set in.
    turn: u32,
    /// Whether the connection takes no further request.
    is_last: bool,
}

/// Whose time is over.
enum Spent {
    /// That of a connection that is idle.
    Idle,
    /// That of a request's body.
    Body,
    /// That of the connection.
    All,
}

impl Patience {
    fn new(progress: &Progress) -> Self {
        Self { timer: Box::pin(sleep(HEAD_TIME)), turn: progress.turn(), is_last: false }
    }

    fn set(&mut self, time: Duration, turn: u32) {
        self.timer.as_mut().set(sleep(time));
        self.turn = turn;
    }

    /// What is not whole has a last time from now on.
    fn be_last(&mut self) {
        self.is_last = true;
        self.timer.as_mut().set(sleep(LAST_TIME));
    }

    fn poll(&mut self, cx: &mut Context<'_>, progress: &Progress) -> Poll<Spent> {
        loop {
            let (phase, turn) = (progress.phase(), progress.turn());
            let waits_for_more = matches!(phase, Phase::Head | Phase::Body);
            if waits_for_more && turn != self.turn && !self.is_last {
                self.set(allowed(phase), turn);
            }
            ready!(self.timer.as_mut().poll(cx));
            if self.is_last && phase < Phase::Work {
                return Poll::Ready(Spent::All);
            }
            let is_spent = turn == self.turn && phase != Phase::Work;
            self.set(if self.is_last { LAST_TIME } else { allowed(phase) }, turn);
            if is_spent {
                return Poll::Ready(match phase {
                    Phase::Waiting if progress.standing() != Standing::New => Spent::Idle,
                    Phase::Body if !progress.late.is_raised() => Spent::Body,
                    _ => Spent::All,
                });
            }
        }
    }
}

/// How long a client is waited for.
fn allowed(phase: Phase) -> Duration {
    match phase {
        Phase::Waiting => IDLE_TIME,
        Phase::Head => HEAD_TIME,
        Phase::Body => BODY_TIME,
        Phase::Work | Phase::Answer | Phase::Sent => ANSWER_TIME,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Stopwatch;
    use tokio::time::timeout;

    struct Client {
        progress: Progress,
        patience: Patience,
    }

    impl Client {
        /// One that has just come.
        fn new() -> Self {
            let progress = Progress::new(Stopwatch::start());
            Self { patience: Patience::new(&progress), progress }
        }

        /// One that had a request answered, and is idle.
        fn served() -> Self {
            let it = Self::new();
            it.enter(Phase::Work);
            it.progress.note(true);
            it.progress.rest();
            it
        }

        fn enter(&self, phase: Phase) {
            self.progress.enter(phase);
        }

        /// Whose time is over after so many seconds, and not a second before.
        async fn is_waited_for(&mut self, seconds: u64) -> Spent {
            assert!(self.within(seconds - 1).await.is_none(), "too soon");
            self.within(2).await.expect("its time is over")
        }

        async fn within(&mut self, seconds: u64) -> Option<Spent> {
            let (patience, progress) = (&mut self.patience, &self.progress);
            timeout(Duration::from_secs(seconds), poll_fn(|cx| patience.poll(cx, progress)))
                .await
                .ok()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_head_has_its_time_from_when_the_connection_was_accepted() {
        assert!(matches!(Client::new().is_waited_for(10).await, Spent::All), "silent");
        let mut client = Client::new();
        assert!(client.within(6).await.is_none());
        client.progress.begin_head();
        assert!(matches!(client.is_waited_for(4).await, Spent::All), "half a head");
    }

    #[tokio::test(start_paused = true)]
    async fn further_heads_have_theirs_from_their_first_byte() {
        let mut client = Client::served();
        assert!(client.within(60).await.is_none());
        client.progress.begin_head();
        assert!(client.within(5).await.is_none());
        // More of the head changes nothing.
        assert!(matches!(client.is_waited_for(5).await, Spent::All));
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_lives_for_a_while() {
        let mut client = Client::served();
        assert!(client.within(75).await.is_none());
        client.enter(Phase::Work);
        client.progress.rest();
        assert!(client.within(80).await.is_none(), "it was used in the meantime");
        assert!(matches!(client.within(200).await, Some(Spent::Idle)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_has_a_time_of_its_own_and_then_comes_an_answer() {
        let mut client = Client::new();
        assert!(client.within(9).await.is_none());
        client.enter(Phase::Body);
        assert!(matches!(client.is_waited_for(30).await, Spent::Body));
        client.progress.late.raise();
        assert!(matches!(client.is_waited_for(30).await, Spent::All), "nobody answered");
    }

    #[tokio::test(start_paused = true)]
    async fn work_has_all_the_time_and_an_answer_while_it_is_read() {
        let mut client = Client::new();
        client.enter(Phase::Work);
        assert!(client.within(3600).await.is_none());
        client.enter(Phase::Answer);
        for _ in 0..10 {
            assert!(client.within(25).await.is_none());
            client.progress.step();
        }
        assert!(matches!(client.within(61).await, Some(Spent::All)));
    }

    #[tokio::test(start_paused = true)]
    async fn at_the_end_only_what_is_whole_is_waited_for() {
        for phase in [Phase::Waiting, Phase::Head, Phase::Body] {
            let mut client = Client::served();
            client.enter(phase);
            assert!(client.within(1).await.is_none());
            client.patience.be_last();
            assert!(matches!(client.is_waited_for(2).await, Spent::All), "{phase:?}");
        }
        let mut client = Client::served();
        client.enter(Phase::Work);
        client.patience.be_last();
        assert!(client.within(60).await.is_none());
    }
}
