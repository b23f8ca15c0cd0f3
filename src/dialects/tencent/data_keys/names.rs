//! Data keys in requests: one, or several.

use serde::Deserialize;

use crate::dialects::Error;
use crate::dialects::tencent::values::{MemberAccount, distinct, is_uuid, refuse_member};
use crate::dialects::tencent::{codes, rules};
use crate::dialects::wire::classes::classed;
use crate::model::{DataKeyId, KeyId};

/// The longest data key, in bytes, as in `GenerateDataKey`.
pub(super) const DATA_KEY_MAX: usize = 1024;

/// A data key in a request: its id.
#[derive(Clone, Debug)]
pub(crate) struct DataKeyName(String);

classed!(DataKeyName: Open);

impl From<String> for DataKeyName {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl DataKeyName {
    /// The id.
    ///
    /// # Errors
    /// `InvalidDataKeyId`.
    pub(super) fn id(&self) -> Result<DataKeyId, Error> {
        let id = KeyId::parse(&self.0).filter(|_| is_uuid(&self.0));
        let invalid = codes::INVALID_PARAMETER_VALUE_INVALID_DATA_KEY_ID;
        id.map(Into::into).ok_or_else(|| invalid.into())
    }
}

/// The refusal of a parameter's value. The SDKs list no `InvalidParameter` for these actions.
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
    /// The data key's id.
    ///
    /// # Errors
    /// `InvalidDataKeyId`, or `NotRoleOperation`.
    pub(super) fn id(&self) -> Result<DataKeyId, Error> {
        refuse_member(self.member_account.as_ref())?;
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
    /// The data keys' ids, each once.
    ///
    /// # Errors
    /// `InvalidParameterValue` if there are none or too many, `InvalidDataKeyId`,
    /// `DuplicatedDataKeyId`, or `NotRoleOperation`.
    pub(super) fn ids(&self) -> Result<Vec<DataKeyId>, Error> {
        refuse_member(self.member_account.as_ref())?;
        let ids = self.data_key_ids.iter().map(DataKeyName::id);
        let repeated = codes::INVALID_PARAMETER_VALUE_DUPLICATED_DATA_KEY_ID;
        distinct(ids, rules::BATCH_MAX, invalid("DataKeyIds"), repeated)
    }
}
