//! Bindings: resources of cloud products that use a key.

use serde::Deserialize;

use crate::dialects::tencent::values::{KeyName, OpenText, limited};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};

/// The longest id of a product, in bytes. No source gives a limit.
const PRODUCT_MAX: usize = 256;
/// The longest id of a resource, in bytes. No source gives a limit.
const RESOURCE_MAX: usize = 1024;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Binding {
    key_id: KeyName,
    product_id: OpenText,
    resource_id: OpenText,
}

impl Binding {
    /// The ids of product and resource.
    fn ids(self) -> Result<(String, String), Error> {
        let text = |text: String, max, name: &'static str| match &*text {
            "" => Err(Error::Invalid(name.into())),
            _ => limited(text, max, name),
        };
        Ok((
            text(self.product_id.0, PRODUCT_MAX, "ProductId")?,
            text(self.resource_id.0, RESOURCE_MAX, "ResourceId")?,
        ))
    }
}

pub(crate) async fn bind(cx: Cx, request: Binding) -> Result<Done, Error> {
    let key = request.key_id.clone();
    let (product, resource) = request.ids()?;
    done(cx.engine.bind_resource(cx.caller, key.key()?, product, resource).await)
}

pub(crate) async fn unbind(cx: Cx, request: Binding) -> Result<Done, Error> {
    let key = request.key_id.clone();
    let (product, resource) = request.ids()?;
    done(cx.engine.unbind_resource(cx.caller, key.key()?, product, resource).await)
}
