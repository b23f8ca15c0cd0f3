//! The commands find a server on the same machine, whatever its options are.

use std::path::Path;
use std::process::Command;

use super::{ended, kmsim};
use crate::kit::{Process, kmsim as server};

/// A user's environment: a working folder, and a runtime folder for address files.
struct Place(tempfile::TempDir);

impl Place {
    /// `None` if a server listens at the default address, which commands would then find.
    fn new() -> Option<Self> {
        if std::net::TcpStream::connect("127.0.0.1:5690").is_ok() {
            return None;
        }
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(place.runtime()).unwrap();
        Some(place)
    }

    fn runtime(&self) -> std::path::PathBuf {
        self.0.path().join("runtime")
    }

    fn folder(&self, name: &str) -> std::path::PathBuf {
        let folder = self.0.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// A command in this environment.
    fn at(&self, folder: &Path, mut command: Command) -> Command {
        command.current_dir(folder).env("XDG_RUNTIME_DIR", self.runtime());
        command
    }

    fn serve(&self, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Process {
        let mut command = self.at(folder, server(arguments));
        Process::spawn(command.envs(variables.iter().copied()))
    }

    /// The server's address as a command in this folder, with these variables, finds it.
    fn found(&self, folder: &Path, variables: &[(&str, &str)]) -> String {
        let it = ended(self.at(folder, kmsim(&["env", "python"])).envs(variables.iter().copied()));
        let text = it.done();
        let at = text.find("endpoint=\"").unwrap_or_else(|| panic!("{text}")) + "endpoint=\"".len();
        text[at..].split('"').next().unwrap().to_owned()
    }

    /// A command that finds the server succeeds, and so does `wait` if the variables name it.
    fn is_healthy(&self, folder: &Path, variables: &[(&str, &str)]) {
        for command in ["healthcheck", "wait"].iter().take(1 + variables.len().min(1)) {
            ended(self.at(folder, kmsim(&[command])).envs(variables.iter().copied())).done();
        }
    }

    /// What `wait` says about the server of these options, for a short time.
    fn waited(&self, folder: &Path, arguments: &[&str]) -> crate::commands::Ended {
        let arguments = [&["wait", "--timeout", "300ms"], arguments].concat();
        ended(&mut self.at(folder, kmsim(&arguments)))
    }
}

#[test]
fn a_server_is_found_beside_its_data_and_in_the_runtime_folder() {
    let Some(place) = Place::new() else { return };
    let (here, there) = (place.folder("here"), place.folder("there"));
    for arguments in [
        &[][..],
        &["--data", "other.db"],
        &["--data", ":memory:"],
        &["--data", ":memory:", "--no-control"],
    ] {
        let one = place.serve(&here, arguments, &[]);
        for folder in [&here, &there] {
            assert_eq!(place.found(folder, &[]), one.address.to_string(), "{arguments:?}");
            place.is_healthy(folder, &[]);
        }
        // A command that names a data file uses the server of that file.
        assert_eq!(place.found(&there, &[("KMSIM_DATA", "none.db")]), "127.0.0.1:5690");
        let data = here.join("kmsim.db");
        if arguments.is_empty() {
            assert_eq!(
                place.found(&there, &[("KMSIM_DATA", data.to_str().unwrap())]),
                one.address.to_string()
            );
        }
    }
}

/// As in the container image, whose variables are set. An option overrides them.
#[test]
fn an_option_overrides_the_servers_variable() {
    let Some(place) = Place::new() else { return };
    let here = place.folder("here");
    let image = [("KMSIM_LISTEN", "0.0.0.0:5690"), ("KMSIM_DATA", "kmsim.db")];
    for arguments in [&[][..], &["--data", ":memory:"], &["--data", "other.db"]] {
        // The kit sets a free port by option.
        let one = place.serve(&here, arguments, &image);
        assert_eq!(place.found(&here, &image), one.address.to_string(), "{arguments:?}");
        place.is_healthy(&here, &image);
        // An explicit other address is used, and so is a URL.
        let named = [("KMSIM_LISTEN", "127.0.0.1:1"), ("KMSIM_DATA", "kmsim.db")];
        assert_eq!(place.found(&here, &named), "127.0.0.1:1");
        assert_eq!(
            place.found(&here, &[image[0], image[1], ("KMSIM_URL", "http://kmsim:1")]),
            "kmsim:1"
        );
    }
    // A port that the server picked is found too.
    let free = [("KMSIM_LISTEN", "127.0.0.1:0")];
    let one = place.serve(&here, &["--data", ":memory:"], &free);
    assert_eq!(place.found(&here, &free), one.address.to_string());
}

#[test]
fn wildcard_addresses_are_reached_on_loopback() {
    let Some(place) = Place::new() else { return };
    let here = place.folder("here");
    for (listen, expected) in [("0.0.0.0:0", "127.0.0.1"), ("[::]:0", "[::1]")] {
        let mut bare =
            place.at(&here, crate::kit::without_listen(&server(&["--data", ":memory:"])));
        bare.env("XDG_RUNTIME_DIR", place.runtime()).args(["--listen", listen]);
        let one = Process::spawn(&mut bare);
        assert_eq!(place.found(&here, &[]), format!("{expected}:{}", one.address.port()));
        place.is_healthy(&here, &[]);
    }
}

#[test]
fn a_server_with_its_own_certificate_is_healthy() {
    let Some(place) = Place::new() else { return };
    let here = place.folder("here");
    let file = |name: &str| here.join(name).display().to_string();
    let mut openssl = Command::new("openssl");
    openssl.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "9",
    ]);
    openssl.args(["-subj", "/CN=kms.test", "-keyout", &file("key.pem"), "-out", &file("cert.pem")]);
    assert!(openssl.output().unwrap().status.success());
    let arguments = ["--data", ":memory:", "--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let _one = place.serve(&here, &arguments, &[]);
    place.is_healthy(&here, &[]);
}

#[test]
fn stale_address_files_are_ignored_and_removed() {
    let Some(place) = Place::new() else { return };
    let here = place.folder("here");
    let notices = || std::fs::read_dir(place.runtime().join("kmsim")).unwrap().count();
    let mut killed = place.serve(&here, &[], &[]);
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    assert!(here.join("kmsim.db.address").exists() && notices() == 1);
    assert_eq!(place.found(&here, &[]), "127.0.0.1:5690");
    let mut one = place.serve(&here, &[], &[]);
    assert_eq!((place.found(&here, &[]), notices()), (one.address.to_string(), 1));
    one.signal("TERM");
    assert_eq!(crate::program::ended(&mut one.child), Some(0));
    assert!(
        !here.join("kmsim.db.address").exists() && notices() == 0,
        "a server leaves nothing behind"
    );
}

#[test]
fn among_several_servers_the_one_over_the_callers_data_is_chosen() {
    let Some(place) = Place::new() else { return };
    let (one, two, none) = (place.folder("one"), place.folder("two"), place.folder("none"));
    let first = place.serve(&one, &[], &[]);
    let second = place.serve(&two, &[], &[]);
    let memory = place.serve(&none, &["--data", ":memory:"], &[("KMSIM_DATA", "own.db")]);
    assert_eq!(place.found(&one, &[]), first.address.to_string());
    assert_eq!(place.found(&two, &[]), second.address.to_string());
    assert_eq!(place.found(&none, &[("KMSIM_DATA", "own.db")]), memory.address.to_string());
    let it = ended(&mut place.at(&none, kmsim(&["healthcheck"])));
    let line = it.usage_error();
    assert!(line.starts_with("--url: several servers run on this machine: http://"), "{line}");
    for server in [&first, &second, &memory] {
        assert!(line.contains(&server.address.to_string()), "{line}");
    }
}

#[test]
fn wait_finds_a_server_that_starts_later() {
    let Some(place) = Place::new() else { return };
    let here = place.folder("here");
    let mut waiting = place.at(&here, kmsim(&["wait", "--timeout", "1m"]));
    let mut waiting = waiting.spawn().unwrap();
    let _one = place.serve(&here, &[], &[]);
    assert_eq!(crate::program::ended(&mut waiting), Some(0));
}

/// Other servers run, one in the same folder. None of them is the one that is waited for.
#[test]
fn wait_accepts_no_other_server() {
    let Some(place) = Place::new() else { return };
    let (here, there) = (place.folder("here"), place.folder("there"));
    let _memory = place.serve(&here, &["--data", ":memory:"], &[]);
    let absent = |arguments: &[&str]| {
        let it = place.waited(&here, arguments);
        assert!(it.failed_with(1).starts_with("not ready within 300ms: "), "{it:?}");
    };
    let free = [("KMSIM_LISTEN", "127.0.0.1:0"), ("KMSIM_DATA", ":memory:")];
    let mut others = Vec::new();
    for _ in 0..2 {
        absent(&[]);
        absent(&["--data", "mine.db"]);
        absent(&["--data", ":memory:", "--listen", "127.0.0.1:0"]);
        // The variables of a server in another folder.
        others.push(place.serve(&there, &[], &free));
        absent(&["--data", ":memory:", "--listen", "127.0.0.1:0"]);
    }
    let mut waiting = place.at(&here, kmsim(&["wait", "--data", "mine.db", "--timeout", "1m"]));
    let mut waiting = waiting.spawn().unwrap();
    let _second = place.serve(&there, &["--data", "other.db"], &[]);
    let mine = place.serve(&here, &["--data", "mine.db"], &[]);
    assert_eq!(crate::program::ended(&mut waiting), Some(0));
    place.waited(&here, &["--listen", &mine.address.to_string()]).done();
    let own = place.serve(&here, &[], &free);
    ended(place.at(&here, kmsim(&["wait"])).envs(free)).done();
    drop(own);
    assert_eq!(place.waited(&here, &["--data", "mine.db"]).code, 0);
}

#[test]
fn ca_prints_the_authority_of_the_running_server() {
    let Some(place) = Place::new() else { return };
    let (here, there) = (place.folder("here"), place.folder("there"));
    let ca = |folder: &Path, arguments: &[&str]| {
        ended(&mut place.at(folder, kmsim(&[&["ca"], arguments].concat())))
    };
    let memory = place.serve(&here, &["--data", ":memory:"], &[]);
    let served = crate::tls::ca_pem(memory.address);
    assert_eq!(ca(&there, &[]).done(), served);
    assert_eq!(ca(&here, &["--url", &format!("http://{}", memory.address)]).done(), served);
    assert_eq!(std::fs::read_dir(&there).unwrap().count(), 0, "no other authority is created");
    // A named file has its own.
    let named = ca(&there, &["--data", "own.db"]);
    assert!(named.code == 0 && named.out != served, "{named:?}");
    assert!(named.err.starts_with("kmsim: from ") && named.err.ends_with("/own.db.ca-key\n"));
    let own = place.serve(&there, &["--data", "own.db"], &[]);
    assert_eq!(ca(&there, &["--data", "own.db"]).done(), crate::tls::ca_pem(own.address));
    assert_eq!(crate::tls::ca_pem(own.address), named.out);
}

/// The server starts even if it cannot write its address file.
#[test]
fn a_server_runs_without_a_folder_for_address_files() {
    let Some(place) = Place::new() else { return };
    let here = place.folder("here");
    std::fs::write(place.runtime().join("kmsim"), "no folder").unwrap();
    place.serve(&here, &["--data", ":memory:"], &[]).client().call("ListKeys", &[]).ok();
}
