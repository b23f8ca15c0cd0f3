//! Names that a caller may misspell: clouds, actions, error codes. The refusal suggests the nearest
//! known name.

use super::answer::Refused;
use crate::app::App;
use crate::dialects::{Cloud, PROFILES, Profile, nearest};

/// The clouds of this name, or all, that have this action and this error.
pub(super) fn clouds<'a>(
    app: &'a App,
    dialect: Option<&str>,
    action: Option<&str>,
    error: Option<&str>,
) -> Result<Vec<&'a dyn Cloud>, Refused> {
    let mut clouds: Vec<_> = app.clouds.iter().collect();
    narrow(&mut clouds, "dialect", dialect, |cloud| vec![cloud.profile().name])?;
    narrow(&mut clouds, "action", action, |cloud| cloud.action_names())?;
    narrow(&mut clouds, "error", error, |cloud| codes(cloud.profile()).collect())?;
    Ok(clouds)
}

/// Keeps the clouds that have this name among `names`, if a name is given.
fn narrow(
    clouds: &mut Vec<&dyn Cloud>,
    what: &str,
    name: Option<&str>,
    names: impl Fn(&dyn Cloud) -> Vec<&'static str>,
) -> Result<(), Refused> {
    let Some(name) = name else { return Ok(()) };
    let known: Vec<_> = clouds.iter().flat_map(|cloud| names(*cloud)).collect();
    clouds.retain(|cloud| names(*cloud).contains(&name));
    check(what, name, &known)
}

/// Refuses an action's name that no cloud has, served or not.
pub(super) fn check_action(app: &App, name: &str) -> Result<(), Refused> {
    let mut known = Vec::new();
    for cloud in app.clouds.iter() {
        known.extend(cloud.action_names());
        known.extend(cloud.profile().not_yet().filter(|line| !line.contains(' ')));
    }
    check("action", name, &known)
}

/// Refuses an outcome that no request can have.
pub(super) fn check_outcome(name: &str) -> Result<(), Refused> {
    let mut known = vec!["ok", "error", "reset", "truncated"];
    known.extend(PROFILES.iter().flat_map(|profile| codes(profile)));
    check("outcome", name, &known)
}

/// The names of a cloud's error codes.
fn codes(profile: &Profile) -> impl Iterator<Item = &'static str> {
    profile.codes.iter().map(|code| code.name)
}

/// The longest name that a refusal repeats, in bytes.
const REPEAT_LIMIT: usize = 64;

fn check(what: &str, name: &str, known: &[&str]) -> Result<(), Refused> {
    if known.contains(&name) {
        return Ok(());
    }
    if name.len() > REPEAT_LIMIT {
        return Err(Refused::bad(format!("{what}: unknown name of {} bytes", name.len())));
    }
    Err(Refused::bad(match nearest(name, known.iter().copied()) {
        Some(near) => format!("{what}: unknown name {name:?}; did you mean {near:?}?"),
        None => format!("{what}: unknown name {name:?}; known are {}", known.join(", ")),
    }))
}
