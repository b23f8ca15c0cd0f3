//! The account and the service as a whole: document chapter 12.

use serde::{Deserialize, Serialize};

use super::codes;
use super::listing::Wrapped;
use super::regions::REGIONS;
use crate::dialects::gate::accounts::AccountStatus;
use crate::dialects::wire::answer::Done;
use crate::dialects::{Code, Cx, Error};

/// Actions that every account may call, whatever its status.
const ALWAYS: &[&str] = &["DescribeAccountKmsStatus", "DescribeRegions", "OpenKmsService"];

/// Checks that the account's status allows an action.
pub(super) fn permit(cx: &Cx, action: &str) -> Result<(), Error> {
    match account_status(cx) {
        AccountStatus::Active => Ok(()),
        _ if ALWAYS.contains(&action) => Ok(()),
        status => Err(code_for(status).into()),
    }
}

/// The error code for an account of this status.
fn code_for(status: AccountStatus) -> &'static Code {
    match status {
        AccountStatus::Active => codes::FORBIDDEN_OPENED,
        // No source names the code of a suspended service; it is not enabled for the user either.
        AccountStatus::NotOpened | AccountStatus::Suspended => {
            codes::FORBIDDEN_KMS_SERVICE_NOT_ENABLED
        }
        AccountStatus::InDebt => codes::FORBIDDEN_IN_DEBT,
        AccountStatus::InDebtOverdue => codes::FORBIDDEN_IN_DEBT_OVERDUE,
        AccountStatus::RiskControl => codes::FORBIDDEN_PROHIBITED_BY_RISK_CONTROL,
    }
}

/// The account's status: as configured, or active if it has subscribed here.
fn account_status(cx: &Cx) -> AccountStatus {
    match cx.account.status {
        AccountStatus::NotOpened if cx.engine.subscribed(&cx.caller) => AccountStatus::Active,
        status => status,
    }
}

/// A request without parameters.
#[derive(Deserialize)]
pub(super) struct NoParams {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Region {
    region_id: &'static str,
}

pub(super) fn describe_regions(
    _: &Cx,
    _: NoParams,
) -> Result<Wrapped<Wrapped<Vec<Region>>>, Error> {
    let regions = REGIONS.iter().map(|region_id| Region { region_id }).collect();
    Ok(Wrapped("Regions", Wrapped("Region", regions)))
}

/// Only an account that has not subscribed can subscribe. For others the answer is the error of
/// their status.
pub(super) async fn open(cx: Cx, _: NoParams) -> Result<Done, Error> {
    match cx.account.status {
        AccountStatus::NotOpened => {
            cx.engine.subscribe(&cx.caller).await?;
            Ok(Done {})
        }
        status => Err(code_for(status).into()),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AccountKmsStatus {
    account_status: &'static str,
}

/// The document prints "Index" where every other edition has "`InDebt`".
pub(super) fn describe_status(cx: &Cx, _: NoParams) -> Result<AccountKmsStatus, Error> {
    let account_status = match account_status(cx) {
        AccountStatus::Active => "Enabled",
        AccountStatus::NotOpened => "NotEnabled",
        AccountStatus::InDebt | AccountStatus::InDebtOverdue => "InDebt",
        AccountStatus::Suspended | AccountStatus::RiskControl => "Suspended",
    };
    Ok(AccountKmsStatus { account_status })
}
