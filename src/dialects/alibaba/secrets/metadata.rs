//! Secrets in answers: document sections 9.2 and 9.4.

use serde::{Deserialize, Serialize};

use crate::dialects::alibaba::limits;
use crate::dialects::alibaba::listing::{Filters, Page, PageNumber, PageSize, Wrapped, page_of};
use crate::dialects::alibaba::names::{self, SecretName};
use crate::dialects::{Cx, Error};
use crate::model::{Realm, Secret, SecretFacets};

/// The fields that only managed secrets have.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ManagedFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    automatic_rotation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation_interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_rotation_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_rotation_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extended_config: Option<String>,
}

impl ManagedFields {
    /// The interval and the next date are present while rotation is on.
    pub(crate) fn of(secret: &Secret, with_config: bool) -> Self {
        let Some(managed) = &secret.settings.managed else { return Self::default() };
        Self {
            automatic_rotation: Some(match (managed.rotation, managed.stuck) {
                (None, _) => "Disabled",
                (Some(_), false) => "Enabled",
                (Some(_), true) => "Invalid",
            }),
            rotation_interval: managed.rotation.map(|interval| format!("{}s", interval.as_secs())),
            last_rotation_date: managed.rotated_at.map(|at| at.to_string()),
            next_rotation_date: secret.next_rotation().map(|at| at.to_string()),
            extended_config: with_config.then(|| managed.config.clone()),
        }
    }
}

pub(crate) fn secret_arn(realm: &Realm, secret: &Secret) -> String {
    names::arn(realm, format_args!("secret/{}", secret.name))
}

/// A tag, if the request asks for tags.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagEntry {
    tag_key: String,
    tag_value: String,
}

fn tags_of(secret: &Secret, asked: bool) -> Option<Wrapped<Vec<TagEntry>>> {
    let entry = |(name, value): (&String, &String)| TagEntry {
        tag_key: name.clone(),
        tag_value: value.clone(),
    };
    asked.then(|| Wrapped("Tag", secret.tags.iter().map(entry).collect()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DescribeSecret {
    secret_name: SecretName,
    #[serde(default)]
    fetch_tags: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    arn: String,
    secret_name: String,
    secret_type: String,
    description: String,
    create_time: String,
    update_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    planned_delete_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption_key_id: Option<String>,
    #[serde(flatten)]
    managed: ManagedFields,
    #[serde(rename = "DKMSInstanceId", skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Wrapped<Vec<TagEntry>>>,
}

/// The key is present only if the caller named one. Otherwise declarative clients would want to
/// replace the secret.
pub(crate) fn describe(cx: &Cx, request: DescribeSecret) -> Result<Described, Error> {
    let name = request.secret_name.within(cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let secret = snapshot.view(&cx.caller).secret(&name)?;
    Ok(Described {
        arn: secret_arn(&cx.caller.realm, secret),
        secret_name: secret.name.to_string(),
        secret_type: secret.kind.to_string(),
        description: secret.settings.description.clone(),
        create_time: secret.created_at.to_string(),
        update_time: secret.settings.updated_at.to_string(),
        planned_delete_time: secret.settings.delete_at.map(|at| at.to_string()),
        encryption_key_id: secret.key_is_named.then(|| secret.key.to_string()),
        managed: ManagedFields::of(secret, true),
        instance: secret.instance.clone(),
        tags: tags_of(secret, request.fetch_tags),
    })
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ListSecrets {
    fetch_tags: bool,
    page_number: PageNumber,
    page_size: PageSize,
    filters: Filters<Property>,
}

/// The properties in filters of secrets: the document's four, then those of newer SDKs.
#[derive(Debug, Deserialize, PartialEq)]
pub(crate) enum Property {
    SecretName,
    Description,
    TagKey,
    TagValue,
    SecretType,
    Creator,
    #[serde(rename = "DKMSInstanceId")]
    Instance,
}

impl Property {
    /// Whether a filter can have this value: section 9.2. The characters of tags are only checked
    /// when tags are set.
    fn takes(&self, value: &str) -> bool {
        match self {
            Self::SecretName => names::is_secret_name(value),
            Self::Description | Self::TagKey | Self::TagValue => {
                (1..=limits::SECRET_FILTER_MAX).contains(&value.chars().count())
            }
            Self::SecretType | Self::Creator | Self::Instance => true,
        }
    }
}

/// The properties that secrets hardly share.
const OWN: &[Property] =
    &[Property::SecretName, Property::Description, Property::TagKey, Property::TagValue];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed {
    secret_list: Wrapped<Vec<SecretEntry>>,
    page_number: u32,
    page_size: u32,
    total_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SecretEntry {
    secret_name: String,
    secret_type: String,
    create_time: String,
    update_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    planned_delete_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Wrapped<Vec<TagEntry>>>,
}

pub(crate) fn list(cx: &Cx, request: ListSecrets) -> Result<Listed, Error> {
    if !request.filters.are_valid(limits::SECRET_FILTERS_MAX, Property::takes) {
        return Err(Error::Invalid("Filters".into()));
    }
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let filters = &request.filters;
    let has_facet = |facets: &SecretFacets| {
        filters.pass(|property, value| match property {
            Property::SecretType => &*facets.kind == value,
            Property::Instance => facets.instance.as_deref() == Some(value),
            // The account: who created a secret is not kept.
            Property::Creator => *cx.caller.realm.account == *value,
            Property::SecretName
            | Property::Description
            | Property::TagKey
            | Property::TagValue => true,
        })
    };
    let has_own = |secret: &Secret| {
        filters.pass(|property, value| match property {
            Property::SecretName => secret.name.as_str() == value,
            Property::Description => secret.settings.description == value,
            Property::TagKey => secret.tags.contains_key(value),
            Property::TagValue => secret.tags.values().any(|it| it == value),
            Property::SecretType | Property::Creator | Property::Instance => true,
        })
    };
    let list = if filters.are_about(&[Property::SecretName]) {
        // Few secrets can pass, so that these are looked up.
        let named = filters.values_of(&Property::SecretName).filter_map(names::secret_name);
        view.list_named_secrets(named).filtered(|secret| has_facet(&secret.facets()))
    } else {
        view.list_secrets(has_facet)
    };
    let list = if filters.are_about(OWN) { list.filtered(|secret| has_own(secret)) } else { list };
    let Page { entries, total, number, size } =
        page_of(list, request.page_number, request.page_size);
    let entry = |secret: &Secret| SecretEntry {
        secret_name: secret.name.to_string(),
        secret_type: secret.kind.to_string(),
        create_time: secret.created_at.to_string(),
        update_time: secret.settings.updated_at.to_string(),
        planned_delete_time: secret.settings.delete_at.map(|at| at.to_string()),
        tags: tags_of(secret, request.fetch_tags),
    };
    Ok(Listed {
        secret_list: Wrapped("Secret", entries.into_iter().map(|secret| entry(secret)).collect()),
        page_number: number,
        page_size: size,
        total_count: total,
    })
}
