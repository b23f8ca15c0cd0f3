//! The control plane's own description: one OpenAPI document, put together of a page for each noun.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Refused};
use super::endpoints::Endpoints;
use crate::server::App;

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/openapi.json")).get("/_kmsim/openapi.json", show)
}

/// `GET /_kmsim/openapi.json`.
async fn show(State(_): State<Arc<App>>) -> Answer<Value> {
    match document(&super::endpoints()) {
        Ok(document) => Ok(Json(document)),
        Err(error) => {
            tracing::error!(%error, "the description of the control plane cannot be read");
            Err(Refused::bad("the description cannot be read"))
        }
    }
}

/// The document of some endpoints' pages.
fn document(endpoints: &Endpoints) -> serde_json::Result<Value> {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for page in endpoints.pages() {
        let mut page: Map<String, Value> = serde_json::from_str(page)?;
        for (part, whole) in [("paths", &mut paths), ("schemas", &mut schemas)] {
            if let Some(Value::Object(more)) = page.remove(part) {
                whole.extend(more);
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_endpoint_is_described_and_nothing_else_is() {
        let endpoints = super::super::endpoints();
        let listed = endpoints.listed().iter();
        let served: BTreeSet<_> =
            listed.map(|it| (it.method.as_str().to_lowercase(), it.path.to_owned())).collect();
        let document = document(&endpoints).unwrap();
        let mut described = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                described.insert((method.clone(), path.clone()));
                assert!(operation["summary"].is_string(), "{method} {path} has a summary");
                assert!(operation["responses"]["200"].is_object(), "{method} {path} has an answer");
            }
        }
        assert_eq!(described, served);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn check(value: &Value, document: &Value) {
            match value {
                Value::Object(fields) => {
                    if let Some(Value::String(target)) = fields.get("$ref") {
                        let pointer = target.strip_prefix('#').unwrap();
                        assert!(document.pointer(pointer).is_some(), "{target}");
                    }
                    fields.values().for_each(|value| check(value, document));
                }
                Value::Array(values) => values.iter().for_each(|value| check(value, document)),
                _ => {}
            }
        }
        let document = document(&super::super::endpoints()).unwrap();
        check(&document, &document);
    }
}
