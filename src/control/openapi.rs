//! The control plane's own description: one OpenAPI document, put together of a page for each noun.

use axum::Json;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Refused};
use super::endpoints::Endpoints;
use crate::model::Totals;

/// The page that describes the document itself.
const PAGE: &str = include_str!("openapi/openapi.json");

/// `GET /_kmsim/openapi.json`: the document of all endpoints that have these pages, and of itself.
pub(super) fn endpoints(mut pages: Vec<&'static str>) -> Endpoints {
    pages.push(PAGE);
    let show = async move || -> Answer<Value> {
        document(&pages).map(Json).map_err(|error| {
            tracing::error!(%error, "the description of the control plane cannot be read");
            Refused::bad("the description cannot be read")
        })
    };
    Endpoints::on_page(PAGE).get("/_kmsim/openapi.json", show)
}

/// The document that these pages make up.
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
    let totals: Map<_, _> = Totals::default()
        .named()
        .into_iter()
        .map(|(name, _)| (name.to_owned(), json!({"type": "integer", "minimum": 0})))
        .collect();
    schemas.insert("Totals".into(), json!({"type": "object", "properties": totals}));
    let description = "What a test or an operator asks of the server itself. A mistake is answered with a status \
                       from 400 on and an object with the field error.";
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
                "account": scope("account", "Only this account's part of the server."),
                "access_key": scope("access_key", "Only the part of this access key's account; of requests and faults, only this key's."),
                "region": scope("region", "Only this region's part."),
            },
        },
    }))
}
