//! Parameters of the actions on applications.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::forms;
use crate::dialects::alibaba::limits;
use crate::dialects::alibaba::listing::{PageNumber, PageSize};
use crate::dialects::alibaba::values::Text;
use crate::dialects::wire::values::parsed;
use crate::model::{
    self, AccessControl, ApplicationName, ApplicationPolicyName, InstanceId, Network, NetworkKind,
    NetworkRuleName,
};
use crate::world::Instant;

/// A description.
pub(super) type Description = Text<{ limits::DESCRIPTION_MAX }>;

/// An application access point's name.
pub(crate) struct PointName(pub(super) ApplicationName);

parsed!(PointName, Open, |text: String| {
    ApplicationName::parse(&text).filter(|_| forms::is_name(&text)).map(Self)
});

/// A policy's name.
pub(crate) struct PolicyName(pub(super) ApplicationPolicyName);

parsed!(PolicyName, Open, |text: String| {
    ApplicationPolicyName::parse(&text).filter(|_| forms::is_name(&text)).map(Self)
});

/// A network rule's name.
pub(crate) struct RuleName(pub(super) NetworkRuleName);

parsed!(RuleName, Open, |text: String| {
    NetworkRuleName::parse(&text).filter(|_| forms::is_name(&text)).map(Self)
});

/// A JSON list of texts, each of which `read` accepts.
fn list<T>(text: &str, read: impl FnMut(String) -> Option<T>) -> Option<Vec<T>> {
    let texts: Vec<String> = serde_json::from_str(text).ok()?;
    texts.into_iter().map(read).collect()
}

/// The same list as compact JSON. Terraform takes such texts apart by their commas and quotes, so
/// there may be no spaces.
pub(super) fn compact(list: &impl Serialize) -> String {
    serde_json::to_string(list).unwrap_or_default()
}

/// A JSON list of names of policies.
pub(super) struct PolicyNames(pub(super) Vec<ApplicationPolicyName>);

parsed!(PolicyNames, Open, |text: String| {
    list(&text, |name| PolicyName::try_from(name).ok().map(|it| it.0)).map(Self)
});

/// A JSON list of permissions. It may be empty, and one may stand twice.
pub(super) struct Permissions(pub(super) Vec<String>);

parsed!(Permissions, Open, |text: String| {
    list(&text, |it| forms::is_permission(&it).then_some(it)).map(Self)
});

/// A JSON list of patterns of keys and secrets.
pub(super) struct Resources(pub(super) Vec<String>);

parsed!(Resources, Open, |text: String| {
    list(&text, |it| forms::is_resource(&it).then_some(it)).map(Self)
});

/// Access control rules. Their text is kept, because Terraform compares it.
pub(super) struct AccessControlRules(pub(super) AccessControl);

parsed!(AccessControlRules, Open, |text: String| {
    let network_rules = forms::network_rules(&text)?;
    Some(Self(AccessControl { network_rules, text: Some(text) }))
});

/// The scope of a policy: an instance, or none.
#[derive(Default)]
pub(super) struct Scope(pub(super) Option<InstanceId>);

parsed!(Scope, Open, |text: String| match &*text {
    SHARED => Some(Self(None)),
    id => InstanceId::parse(id).map(|id| Self(Some(id))),
});

/// The scope that is no instance.
const SHARED: &str = "shared";

/// The word for the scope of a policy.
pub(super) fn scope_word(policy: &model::ApplicationPolicy) -> &str {
    policy.instance.as_ref().map_or(SHARED, InstanceId::as_str)
}

/// The type of a network rule.
#[derive(Clone, Copy, Deserialize, Serialize)]
pub(super) enum RuleType {
    Private,
    Public,
    #[serde(rename = "VPC")]
    Vpc,
}

impl From<RuleType> for NetworkKind {
    fn from(word: RuleType) -> Self {
        match word {
            RuleType::Private => Self::Private,
            RuleType::Public => Self::Public,
            RuleType::Vpc => Self::Vpc,
        }
    }
}

impl From<NetworkKind> for RuleType {
    fn from(kind: NetworkKind) -> Self {
        match kind {
            NetworkKind::Private => Self::Private,
            NetworkKind::Public => Self::Public,
            NetworkKind::Vpc => Self::Vpc,
        }
    }
}

/// IP addresses and networks: a JSON list, as clients send it, or separated by commas, as the
/// parameter's description says.
#[derive(Default)]
pub(super) struct Sources(pub(super) Vec<Network>);

parsed!(Sources, Open, |text: String| {
    let networks = if text.trim_start().starts_with('[') {
        list(&text, |it| Network::parse(&it))
    } else {
        text.split(',').map(|it| Network::parse(it.trim())).collect()
    };
    networks.map(Self)
});

/// The id of a client key.
pub(super) struct ClientKeyName(pub(super) model::ClientKeyId);

parsed!(ClientKeyName, Open, |text: String| {
    model::ClientKeyId::parse(&text).filter(|_| forms::is_client_key_id(&text)).map(Self)
});

/// The password of a client key: 8 to 64 letters, digits and other characters, of at least two of
/// these kinds.
pub(super) struct Password(pub(super) Zeroizing<String>);

parsed!(Password, |text: String| {
    let text = Zeroizing::new(text);
    let is_mark = |b: u8| b"~!@#$%^&*?_-".contains(&b);
    let kinds: [&dyn Fn(u8) -> bool; 3] =
        [&|b| b.is_ascii_alphabetic(), &|b| b.is_ascii_digit(), &is_mark];
    let present = kinds.iter().filter(|kind| text.bytes().any(kind)).count();
    let legal = text.bytes().all(|b| kinds.iter().any(|kind| kind(b)));
    ((8..=64).contains(&text.len()) && legal && present >= 2).then_some(Self(text))
});

/// A time in the form of answers, `2016-03-25T10:42:40Z`, not before 1970. So an answer repeats the
/// text that a client sent, which Terraform requires.
#[derive(Clone, Copy)]
pub(super) struct Moment(pub(super) Instant);

parsed!(Moment, Open, |text: String| {
    let at = Instant::parse(&text)?;
    (at.millis() >= 0 && at.to_string() == text).then_some(Self(at))
});

/// A request for a page of a list.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PageRequest {
    #[serde(default)]
    pub(super) page_number: PageNumber,
    #[serde(default = "PageSize::twenty")]
    pub(super) page_size: PageSize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_have_two_kinds_of_characters() {
        let is_password = |text: &str| Password::try_from(text.to_owned()).is_ok();
        let marks = "~!@#$%^&*?_-";
        for good in
            ["Passw0rd", "abcdefg1", "1234567_", "abcdefg-", &"a1".repeat(32), &format!("{marks}a")]
        {
            assert!(is_password(good), "{good}");
        }
        for bad in [
            "",
            "Passw0r",
            "abcdefgh",
            "ABCDefgh",
            "12345678",
            marks,
            "Passw0rd+",
            "Passw0 rd",
            "Passw0rd\u{fc}",
            &format!("{}b", "a1".repeat(32)),
        ] {
            assert!(!is_password(bad), "{bad}");
        }
    }

    #[test]
    fn times_are_those_that_answers_repeat() {
        let read = |text: &str| Moment::try_from(text.to_owned()).ok().map(|it| it.0.to_string());
        for good in ["2023-09-01T14:11:22Z", "1970-01-01T00:00:00Z", "9999-12-30T22:00:00Z"] {
            assert_eq!(read(good).as_deref(), Some(good));
        }
        for bad in [
            "",
            "2023-09-01",
            "2023-09-01T14:11:22",
            "2023-09-01T14:11:22.5Z",
            "2023-09-01T14:11:22+00:00",
            "2023-09-01 14:11:22Z",
            "2023-02-29T00:00:00Z",
            "2016-12-31T23:59:60Z",
            "1969-12-31T23:59:59Z",
            "10000-01-01T00:00:00Z",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn addresses_are_a_list_or_separated_by_commas() {
        let read = |text: &str| {
            let sources = Sources::try_from(text.to_owned()).ok()?;
            Some(compact(&sources.0))
        };
        for (text, expected) in [
            (r#"["10.10.10.10/24", "192.168.17.172"]"#, r#"["10.10.10.10/24","192.168.17.172"]"#),
            ("10.10.10.10/24, 71.71.71.71", r#"["10.10.10.10/24","71.71.71.71"]"#),
            ("10.0.0.1", r#"["10.0.0.1"]"#),
            (" [ ] ", "[]"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for bad in ["none", "10.0.0.1,", "[10.0.0.1]", r#"["10.0.0.300"]"#, r#"{"a":"10.0.0.1"}"#] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
