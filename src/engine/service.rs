//! An account's subscription to the service as a whole.

use super::{Caller, Engine, Error};
use crate::model::Change;

impl Engine {
    /// Whether the account has subscribed here. The dialect knows accounts that are subscribed from
    /// the start.
    #[must_use]
    pub fn subscribed(&self, caller: &Caller) -> bool {
        self.account_state(&caller.realm).subscribed().is_some()
    }

    /// Subscribes the account, once.
    pub async fn subscribe(&self, caller: &Caller) -> Result<(), Error> {
        self.change_account(caller, |draft| {
            if draft.view().state().subscribed().is_some() {
                return Err(Error::AlreadySubscribed);
            }
            let now = draft.now();
            draft.add(Change::Subscribed(now));
            Ok(())
        })
        .await
    }
}
