//! `GetRandomPassword`: every option, and impossible combinations.

use std::collections::BTreeSet;

use super::text;
use crate::kit::{Answer, Client, Server};

const LOWERCASE: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPERCASE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// The switch that turns a class off, and the class.
const CLASSES: [(&str, &str); 4] = [
    ("ExcludeLowercase", LOWERCASE),
    ("ExcludeUppercase", UPPERCASE),
    ("ExcludeNumbers", DIGITS),
    ("ExcludePunctuation", PUNCTUATION),
];

fn ask(client: &Client, params: &[(&str, &str)]) -> Answer {
    client.call("GetRandomPassword", params)
}

#[track_caller]
fn drawn(client: &Client, params: &[(&str, &str)]) -> String {
    text(&ask(client, params).ok(), "RandomPassword")
}

fn has(password: &str, class: &str) -> bool {
    password.contains(|c| class.contains(c))
}

#[test]
fn a_password_has_32_characters_of_each_class_by_default() {
    let server = Server::start();
    let client = server.client();
    let mut seen = BTreeSet::new();
    let mut characters = BTreeSet::new();
    for _ in 0..300 {
        let password = drawn(&client, &[]);
        assert_eq!(password.len(), 32);
        assert!(CLASSES.iter().all(|(_, class)| has(&password, class)), "{password}");
        characters.extend(password.chars());
        assert!(seen.insert(password), "a password came twice");
    }
    // All allowed characters occur, and no others, not even a space.
    let all: BTreeSet<_> = CLASSES.iter().flat_map(|(_, class)| class.chars()).collect();
    assert_eq!(characters, all);
    assert_eq!(super::fields(&ask(&client, &[]).ok()), ["RandomPassword", "RequestId"]);
}

#[test]
fn lengths_are_8_to_128() {
    let server = Server::start();
    let client = server.client();
    for length in [8_usize, 9, 31, 32, 33, 127, 128] {
        for each in ["true", "false"] {
            let params =
                [("PasswordLength", &*length.to_string()), ("RequireEachIncludedType", each)];
            assert_eq!(drawn(&client, &params).len(), length);
        }
    }
    assert_eq!(drawn(&client, &[("PasswordLength", "")]).len(), 32);
    for bad in [
        "7",
        "129",
        "0",
        "1",
        "-8",
        "+8",
        "8.0",
        "8 ",
        "0x20",
        "eight",
        "4294967304",
        "99999999999999999999",
    ] {
        ask(&client, &[("PasswordLength", bad)]).refused_parameter("PasswordLength");
    }
}

#[test]
fn every_combination_of_classes_works() {
    let server = Server::start();
    let client = server.client();
    for bits in 0..15_usize {
        for each in ["true", "false", ""] {
            let switch = |at: usize| if bits & (1 << at) == 0 { "false" } else { "True" };
            let mut params: Vec<_> = (0..4).map(|at| (CLASSES[at].0, switch(at))).collect();
            params.extend([("PasswordLength", "8"), ("RequireEachIncludedType", each)]);
            let mut lacking = 0;
            for _ in 0..25 {
                let password = drawn(&client, &params);
                assert_eq!(password.len(), 8);
                for (at, (_, class)) in CLASSES.iter().enumerate() {
                    let (wanted, found) = (bits & (1 << at) == 0, has(&password, class));
                    assert!(wanted || !found, "{params:?}: {password}");
                    assert!(found || !wanted || each == "false", "{params:?}: {password}");
                    lacking += usize::from(wanted && !found);
                }
            }
            // Eight characters of four classes usually lack one of them.
            assert!(each != "false" || bits != 0 || lacking > 0, "no class was ever left out");
        }
    }
}

#[test]
fn excluded_characters_never_occur() {
    let server = Server::start();
    let client = server.client();
    let most_letters = format!("{}{}", &LOWERCASE[1..], &UPPERCASE[1..]);
    for excluded in ["ABCabc", "0", PUNCTUATION, " ", "\"'\\`", "aaaa", &most_letters, &DIGITS[..9]]
    {
        for length in ["8", "128"] {
            let mut params = vec![("ExcludeCharacters", excluded), ("PasswordLength", length)];
            if excluded == PUNCTUATION {
                params.push(("ExcludePunctuation", "true"));
            }
            for _ in 0..20 {
                let password = drawn(&client, &params);
                assert!(!has(&password, excluded), "{excluded}: {password}");
                let required = CLASSES
                    .iter()
                    .filter(|(_, class)| *class != PUNCTUATION || excluded != PUNCTUATION);
                for (_, class) in required {
                    assert!(has(&password, class), "{excluded}: {password}");
                }
            }
        }
    }
    // One character of a class is enough, and one in total.
    let only = format!("{}{}{}{PUNCTUATION}", &LOWERCASE[1..], UPPERCASE, DIGITS);
    let lone = [
        ("ExcludeCharacters", &*only),
        ("RequireEachIncludedType", "false"),
        ("PasswordLength", "9"),
    ];
    assert_eq!(drawn(&client, &lone), "aaaaaaaaa");
    for bad in ["\u{e9}", "abc\u{5bc6}", "a\nb", "\t", "\u{7f}", "\u{1f511}"] {
        ask(&client, &[("ExcludeCharacters", bad)]).refused_parameter("ExcludeCharacters");
    }
}

#[test]
fn impossible_passwords_are_refused() {
    let server = Server::start();
    let client = server.client();
    for (switch, class) in CLASSES {
        // A required class without any characters.
        let excluded = ("ExcludeCharacters", class);
        ask(&client, &[excluded]).refused_parameter("ExcludeCharacters");
        ask(&client, &[excluded, ("RequireEachIncludedType", "true")])
            .refused_parameter("ExcludeCharacters");
        for possible in [("RequireEachIncludedType", "false"), (switch, "true")] {
            let password = drawn(&client, &[excluded, possible]);
            assert!(!has(&password, class), "{password}");
        }
        // No characters of the only class.
        let mut alone: Vec<_> = CLASSES.iter().map(|(name, _)| (*name, "true")).collect();
        alone.retain(|(name, _)| *name != switch);
        assert!(drawn(&client, &alone).chars().all(|c| class.contains(c)));
        alone.push(excluded);
        for each in ["true", "false"] {
            let each = [&alone[..], &[("RequireEachIncludedType", each)]].concat();
            ask(&client, &each).refused_parameter("ExcludeCharacters");
        }
    }
    let everything: String = CLASSES.iter().map(|(_, class)| *class).collect();
    for each in ["true", "false"] {
        let params = [("ExcludeCharacters", &*everything), ("RequireEachIncludedType", each)];
        ask(&client, &params).refused_parameter("ExcludeCharacters");
    }
}

#[test]
fn excluding_every_class_is_refused_for_one_of_the_switches() {
    let server = Server::start();
    let client = server.client();
    let none: Vec<_> = CLASSES.iter().map(|(name, _)| (*name, "true")).collect();
    for each in ["true", "false"] {
        let answer = ask(&client, &[&none[..], &[("RequireEachIncludedType", each)]].concat());
        let message = answer.refused(400, "InvalidParameter");
        // If the request excludes no characters, they must not be reported as wrong.
        assert!(none.iter().any(|(name, _)| message.contains(name)), "{message}");
    }
}

#[test]
fn switches_are_booleans() {
    let server = Server::start();
    let client = server.client();
    for (name, _) in CLASSES.iter().chain(&[("RequireEachIncludedType", "")]) {
        for bad in ["yes", "1", "on", "truee"] {
            ask(&client, &[(name, bad)]).refused_parameter(name);
        }
        for good in ["true", "false", "TRUE", "False", ""] {
            ask(&client, &[(name, good)]).ok();
        }
    }
}

#[test]
fn only_a_seed_repeats_passwords() {
    let run = |server: &Server| {
        let client = server.client();
        let draw = |at: usize| drawn(&client, &[("PasswordLength", &*(at % 121 + 8).to_string())]);
        (0..30).map(draw).collect::<Vec<_>>()
    };
    let (first, second) = (Server::start(), Server::start());
    let passwords = run(&first);
    assert_eq!(run(&second), passwords);
    assert_ne!(run(&first), passwords);
}
