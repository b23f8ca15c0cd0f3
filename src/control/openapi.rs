//! The control plane's OpenAPI document. It is assembled from a page for each group of endpoints.

use axum::Json;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Refused};
use super::endpoints::Endpoints;
use crate::model::Counts;

/// The page that describes the document's own endpoint.
const PAGE: &str = include_str!("openapi/openapi.json");

/// `GET /_kmsim/openapi.json`: the document of these pages and of itself.
pub(super) fn endpoints(mut pages: Vec<&'static str>) -> Endpoints {
    pages.push(PAGE);
    let show = async move || -> Answer<Value> {
        document(&pages).map(Json).map_err(|error| {
            tracing::error!(%error, "the description of the control plane is invalid");
            Refused::bad("the description is invalid")
        })
    };
    Endpoints::on_page(PAGE).get("/_kmsim/openapi.json", show)
}

/// Assembles the document from pages.
pub(super) fn document(pages: &[&str]) -> serde_json::Result<Value> {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for page in pages {
        let mut page: Map<String, Value> = serde_json::from_str(page)?;
        for (part, whole) in [("paths", &mut paths), ("schemas", &mut schemas)] {
            if let Some(Value::Object(more)) = page.remove(part) {
                whole.extend(more);
            }
        }
    }
    let counts: Map<_, _> = Counts::default()
        .named()
        .into_iter()
        .map(|(name, _)| (name.to_owned(), json!({"type": "integer", "minimum": 0})))
        .collect();
    schemas.insert("Counts".into(), json!({"type": "object", "properties": counts}));
    let description = "Lets tests and operators control the server. An error has a status of 400 or above and an \
                       object with the field error.";
    let scope = |name: &str, description: &str| json!({"name": name, "in": "query", "schema": {"type": "string"}, "description": description});
    Ok(json!({
        "openapi": "3.1.0",
        "info": {"title": "kmsim control plane", "version": env!("CARGO_PKG_VERSION"), "description": description},
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "parameters": {
                "account": scope("account", "Only this account."),
                "access_key": scope("access_key", "Only this access key's account. Of requests and faults, only those of this key."),
                "region": scope("region", "Only this region."),
            },
        },
    }))
}
