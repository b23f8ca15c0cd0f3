//! Accounts of seeds: who may call.

use super::error::{Place, SeedError};
use super::reading::Seed;
use crate::dialects::Accounts;

impl Seed {
    /// Whether it has accounts.
    #[must_use]
    pub fn has_accounts(&self) -> bool {
        self.document.accounts.is_some()
    }

    /// Checks that it has accounts and nothing else.
    ///
    /// # Errors
    /// It has no accounts, or something else.
    pub fn check_accounts_alone(&self) -> Result<(), SeedError> {
        match self.document.realms.first() {
            None if self.has_accounts() => Ok(()),
            None => Err(SeedError::of(&self.name, "missing field `accounts` at line 1, column 1")),
            Some(realm) => Err(Place { file: &self.name, path: "realms[0]" }.wrong(
                "account",
                &realm.account,
                "the contents of realms belong in a --seed file",
            )),
        }
    }

    /// Adds its accounts and access keys.
    ///
    /// # Errors
    /// One exists already, or has neither a secret nor a public key.
    pub fn add_accounts(&self, accounts: &mut Accounts) -> Result<(), SeedError> {
        for (index, entry) in self.document.accounts.iter().flatten().enumerate() {
            let path = format!("accounts[{index}]");
            let place = Place { file: &self.name, path: &path };
            let account = entry.account(place)?;
            if let Some(project) = account.projects.iter().find(|project| {
                accounts.of_project(&project.id).is_some_and(|other| other.id != account.id)
            }) {
                let what = format_args!("the project {:?} is given twice", project.id);
                return Err(place.wrong("projects", &entry.id, what));
            }
            if !accounts.add_account(&account) {
                let what = format_args!("the account {:?} is given twice", account.id);
                return Err(place.wrong("id", &entry.id, what));
            }
            for (at, key) in entry.credentials(&account, place) {
                let key = key?;
                let id = key.id.clone();
                if !accounts.add(key) {
                    return Err(place.wrong(
                        "",
                        at,
                        format_args!("the access key {id:?} is given twice"),
                    ));
                }
            }
        }
        Ok(())
    }

    /// Checks that its accounts and access keys exist on a running server, which accepts no new
    /// ones.
    ///
    /// # Errors
    /// One does not exist, or differs.
    pub fn check_accounts(&self, accounts: &Accounts) -> Result<(), SeedError> {
        let what = "unknown or different account: accounts can only be set at start";
        for (index, entry) in self.document.accounts.iter().flatten().enumerate() {
            let path = format!("accounts[{index}]");
            let place = Place { file: &self.name, path: &path };
            let account = entry.account(place)?;
            if accounts.account(&account.id).is_none_or(|there| *there != *account) {
                return Err(place.wrong("id", &entry.id, what));
            }
            for (at, key) in entry.credentials(&account, place) {
                let key = key?;
                if accounts.get(&key.id).is_none_or(|there| !there.is_like(&key)) {
                    return Err(place.wrong("", at, format_args!("{what}: {:?}", key.id)));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::reading::read;
    use super::*;

    #[test]
    fn errors_name_the_line_and_the_field() {
        for (yaml, expected) in [
            (
                "accounts:\n  - id: x\n",
                "accounts[0].id: not an account's id: digits at line 2, column 9",
            ),
            (
                "accounts:\n  - id: '1'\n    status: lost\n",
                "accounts[0].status: unknown variant `lost`, expected one of active, not-opened, suspended, in-debt, \
                 in-debt-overdue, risk-control at line 3, column 13",
            ),
            (
                "accounts:\n  - id: '1'\n    access_keys:\n      - {id: a, secret: [topsecret]}\n",
                "accounts[0].access_keys[0].secret: expected string scalar at line 4, column 25",
            ),
            (
                "accounts:\n  - id: '1'\n    access_keys: [{id: a, secret:topsecret}]\n",
                "accounts[0].access_keys[0]: unknown field, expected one of id, secret, public_key, disabled at \
                 line 3, column 27",
            ),
            (
                "accounts:\n  - id: '1'\n    quotas: {keys: many}\n",
                "accounts[0].quotas.keys: invalid u64 at line 3, column 20",
            ),
            (
                "accounts:\n  - id: '1'\n    access_keys: [{id: a}]\n",
                "accounts[0]: \"a\" needs either a secret or a public_key at line 3, column 24",
            ),
            (
                "accounts:\n  - id: '1'\n    projects: [{id: p, name: my project}]\n",
                "accounts[0].projects: it needs a region at line 3, column 21",
            ),
            (
                "accounts:\n  - {id: '1', projects: [{id: p, name: r-1}]}\n  - id: '2'\n    projects: [{id: p, name: r-1}]\n",
                "accounts[1].projects: the project \"p\" is given twice at line 3, column 9",
            ),
            (
                "accounts:\n  - id: '1'\n    users: [{name: bob}, {name: bob}]\n",
                "accounts[0].users: the user \"bob\" is given twice at line 3, column 33",
            ),
            (
                "accounts:\n  - {id: '1'}\n  - {id: '1'}\n",
                "accounts[1].id: the account \"1\" is given twice at line 3, column 10",
            ),
        ] {
            let read = read("f", yaml).and_then(|seed| seed.add_accounts(&mut Accounts::default()));
            assert_eq!(read.unwrap_err().to_string(), format!("f: {expected}"));
        }
    }
}
