//! The errors for a wrong secret, an unknown access key and another version.

use serde_json::json;

use crate::kit::{Outcome, Run, SPECIAL, ensure, same};

fn decode(text: &str) -> Outcome<String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first == '%' {
            let hex = rest.get(1..3).ok_or_else(|| format!("cut short: {text}"))?;
            bytes.push(u8::from_str_radix(hex, 16).map_err(|error| format!("{hex}: {error}"))?);
            rest = &rest[3..];
        } else {
            let length = first.len_utf8();
            bytes.extend_from_slice(&rest.as_bytes()[..length]);
            rest = &rest[length..];
        }
    }
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

pub async fn drive(run: &Run<'_>) {
    run.check("a wrong secret is refused with the server's string to sign", async || {
        let wrong = run.through(run.client.with_secret("wrong"));
        let plaintext = format!("{SPECIAL} 密");
        let told = wrong
            .refused("IncompleteSignature", "Encrypt", json!({ "Plaintext": plaintext }))
            .await?;
        let start =
            "The request signature does not conform to Aliyun standards. server string to sign is:";
        let sts = told.strip_prefix(start).ok_or_else(|| told.clone())?;
        let canonical =
            sts.strip_prefix(run.client.method()).and_then(|rest| rest.strip_prefix("&%2F&"));
        let canonical = decode(canonical.ok_or_else(|| sts.to_owned())?)?;
        ensure!(
            canonical.contains("&Plaintext=a%20b%2Bc%2Ad~e%21%27%28%29%20%E5%AF%86&"),
            "{canonical}"
        );
        let mut names = Vec::new();
        for pair in canonical.split('&') {
            let (name, value) = pair.split_once('=').ok_or_else(|| canonical.clone())?;
            names.push(name);
            let value = decode(value)?;
            match name {
                "AccessKeyId" => same(value.as_str(), run.client.id(), name)?,
                "Action" => same(value.as_str(), "Encrypt", name)?,
                "Plaintext" => same(value.as_str(), plaintext.as_str(), name)?,
                "Timestamp" => {
                    ensure!(
                        value.len() > 20 && value.ends_with('Z'),
                        "no fraction of a second in {value}"
                    )
                }
                "Version" => same(value.as_str(), "2016-01-20", name)?,
                _ => {}
            }
        }
        let all = [
            "AccessKeyId",
            "Action",
            "Format",
            "Plaintext",
            "SignatureMethod",
            "SignatureNonce",
            "SignatureVersion",
            "Timestamp",
            "Version",
        ];
        same(names.as_slice(), all, "names in the string to sign")
    })
    .await;

    run.check("an unknown access key is refused", async || {
        let stranger = run.through(run.client.with_id("nobody"));
        stranger.refused("InvalidAccessKeyId.NotFound", "DescribeRegions", json!({})).await?;
        Ok(())
    })
    .await;

    run.check("another API version is refused", async || {
        let other = run.through(run.client.with_version("2014-05-26"));
        other.refused("InvalidVersion", "DescribeRegions", json!({})).await?;
        Ok(())
    })
    .await;
}
