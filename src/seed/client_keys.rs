//! Client keys in seeds.

use super::document::ClientKeyEntry;
use super::error::{Place, SeedError};
use super::realm_builder::RealmBuilder;
use crate::algorithms::asymmetric::PublicKey;
use crate::algorithms::x509;
use crate::model::ClientKey;

impl RealmBuilder<'_> {
    /// Adds a client key, unless one with its id exists. Its application need not exist.
    pub(super) fn add_client_key(
        &mut self,
        entry: &ClientKeyEntry,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let (id, application) = (&entry.id.value.0, &entry.application.value.0);
        let rules = self.application_rules(("application", &entry.application), place)?;
        let wrong = |what: &str| place.wrong("id", &entry.id, what);
        rules.client_key_ids.check(id.as_str()).map_err(|what| wrong(&what))?;
        let public_key: &str = &entry.public_key.value.0;
        let der = x509::public_key(public_key);
        if der.is_none_or(|der| PublicKey::read(rules.pair, &der).is_err()) {
            let what = "not a certificate or a public key of RSA with 2048 bits in PEM";
            return Err(place.wrong("public_key", &entry.public_key, what));
        }
        if self.base.client_keys.named(id).is_some() {
            return Ok(());
        }
        if self.state.client_keys.named(id).is_some() {
            return Err(wrong("given twice"));
        }
        if self.state.client_keys.of(application).count() >= rules.client_keys {
            let what = "it has too many client keys";
            return Err(place.wrong("application", &entry.application, what));
        }
        let created_at = self.time(entry.created_at.as_ref()).unwrap_or(self.now);
        let not_before = self.time(entry.not_before.as_ref()).unwrap_or(created_at);
        let not_before = not_before.whole_seconds();
        let not_after = self.time(entry.not_after.as_ref());
        let not_after = not_after.unwrap_or_else(|| not_before.plus_years(rules.validity_years));
        let client_key = ClientKey {
            ordinal: self.ordinal(entry.ordinal.as_ref(), place)?,
            id: id.clone(),
            application: application.clone(),
            public_key: public_key.to_owned(),
            not_before,
            not_after: not_after.whole_seconds(),
            created_at,
        };
        self.insert(client_key);
        Ok(())
    }
}
