//! Which texts are names, ids, permissions, resources and access control rules.

use serde::Deserialize;

use crate::model::{ClientKeyId, NetworkRuleName};
use crate::world::Entropy;

/// The prefix of a client key's id.
const CLIENT_KEY: &str = "KAAP.";

/// The use of keys.
pub(crate) const KEY_USER: &str = "RbacPermission/Template/CryptoServiceKeyUser";
/// Reading the values of secrets.
pub(crate) const SECRET_USER: &str = "RbacPermission/Template/CryptoServiceSecretUser";
/// Reading the values of secrets at the shared gateway. No source has the name in the API.
pub(crate) const SHARED_SECRET_USER: &str = "RbacPermission/Template/SecretUser";

/// Whether a text is the name of an application access point, a policy or a network rule. No source
/// gives the form. Terraform's provider sends names with dots.
pub(super) fn is_name(text: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(legal)
}

/// Whether a text is a permission of a policy.
pub(super) fn is_permission(text: &str) -> bool {
    [KEY_USER, SECRET_USER, SHARED_SECRET_USER].contains(&text)
}

/// Whether a text names keys or secrets of a policy: `key/` or `secret/`, then an id or a name in
/// which `*` stands for any characters.
pub(super) fn is_resource(text: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"_/+=.@-*".contains(&b);
    let name = text.strip_prefix("key/").or_else(|| text.strip_prefix("secret/"));
    name.is_some_and(|name| (1..=192).contains(&name.len()) && name.bytes().all(legal))
}

/// The network rules that access control rules name: `{"NetworkRules":["rule"]}`.
pub(super) fn network_rules(text: &str) -> Option<Vec<NetworkRuleName>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Rules {
        #[serde(default)]
        network_rules: Vec<String>,
    }
    // Read as an object first: a list of members would be accepted too.
    let object: serde_json::Map<_, _> = serde_json::from_str(text).ok()?;
    let rules: Rules = serde_json::from_value(object.into()).ok()?;
    let name = |text: &String| NetworkRuleName::parse(text).filter(|it| is_name(it.as_str()));
    rules.network_rules.iter().map(name).collect()
}

/// Whether a text is the id of a client key.
pub(super) fn is_client_key_id(text: &str) -> bool {
    let uuid =
        text.strip_prefix(CLIENT_KEY).and_then(|id| Some((id, id.parse::<uuid::Uuid>().ok()?)));
    uuid.is_some_and(|(id, uuid)| uuid.to_string() == id)
}

/// A new id of a client key.
pub(super) fn new_client_key_id(entropy: &Entropy) -> Option<ClientKeyId> {
    ClientKeyId::parse(&format!("{CLIENT_KEY}{}", entropy.uuid()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_1_to_64_characters() {
        for good in ["a", "A-b_9", "a.b", &"n".repeat(64)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "a b", "a/b", "a:b", "\u{fc}", &"n".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn resources_are_keys_and_secrets() {
        let longest = format!("secret/{}", "n".repeat(192));
        for good in ["key/*", "key/a*", "key/key-hzz", "secret/*", "secret/acs/ram/x", &longest] {
            assert!(is_resource(good), "{good}");
        }
        let long = format!("{longest}n");
        for bad in ["", "*", "key", "key/", "secret/", "alias/a", "key/a b", "KEY/a", &long] {
            assert!(!is_resource(bad), "{bad}");
        }
    }

    #[test]
    fn access_control_rules_name_network_rules() {
        let names = |text: &str| {
            let rules = network_rules(text)?;
            Some(rules.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        };
        for (text, expected) in [
            (r#"{"NetworkRules":["a"]}"#, Some("a")),
            (" { \"NetworkRules\" : [ \"a\", \"b\" ] } ", Some("a b")),
            (r#"{"NetworkRules":[]}"#, Some("")),
            ("{}", Some("")),
            ("", None),
            ("[]", None),
            (r#"{"NetworkRules":"a"}"#, None),
            (r#"{"NetworkRules":["a b"]}"#, None),
            (r#"{"NetworkRules":["a"],"Other":1}"#, None),
        ] {
            assert_eq!(names(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn client_keys_have_their_own_ids() {
        let made = new_client_key_id(&Entropy::seeded("a")).unwrap();
        assert!(is_client_key_id(made.as_str()), "{made}");
        let id = "KAAP.00000000-1111-2222-3333-444444444444";
        assert!(is_client_key_id(id));
        for bad in ["", "KAAP.", "LTAI", &id[5..], &format!("{id}0"), &id.replace("KAAP", "kaap")] {
            assert!(!is_client_key_id(bad), "{bad}");
        }
        assert!(!is_client_key_id("KAAP.ABCDEF00-1111-2222-3333-444444444444"));
    }
}
