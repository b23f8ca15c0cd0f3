//! DescribeRegions, OpenKmsService, DescribeAccountKmsStatus, and the separation of regions.

use serde_json::json;

use crate::kit::{Run, ensure, items, same, text};

pub async fn drive(run: &Run<'_>) {
    run.check("DescribeRegions lists the documented regions", async || {
        let body = run.ok("DescribeRegions", json!({})).await?;
        let regions = items(&body, "Regions", "Region")?;
        for id in ["cn-hangzhou", "cn-shanghai", "cn-beijing", "ap-southeast-1", "ap-northeast-1"] {
            ensure!(regions.contains(&json!({ "RegionId": id })), "no {id} in {body}");
        }
        Ok(())
    })
    .await;

    run.check("DescribeAccountKmsStatus is Enabled", async || {
        let body = run.ok("DescribeAccountKmsStatus", json!({})).await?;
        same(body, json!({ "AccountStatus": "Enabled" }), "status")
    })
    .await;

    run.check("OpenKmsService refuses an account that is open", async || {
        run.refused("Forbidden.Opened", "OpenKmsService", json!({})).await?;
        Ok(())
    })
    .await;

    run.check("RegionId selects the region, and a key is unknown in another", async || {
        let near = run.key(json!({})).await?;
        run.refused(
            "Forbidden.KeyNotFound",
            "DescribeKey",
            json!({ "KeyId": near.id, "RegionId": "cn-shanghai" }),
        )
        .await?;
        let far = run.key(json!({ "RegionId": "cn-shanghai" })).await?;
        let creator = text(&far.metadata, "Creator")?;
        same(&far.arn, &format!("acs:kms:cn-shanghai:{creator}:key/{}", far.id), "Arn")?;
        run.refused("Forbidden.KeyNotFound", "DescribeKey", json!({ "KeyId": far.id })).await?;
        run.done("ScheduleKeyDeletion", json!({ "KeyId": far.id, "RegionId": "cn-shanghai" }))
            .await?;
        run.drop(&near).await
    })
    .await;

    run.check("empty lists keep their wrappers", async || {
        // A region that no check writes to.
        let region = json!({ "RegionId": "cn-chengdu" });
        let keys = run.ok("ListKeys", region.clone()).await?;
        same(
            keys,
            json!({ "Keys": { "Key": [] }, "TotalCount": 0, "PageNumber": 1, "PageSize": 10 }),
            "ListKeys",
        )?;
        let aliases = run.ok("ListAliases", region).await?;
        let empty =
            json!({ "Aliases": { "Alias": [] }, "TotalCount": 0, "PageNumber": 1, "PageSize": 10 });
        same(aliases, empty, "ListAliases")
    })
    .await;
}
