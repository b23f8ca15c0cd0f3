//! Requests that the HTTP parser refuses: a request line or a head that is too long, and what is no HTTP. The parser
//! answers them without a body, which no SDK can read; here they are answered by the cloud that they were meant for, as
//! far as what was seen of them tells.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use axum::http::header::{ACCEPT, CONNECTION, CONTENT_LENGTH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::cors;
use super::http::DRAIN_LIMIT;
use super::line::{Line, TARGET_LIMIT};
use super::progress::{Phase, Progress};
use crate::app::App;
use crate::control;
use crate::dialects::{BodyRefused, HeadRefused, Inbound, Outbound};

/// How much of a request is looked at.
const SEEN: usize = 64 * 1024;
/// How long the answer, and the rest of what the client sends, may take.
const TIME: Duration = Duration::from_secs(5);

/// Answers a request of which this much was read, and ends its connection.
pub(super) async fn answer(
    app: &App,
    mut line: Line,
    progress: &Progress,
    read: &[u8],
    why: HeadRefused,
) {
    let seen = Seen::of(read.get(..SEEN).unwrap_or(read));
    let has_body = seen.method != Method::HEAD;
    let text = written(&refusal(app, seen, why).await, has_body);
    progress.enter(Phase::Answer);
    let exchange = async {
        line.write_all(&text).await?;
        line.shutdown().await?;
        // A client that still sends has to come to read the answer: closing now would throw it away.
        progress.enter(Phase::Body);
        let mut rest = vec![0; 16 * 1024];
        let mut room = DRAIN_LIMIT;
        while let length @ 1.. = line.read(&mut rest).await? {
            let Some(less) = room.checked_sub(length) else { break };
            room = less;
        }
        std::io::Result::Ok(())
    };
    let told = poll_fn(|_| {
        let is_told = progress.stopping.is_raised() || progress.is_asked_to_leave();
        if is_told && progress.phase() == Phase::Body { Poll::Ready(()) } else { Poll::Pending }
    });
    tokio::select! {
        // Who went away needs no answer.
        _ = timeout(TIME, exchange) => {}
        () = told => {}
    }
}

async fn refusal(app: &App, seen: Seen, why: HeadRefused) -> Outbound {
    let Seen { method, uri, headers } = seen;
    if control::is_own(uri.path()) {
        let (head, body) = control::refusal(why.status(), &why.to_string()).into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes);
        return Outbound::from_parts(head, body.unwrap_or_default());
    }
    let is_of_page = cors::is_of_page(&headers);
    let inbound = Inbound { method, uri, headers, body: Err(BodyRefused::Head(why)) };
    let mut answer = app.clouds.serve(&app.engine, &app.watch, inbound).await;
    cors::open(answer.headers_mut(), is_of_page);
    answer
}

/// An answer as it is sent, with which the connection ends.
fn written(answer: &Outbound, has_body: bool) -> Vec<u8> {
    let (status, body) = (answer.status(), answer.body());
    let mut text = format!("HTTP/1.1 {status}\r\n").into_bytes();
    let length = HeaderValue::from(body.len());
    let last = [(&CONTENT_LENGTH, &length), (&CONNECTION, &HeaderValue::from_static("close"))];
    for (name, value) in answer.headers().iter().chain(last) {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            text.extend_from_slice(part);
        }
    }
    text.extend_from_slice(b"\r\n");
    text.extend_from_slice(if has_body { body } else { b"" });
    text
}

/// What can be told of a request that is none.
struct Seen {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Seen {
    /// Reads what there is. What cannot be read is left out.
    fn of(bytes: &[u8]) -> Self {
        let mut lines = bytes.trim_ascii_start().split_inclusive(|byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default();
        let mut words = first.trim_ascii_end().split(|byte| *byte == b' ');
        let method =
            words.next().and_then(|word| Method::from_bytes(word).ok()).unwrap_or_default();
        let target = target(words.next().unwrap_or_default(), first.ends_with(b"\n"));
        let mut headers = HeaderMap::new();
        let whole = lines.filter(|line| line.ends_with(b"\n")).map(<[u8]>::trim_ascii);
        for line in whole.take_while(|line| !line.is_empty()) {
            let Some(colon) = memchr::memchr(b':', line) else { continue };
            let name = HeaderName::from_bytes(&line[..colon]);
            let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
            if let (Ok(name), Ok(value)) = (name, value) {
                // A map takes only so many.
                let _ = headers.try_append(name, value);
            }
        }
        if !first.ends_with(b"\n") {
            // SDKs read JSON; whoever asked for something else in a header did so further on.
            headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        }
        let uri = target.parse().ok().filter(|uri: &Uri| uri.path().starts_with('/'));
        Self { method, uri: uri.unwrap_or_default(), headers }
    }
}

/// A target of which every byte is one that a target may have, up to its limit. One that was not read to its end loses
/// its last parameter.
fn target(word: &[u8], is_whole: bool) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(word.len());
    for byte in word {
        if byte.is_ascii_graphic() && !br##""#<>\^`{|}"##.contains(byte) {
            text.push(char::from(*byte));
        } else {
            // A string takes whatever is written to it.
            let _ = write!(text, "%{byte:02X}");
        }
        if text.len() > TARGET_LIMIT {
            break;
        }
    }
    if !is_whole || text.len() > TARGET_LIMIT {
        let end = text
            .rfind('&')
            .unwrap_or_else(|| text.find('?').unwrap_or(text.len().min(TARGET_LIMIT)));
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_told() {
        let seen =
            Seen::of(b"POST /?a=1&b=%41 HTTP/1.1\r\nHost: x\r\nbad line\r\nX-Y:  z \r\nhalf: ");
        assert_eq!((seen.method, seen.uri.to_string().as_str()), (Method::POST, "/?a=1&b=%41"));
        assert_eq!(seen.headers.get("host").unwrap(), "x");
        assert_eq!(seen.headers.get("x-y").unwrap(), "z");
        assert_eq!(seen.headers.len(), 2);
    }

    #[test]
    fn what_has_no_end_loses_its_last_parameter() {
        for (text, target) in [
            ("GET /?Format=XML&Text=abc", "/?Format=XML"),
            ("GET /?Text=abc", "/"),
            ("GET /abc", "/abc"),
            ("GET /?a=\u{e4}{ HTTP/1.1\n", "/?a=%C3%A4%7B"),
            ("", "/"),
            ("\r\n\r\nGET /x HTTP/1.1\r\n", "/x"),
            ("nothing of the kind\n", "/"),
            ("GET http://host/?a=1&b", "http://host/?a=1"),
        ] {
            assert_eq!(Seen::of(text.as_bytes()).uri.to_string(), target, "{text}");
        }
        let long = format!("GET /?a=1&b={}&c=", "\"".repeat(40_000));
        assert_eq!(Seen::of(long.as_bytes()).uri.to_string(), "/?a=1");
    }
}
