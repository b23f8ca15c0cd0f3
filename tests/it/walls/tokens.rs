//! Splits Rust source text into tokens, without comments and string literals.

/// A token of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// An identifier or a keyword.
    Word(String),
    /// `::`.
    Path,
    /// Any other character except white space.
    Mark(char),
}

impl Token {
    pub fn is(&self, text: &str) -> bool {
        match self {
            Self::Word(word) => word == text,
            Self::Path => text == "::",
            Self::Mark(mark) => text.len() == 1 && text.starts_with(*mark),
        }
    }
}

/// The tokens of a text.
pub fn tokens(text: &str) -> Vec<Token> {
    let code = without_quotes(text);
    let mut found = Vec::new();
    let mut rest = code.as_str();
    while let Some(first) = rest.chars().next() {
        let length = if is_word(first) {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            found.push(Token::Word(rest[..end].to_owned()));
            end
        } else if rest.starts_with("::") {
            found.push(Token::Path);
            2
        } else {
            if !first.is_whitespace() {
                found.push(Token::Mark(first));
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The text without comments and with empty string literals.
pub fn without_quotes(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_in_word = code.chars().next_back().is_some_and(is_word);
        let raw = if "br".contains(first) && !is_in_word { raw_quote(rest) } else { None };
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some((start, end)) = raw {
            code.push_str("\"\"");
            rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len())
        } else if first == '"' {
            code.push_str("\"\"");
            (closing(rest, '"') + 1).min(rest.len())
        } else if first == '\'' && is_character(rest) {
            code.push_str("' '");
            closing(rest, '\'') + 1
        } else {
            code.push(first);
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    code
}

/// Where the content of a raw string begins, and its closing delimiter.
fn raw_quote(rest: &str) -> Option<(usize, String)> {
    let prefix = ["br", "r"].into_iter().find(|prefix| rest.starts_with(prefix))?;
    let hashes = rest[prefix.len()..].len() - rest[prefix.len()..].trim_start_matches('#').len();
    let start = prefix.len() + hashes;
    rest[start..].starts_with('"').then(|| (start + 1, format!("\"{}", "#".repeat(hashes))))
}

/// The end of the string literal at the start of the text.
fn closing(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if c == quote => return at,
            _ => {}
        }
    }
    rest.len()
}

/// Whether a single quote begins a character literal and not a lifetime.
fn is_character(rest: &str) -> bool {
    let mut next = rest.chars().skip(1);
    match (next.next(), next.next()) {
        (Some('\\'), _) => true,
        (Some(_), after) => after == Some('\''),
        (None, _) => false,
    }
}

#[test]
fn code_is_separated_from_comments_and_quotes() {
    for (text, code) in [
        ("let a = 1; // crate::b", "let a = 1; "),
        ("f(\"a // b\", c) // d", "f(\"\", c) "),
        (r#"f("a \" b", c)"#, r#"f("", c)"#),
        (r#"f(r"\", c)"#, r#"f("", c)"#),
        ("f(br#\"a \" b\"#, c)", "f(\"\", c)"),
        (r"x == '\u{22}' || y", r"x == ' ' || y"),
        (r#"x == '"' || crate::y"#, "x == ' ' || crate::y"),
        ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
        ("a /* b\n c */ d", "a  d"),
        ("/// A comment", ""),
        ("for\"x\"", "for\"\""),
    ] {
        assert_eq!(without_quotes(text), code, "{text}");
    }
}

#[test]
fn a_path_consists_of_words_and_double_colons() {
    let found = tokens("use a::{b, self};");
    let texts = ["use", "a", "::", "{", "b", ",", "self", "}", ";"];
    assert_eq!(found.len(), texts.len());
    assert!(found.iter().zip(texts).all(|(token, text)| token.is(text)), "{found:?}");
}
