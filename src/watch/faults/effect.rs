//! The effect of a fault: a delay, a replaced outcome, or both.

use std::time::Duration;

use crate::world::{Entropy, parse_duration};

/// The longest delay.
const MAX_DELAY: Duration = Duration::from_hours(1);

/// The effect of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The delay.
    pub latency: Option<Latency>,
    /// The outcome that replaces the request's own.
    pub end: Option<End>,
    /// Whether it happens before or after the action.
    pub at: Point,
}

/// A delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// The fixed part.
    pub base: Duration,
    /// The maximum random part.
    pub jitter: Duration,
}

/// When an effect happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Point {
    /// Before the action, which does not run.
    #[default]
    Before,
    /// After the action. Its changes remain, only the answer is replaced.
    After,
}

/// An outcome that replaces a request's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The error with this code.
    Error(Box<str>),
    /// The cloud's throttling error, with an optional retry hint.
    Throttling(Option<Duration>),
    /// The connection is reset.
    Reset,
    /// The connection closes in the middle of the answer's body.
    Truncate,
}

/// The fields of an effect, not yet parsed.
#[derive(Clone, Copy, Debug, Default)]
pub struct EffectFields<'a> {
    /// An error's code.
    pub error: Option<&'a str>,
    /// Whether to throttle.
    pub throttling: bool,
    /// The retry hint for throttling.
    pub retry_after: Option<&'a str>,
    /// The delay.
    pub latency: Option<&'a str>,
    /// The maximum random delay.
    pub jitter: Option<&'a str>,
    /// Whether to reset.
    pub reset: bool,
    /// Whether to truncate.
    pub truncate: bool,
    /// `before` or `after`.
    pub at: Option<&'a str>,
}

/// What is wrong with an effect: the field and a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}: {1}")]
pub struct EffectError(&'static str, String);

impl Effect {
    /// Parses an effect.
    ///
    /// # Errors
    /// The fields are invalid or contradict each other.
    pub fn read(fields: &EffectFields<'_>) -> Result<Self, EffectError> {
        let flaw = |field, what: &str| Err(EffectError(field, what.to_owned()));
        let latency = delay("latency", fields.latency)?;
        let jitter = delay("jitter", fields.jitter)?;
        let retry_after = delay("retry_after", fields.retry_after)?;
        let ends = [
            fields.error.map(|code| End::Error(code.into())),
            fields.throttling.then_some(End::Throttling(retry_after)),
            fields.reset.then_some(End::Reset),
            fields.truncate.then_some(End::Truncate),
        ];
        let mut ends = ends.into_iter().flatten();
        let end = ends.next();
        if ends.next().is_some() {
            return flaw("effect", "give at most one of error, throttling, reset and truncate");
        }
        if end.is_none() && latency.is_none() {
            return flaw("effect", "give one of error, throttling, reset, truncate and latency");
        }
        if jitter.is_some() && latency.is_none() {
            return flaw("jitter", "needs latency");
        }
        if retry_after.is_some() && !fields.throttling {
            return flaw("retry_after", "needs throttling");
        }
        let at = match (fields.at, &end) {
            (Some("before"), Some(End::Truncate)) => {
                return flaw("at", "truncate always comes after the action");
            }
            (Some("after"), _) | (None, Some(End::Truncate)) => Point::After,
            (Some("before") | None, _) => Point::Before,
            (Some(other), _) => {
                return Err(EffectError("at", format!("{other:?} is neither before nor after")));
            }
        };
        let latency = latency.map(|base| Latency { base, jitter: jitter.unwrap_or_default() });
        Ok(Self { latency, end, at })
    }

    /// Parses the effect in a header: an error's code, or `throttling`, `reset`, `truncate`,
    /// `latency=200ms`, `jitter=50ms`, `retry_after=2s`, `before`, `after`, separated by `;`.
    ///
    /// # Errors
    /// The text is not a valid effect.
    pub fn of_header(text: &str) -> Result<Self, EffectError> {
        let mut fields = EffectFields::default();
        for word in text.split(';').map(str::trim).filter(|word| !word.is_empty()) {
            match word
                .split_once('=')
                .map_or((word, ""), |(name, value)| (name.trim(), value.trim()))
            {
                ("throttling", "") => fields.throttling = true,
                ("reset", "") => fields.reset = true,
                ("truncate", "") => fields.truncate = true,
                ("before" | "after", "") => fields.at = Some(word),
                ("latency", length) => fields.latency = Some(length),
                ("jitter", length) => fields.jitter = Some(length),
                ("retry_after", length) => fields.retry_after = Some(length),
                (code, "") if fields.error.is_none() => fields.error = Some(code),
                (other, _) => return Err(EffectError("effect", format!("{other:?} is unknown"))),
            }
        }
        Self::read(&fields)
    }
}

fn delay(field: &'static str, text: Option<&str>) -> Result<Option<Duration>, EffectError> {
    let Some(text) = text else { return Ok(None) };
    let length = parse_duration(text).filter(|length| *length <= MAX_DELAY);
    let bad =
        || EffectError(field, format!("{text:?} is not a duration such as 200ms, an hour at most"));
    length.map(Some).ok_or_else(bad)
}

/// All effects on one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultPlan {
    /// The delay before the action.
    pub before: Duration,
    /// The delay of the answer.
    pub after: Duration,
    /// The outcome that replaces the request's own.
    pub end: Option<(Point, End)>,
    /// The rules that applied.
    pub rules: Vec<u64>,
    /// Whether the request's own header asked for it.
    pub by_header: bool,
}

impl FaultPlan {
    /// Whether there is no effect.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && !self.by_header
    }

    /// Whether the outcome is replaced.
    #[must_use]
    pub fn has_end(&self) -> bool {
        self.end.is_some()
    }

    /// Adds an effect of a rule, or of the request's own header.
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
            *wait = wait.saturating_add(latency.base).saturating_add(jitter);
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

/// A random number from 0 up to, but not including, 1.
pub(super) fn fraction(entropy: &Entropy) -> f64 {
    const STEPS: u32 = 1 << 31;
    f64::from(u32::from_be_bytes(entropy.array()) >> 1) / f64::from(STEPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_parsed() {
        let millis = Duration::from_millis;
        let latency = |base| Some(Latency { base, jitter: Duration::ZERO });
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
