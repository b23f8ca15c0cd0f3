//! How requests name data keys.

use serde::Deserialize;

use crate::dialects::Error;
use crate::dialects::tencent::values::{MemberAccount, is_repeated, is_uuid, own};
use crate::dialects::tencent::{codes, rules};
use crate::dialects::wire::classes::classed;
use crate::model::{DataKeyId, KeyId};

/// How long a data key may be, in bytes: as `GenerateDataKey` makes them.
pub(super) const DATA_KEY_MAX: usize = 1024;

/// The name of a data key in a request: its id.
#[derive(Clone, Debug)]
pub(crate) struct DataKeyName(String);

classed!(DataKeyName: Open);

impl From<String> for DataKeyName {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl DataKeyName {
    pub(super) fn id(&self) -> Result<DataKeyId, Error> {
        let id = KeyId::parse(&self.0).filter(|_| is_uuid(&self.0));
        let invalid = codes::INVALID_PARAMETER_VALUE_INVALID_DATA_KEY_ID;
        id.map(Into::into).ok_or_else(|| invalid.into())
    }
}

/// A value that is not allowed, where the SDKs name no other code.
pub(super) fn invalid(name: &str) -> Error {
    codes::INVALID_PARAMETER_VALUE.with(&[name]).into()
}

/// A request that names a data key and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OneDataKey {
    data_key_id: DataKeyName,
    member_account: Option<MemberAccount>,
}

impl OneDataKey {
    pub(super) fn id(&self) -> Result<DataKeyId, Error> {
        own(self.member_account.as_ref())?;
        self.data_key_id.id()
    }
}

/// A request that names several data keys.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ManyDataKeys {
    data_key_ids: Vec<DataKeyName>,
    member_account: Option<MemberAccount>,
}

impl ManyDataKeys {
    pub(super) fn ids(&self) -> Result<Vec<DataKeyId>, Error> {
        own(self.member_account.as_ref())?;
        if !(1..=rules::BATCH_MAX).contains(&self.data_key_ids.len()) {
            return Err(invalid("DataKeyIds"));
        }
        let ids = self.data_key_ids.iter().map(DataKeyName::id).collect::<Result<Vec<_>, _>>()?;
        if is_repeated(&ids) {
            return Err(codes::INVALID_PARAMETER_VALUE_DUPLICATED_DATA_KEY_ID.into());
        }
        Ok(ids)
    }
}
