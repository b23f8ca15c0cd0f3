//! The table of actions. `hot` uses a key's material, `read` looks, `change` waits for the disk.

use super::{Alibaba, account, aliases, cipher, keys, tags, versions};
use crate::dialects::Actions;

#[rustfmt::skip]
pub(super) fn table() -> Actions<Alibaba> {
    Actions::default()
        .change("CreateKey",                       keys::create)
        .read  ("DescribeKey",                     keys::describe)
        .read  ("ListKeys",                        keys::list)
        .change("UpdateKeyDescription",            keys::update_description)
        .change("EnableKey",                       keys::enable)
        .change("DisableKey",                      keys::disable)
        .change("ScheduleKeyDeletion",             keys::schedule_deletion)
        .change("CancelKeyDeletion",               keys::cancel_deletion)
        .change("SetDeletionProtection",           keys::set_deletion_protection)
        .read  ("DescribeKeyVersion",              versions::describe)
        .read  ("ListKeyVersions",                 versions::list)
        .hot   ("Encrypt",                         cipher::encrypt)
        .hot   ("Decrypt",                         cipher::decrypt)
        .hot   ("GenerateDataKey",                 cipher::generate_data_key)
        .hot   ("GenerateDataKeyWithoutPlaintext", cipher::generate_data_key_without_plaintext)
        .hot   ("ReEncrypt",                       cipher::re_encrypt)
        .change("CreateAlias",                     aliases::create)
        .change("UpdateAlias",                     aliases::update)
        .change("DeleteAlias",                     aliases::delete)
        .read  ("ListAliases",                     aliases::list)
        .read  ("ListAliasesByKeyId",              aliases::list_by_key)
        .change("TagResource",                     tags::tag_resource)
        .change("UntagResource",                   tags::untag_resource)
        .read  ("ListResourceTags",                tags::list_resource_tags)
        .change("TagResources",                    tags::tag_resources)
        .change("UntagResources",                  tags::untag_resources)
        .read  ("ListTagResources",                tags::list_tag_resources)
        .read  ("DescribeRegions",                 account::describe_regions)
        .change("OpenKmsService",                  account::open)
        .read  ("DescribeAccountKmsStatus",        account::describe_status)
}
