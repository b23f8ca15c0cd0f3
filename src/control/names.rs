//! Names that somebody may misspell: clouds, actions, error codes. A wrong one is told with the nearest.

use super::answer::Refused;
use crate::app::App;
use crate::dialects::{Cloud, PROFILES};

/// The clouds of this name, or all, that know the action and the error.
pub(super) fn clouds<'a>(
    app: &'a App,
    dialect: Option<&str>,
    action: Option<&str>,
    error: Option<&str>,
) -> Result<Vec<&'a dyn Cloud>, Refused> {
    let mut clouds: Vec<_> = app.clouds.iter().collect();
    if let Some(name) = dialect {
        let known: Vec<_> = clouds.iter().map(|cloud| cloud.profile().name).collect();
        clouds.retain(|cloud| cloud.profile().name == name);
        if clouds.is_empty() {
            return Err(unknown("dialect", name, &known));
        }
    }
    if let Some(name) = action {
        let known: Vec<_> = clouds.iter().flat_map(|cloud| cloud.action_names()).collect();
        clouds.retain(|cloud| cloud.action_names().contains(&name));
        if clouds.is_empty() {
            return Err(unknown("action", name, &known));
        }
    }
    if let Some(code) = error {
        let codes = |cloud: &&dyn Cloud| cloud.profile().codes.iter().map(|code| code.name);
        let known: Vec<_> = clouds.iter().flat_map(codes).collect();
        clouds.retain(|cloud| codes(cloud).any(|it| it == code));
        if clouds.is_empty() {
            return Err(unknown("error", code, &known));
        }
    }
    Ok(clouds)
}

/// Refuses the name of an action that no cloud has, served or not.
pub(super) fn check_asked(app: &App, name: &str) -> Result<(), Refused> {
    let mut known = Vec::new();
    for cloud in app.clouds.iter() {
        known.extend(cloud.action_names());
        known.extend(cloud.profile().not_yet().filter(|line| !line.contains(' ')));
    }
    if known.contains(&name) { Ok(()) } else { Err(unknown("action", name, &known)) }
}

/// Refuses what no request is ever answered with.
pub(super) fn check_outcome(name: &str) -> Result<(), Refused> {
    let mut known = vec!["ok", "error", "reset", "truncated"];
    known.extend(PROFILES.iter().flat_map(|profile| profile.codes.iter().map(|code| code.name)));
    if known.contains(&name) { Ok(()) } else { Err(unknown("outcome", name, &known)) }
}

/// How long a name may be that is compared with those that are known, in bytes: comparing costs as much as both
/// lengths, one times the other, for each of them.
const COMPARED: usize = 64;

fn unknown(what: &str, name: &str, known: &[&str]) -> Refused {
    if name.len() > COMPARED {
        return Refused::bad(format!("{what}: a name of {} bytes is not known", name.len()));
    }
    let lower = name.to_lowercase();
    let scored = known.iter().map(|it| (strsim::jaro_winkler(&lower, &it.to_lowercase()), it));
    let near = scored.filter(|(score, _)| *score > 0.75).max_by(|(a, _), (b, _)| a.total_cmp(b));
    Refused::bad(match near {
        Some((_, near)) => format!("{what}: {name:?} is not known; is {near:?} meant?"),
        None => format!("{what}: {name:?} is not known; there are {}", known.join(", ")),
    })
}
