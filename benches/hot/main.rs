//! The benchmark of what is done with keys, without HTTP: `cargo bench --bench hot [-- NAME...]`.
//!
//! One line for each operation: how often a second one core does it here, how often `openssl speed`
//! does the same, and the ratio. The two take turns, so that whatever else the machine does meets
//! both alike; the ratio is that of the middle round, and beside it stand the lowest and the
//! highest. With names given, only the operations are measured whose name has one of them in it.
//!
//! OpenSSL makes its keys ready once for all that it does, and so do the operations with key pairs
//! here; what it costs to make them ready has lines of its own. kmsim's ciphers and HMAC begin with
//! the key's bytes each time, which shows with short texts.

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
    // cargo adds `--bench` to what it passes on.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    match bench(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where stderr is closed, the exit code has to do.
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
    if let Some(stranger) = named.iter().find(|part| !all.iter().any(|name| has(name, part))) {
        return Err(format!(
            "no operation has {stranger:?} in its name; there are {}",
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
        Some(version) => println!("beside {version}"),
        None => println!("there is no openssl program here: kmsim's figures alone"),
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
