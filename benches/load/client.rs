//! A small HTTP/1.1 client: one request at a time on a connection that stays open. It does no more
//! than reading an answer takes, since its work counts against both servers.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::common::Failure;

/// More than any answer here has.
const ROOM: usize = 16 * 1024;

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Box<[u8]>,
}

/// An answer with status 200.
pub(crate) struct Answer<'a> {
    /// The status line and the headers.
    head: &'a str,
    /// The body.
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    /// The headers that the server's program set, `name: value`; the others are those of its HTTP
    /// library.
    pub(crate) fn own_headers(&self) -> Vec<&str> {
        let library = ["content-length", "date"];
        let is_own =
            |line: &&str| line.split_once(':').is_some_and(|(name, _)| !library.contains(&name));
        self.head.lines().skip(1).filter(is_own).collect()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value, Failure> {
        Ok(serde_json::from_slice(self.body)?)
    }
}

impl Connection {
    /// Opens a connection.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; ROOM].into() })
    }

    /// Sends a request and reads the answer, which fails unless its status is 200.
    pub(crate) async fn call(&mut self, request: &[u8]) -> Result<Answer<'_>, Failure> {
        self.send(request).await?;
        let mut filled = 0;
        let head_len = loop {
            filled = self.receive(filled).await?;
            if let Some(at) = self.buffer[..filled].windows(4).position(|it| it == b"\r\n\r\n") {
                break at;
            }
        };
        let body_at = head_len + 4;
        let end = body_at + content_length(std::str::from_utf8(&self.buffer[..head_len])?)?;
        while filled < end {
            filled = self.receive(filled).await?;
        }
        let head = std::str::from_utf8(&self.buffer[..head_len])?;
        let body = self.buffer.get(body_at..end).ok_or("an answer is too long")?;
        if filled > end {
            return Err("more came than one answer".into());
        }
        if head.as_bytes().get(9..12) != Some(b"200") {
            return Err(format!("{head}\n\n{}", String::from_utf8_lossy(body)).into());
        }
        Ok(Answer { head, body })
    }

    async fn send(&mut self, request: &[u8]) -> Result<(), Failure> {
        let mut sent = 0;
        while sent < request.len() {
            sent +=
                poll_fn(|cx| Pin::new(&mut self.stream).poll_write(cx, &request[sent..])).await?;
        }
        Ok(())
    }

    /// Reads what there is to the buffer from `filled` on, and answers how far it is filled then.
    async fn receive(&mut self, filled: usize) -> Result<usize, Failure> {
        let mut room = ReadBuf::new(&mut self.buffer[filled..]);
        if room.remaining() == 0 {
            return Err("an answer is too long".into());
        }
        poll_fn(|cx| Pin::new(&mut self.stream).poll_read(cx, &mut room)).await?;
        match room.filled().len() {
            0 => Err("the server hung up".into()),
            read => Ok(filled + read),
        }
    }
}

fn content_length(head: &str) -> Result<usize, Failure> {
    let value = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    Ok(value.ok_or("an answer has no Content-Length")?.parse()?)
}
