//! Answers requests that the HTTP parser refuses: a request line or a head that is too long, or
//! input that is not HTTP. The parser's own answer has no body, and no SDK can read it. Here the
//! cloud that the request was meant for answers, as far as the received part shows it.

use std::time::Duration;

use axum::http::header::{ACCEPT, CONNECTION, CONTENT_LENGTH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use http_body_util::BodyExt;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::progress::{Phase, Progress};
use super::stream::{ParserStream, TARGET_LIMIT};
use super::{cors, linger};
use crate::app::App;
use crate::control;
use crate::dialects::{BodyRefused, HeadRefused, Inbound, Outbound};

/// How many bytes of a request are looked at.
const LOOKED_AT: usize = 64 * 1024;
/// How long writing the answer may take.
const TIME: Duration = Duration::from_secs(5);

/// Answers a request of which these bytes were received, and closes its connection.
pub(super) async fn answer(
    app: &App,
    mut stream: ParserStream,
    progress: &Progress,
    read: &[u8],
    why: HeadRefused,
) {
    let partial = Partial::of(read.get(..LOOKED_AT).unwrap_or(read));
    let has_body = partial.method != Method::HEAD;
    let text = serialized(&refusal(app, partial, why).await, has_body);
    progress.enter(Phase::Answer);
    let written = timeout(TIME, async {
        stream.write_all(&text).await?;
        stream.shutdown().await
    });
    // If the client went away, no answer is needed.
    if let Ok(Ok(())) = written.await {
        linger::discard_rest(&mut stream, progress).await;
    }
}

async fn refusal(app: &App, partial: Partial, why: HeadRefused) -> Outbound {
    let Partial { method, uri, headers } = partial;
    if control::is_own(uri.path()) {
        let (head, body) = control::refusal(why.status(), &why.to_string()).into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes);
        return Outbound::from_parts(head, body.unwrap_or_default());
    }
    let is_from_page = cors::is_from_page(&headers);
    let by_head = app.clouds.of_head(&uri, &headers);
    let cloud = by_head.unwrap_or_else(|| app.clouds.of_body(&uri, &headers, b""));
    let (is_encrypted, peer, body) = (false, None, Err(BodyRefused::Head(why)));
    let inbound = Inbound { method, uri, headers, is_encrypted, peer, body };
    let mut answer = cloud.serve(&app.engine, &app.watch, inbound).await;
    cors::allow(answer.headers_mut(), is_from_page);
    answer
}

/// Serializes an answer. The connection closes after it.
fn serialized(answer: &Outbound, has_body: bool) -> Vec<u8> {
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

/// What could be parsed of an invalid request.
struct Partial {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Partial {
    /// Parses as much as possible and skips the rest.
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
                // A header map has a maximum size.
                let _ = headers.try_append(name, value);
            }
        }
        if !first.ends_with(b"\n") {
            // SDKs read JSON. A client that wants another format says so in a header that was not
            // received.
            headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        }
        let uri = target.parse().ok().filter(|uri: &Uri| uri.path().starts_with('/'));
        Self { method, uri: uri.unwrap_or_default(), headers }
    }
}

/// The request target, with invalid bytes percent-encoded, up to the limit. If it is incomplete,
/// its last parameter is removed.
fn target(word: &[u8], is_whole: bool) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(word.len());
    for byte in word {
        if byte.is_ascii_graphic() && !br##""#<>\^`{|}"##.contains(byte) {
            text.push(char::from(*byte));
        } else {
            // Writing to a string cannot fail.
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
    fn what_was_partial_must_finish() {
        let partial =
            Partial::of(b"POST /?a=1&b=%41 HTTP/1.1\r\nHost: x\r\nbad line\r\nX-Y:  z \r\nhalf: ");
        assert_eq!(
            (partial.method, partial.uri.to_string().as_str()),
            (Method::POST, "/?a=1&b=%41")
        );
        assert_eq!(partial.headers.get("host").unwrap(), "x");
        assert_eq!(partial.headers.get("x-y").unwrap(), "z");
        assert_eq!(partial.headers.len(), 2);
    }

    #[test]
    fn an_incomplete_target_loses_its_last_parameter() {
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
            assert_eq!(Partial::of(text.as_bytes()).uri.to_string(), target, "{text}");
        }
        let long = format!("GET /?a=1&b={}&c=", "\"".repeat(40_000));
        assert_eq!(Partial::of(long.as_bytes()).uri.to_string(), "/?a=1");
    }
}
