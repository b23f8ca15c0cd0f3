//! Bytes on a connection. The server answers or closes the connection, and keeps running.
#![no_main]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::LazyLock;
use std::time::Duration;

use kmsim::{AuthMode, Server};
use libfuzzer_sys::fuzz_target;

/// The server of the whole run, which ends with the process.
static ENDPOINT: LazyLock<String> = LazyLock::new(|| {
    let server = Server::builder().auth(AuthMode::Off).threads(1).start().expect("a server");
    let endpoint = server.endpoint().to_owned();
    std::mem::forget(server);
    endpoint
});

fuzz_target!(|bytes: &[u8]| {
    let mut stream = TcpStream::connect(&*ENDPOINT).expect("the server listens");
    let timeout = Some(Duration::from_secs(5));
    stream.set_read_timeout(timeout).expect("a timeout");
    // A server that has refused a request may close before everything is sent.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("no answer in 5 s"),
        _ => {}
    }
});
