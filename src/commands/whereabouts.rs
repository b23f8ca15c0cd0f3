//! Where a server of this machine listens. A server posts a notice beside its data and in its user's runtime folder, so that
//! commands find it whatever options it was given.
//!
//! A server holds a lock on its notices for as long as it lives. So a notice on which nobody has a lock is stale, however
//! the server ended, and no process id has to be compared: those mean nothing in another container.

use std::fs::{DirBuilder, File, TryLockError};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Failure, environment};
use crate::client::Endpoint;
use crate::server::Server;
use crate::settings::Data;
use crate::store::{files, true_path};
use crate::world::Entropy;

/// How the name of a notice ends.
const ENDING: &str = ".address";
/// Where a server listens that was told nothing.
const USUAL: &str = "127.0.0.1:5690";
/// And where it keeps its data.
const USUAL_DATA: &str = "./kmsim.db";
/// How long this machine may take to say whether somebody listens at an address of its own.
const PROBE: Duration = Duration::from_millis(500);
/// No notice is longer.
const LONGEST: u64 = 64 * 1024;

/// What a server tells of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Notice {
    /// Where it listens: first, the address that was named first.
    addresses: Vec<SocketAddr>,
    /// The variables that it was started with. An option may have overruled them.
    variables: Variables,
    /// The network that its addresses belong to.
    network: Option<String>,
}

/// The variables that say where a server is.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Variables {
    listen: Option<String>,
    data: Option<String>,
}

impl Variables {
    fn of_this_process() -> Self {
        let variable = |name| environment::unread(name).and_then(|value| value.into_string().ok());
        Self { listen: variable("KMSIM_LISTEN"), data: variable("KMSIM_DATA") }
    }

    /// Whether a server that was started with `theirs` may be the one that somebody with these means.
    fn may_mean(&self, theirs: &Self) -> bool {
        let agree = |own: &Option<String>, other: &Option<String>| own.is_none() || own == other;
        agree(&self.listen, &theirs.listen) && agree(&self.data, &theirs.data)
    }
}

impl Notice {
    /// The address to ask at.
    fn endpoint(&self) -> Option<Endpoint> {
        answering(self.addresses.iter().flat_map(|address| at(&address.to_string())))
    }
}

/// The notices of a server; they are taken away when this is dropped.
pub(super) struct Posted(Vec<(PathBuf, File)>);

impl Drop for Posted {
    fn drop(&mut self) {
        for (path, _) in &self.0 {
            if let Err(error) = std::fs::remove_file(path) {
                tracing::debug!(%error, path = %path.display(), "a notice is gone already");
            }
        }
    }
}

/// Tells the commands of this machine where a server listens that keeps its data in this file.
pub(super) fn post(server: &Server, data: Option<&Path>) -> Posted {
    let mut addresses = vec![server.address()];
    addresses.extend(server.further_addresses());
    let notice = Notice { addresses, variables: Variables::of_this_process(), network: network() };
    let beside = data.map(beside);
    let in_folder = folder().map(|folder| {
        make_folder(&folder)?;
        sweep(&folder)?;
        Ok(folder.join(format!("{}{ENDING}", Entropy::Os.uuid())))
    });
    let mut posted = Vec::new();
    for path in [beside, in_folder].into_iter().flatten() {
        match path.and_then(|path| Ok((path.clone(), put(&path, &notice)?))) {
            Ok(held) => posted.push(held),
            // The server serves all the same.
            Err(error) => tracing::info!(%error, "commands may need --url to find this server"),
        }
    }
    Posted(posted)
}

/// The notice of the server over a data file.
fn beside(data: &Path) -> Result<PathBuf> {
    Ok(files::beside(&true_path(data).map_err(Error::other)?, ENDING))
}

/// Writes a notice that is locked from its first moment under its name.
fn put(path: &Path, notice: &Notice) -> Result<File> {
    let draft = files::beside(path, ".new");
    match std::fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file =
        File::options().create_new(true).write(true).mode(files::FOR_ALL).open(&draft)?;
    let written = match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(ErrorKind::WouldBlock.into()),
        // Where there are no locks, a notice that was left behind cannot be told from a living one.
        Err(TryLockError::Error(error)) => Err(error),
        Ok(()) => {
            serde_json::to_vec(notice).map_err(Error::other).and_then(|text| file.write_all(&text))
        }
    };
    match written.and_then(|()| std::fs::rename(&draft, path)) {
        Ok(()) => Ok(file),
        Err(error) => {
            // What matters is why it failed.
            let _ = std::fs::remove_file(&draft);
            Err(error)
        }
    }
}

/// A notice of a server that lives, in the network of this process.
fn read(path: &Path) -> Option<Notice> {
    let file = File::open(path).ok()?;
    if file.try_lock_shared().is_ok() {
        return None;
    }
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok().filter(|notice: &Notice| notice.network == network())
}

/// Takes away what servers left behind that did not come to their end.
fn sweep(folder: &Path) -> Result<()> {
    for path in notices(folder)? {
        if File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            // Another server may be as fast.
            let _ = std::fs::remove_file(&path);
        }
    }
    Ok(())
}

fn notices(folder: &Path) -> Result<Vec<PathBuf>> {
    let paths = std::fs::read_dir(folder)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    Ok(paths.filter(|path| path.to_string_lossy().ends_with(ENDING)).collect())
}

/// Which network an address of this machine belongs to: containers each have one of their own, and may share a folder.
fn network() -> Option<String> {
    let machine = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let network = std::fs::read_link("/proc/self/ns/net").ok()?;
    Some(format!("{} {}", machine.trim(), network.display()))
}

/// The folder of this user's notices: in `XDG_RUNTIME_DIR`, or else in the folder for temporary files.
fn folder() -> Option<PathBuf> {
    let runtime = environment::unread("XDG_RUNTIME_DIR").map(PathBuf::from);
    if let Some(own) = runtime.filter(|folder| folder.is_absolute() && folder.is_dir()) {
        return Some(own.join("kmsim"));
    }
    let temporary = std::env::temp_dir();
    match user() {
        Some(user) => Some(temporary.join(format!("kmsim-{user}"))),
        // Without /proc nobody tells whose a folder is; then it has to be in one that others do not share.
        None => (temporary != Path::new("/tmp")).then(|| temporary.join("kmsim")),
    }
}

fn user() -> Option<u32> {
    std::fs::metadata("/proc/self").ok().map(|it| it.uid())
}

fn make_folder(folder: &Path) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ if is_own(folder) => Ok(()),
        _ => Err(Error::other(format!("{} is another user's", folder.display()))),
    }
}

/// Whether nobody else can have put something there.
fn is_own(folder: &Path) -> bool {
    let is_of = |uid| user().is_none_or(|user| user == uid);
    std::fs::symlink_metadata(folder)
        .is_ok_and(|it| it.is_dir() && is_of(it.uid()) && it.mode() & 0o022 == 0)
}

/// The server that a command asks when no URL is given. Listeners and a data file are what the command's own options and
/// variables name.
pub(super) fn find(
    listen: &[String],
    data: Option<&Path>,
) -> std::result::Result<Endpoint, Failure> {
    let named = listen.iter().flat_map(|text| environment::items(text)).next();
    let text = named.unwrap_or(USUAL);
    let usual = || {
        let mistaken = |what| Failure::mistake("KMSIM_LISTEN", what);
        answering(at(text)).map_or_else(|| Endpoint::of_listener(text).map_err(mistaken), Ok)
    };
    let data_named = data.map(|path| path.to_string_lossy().into_owned());
    let wanted = Variables { listen: named.map(|_| listen.join(",")), data: data_named };
    let over_data = match Data::named(data.unwrap_or(Path::new(USUAL_DATA)), None)? {
        Data::File(path, _) => beside(&path).ok().and_then(|path| read(&path)),
        Data::Memory => None,
    };
    // An address that was named is meant, unless this very server was named it too and got another by an option.
    let is_meant =
        |notice: &Notice| wanted.listen.is_none() || wanted.listen == notice.variables.listen;
    if let Some(endpoint) = over_data.filter(is_meant).and_then(|notice| notice.endpoint()) {
        return Ok(endpoint);
    }
    if at(text).iter().any(somebody_listens) {
        return usual();
    }
    let own = folder().filter(|folder| is_own(folder));
    let all = own.and_then(|folder| notices(&folder).ok()).unwrap_or_default();
    let all = all.iter().filter_map(|path| read(path));
    let found: Vec<_> = all.filter(|notice| wanted.may_mean(&notice.variables)).collect();
    match found.as_slice() {
        [] => usual(),
        [only] => only.endpoint().map_or_else(usual, Ok),
        _ => {
            let urls: Vec<_> =
                found.iter().filter_map(Notice::endpoint).map(|it| it.url()).collect();
            Err(Failure::mistake(
                "--url",
                format_args!("several servers run here: {}", urls.join(", ")),
            ))
        }
    }
}

/// The addresses at which a listener may be reached from its own machine. One that takes every IPv6 address takes every
/// IPv4 address too, and where IPv6 is switched off those alone lead to it.
fn at(listener: &str) -> Vec<Endpoint> {
    let every =
        listener.parse().is_ok_and(|it: SocketAddr| it.is_ipv6() && it.ip().is_unspecified());
    let fourth = every.then(|| listener.replace("[::]", "127.0.0.1"));
    [Some(listener.to_owned()), fourth]
        .iter()
        .flatten()
        .filter_map(|it| Endpoint::of_listener(it).ok())
        .collect()
}

/// The first at which somebody listens, or else the first.
fn answering(endpoints: impl IntoIterator<Item = Endpoint>) -> Option<Endpoint> {
    let mut all: Vec<_> = endpoints.into_iter().collect();
    let first = all.iter().position(somebody_listens).unwrap_or_default();
    (first < all.len()).then(|| all.swap_remove(first))
}

fn somebody_listens(endpoint: &Endpoint) -> bool {
    let addresses = endpoint.authority().to_socket_addrs();
    addresses.is_ok_and(|mut all| all.any(|it| TcpStream::connect_timeout(&it, PROBE).is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(listen: Option<&str>, data: Option<&str>) -> Variables {
        Variables { listen: listen.map(str::to_owned), data: data.map(str::to_owned) }
    }

    #[test]
    fn whoever_names_nothing_means_any_server() {
        let image = variables(Some("0.0.0.0:5690"), Some("/data/kmsim.db"));
        assert!(variables(None, None).may_mean(&image));
        assert!(image.may_mean(&variables(Some("0.0.0.0:5690"), Some("/data/kmsim.db"))));
        assert!(!image.may_mean(&variables(None, Some("/data/kmsim.db"))));
        assert!(!variables(None, Some("other.db")).may_mean(&image));
        assert!(!variables(Some("127.0.0.1:1"), None).may_mean(&image));
    }

    #[test]
    fn a_notice_lives_as_long_as_it_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("it{ENDING}"));
        let address = "0.0.0.0:9000".parse().unwrap();
        let notice =
            |network| Notice { addresses: vec![address], variables: Variables::default(), network };
        let held = put(&path, &notice(network())).unwrap();
        let url = |notice: Option<Notice>| notice.and_then(|it| it.endpoint()).map(|it| it.url());
        assert_eq!(url(read(&path)).as_deref(), Some("http://127.0.0.1:9000"));
        sweep(folder.path()).unwrap();
        assert!(path.exists());
        drop(held);
        assert!(read(&path).is_none());
        sweep(folder.path()).unwrap();
        assert!(!path.exists());

        // One of another network, and one that is none.
        let _held = put(&path, &notice(Some("x".into()))).unwrap();
        assert!(read(&path).is_none());
        let mut file = File::options().write(true).open(&path).unwrap();
        file.write_all(b"nonsense").unwrap();
        assert!(read(&path).is_none());
    }
}
