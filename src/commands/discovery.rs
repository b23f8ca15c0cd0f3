//! Finds local servers. A server publishes its address in files beside its data and in its user's
//! runtime folder, so that commands find it whatever options it was started with.
//!
//! A server keeps a lock on its address files while it lives. An address file without a lock is
//! therefore stale, however the server ended. Process ids are not compared, because they mean
//! nothing in another container.

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

/// The suffix of an address file.
const SUFFIX: &str = ".address";
/// The default listen address of a server.
const DEFAULT_LISTEN: &str = "127.0.0.1:5690";
/// The default data file.
pub(super) const DEFAULT_DATA: &str = "./kmsim.db";
/// How long a connection to a local address may take.
const PROBE_TIMEOUT: Duration = Duration::from_millis(500);
/// The largest address file that is read, in bytes.
const MAX_LENGTH: u64 = 64 * 1024;

/// The content of an address file.
#[derive(Debug, Serialize, Deserialize)]
struct AddressFile {
    /// Where the server listens, in the order of its options.
    addresses: Vec<SocketAddr>,
    /// The environment variables that it was started with. Options may have overridden them.
    variables: Variables,
    /// The network namespace that the addresses belong to.
    network: Option<String>,
    /// The working folder that it was started in.
    folder: Option<PathBuf>,
}

/// The environment variables that say where a server is.
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

    /// Whether a caller with these variables may mean a server that was started with `theirs`.
    fn may_mean(&self, theirs: &Self) -> bool {
        let agree = |own: &Option<String>, other: &Option<String>| own.is_none() || own == other;
        agree(&self.listen, &theirs.listen) && agree(&self.data, &theirs.data)
    }
}

impl AddressFile {
    /// The address to call.
    fn endpoint(&self) -> Option<Endpoint> {
        reachable(self.addresses.iter().flat_map(|address| at(&address.to_string())))
    }
}

/// The address files of a running server. They are removed when this is dropped.
pub(super) struct Published(Vec<(PathBuf, File)>);

impl Drop for Published {
    fn drop(&mut self) {
        for (path, _) in &self.0 {
            if let Err(error) = std::fs::remove_file(path) {
                tracing::debug!(%error, path = %path.display(), "an address file is gone already");
            }
        }
    }
}

/// Publishes where a server listens, for commands on this machine. `data` is its data file.
pub(super) fn publish(server: &Server, data: Option<&Path>) -> Published {
    let mut addresses = vec![server.address()];
    addresses.extend(server.further_addresses());
    let variables = Variables::of_this_process();
    let content =
        AddressFile { addresses, variables, network: network(), folder: working_folder() };
    let beside = data.map(beside);
    let in_folder = folder().map(|folder| {
        make_folder(&folder)?;
        remove_stale(&folder)?;
        Ok(folder.join(format!("{}{SUFFIX}", Entropy::Os.uuid())))
    });
    let mut published = Vec::new();
    for path in [beside, in_folder].into_iter().flatten() {
        match path.and_then(|path| Ok((path.clone(), put(&path, &content)?))) {
            Ok(held) => published.push(held),
            // The server works without it.
            Err(error) => tracing::info!(%error, "commands may need --url to find this server"),
        }
    }
    Published(published)
}

/// The address file of the server that uses a data file.
fn beside(data: &Path) -> Result<PathBuf> {
    Ok(files::beside(&true_path(data).map_err(Error::other)?, SUFFIX))
}

/// Writes an address file that is already locked when it appears under its name.
fn put(path: &Path, content: &AddressFile) -> Result<File> {
    let draft = files::beside(path, ".new");
    match std::fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file =
        File::options().create_new(true).write(true).mode(files::FOR_ALL).open(&draft)?;
    let written = match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(ErrorKind::WouldBlock.into()),
        // On a file system without locks, a stale address file cannot be recognised.
        Err(TryLockError::Error(error)) => Err(error),
        Ok(()) => {
            serde_json::to_vec(content).map_err(Error::other).and_then(|text| file.write_all(&text))
        }
    };
    match written.and_then(|()| std::fs::rename(&draft, path)) {
        Ok(()) => Ok(file),
        Err(error) => {
            // The first error is the one to report.
            let _ = std::fs::remove_file(&draft);
            Err(error)
        }
    }
}

/// The address file of a live server in this process's network namespace.
fn read(path: &Path) -> Option<AddressFile> {
    let file = File::open(path).ok()?;
    if file.try_lock_shared().is_ok() {
        return None;
    }
    let mut text = String::new();
    file.take(MAX_LENGTH).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok().filter(|file: &AddressFile| file.network == network())
}

/// Removes address files of servers that did not end cleanly.
fn remove_stale(folder: &Path) -> Result<()> {
    for path in address_files(folder)? {
        if File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            // Another server may remove it at the same time.
            let _ = std::fs::remove_file(&path);
        }
    }
    Ok(())
}

fn address_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let paths = std::fs::read_dir(folder)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    Ok(paths.filter(|path| path.to_string_lossy().ends_with(SUFFIX)).collect())
}

/// Which network an address belongs to. Containers have their own, and may share a folder.
fn network() -> Option<String> {
    let machine = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let network = std::fs::read_link("/proc/self/ns/net").ok()?;
    Some(format!("{} {}", machine.trim(), network.display()))
}

/// The folder of this user's address files: in `XDG_RUNTIME_DIR`, else in the folder for temporary
/// files.
fn folder() -> Option<PathBuf> {
    let runtime = environment::unread("XDG_RUNTIME_DIR").map(PathBuf::from);
    if let Some(own) = runtime.filter(|folder| folder.is_absolute() && folder.is_dir()) {
        return Some(own.join("kmsim"));
    }
    let temporary = std::env::temp_dir();
    match user() {
        Some(user) => Some(temporary.join(format!("kmsim-{user}"))),
        // Without /proc the owner of a folder cannot be checked, so the parent must not be shared.
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

/// Whether only this user can have created files there.
fn is_own(folder: &Path) -> bool {
    let is_of = |uid| user().is_none_or(|user| user == uid);
    std::fs::symlink_metadata(folder)
        .is_ok_and(|it| it.is_dir() && is_of(it.uid()) && it.mode() & 0o022 == 0)
}

fn working_folder() -> Option<PathBuf> {
    std::env::current_dir().ok()
}

/// Which server a command means if no URL is given.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Which {
    /// The server of the command's options and variables, else the only one on this machine.
    Any,
    /// Only the server that the command's options, variables and working folder start. If it cannot
    /// be found yet, the failure has the exit code 1.
    Own,
}

/// Finds the server that a command calls if no URL is given. `listen` and `data` come from the
/// command's options and variables.
pub(super) fn find(
    listen: &[String],
    data: Option<&Path>,
    which: Which,
) -> std::result::Result<Endpoint, Failure> {
    let own = which == Which::Own;
    let named = listen.iter().flat_map(|text| environment::items(text)).next();
    let text = named.unwrap_or(DEFAULT_LISTEN);
    let fallback = || {
        let invalid = |what| Failure::usage("KMSIM_LISTEN", what);
        reachable(at(text)).map_or_else(|| Endpoint::of_listener(text).map_err(invalid), Ok)
    };
    let data_named = data.map(|path| path.to_string_lossy().into_owned());
    let wanted = Variables { listen: named.map(|_| listen.join(",")), data: data_named };
    let (is_file, over_data) = match Data::named(data.unwrap_or(Path::new(DEFAULT_DATA)), None)? {
        Data::File(path, _) => (true, beside(&path).ok().and_then(|path| read(&path))),
        Data::Memory => (false, None),
    };
    // A given address wins, unless the server was started with the same variable and an option
    // overrode it.
    let is_meant =
        |file: &AddressFile| wanted.listen.is_none() || wanted.listen == file.variables.listen;
    if let Some(endpoint) = over_data.filter(is_meant).and_then(|file| file.endpoint()) {
        return Ok(endpoint);
    }
    // Another server may use the default address, so a named data file is found by itself only.
    let by_data = own && named.is_none() && data.is_some() && is_file;
    if !by_data && at(text).iter().any(accepts_connections) {
        return fallback();
    }
    let readable = folder().filter(|folder| is_own(folder));
    let all = readable.and_then(|folder| address_files(&folder).ok()).unwrap_or_default();
    let all = all.iter().filter_map(|path| read(path));
    let is_meant = |file: &AddressFile| {
        let started_here = wanted != Variables::default() && file.folder == working_folder();
        wanted.may_mean(&file.variables) && (!own || started_here)
    };
    let found: Vec<_> = all.filter(is_meant).collect();
    match found.as_slice() {
        [] if !(by_data || own && text.ends_with(":0")) => fallback(),
        [only] => only.endpoint().map_or_else(fallback, Ok),
        _ if own => Err(Failure::refused("no server of these options was found: use --url")),
        _ => {
            let urls: Vec<_> =
                found.iter().filter_map(AddressFile::endpoint).map(|it| it.url()).collect();
            Err(Failure::usage(
                "--url",
                format_args!("several servers run on this machine: {}", urls.join(", ")),
            ))
        }
    }
}

/// The addresses at which a listener can be reached locally. A listener on every IPv6 address also
/// takes IPv4, and if IPv6 is off only 127.0.0.1 works.
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

/// The first endpoint that accepts connections, else the first.
fn reachable(endpoints: impl IntoIterator<Item = Endpoint>) -> Option<Endpoint> {
    let mut all: Vec<_> = endpoints.into_iter().collect();
    let first = all.iter().position(accepts_connections).unwrap_or_default();
    (first < all.len()).then(|| all.swap_remove(first))
}

fn accepts_connections(endpoint: &Endpoint) -> bool {
    let addresses = endpoint.authority().to_socket_addrs();
    addresses
        .is_ok_and(|mut all| all.any(|it| TcpStream::connect_timeout(&it, PROBE_TIMEOUT).is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(listen: Option<&str>, data: Option<&str>) -> Variables {
        Variables { listen: listen.map(str::to_owned), data: data.map(str::to_owned) }
    }

    #[test]
    fn a_caller_without_variables_means_any_server() {
        let image = variables(Some("0.0.0.0:5690"), Some("/data/kmsim.db"));
        assert!(variables(None, None).may_mean(&image));
        assert!(image.may_mean(&variables(Some("0.0.0.0:5690"), Some("/data/kmsim.db"))));
        assert!(!image.may_mean(&variables(None, Some("/data/kmsim.db"))));
        assert!(!variables(None, Some("other.db")).may_mean(&image));
        assert!(!variables(Some("127.0.0.1:1"), None).may_mean(&image));
    }

    #[test]
    fn an_address_file_is_valid_while_it_is_locked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("it{SUFFIX}"));
        let address = "0.0.0.0:9000".parse().unwrap();
        let file = |network| AddressFile {
            addresses: vec![address],
            variables: Variables::default(),
            network,
            folder: None,
        };
        let held = put(&path, &file(network())).unwrap();
        let url = |file: Option<AddressFile>| file.and_then(|it| it.endpoint()).map(|it| it.url());
        assert_eq!(url(read(&path)).as_deref(), Some("http://127.0.0.1:9000"));
        remove_stale(folder.path()).unwrap();
        assert!(path.exists());
        drop(held);
        assert!(read(&path).is_none());
        remove_stale(folder.path()).unwrap();
        assert!(!path.exists());

        // One of another network, and one that is not valid.
        let _held = put(&path, &file(Some("x".into()))).unwrap();
        assert!(read(&path).is_none());
        let mut file = File::options().write(true).open(&path).unwrap();
        file.write_all(b"nonsense").unwrap();
        assert!(read(&path).is_none());
    }
}
