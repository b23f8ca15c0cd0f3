//! Suggestions for misspelt names.

/// The longest name that is compared with the known ones, in bytes. A comparison costs the product
/// of both lengths.
const COMPARE_LIMIT: usize = 64;

/// The known name that is most similar to this one, if any is similar. Case does not matter.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > COMPARE_LIMIT {
        return None;
    }
    let lower = name.to_lowercase();
    let scored = known.into_iter().map(|it| (strsim::jaro_winkler(&lower, &it.to_lowercase()), it));
    let near = scored.filter(|(score, _)| *score > 0.75).max_by(|(a, _), (b, _)| a.total_cmp(b));
    near.map(|(_, near)| near)
}
