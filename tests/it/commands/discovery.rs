//! A server is found by the commands of its machine, whatever options it was given.

use std::path::Path;
use std::process::Command;

use super::{ended, kmsim};
use crate::kit::{Process, kmsim as server};

/// A user's place: a folder to be in, and one for notices.
struct Place(tempfile::TempDir);

impl Place {
    /// None where somebody listens at the usual address: that one is then meant by whoever names
    /// none.
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

    /// A command that runs here.
    fn at(&self, folder: &Path, mut command: Command) -> Command {
        command.current_dir(folder).env("XDG_RUNTIME_DIR", self.runtime());
        command
    }

    fn serve(&self, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Process {
        let mut command = self.at(folder, server(arguments));
        Process::spawn(command.envs(variables.iter().copied()))
    }

    /// Where a command takes the server to be, in a folder and with these variables.
    fn found(&self, folder: &Path, variables: &[(&str, &str)]) -> String {
        let it = ended(self.at(folder, kmsim(&["env", "python"])).envs(variables.iter().copied()));
        let text = it.done();
        let at = text.find("endpoint=\"").unwrap_or_else(|| panic!("{text}")) + "endpoint=\"".len();
        text[at..].split('"').next().unwrap().to_owned()
    }

    fn is_healthy(&self, folder: &Path, variables: &[(&str, &str)]) {
        for command in ["healthcheck", "wait"] {
            ended(self.at(folder, kmsim(&[command])).envs(variables.iter().copied())).done();
        }
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
        // Who names a data file means the server over that.
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

/// As in the image: its variables are there, and an option comes before them.
#[test]
fn an_option_that_overrules_a_variable_is_noticed() {
    let Some(place) = Place::new() else { return };
    let here = place.folder("here");
    let image = [("KMSIM_LISTEN", "0.0.0.0:5690"), ("KMSIM_DATA", "kmsim.db")];
    for arguments in [&[][..], &["--data", ":memory:"], &["--data", "other.db"]] {
        // The kit names a free port by option.
        let one = place.serve(&here, arguments, &image);
        assert_eq!(place.found(&here, &image), one.address.to_string(), "{arguments:?}");
        place.is_healthy(&here, &image);
        // Another address that is named is meant, and so is a URL.
        let named = [("KMSIM_LISTEN", "127.0.0.1:1"), ("KMSIM_DATA", "kmsim.db")];
        assert_eq!(place.found(&here, &named), "127.0.0.1:1");
        assert_eq!(
            place.found(&here, &[image[0], image[1], ("KMSIM_URL", "http://kmsim:1")]),
            "kmsim:1"
        );
    }
    // A port that the server picks is found as well.
    let free = [("KMSIM_LISTEN", "127.0.0.1:0")];
    let one = place.serve(&here, &["--data", ":memory:"], &free);
    assert_eq!(place.found(&here, &free), one.address.to_string());
}

#[test]
fn wildcards_are_asked_on_loopback() {
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
fn a_server_with_a_certificate_of_its_own_is_healthy() {
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
fn stale_notices_are_noticed_and_swept() {
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
fn of_several_servers_the_one_over_ones_own_data_is_meant() {
    let Some(place) = Place::new() else { return };
    let (one, two, none) = (place.folder("one"), place.folder("two"), place.folder("none"));
    let first = place.serve(&one, &[], &[]);
    let second = place.serve(&two, &[], &[]);
    let memory = place.serve(&none, &["--data", ":memory:"], &[("KMSIM_DATA", "own.db")]);
    assert_eq!(place.found(&one, &[]), first.address.to_string());
    assert_eq!(place.found(&two, &[]), second.address.to_string());
    assert_eq!(place.found(&none, &[("KMSIM_DATA", "own.db")]), memory.address.to_string());
    let it = ended(&mut place.at(&none, kmsim(&["healthcheck"])));
    let line = it.mistaken();
    assert!(line.starts_with("--url: several servers run on this machine: http://"), "{line}");
    for server in [&first, &second, &memory] {
        assert!(line.contains(&server.address.to_string()), "{line}");
    }
}

#[test]
fn wait_finds_a_server_that_starts_meanwhile() {
    let Some(place) = Place::new() else { return };
    let here = place.folder("here");
    let mut waiting = place.at(&here, kmsim(&["wait", "--timeout", "1m"]));
    let mut waiting = waiting.spawn().unwrap();
    let _one = place.serve(&here, &["--data", ":memory:"], &[]);
    assert_eq!(crate::program::ended(&mut waiting), Some(0));
}

/// A notice is no reason not to serve.
#[test]
fn a_server_serves_without_a_place_for_notices() {
    let Some(place) = Place::new() else { return };
    let here = place.folder("here");
    std::fs::write(place.runtime().join("kmsim"), "no folder").unwrap();
    place.serve(&here, &["--data", ":memory:"], &[]).client().call("ListKeys", &[]).ok();
}
