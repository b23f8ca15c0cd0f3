//! Every change of a vector by one byte, and the refusal that must follow.

use std::ops::Range;

use super::{BAD_ACS, BAD_KEY, BAD_TIME, BAD_VALUE, Code, MISSING, Vector};

/// A description of the change, the changed vector, and the refusal.
pub(super) fn forgeries(vector: &Vector) -> Vec<(String, Vector, Code)> {
    let mut made = Vec::new();
    let mut add = |what: String, change: &dyn Fn(&mut Vector), expected: Code| {
        let mut forged = vector.clone();
        change(&mut forged);
        made.push((what, forged, expected));
    };
    let bad = vector.bad_signature();
    let (target, body) = (&vector.target, &vector.body);
    let query = target.find('?').map_or(vec![], |at| pairs(target, at + 1));
    for (name, value) in query {
        for (what, text, expected) in changed_pair(vector, target, name, value) {
            add(format!("query {what}"), &|it| it.target.clone_from(&text), expected);
        }
    }
    for (name, value) in if body.is_empty() { vec![] } else { pairs(body, 0) } {
        for (what, text, expected) in changed_pair(vector, body, name, value) {
            add(format!("body {what}"), &|it| it.body.clone_from(&text), expected);
        }
    }
    let more = if target.contains('?') { "&Extra=1" } else { "?Extra=1" };
    add("a parameter more".into(), &|it| it.target += more, bad);
    let more = if body.is_empty() { "Extra=1" } else { "&Extra=1" };
    add("a parameter more in the body".into(), &|it| it.body += more, bad);
    let method = if vector.method == "GET" { "POST" } else { "GET" };
    add(method.into(), &|it| it.method = method.into(), bad);
    if vector.is_acs() {
        add("another path".into(), &|it| it.target.insert(1, 'x'), bad);
        for (index, text, expected) in changed_headers(vector) {
            let (name, was) = &vector.headers[index];
            add(
                format!("{name}: {was} as {text}"),
                &|it| it.headers[index].1.clone_from(&text),
                expected,
            );
        }
        let twice = ("x-acs-action".to_owned(), "ListKeys".to_owned());
        add("a header twice".into(), &|it| it.headers.push(twice.clone()), bad);
        if vector.security_token.is_none() {
            let token = ("x-acs-security-token".to_owned(), "token".to_owned());
            add("a header that is not signed".into(), &|it| it.headers.push(token.clone()), bad);
        }
    }
    made
}

/// A parameter with a byte of its value changed, and with a byte of its name changed.
fn changed_pair(
    vector: &Vector,
    text: &str,
    name: Range<usize>,
    value: Range<usize>,
) -> Vec<(String, String, Code)> {
    let bad = vector.bad_signature();
    let (in_value, in_name) = match &text[name.clone()] {
        _ if vector.is_acs() => (bad, bad),
        "AccessKeyId" => (BAD_KEY, MISSING),
        "SignatureMethod" | "SignatureVersion" => (BAD_VALUE, MISSING),
        "Timestamp" => (BAD_TIME, BAD_TIME),
        "Signature" => (bad, MISSING),
        _ => (bad, bad),
    };
    let time = in_value == BAD_TIME;
    let values = variants(text, value.clone()).into_iter().enumerate().map(|(nth, changed)| {
        // The second of the three changes the seconds: a valid time, but not the signed one.
        (changed, if time && nth == 1 { bad } else { in_value })
    });
    let last = name.end - 1..name.end;
    let names = variants(text, last).into_iter().map(|changed| (changed, in_name));
    values.chain(names).map(|(changed, code)| (format!("as {changed}"), changed, code)).collect()
}

/// Every signed header with a byte changed, and every part of `Authorization`: the header's
/// position and new value.
fn changed_headers(vector: &Vector) -> Vec<(usize, String, Code)> {
    let mut made = Vec::new();
    let place = |name: &str| {
        vector.headers.iter().position(|(it, _)| it.eq_ignore_ascii_case(name)).unwrap()
    };
    let at = place("authorization");
    let authorization = vector.headers[at].1.clone();
    let part = |name: &str| {
        let start = authorization.find(&format!("{name}=")).unwrap() + name.len() + 1;
        start..authorization[start..].find(',').map_or(authorization.len(), |end| start + end)
    };
    let mut start = part("SignedHeaders").start;
    for name in authorization[part("SignedHeaders")].split(';') {
        let index = place(name);
        let value = &vector.headers[index].1;
        for (nth, text) in variants(value, 0..value.len()).into_iter().enumerate() {
            let time = name == "x-acs-date" && nth != 1;
            made.push((index, text, if time { BAD_TIME } else { BAD_ACS }));
        }
        made.push((at, changed(&authorization, start), BAD_ACS));
        start += name.len() + 1;
    }
    for text in variants(&authorization, part("Signature")) {
        made.push((at, text, BAD_ACS));
    }
    let upper = vector.signature.to_uppercase();
    made.push((at, authorization.replace(&vector.signature, &upper), BAD_ACS));
    let algorithm = authorization.find(' ').unwrap();
    made.push((at, changed(&authorization, algorithm - 1), BAD_VALUE));
    // The access key; for ACS4 also day, region, product and terminator.
    let mut start = part("Credential").start;
    let codes = [BAD_KEY, BAD_TIME, BAD_ACS, BAD_ACS, BAD_VALUE];
    for (piece, code) in authorization[part("Credential")].split('/').zip(codes) {
        made.push((at, changed(&authorization, start + piece.len() - 1), code));
        start += piece.len() + 1;
    }
    made
}

/// The text with one byte changed to another valid one.
pub fn changed(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = match bytes[at] {
        b'9' => b'0',
        b'Z' => b'A',
        b'z' => b'a',
        b'0'..=b'8' | b'A'..=b'Y' | b'a'..=b'y' => bytes[at] + 1,
        _ => b'x',
    };
    String::from_utf8(bytes).unwrap()
}

/// The text with one byte of a part changed: the first, the last but one and the last of the
/// unencoded bytes, or an additional one if there are none.
fn variants(text: &str, part: Range<usize>) -> Vec<String> {
    let bytes = text.as_bytes();
    let escaped =
        |at: usize| (1..=2).any(|back| at >= part.start + back && bytes[at - back] == b'%');
    let plain: Vec<_> =
        part.clone().filter(|at| bytes[*at].is_ascii_alphanumeric() && !escaped(*at)).collect();
    match plain[..] {
        [] => vec![format!("{}x{}", &text[..part.end], &text[part.end..])],
        [one] => vec![changed(text, one)],
        [first, .., last] => {
            vec![changed(text, first), changed(text, plain[plain.len() - 2]), changed(text, last)]
        }
    }
}

/// A form's parameters: where each name and each value is.
fn pairs(text: &str, from: usize) -> Vec<(Range<usize>, Range<usize>)> {
    let mut start = from;
    let pairs = text[from..].split('&').map(|pair| {
        let (begin, end) = (start, start + pair.len());
        start = end + 1;
        let equals = begin + pair.find('=').unwrap();
        (begin..equals, equals + 1..end)
    });
    pairs.collect()
}
