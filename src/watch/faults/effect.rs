//! What happens to a request that is struck: it waits, and it may come to an end that is not its own.

use std::time::Duration;

use crate::world::{Entropy, parse_duration};

/// The longest that a request may be kept waiting.
const LONGEST: Duration = Duration::from_hours(1);

/// What a rule does to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// How long it waits.
    pub latency: Option<Latency>,
    /// How it ends, if not by itself.
    pub end: Option<End>,
    /// Whether before or after the action.
    pub at: Point,
}

/// How long a request waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// So long,
    pub of: Duration,
    /// and up to so much longer, by chance.
    pub jitter: Duration,
}

/// When something happens to a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Point {
    /// Before the action: nothing comes of it.
    #[default]
    Before,
    /// After it: what it did stands, and only the answer is another.
    After,
}

/// How a request ends, if not by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With the error of this code.
    Error(Box<str>),
    /// With the error by which its cloud throttles, and the hint when to come again.
    Throttling(Option<Duration>),
    /// The connection is reset.
    Reset,
    /// The answer breaks off in the middle of its body, and so does the connection.
    Truncate,
}

/// An effect as somebody wrote it down, unread.
#[derive(Clone, Copy, Debug, Default)]
pub struct EffectFields<'a> {
    /// An error's code.
    pub error: Option<&'a str>,
    /// Whether to throttle.
    pub throttling: bool,
    /// The hint of throttling.
    pub retry_after: Option<&'a str>,
    /// How long to wait.
    pub latency: Option<&'a str>,
    /// How much longer at most.
    pub jitter: Option<&'a str>,
    /// Whether to reset.
    pub reset: bool,
    /// Whether to truncate.
    pub truncate: bool,
    /// `before` or `after`.
    pub at: Option<&'a str>,
}

/// What is wrong with an effect: a field and a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}: {1}")]
pub struct EffectError(&'static str, String);

impl Effect {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong, by its field.
    pub fn read(words: &EffectFields<'_>) -> Result<Self, EffectError> {
        let flaw = |field, what: &str| Err(EffectError(field, what.to_owned()));
        let latency = length("latency", words.latency)?;
        let jitter = length("jitter", words.jitter)?;
        let retry_after = length("retry_after", words.retry_after)?;
        let ends = [
            words.error.map(|code| End::Error(code.into())),
            words.throttling.then_some(End::Throttling(retry_after)),
            words.reset.then_some(End::Reset),
            words.truncate.then_some(End::Truncate),
        ];
        let mut ends = ends.into_iter().flatten();
        let end = ends.next();
        if ends.next().is_some() {
            return flaw("effect", "one of error, throttling, reset and truncate at most");
        }
        if end.is_none() && latency.is_none() {
            return flaw(
                "effect",
                "one of error, throttling, reset, truncate and latency is needed",
            );
        }
        if jitter.is_some() && latency.is_none() {
            return flaw("jitter", "there is no latency that it could be added to");
        }
        if retry_after.is_some() && !words.throttling {
            return flaw("retry_after", "only throttling has it");
        }
        let at = match (words.at, &end) {
            (Some("before"), Some(End::Truncate)) => {
                return flaw(
                    "at",
                    "only an answer can be truncated, so this comes after the action",
                );
            }
            (Some("after"), _) | (None, Some(End::Truncate)) => Point::After,
            (Some("before") | None, _) => Point::Before,
            (Some(other), _) => {
                return Err(EffectError("at", format!("{other:?} is neither before nor after")));
            }
        };
        let latency = latency.map(|of| Latency { of, jitter: jitter.unwrap_or_default() });
        Ok(Self { latency, end, at })
    }

    /// Reads one of a header: an error's code, or `throttling`, `reset`, `truncate`, `latency=200ms`,
    /// `jitter=50ms`, `retry_after=2s`, `before`, `after`; several with `;` between them.
    ///
    /// # Errors
    /// What is wrong.
    pub fn of_header(text: &str) -> Result<Self, EffectError> {
        let mut words = EffectFields::default();
        for word in text.split(';').map(str::trim).filter(|word| !word.is_empty()) {
            match word
                .split_once('=')
                .map_or((word, ""), |(name, value)| (name.trim(), value.trim()))
            {
                ("throttling", "") => words.throttling = true,
                ("reset", "") => words.reset = true,
                ("truncate", "") => words.truncate = true,
                ("before" | "after", "") => words.at = Some(word),
                ("latency", length) => words.latency = Some(length),
                ("jitter", length) => words.jitter = Some(length),
                ("retry_after", length) => words.retry_after = Some(length),
                (code, "") if words.error.is_none() => words.error = Some(code),
                (other, _) => return Err(EffectError("effect", format!("{other:?} is none"))),
            }
        }
        Self::read(&words)
    }
}

fn length(field: &'static str, text: Option<&str>) -> Result<Option<Duration>, EffectError> {
    let Some(text) = text else { return Ok(None) };
    let length = parse_duration(text).filter(|length| *length <= LONGEST);
    let bad = || {
        EffectError(
            field,
            format!("{text:?} is not a length of time such as 200ms, an hour at most"),
        )
    };
    length.map(Some).ok_or_else(bad)
}

/// What strikes one request, all told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultPlan {
    /// How long it waits before its action.
    pub before: Duration,
    /// How long its answer waits.
    pub after: Duration,
    /// How it ends, if not by itself.
    pub end: Option<(Point, End)>,
    /// The rules that struck.
    pub rules: Vec<u64>,
    /// Whether the request asked for it itself.
    pub by_header: bool,
}

impl FaultPlan {
    /// Whether nothing strikes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && !self.by_header
    }

    /// Whether the request is to end otherwise.
    #[must_use]
    pub fn has_end(&self) -> bool {
        self.end.is_some()
    }

    /// Adds an effect: of a rule, or of the request's own header.
    pub fn add(&mut self, effect: &Effect, rule: Option<u64>, entropy: &Entropy) {
        if let Some(latency) = effect.latency {
            let jitter = if latency.jitter.is_zero() {
                Duration::ZERO
            } else {
                latency.jitter.mul_f64(fraction(entropy))
            };
            let wait = match effect.at {
                Point::Before => &mut self.before,
                Point::After => &mut self.after,
            };
            *wait = wait.saturating_add(latency.of).saturating_add(jitter);
        }
        if self.end.is_none() {
            self.end = effect.end.clone().map(|end| (effect.at, end));
        }
        match rule {
            Some(id) => self.rules.push(id),
            None => self.by_header = true,
        }
    }
}

/// A number from 0 up to, but not including, 1.
pub(super) fn fraction(entropy: &Entropy) -> f64 {
    const STEPS: u32 = 1 << 31;
    f64::from(u32::from_be_bytes(entropy.array()) >> 1) / f64::from(STEPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_say_what_happens_and_when() {
        let millis = Duration::from_millis;
        let latency = |of| Some(Latency { of, jitter: Duration::ZERO });
        let error = |code: &str| Some(End::Error(code.into()));
        let throttling = Some(End::Throttling(Some(millis(2000))));
        for (text, latency, end, at) in [
            ("Throttling", None, error("Throttling"), Point::Before),
            ("Rejected.X; after", None, error("Rejected.X"), Point::After),
            ("latency=200ms", latency(millis(200)), None, Point::Before),
            ("reset;latency=1s;after", latency(millis(1000)), Some(End::Reset), Point::After),
            ("truncate", None, Some(End::Truncate), Point::After),
            ("throttling; retry_after=2s", None, throttling, Point::Before),
        ] {
            let effect = Effect { latency, end, at };
            assert_eq!(Effect::of_header(text), Ok(effect), "{text}");
        }
        for (text, field) in [
            ("", "effect"),
            ("after", "effect"),
            ("A;B", "effect"),
            ("reset;truncate", "effect"),
            ("latency=soon", "latency"),
            ("latency=2h", "latency"),
            ("jitter=1s;reset", "jitter"),
            ("reset;retry_after=1s", "retry_after"),
            ("truncate;before", "at"),
            ("code=5", "effect"),
        ] {
            assert_eq!(Effect::of_header(text).map_err(|flaw| flaw.0), Err(field), "{text}");
        }
    }
}
