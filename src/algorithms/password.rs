//! Random passwords over printable ASCII.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// What a password is made of. The space is never part of one.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Recipe<'a> {
    /// How many characters it has.
    pub length: usize,
    /// Whether `a` to `z` may occur.
    pub lowercase: bool,
    /// Whether `A` to `Z` may occur.
    pub uppercase: bool,
    /// Whether `0` to `9` may occur.
    pub digits: bool,
    /// Whether the other visible characters may occur.
    pub punctuation: bool,
    /// The characters that may not, whichever class is theirs.
    pub excluded: &'a str,
    /// Whether each class that may occur does.
    pub each: bool,
}

/// How many passwords are drawn until each class occurs in one. The rarest that a service asks for
/// (eight characters, and one character only in each class but one) is one in a hundred and fifty;
/// the bound is there so that even a broken source of randomness comes to an end.
const DRAWS: usize = 1 << 16;

impl Recipe<'_> {
    /// The characters of each class that may occur.
    fn classes(&self) -> Vec<Vec<u8>> {
        let classes = [
            (self.lowercase, u8::is_ascii_lowercase as fn(&u8) -> bool),
            (self.uppercase, u8::is_ascii_uppercase),
            (self.digits, u8::is_ascii_digit),
            (self.punctuation, u8::is_ascii_punctuation),
        ];
        let legal = |c: &u8| !self.excluded.contains(char::from(*c));
        let members = |is: fn(&u8) -> bool| (b'!'..=b'~').filter(is).filter(legal).collect();
        classes.into_iter().filter(|(wanted, _)| *wanted).map(|(_, is)| members(is)).collect()
    }
}

/// Draws a password; each that the recipe allows is as likely as any other. `None` when it allows
/// none.
pub fn draw<R: CryptoRng>(recipe: &Recipe<'_>, rng: &mut R) -> Option<Zeroizing<String>> {
    let classes = recipe.classes();
    let alphabet = classes.concat();
    let bound = u32::try_from(alphabet.len()).ok().filter(|bound| *bound > 0)?;
    if !recipe.each {
        return Some(one(&alphabet, bound, recipe.length, rng));
    }
    if classes.iter().any(Vec::is_empty) || recipe.length < classes.len() {
        return None;
    }
    // Mending a password that lacks a class would favour some over others; another is drawn
    // instead.
    let complete = |password: &Zeroizing<String>| {
        classes.iter().all(|class| password.bytes().any(|c| class.contains(&c)))
    };
    (0..DRAWS).map(|_| one(&alphabet, bound, recipe.length, rng)).find(complete)
}

fn one<R: CryptoRng>(alphabet: &[u8], bound: u32, length: usize, rng: &mut R) -> Zeroizing<String> {
    let mut password = Zeroizing::new(String::with_capacity(length));
    for _ in 0..length {
        password.push(char::from(alphabet[below(bound, rng) as usize]));
    }
    password
}

/// A number below `bound`, each as likely: what lies beyond the last whole multiple of it is drawn
/// again.
fn below<R: CryptoRng>(bound: u32, rng: &mut R) -> u32 {
    let whole = u32::MAX - u32::MAX % bound;
    loop {
        let number = rng.next_u32();
        if number < whole {
            return number % bound;
        }
    }
}

/// Whether a password's characters, and the space, are all that is in the text: what may be named
/// as excluded. The space is harmless there.
#[must_use]
pub fn is_excludable(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' '..='~'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chacha20::ChaCha20Rng;
    use chacha20::rand_core::SeedableRng;

    const ALL: Recipe<'static> = Recipe {
        length: 32,
        lowercase: true,
        uppercase: true,
        digits: true,
        punctuation: true,
        excluded: "",
        each: true,
    };

    const LOWERCASE: &str = "abcdefghijklmnopqrstuvwxyz";
    const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    #[test]
    fn each_option_is_honoured() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        for bits in 0..32_u32 {
            let recipe = Recipe {
                length: 8,
                lowercase: bits & 1 != 0,
                uppercase: bits & 2 != 0,
                digits: bits & 4 != 0,
                punctuation: bits & 8 != 0,
                excluded: "abcXYZ01!~",
                each: bits & 16 != 0,
            };
            let wanted = [
                (recipe.lowercase, char::is_ascii_lowercase as fn(&char) -> bool),
                (recipe.uppercase, char::is_ascii_uppercase),
                (recipe.digits, char::is_ascii_digit),
                (recipe.punctuation, char::is_ascii_punctuation),
            ];
            for _ in 0..200 {
                let password = draw(&recipe, &mut rng);
                assert_eq!(password.is_some(), bits & 15 != 0, "{recipe:?}");
                let Some(password) = password else { continue };
                assert_eq!(password.len(), 8);
                assert!(
                    password.chars().all(|c| c.is_ascii_graphic() && !recipe.excluded.contains(c))
                );
                for (wanted, is) in &wanted {
                    let found = password.chars().any(|c| is(&c));
                    assert!(*wanted || !found, "{recipe:?}");
                    assert!(found || !*wanted || !recipe.each, "{recipe:?}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let mut rng = ChaCha20Rng::from_seed([2; 32]);
        let no_punctuation = Recipe { excluded: PUNCTUATION, ..ALL };
        let lowercase_only = Recipe { uppercase: false, digits: false, punctuation: false, ..ALL };
        for (recipe, possible) in [
            (ALL, true),
            (Recipe { length: 4, ..ALL }, true),
            (Recipe { length: 3, ..ALL }, false),
            (Recipe { length: 3, digits: false, ..ALL }, true),
            (Recipe { length: 1, each: false, ..ALL }, true),
            (no_punctuation, false),
            (Recipe { each: false, ..no_punctuation }, true),
            (Recipe { punctuation: false, ..no_punctuation }, true),
            (Recipe { excluded: "\u{e9}", ..ALL }, true),
            (Recipe { excluded: LOWERCASE, ..lowercase_only }, false),
            (Recipe { excluded: LOWERCASE, each: false, ..lowercase_only }, false),
        ] {
            assert_eq!(draw(&recipe, &mut rng).is_some(), possible, "{recipe:?}");
        }
    }

    #[test]
    fn one_character_of_a_class_is_enough() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        // `a`, `A`, `0` and all punctuation: the rarest that eight characters meet.
        let excluded: String =
            ('0'..='z').filter(|c| c.is_ascii_alphanumeric() && !"aA0".contains(*c)).collect();
        for length in [4, 8] {
            let recipe = Recipe { length, excluded: &excluded, ..ALL };
            let password = draw(&recipe, &mut rng).unwrap();
            assert!("aA0".chars().all(|c| password.contains(c)), "{length}");
        }
    }

    #[test]
    fn every_character_is_as_likely() {
        let mut rng = ChaCha20Rng::from_seed([4; 32]);
        let mut counts = [0_u32; 128];
        for _ in 0..2_000 {
            let recipe = Recipe { length: 47, each: false, ..ALL };
            for c in draw(&recipe, &mut rng).unwrap().bytes() {
                counts[usize::from(c)] += 1;
            }
        }
        // 94 characters, a thousand of each expected; five standard deviations are 158.
        for (c, count) in counts.iter().enumerate() {
            let expected = if (33..127).contains(&c) { 840..1_160 } else { 0..1 };
            assert!(expected.contains(count), "{c}: {count}");
        }
    }

    #[test]
    fn each_complete_password_is_as_likely() {
        let mut rng = ChaCha20Rng::from_seed([5; 32]);
        // Of `a`, `b` and `0`: six of length two with both classes are not all of the nine, but
        // four.
        let excluded: String =
            ('0'..='z').filter(|c| c.is_ascii_alphanumeric() && !"ab0".contains(*c)).collect();
        let recipe =
            Recipe { length: 2, uppercase: false, punctuation: false, excluded: &excluded, ..ALL };
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..4_000 {
            *counts.entry(draw(&recipe, &mut rng).unwrap().to_string()).or_insert(0) += 1;
        }
        assert_eq!(counts.keys().collect::<Vec<_>>(), ["0a", "0b", "a0", "b0"]);
        assert!(counts.values().all(|count| (860..1_140).contains(count)), "{counts:?}");
    }

    #[test]
    fn what_may_be_excluded_is_printable_ascii() {
        for (text, good) in [
            ("", true),
            ("ABCabc019", true),
            (PUNCTUATION, true),
            (" ", true),
            ("a\n", false),
            ("\u{7f}", false),
            ("\u{e9}", false),
            ("\u{5bc6}", false),
        ] {
            assert_eq!(is_excludable(text), good, "{text:?}");
        }
    }
}
