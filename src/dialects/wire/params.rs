//! Typed requests from flat text: a serde deserializer over name and value pairs. Lists are flat
//! too (`Tag.1.Key`). An empty value counts as absent, except for parameters that may be empty.
//! Unknown parameters are ignored.

mod fields;

use serde::de::DeserializeOwned;

use self::fields::Fields;
use super::classes;
use super::form::Form;
use super::param_error::{ParamError, WrongType};
use super::param_style::ParamStyle;
use crate::watch::truncate;

/// How many unknown parameters are logged. A log line must not grow with the request.
const UNREAD_MAX: usize = 64;

/// Deserializes an action's parameters, and logs the names of unknown ones.
pub(crate) fn read<T: DeserializeOwned>(
    params: &Form,
    param_style: &ParamStyle,
) -> Result<T, ParamError> {
    if tracing::enabled!(tracing::Level::DEBUG) {
        let read = classes::names::<T>();
        let is_common = |name: &str| param_style.common.iter().any(|(it, _)| *it == name);
        let unread = |name: &str| {
            let list = name.split('.').next().unwrap_or_default();
            !is_common(name) && !read.contains(&name) && !read.contains(&list)
        };
        let unread = params.iter().map(|(name, _)| name).filter(|name| unread(name));
        let unread: Vec<_> = unread.take(UNREAD_MAX).map(truncate).collect();
        if !unread.is_empty() {
            tracing::debug!(?unread, "parameters ignored");
        }
    }
    read_some(params, param_style)
}

/// Deserializes some of the parameters.
pub(crate) fn read_some<T: DeserializeOwned>(
    params: &Form,
    param_style: &ParamStyle,
) -> Result<T, ParamError> {
    let wrong_type = WrongType::default();
    let fields = Fields { params, param_style, prefix: "", wrong_type: &wrong_type };
    let read = T::deserialize(fields);
    wrong_type.or(read)
}

#[cfg(test)]
mod tests {
    use super::super::param_style::JsonStyle;
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "PascalCase")]
    struct Request {
        key_id: String,
        #[serde(default)]
        flag: bool,
        size: Option<u32>,
        description: Option<String>,
        #[serde(default)]
        tag: Vec<Tag>,
        #[serde(default)]
        id: Vec<String>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "PascalCase")]
    struct Tag {
        key: String,
        value: Option<String>,
    }

    const PARAM_STYLE: ParamStyle = ParamStyle {
        common: &[],
        allow_empty: &["Description"],
        maps: &[],
        repeated_lists: false,
        json: None,
    };

    fn request(text: &str) -> Result<Request, ParamError> {
        read(&Form::read(&[text.as_bytes()]).unwrap(), &PARAM_STYLE)
    }

    #[test]
    fn flat_text_becomes_a_request() {
        let full = request(
            "KeyId=k&Flag=True&Size=7&Description=&Tag.2.Key=b&Tag.1.Key=a&Tag.1.Value=v\
             &Id.1=x&Id.10=z&Id.2=y",
        );
        let tag =
            |key: &str, value: Option<&str>| Tag { key: key.into(), value: value.map(Into::into) };
        assert_eq!(
            full.unwrap(),
            Request {
                key_id: "k".into(),
                flag: true,
                size: Some(7),
                description: Some(String::new()),
                tag: vec![tag("a", Some("v")), tag("b", None)],
                id: vec!["x".into(), "y".into(), "z".into()],
            }
        );
    }

    #[test]
    fn errors_name_the_parameter() {
        let missing = |name: &str| Err(ParamError::Missing(name.into()));
        let invalid = |name: &str| Err(ParamError::Invalid(name.into()));
        assert_eq!(request("Size=7"), missing("KeyId"));
        assert_eq!(request("KeyId=&Size=7"), missing("KeyId"));
        assert_eq!(request("KeyId=k&Size=seven"), invalid("Size"));
        assert_eq!(request("KeyId=k&Size="), request("KeyId=k"));
        assert_eq!(request("KeyId=k&Flag=yes"), invalid("Flag"));
        assert_eq!(request("KeyId=k&Tag.1.Value=v"), missing("Tag.1.Key"));
        assert_eq!(request("KeyId.1=k"), invalid("KeyId"));
    }

    #[test]
    fn an_empty_object_or_list_is_a_member_of_its_list() {
        let json = JsonStyle { refuses_unknown: true, numbers_are_texts: false };
        let typed = ParamStyle { json: Some(json), ..PARAM_STYLE };
        let error = |list: &str| {
            let form = Form::of_json(format!(r#"{{"KeyId":"a",{list}}}"#).as_bytes(), &[]).unwrap();
            read::<Request>(&form, &typed).unwrap_err()
        };
        let missing = || ParamError::Missing("Tag.0.Key".into());
        assert_eq!(error(r#""Tag":[{}]"#), missing());
        assert_eq!(error(r#""Tag":[{},{"Key":"b"}]"#), missing());
        assert_eq!(error(r#""Tag":[[]]"#), ParamError::Invalid("Tag.0".into()));
        assert_eq!(error(r#""Id":[[]]"#), ParamError::Invalid("Id.0".into()));
        assert_eq!(error(r#""Id":["b",{}]"#), ParamError::Invalid("Id.1".into()));
    }

    #[test]
    fn a_list_may_repeat_its_name_if_the_cloud_allows_it() {
        let ids = |text: &str, repeated_lists| {
            let form = Form::read(&[text.as_bytes()]).unwrap();
            read::<Request>(&form, &ParamStyle { repeated_lists, ..PARAM_STYLE }).unwrap().id
        };
        assert_eq!(ids("KeyId=k&Id=b&Id=a&Id=", true), ["b", "a"]);
        assert_eq!(ids("KeyId=k&Id=b&Id=a", false), [""; 0]);
        assert_eq!(ids("KeyId=k&Id.1=b&Id.0=a&Id=c", true), ["a", "b"]);
    }
}
