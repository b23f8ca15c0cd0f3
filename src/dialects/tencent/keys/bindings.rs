//! Resources of cloud products that use a key.

use serde::Deserialize;

use crate::dialects::tencent::values::{KeyName, OpenText, within};
use crate::dialects::wire::answer::Done;
use crate::dialects::{Cx, Error};

/// How long the id of a product may be, in bytes. No source says.
const PRODUCT_MAX: usize = 256;
/// How long the id of a resource may be, in bytes. No source says.
const RESOURCE_MAX: usize = 1024;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Binding {
    key_id: KeyName,
    product_id: OpenText,
    resource_id: OpenText,
}

impl Binding {
    fn texts(self) -> Result<(String, String), Error> {
        let text = |text: String, most, name: &'static str| match &*text {
            "" => Err(Error::Invalid(name.into())),
            _ => within(text, most, name),
        };
        Ok((
            text(self.product_id.0, PRODUCT_MAX, "ProductId")?,
            text(self.resource_id.0, RESOURCE_MAX, "ResourceId")?,
        ))
    }
}

pub(crate) async fn bind(cx: Cx, request: Binding) -> Result<Done, Error> {
    let key = request.key_id.clone();
    let (product, resource) = request.texts()?;
    cx.engine.bind_resource(cx.caller, key.key()?, product, resource).await?;
    Ok(Done {})
}

pub(crate) async fn unbind(cx: Cx, request: Binding) -> Result<Done, Error> {
    let key = request.key_id.clone();
    let (product, resource) = request.texts()?;
    cx.engine.unbind_resource(cx.caller, key.key()?, product, resource).await?;
    Ok(Done {})
}
