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

use super::http::Front;
use super::line::Line;
use super::progress::{Phase, Progress, Standing};
use super::registry::Place;
use super::{Site, unread};
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
            if progress.is_overlong() && progress.phase() < Phase::Body {
                return Poll::Ready(End::Refused(HeadRefused::LineTooLong));
            }
            if progress.is_as_when_asked() && progress.phase() != Phase::Work && patience.is_last {
                return Poll::Ready(End::Over);
            }
            let is_told = progress.is_stopping() || progress.is_asked_to_leave();
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
                Spent::Body => progress.give_body_up(),
                Spent::All => return Poll::Ready(End::Over),
            }
        }
    })
    .await
}

/// Why the parser refused what came, where it did.
fn refusal(progress: &Progress) -> Option<HeadRefused> {
    Some(match progress.refused()? {
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
                    Phase::Body if !progress.is_body_late() => Spent::Body,
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
