//! Random passwords over printable ASCII.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// What a password consists of. It never contains a space.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Recipe<'a> {
    /// Its length in characters.
    pub length: usize,
    /// Whether `a` to `z` may occur.
    pub lowercase: bool,
    /// Whether `A` to `Z` may occur.
    pub uppercase: bool,
    /// Whether `0` to `9` may occur.
    pub digits: bool,
    /// Whether the other visible characters may occur.
    pub punctuation: bool,
    /// Characters that must not occur, of any class.
    pub excluded: &'a str,
    /// Whether each allowed class must occur.
    pub every_class: bool,
}

/// How many passwords are tried until one contains each class. In the rarest case that a service
/// asks for (eight characters, with one allowed character in each class but one), one in 150 does.
/// The bound ends the search even when the random numbers are broken.
const ATTEMPTS: usize = 1 << 16;

impl Recipe<'_> {
    /// The allowed characters of each class.
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

/// Generates a password. All passwords that the recipe allows are equally likely. `None` when it
/// allows none.
pub fn generate<R: CryptoRng>(recipe: &Recipe<'_>, rng: &mut R) -> Option<Zeroizing<String>> {
    let classes = recipe.classes();
    let alphabet = classes.concat();
    let bound = u32::try_from(alphabet.len()).ok().filter(|bound| *bound > 0)?;
    if !recipe.every_class {
        return Some(one(&alphabet, bound, recipe.length, rng));
    }
    if classes.iter().any(Vec::is_empty) || recipe.length < classes.len() {
        return None;
    }
    // Repairing a password that lacks a class would make some more likely than others. So another
    // one is generated instead.
    let complete = |password: &Zeroizing<String>| {
        classes.iter().all(|class| password.bytes().any(|c| class.contains(&c)))
    };
    (0..ATTEMPTS).map(|_| one(&alphabet, bound, recipe.length, rng)).find(complete)
}

fn one<R: CryptoRng>(alphabet: &[u8], bound: u32, length: usize, rng: &mut R) -> Zeroizing<String> {
    let mut password = Zeroizing::new(String::with_capacity(length));
    for _ in 0..length {
        password.push(char::from(alphabet[below(bound, rng) as usize]));
    }
    password
}

/// A number below `bound`, uniformly distributed: values from the incomplete last range are drawn
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

/// Whether the text is printable ASCII, and so may be given as characters to exclude. A space is
/// allowed, although no password contains one.
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
        every_class: true,
    };

    const LOWERCASE: &str = "abcdefghijklmnopqrstuvwxyz";
    const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    #[test]
    fn each_option_has_its_effect() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        for bits in 0..32_u32 {
            let recipe = Recipe {
                length: 8,
                lowercase: bits & 1 != 0,
                uppercase: bits & 2 != 0,
                digits: bits & 4 != 0,
                punctuation: bits & 8 != 0,
                excluded: "abcXYZ01!~",
                every_class: bits & 16 != 0,
            };
            let wanted = [
                (recipe.lowercase, char::is_ascii_lowercase as fn(&char) -> bool),
                (recipe.uppercase, char::is_ascii_uppercase),
                (recipe.digits, char::is_ascii_digit),
                (recipe.punctuation, char::is_ascii_punctuation),
            ];
            for _ in 0..200 {
                let password = generate(&recipe, &mut rng);
                assert_eq!(password.is_some(), bits & 15 != 0, "{recipe:?}");
                let Some(password) = password else { continue };
                assert_eq!(password.len(), 8);
                assert!(
                    password.chars().all(|c| c.is_ascii_graphic() && !recipe.excluded.contains(c))
                );
                for (wanted, is) in &wanted {
                    let found = password.chars().any(|c| is(&c));
                    assert!(*wanted || !found, "{recipe:?}");
                    assert!(found || !*wanted || !recipe.every_class, "{recipe:?}");
                }
            }
        }
    }

    #[test]
    fn impossible_recipes_yield_nothing() {
        let mut rng = ChaCha20Rng::from_seed([2; 32]);
        let no_punctuation = Recipe { excluded: PUNCTUATION, ..ALL };
        let lowercase_only = Recipe { uppercase: false, digits: false, punctuation: false, ..ALL };
        for (recipe, possible) in [
            (ALL, true),
            (Recipe { length: 4, ..ALL }, true),
            (Recipe { length: 3, ..ALL }, false),
            (Recipe { length: 3, digits: false, ..ALL }, true),
            (Recipe { length: 1, every_class: false, ..ALL }, true),
            (no_punctuation, false),
            (Recipe { every_class: false, ..no_punctuation }, true),
            (Recipe { punctuation: false, ..no_punctuation }, true),
            (Recipe { excluded: "\u{e9}", ..ALL }, true),
            (Recipe { excluded: LOWERCASE, ..lowercase_only }, false),
            (Recipe { excluded: LOWERCASE, every_class: false, ..lowercase_only }, false),
        ] {
            assert_eq!(generate(&recipe, &mut rng).is_some(), possible, "{recipe:?}");
        }
    }

    #[test]
    fn a_class_of_one_character_still_occurs() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        // `a`, `A`, `0` and all punctuation: the least likely case for eight characters.
        let excluded: String =
            ('0'..='z').filter(|c| c.is_ascii_alphanumeric() && !"aA0".contains(*c)).collect();
        for length in [4, 8] {
            let recipe = Recipe { length, excluded: &excluded, ..ALL };
            let password = generate(&recipe, &mut rng).unwrap();
            assert!("aA0".chars().all(|c| password.contains(c)), "{length}");
        }
    }

    #[test]
    fn all_characters_are_equally_likely() {
        let mut rng = ChaCha20Rng::from_seed([4; 32]);
        let mut counts = [0_u32; 128];
        for _ in 0..2_000 {
            let recipe = Recipe { length: 47, every_class: false, ..ALL };
            for c in generate(&recipe, &mut rng).unwrap().bytes() {
                counts[usize::from(c)] += 1;
            }
        }
        // 94 characters, each expected a thousand times. Five standard deviations are 158.
        for (c, count) in counts.iter().enumerate() {
            let expected = if (33..127).contains(&c) { 840..1_160 } else { 0..1 };
            assert!(expected.contains(count), "{c}: {count}");
        }
    }

    #[test]
    fn all_allowed_passwords_are_equally_likely() {
        let mut rng = ChaCha20Rng::from_seed([5; 32]);
        // From `a`, `b` and `0`, nine passwords of length two exist. Four contain both classes.
        let excluded: String =
            ('0'..='z').filter(|c| c.is_ascii_alphanumeric() && !"ab0".contains(*c)).collect();
        let recipe =
            Recipe { length: 2, uppercase: false, punctuation: false, excluded: &excluded, ..ALL };
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..4_000 {
            *counts.entry(generate(&recipe, &mut rng).unwrap().to_string()).or_insert(0) += 1;
        }
        assert_eq!(counts.keys().collect::<Vec<_>>(), ["0a", "0b", "a0", "b0"]);
        assert!(counts.values().all(|count| (860..1_140).contains(count)), "{counts:?}");
    }

    #[test]
    fn only_printable_ascii_may_be_excluded() {
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
