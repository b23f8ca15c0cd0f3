//! The other half of each cloud: what a client does. It signs by the canonical forms that its cloud checks by, and knows
//! how the cloud's SDKs and tools are pointed at a server.

use axum::http::header::{InvalidHeaderValue, ToStrError};
use axum::http::{Request, Response};
use bytes::Bytes;
use zeroize::Zeroizing;

use crate::world::Instant;

/// A cloud's client side.
pub struct Peer {
    /// Signs a call as the cloud's SDKs do.
    pub sign: fn(&Ask<'_>) -> Result<Request<Bytes>, Unsignable>,
    /// Whether an answer is a refusal.
    pub is_refusal: fn(&Response<Bytes>) -> bool,
    /// The SDKs and tools that can be pointed at a server.
    pub clients: &'static [Client],
}

/// Who signs.
pub struct Credentials {
    /// The access key's id.
    pub id: String,
    /// Its secret.
    pub secret: Zeroizing<String>,
    /// The token of a temporary one.
    pub token: Option<Zeroizing<String>>,
}

/// A call to be made.
pub struct Ask<'a> {
    /// The action.
    pub action: &'a str,
    /// Its parameters, each name once.
    pub params: &'a [(String, String)],
    /// The region, where one is named.
    pub region: Option<&'a str>,
    /// Where it goes: `host:port`.
    pub host: &'a str,
    /// The time that it is signed with.
    pub time: Instant,
    /// A text that no other call carries.
    pub nonce: &'a str,
    /// Who signs.
    pub credentials: &'a Credentials,
}

/// A call that cannot be made: something in it does not go into a request's head.
#[derive(Debug, thiserror::Error)]
#[error("this, the access key id or the token holds a character that no request's head can carry")]
pub struct Unsignable;

impl From<InvalidHeaderValue> for Unsignable {
    fn from(_: InvalidHeaderValue) -> Self {
        Self
    }
}

impl From<ToStrError> for Unsignable {
    fn from(_: ToStrError) -> Self {
        Self
    }
}

/// An SDK or a tool, and the text that points it at a server. In the text, a line that begins with `http|` or `https|`
/// stands for that scheme only. These words are replaced, each by a whole literal of the language: `@URL@`, `@ENDPOINT@`
/// (`host:port`), `@REGION_ENDPOINT@` (the same, under a name that begins with the region), `@ID@`, `@SECRET@`, `@REGION@`,
/// and where the certificate authority is fetched, `@CA_PEM@` and `@CA_P12@`.
pub struct Client {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// How its language writes a text.
    pub quoting: Quoting,
    /// The text.
    pub text: &'static str,
}

/// How a language writes a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// In double quotes, as JSON does: Python, JavaScript, Go, Java.
    Double,
    /// In double quotes, where `${` and `%{` mean something: HCL.
    Hcl,
    /// In single quotes, with a backslash before quotes and backslashes: PHP.
    Php,
    /// In single quotes that nothing escapes: the shell.
    Shell,
}

impl Quoting {
    /// `text` as a literal.
    #[must_use]
    pub fn quote(self, text: &str) -> String {
        let json = || serde_json::Value::from(text).to_string();
        match self {
            Self::Double => json(),
            Self::Hcl => json().replace("${", "$${").replace("%{", "%%{"),
            Self::Php => format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'")),
            Self::Shell => format!("'{}'", text.replace('\'', r"'\''")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_quotes_in_its_own_way() {
        let text = "a'b\"c\\d${e}%{f}";
        assert_eq!(Quoting::Double.quote(text), r#""a'b\"c\\d${e}%{f}""#);
        assert_eq!(Quoting::Hcl.quote(text), r#""a'b\"c\\d$${e}%%{f}""#);
        assert_eq!(Quoting::Php.quote(text), r#"'a\'b"c\\d${e}%{f}'"#);
        assert_eq!(Quoting::Shell.quote(text), r#"'a'\''b"c\d${e}%{f}'"#);
    }
}
