//! The benchmark of cryptographic operations, without HTTP: `cargo bench --bench hot [-- NAME...]`.
//!
//! Each line has an operation's rate per second on one core, the rate of `openssl speed`, and the
//! ratio. The two run in alternating rounds, so that other load on the machine affects both. The
//! ratio is the median over the rounds, followed by the lowest and the highest. With names, only
//! operations whose name contains one of them are measured.
//!
//! OpenSSL prepares its keys once, and so do the operations with key pairs here. The preparation is
//! measured on separate lines. kmsim's ciphers and HMAC prepare the key for each operation, which
//! matters for short texts.

#![expect(clippy::print_stdout, reason = "what a benchmark finds goes to stdout")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod case;
mod measure;
mod openssl;
mod pairs;
mod rate;
mod texts;

use std::io::Write;
use std::process::ExitCode;

use case::Group;
use measure::Line;
use openssl::Peer;
use rate::Failure;

fn main() -> ExitCode {
    // cargo adds `--bench` to the arguments.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    match bench(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // If stderr is closed, only the exit code remains.
            let _ = writeln!(std::io::stderr(), "hot: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn bench(named: &[String]) -> Result<(), Failure> {
    let mut groups: Vec<Group> = texts::groups().into_iter().chain(pairs::groups()).collect();
    let has = |name: &str, part: &str| name.to_lowercase().contains(&part.to_lowercase());
    let all: Vec<&str> =
        groups.iter().flat_map(|it| &it.cases).map(|it| it.name.as_str()).collect();
    if let Some(unknown) = named.iter().find(|part| !all.iter().any(|name| has(name, part))) {
        return Err(format!(
            "no operation has {unknown:?} in its name; known are {}",
            all.join(", ")
        )
        .into());
    }
    for group in &mut groups {
        group
            .cases
            .retain(|case| named.is_empty() || named.iter().any(|part| has(&case.name, part)));
    }
    groups.retain(|group| !group.cases.is_empty());
    let version = openssl::version();
    match &version {
        Some(version) => println!("compared with {version}"),
        None => println!("no openssl program was found: only kmsim is measured"),
    }
    println!("{}", Line::HEAD);
    for mut group in groups {
        if version.is_none() {
            group.peer = Peer::none();
        }
        for line in measure::run(group)? {
            println!("{}", line.text());
        }
    }
    Ok(())
}
