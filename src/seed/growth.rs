//! From documents to what realms hold. Everything is grown before anything is applied, so a mistake
//! anywhere leaves everything as it was.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::bed::{Bed, COUNT_MAX, service_key};
use super::certificates;
use super::document::RealmEntry;
use super::material::{self, Bank};
use super::mistake::{Mistake, Place};
use super::reading::Seed;
use crate::dialects::{Clouds, PROFILES};
use crate::engine::{Engine, Rules};
use crate::model::{Change, Realm, RealmChange, Scope, State};
use crate::world::Instant;

/// How many keys, secrets and certificates take long to grow.
const LARGE: usize = 200;

/// Seed files with the material of their keys, ready to be applied as often as one likes. Times
/// that are relative are told from the time of each application.
#[derive(Default)]
pub struct Seeds {
    files: Vec<Seed>,
    bank: Bank,
    /// The region of realms that name none, by the cloud's name.
    regions: HashMap<String, String>,
}

impl Seeds {
    /// Reads the material that the files give, and draws what they do not.
    ///
    /// # Errors
    /// Something is mistaken.
    pub async fn prepare(
        files: Vec<Seed>,
        clouds: &Clouds,
        engine: &Engine,
    ) -> Result<Self, Mistake> {
        let region = |name: &str| Some((name.to_owned(), clouds.default_region(name)?.to_owned()));
        let regions = PROFILES.iter().filter_map(|profile| region(profile.name)).collect();
        let mut seeds = Self { files, bank: Bank::new(), regions };
        let mut bank = Bank::new();
        for (file, index, entry) in seeds.realms() {
            let path = format!("realms[{index}]");
            let place = Place { file, path: &path };
            let (realm, rules) = seeds.realm(entry, engine, place)?;
            for (index, key) in entry.keys.iter().enumerate() {
                let path = format!("{path}.keys[{index}]");
                material::of_key(&mut bank, engine, &realm, key, Place { file, path: &path })
                    .await?;
            }
            for (index, certificate) in entry.certificates.iter().enumerate() {
                let path = format!("{path}.certificates[{index}]");
                let place = Place { file, path: &path };
                certificates::private_key(&mut bank, engine, &realm, certificate, place).await?;
            }
            if let Some(alias) = rules.secrets_alias().filter(|_| !entry.secrets.is_empty()) {
                let (key, version, spec) = service_key(&realm, alias.as_str());
                let owner = (&key, version);
                let material = material::there_or_drawn(engine, &realm, owner, spec, file).await?;
                bank.insert((realm, version), material);
            }
        }
        seeds.bank = bank;
        Ok(seeds)
    }

    /// What the realms that they name hold, when they hold nothing else, and their clocks show
    /// `now`.
    ///
    /// # Errors
    /// Something is mistaken, or lies outside the scope.
    pub fn estates(
        &self,
        engine: &Engine,
        scope: &Scope,
        now: impl Fn(&Realm) -> Instant,
    ) -> Result<Vec<(Realm, Arc<State>)>, Mistake> {
        let beds = self.grow(engine, now, |_| Arc::default())?;
        Ok(beds
            .into_iter()
            .filter(|bed| scope.has(&bed.realm))
            .map(|bed| (bed.realm, Arc::new(bed.state)))
            .collect())
    }

    /// Checks that every realm that they name is one of the scope.
    ///
    /// # Errors
    /// One is not.
    pub fn check_scope(&self, engine: &Engine, scope: &Scope) -> Result<(), Mistake> {
        for (file, index, entry) in self.realms() {
            let path = format!("realms[{index}]");
            let place = Place { file, path: &path };
            let (realm, _) = self.realm(entry, engine, place)?;
            if !scope.has(&realm) {
                return Err(place.wrong(
                    "account",
                    &entry.account,
                    "this realm lies outside the scope",
                ));
            }
        }
        Ok(())
    }

    /// What they say and the server does not hold. What is there under the same id or name stays as
    /// it is.
    ///
    /// # Errors
    /// Something is mistaken.
    pub fn additions(&self, engine: &Engine) -> Result<Vec<RealmChange>, Mistake> {
        let beds = self.grow(engine, |realm| engine.now(realm), |realm| engine.state(realm))?;
        Ok(beds
            .into_iter()
            .flat_map(|bed| bed.facts.into_iter().map(move |fact| (bed.realm.clone(), fact)))
            .collect())
    }

    /// Whether it takes long to grow what they say.
    #[must_use]
    pub fn are_large(&self) -> bool {
        let entries = |it: &RealmEntry| it.keys.len() + it.secrets.len() + it.certificates.len();
        self.realms().map(|(_, _, it)| entries(it)).sum::<usize>() > LARGE
    }

    fn realms(&self) -> impl Iterator<Item = (&str, usize, &RealmEntry)> {
        self.files.iter().flat_map(|file| {
            file.document.realms.iter().enumerate().map(|(at, it)| (&*file.name, at, it))
        })
    }

    fn realm(
        &self,
        entry: &RealmEntry,
        engine: &Engine,
        place: Place<'_>,
    ) -> Result<(Realm, &'static Rules), Mistake> {
        let cloud = entry.cloud.as_ref().map_or(PROFILES[0].name, |cloud| &cloud.value.0.0);
        let default = self.regions.get(cloud).map_or("", String::as_str);
        let region = entry.region.as_ref().map_or(default, |region| &region.value.0.0);
        let realm = Realm::new(cloud, &entry.account.value.0.0, region);
        match (engine.rules(&realm), &entry.cloud) {
            (Some(rules), _) => Ok((realm, rules)),
            (None, Some(cloud)) => {
                Err(place.wrong::<_>("cloud", cloud, "there is no such cloud here"))
            }
            (None, None) => Err(place.wrong("account", &entry.account, "the cloud must be named")),
        }
    }

    fn grow(
        &self,
        engine: &Engine,
        now: impl Fn(&Realm) -> Instant,
        base: impl Fn(&Realm) -> Arc<State>,
    ) -> Result<Vec<Bed<'_>>, Mistake> {
        let mut beds = BTreeMap::<Realm, Bed<'_>>::new();
        for (file, index, entry) in self.realms() {
            let path = format!("realms[{index}]");
            let place = Place { file, path: &path };
            let (realm, rules) = self.realm(entry, engine, place)?;
            let now = now(&realm);
            let bed = beds.entry(realm.clone()).or_insert_with(|| {
                let base = base(&realm);
                Bed {
                    rules,
                    now,
                    bank: &self.bank,
                    state: State::clone(&base),
                    base,
                    facts: Vec::new(),
                    realm,
                }
            });
            bed.plant_realm(entry, place)?;
            place.each("keys", &entry.keys, |key, place| bed.plant_key(key, place))?;
        }
        // Secrets come after all keys: theirs may stand in another file.
        for (file, index, entry) in self.realms() {
            let path = format!("realms[{index}]");
            let place = Place { file, path: &path };
            let (realm, _) = self.realm(entry, engine, place)?;
            let Some(bed) = beds.get_mut(&realm) else { continue };
            let entropy = &engine.world().entropy;
            place.each("secrets", &entry.secrets, |secret, place| {
                bed.plant_secret(secret, entropy, place)
            })?;
            place.each("certificates", &entry.certificates, |certificate, place| {
                bed.plant_certificate(certificate, place)
            })?;
            if let Some(counted) = &entry.counted {
                if counted.value > COUNT_MAX {
                    return Err(place.wrong("counted", counted, "too large"));
                }
                if counted.value > bed.state.counted() {
                    bed.add(Change::Counted(counted.value));
                }
            }
        }
        Ok(beds.into_values().collect())
    }
}
