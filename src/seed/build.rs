//! From documents to states of realms. All states are built before any is applied, so an error
//! leaves everything unchanged.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::document::{Nouns, RealmEntry};
use super::error::{Place, SeedError};
use super::material::{self, Materials, Owner};
use super::reading::Seed;
use super::realm_builder::{COUNT_MAX, RealmBuilder, service_key};
use super::{certificates, data_keys, keyspaces, managed_data_keys, white_box_keys};
use crate::dialects::{Clouds, PROFILES};
use crate::engine::{Engine, Rules};
use crate::model::{Change, Realm, RealmChange, Scope, State};
use crate::world::Instant;

/// From how many keys, secrets and certificates on a build is slow.
const LARGE: usize = 200;

/// Seed files with the material of their keys. They can be applied repeatedly. Relative times are
/// relative to each application.
#[derive(Default)]
pub struct Seeds {
    files: Vec<Seed>,
    materials: Materials,
    /// The default region of each cloud.
    regions: HashMap<String, String>,
}

type Resolved<'a> = (&'a str, String, &'a RealmEntry, Realm, &'static Rules);

impl Seeds {
    /// Reads the material in the files, and generates what is missing.
    ///
    /// # Errors
    /// A file is invalid.
    pub async fn prepare(
        files: Vec<Seed>,
        clouds: &Clouds,
        engine: &Engine,
    ) -> Result<Self, SeedError> {
        let region = |name: &str| Some((name.to_owned(), clouds.default_region(name)?.to_owned()));
        let regions = PROFILES.iter().filter_map(|profile| region(profile.name)).collect();
        let mut seeds = Self { files, materials: Materials::new(), regions };
        let mut materials = Materials::new();
        for (file, path, entry, realm, rules) in seeds.resolved(engine)? {
            for (index, key) in entry.keys.iter().enumerate() {
                let path = format!("{path}.keys[{index}]");
                material::of_key(&mut materials, engine, &realm, key, Place { file, path: &path })
                    .await?;
            }
            for (index, certificate) in entry.certificates.iter().enumerate() {
                let path = format!("{path}.certificates[{index}]");
                let place = Place { file, path: &path };
                certificates::private_key(&mut materials, engine, &realm, certificate, place)
                    .await?;
            }
            for (index, key) in entry.white_box_keys.iter().enumerate() {
                let path = format!("{path}.white_box_keys[{index}]");
                let place = Place { file, path: &path };
                white_box_keys::material(&mut materials, engine, &realm, key, place).await?;
            }
            for (index, access_point) in entry.access_points.iter().enumerate() {
                let path = format!("{path}.access_points[{index}]");
                let place = Place { file, path: &path };
                let context = (engine, &realm, rules);
                keyspaces::private_key(&mut materials, context, access_point, place).await?;
            }
            Place { file, path: &path }.each(
                "data_keys",
                &entry.data_keys,
                |data_key, place| data_keys::bytes(&mut materials, engine, &realm, data_key, place),
            )?;
            Place { file, path: &path }.each(
                "managed_data_keys",
                &entry.managed_data_keys,
                |data_key, place| {
                    managed_data_keys::bytes(
                        &mut materials,
                        (engine, &realm, rules),
                        data_key,
                        place,
                    )
                },
            )?;
            if let Some(alias) = rules.secrets_alias().filter(|_| !entry.secrets.is_empty()) {
                let (key, version, spec) = service_key(&realm, alias.as_str());
                let owner = (&key, version);
                let material = material::existing_or_new(engine, &realm, owner, spec, file).await?;
                materials.insert((realm, Owner::ServiceKey), material);
            }
        }
        seeds.materials = materials;
        Ok(seeds)
    }

    /// The states of the scope's realms in these seeds, built from empty realms whose clocks show
    /// `now`.
    ///
    /// # Errors
    /// A file is invalid.
    pub fn contents(
        &self,
        engine: &Engine,
        scope: &Scope,
        now: impl Fn(&Realm) -> Instant,
    ) -> Result<Vec<(Realm, Arc<State>)>, SeedError> {
        let builders = self.build(engine, now, |_| Arc::default())?;
        Ok(builders
            .into_iter()
            .filter(|builder| scope.has(&builder.realm))
            .map(|builder| (builder.realm, Arc::new(builder.state)))
            .collect())
    }

    /// Checks that every realm of the files is in the scope.
    ///
    /// # Errors
    /// One is not.
    pub fn check_scope(&self, engine: &Engine, scope: &Scope) -> Result<(), SeedError> {
        for (file, path, entry, realm, _) in self.resolved(engine)? {
            if !scope.has(&realm) {
                return Err(Place { file, path: &path }.wrong(
                    "account",
                    &entry.account,
                    "this realm is outside the scope",
                ));
            }
        }
        Ok(())
    }

    /// What the files have and the server does not. Existing ids and names stay unchanged.
    ///
    /// # Errors
    /// A file is invalid.
    pub fn additions(&self, engine: &Engine) -> Result<Vec<RealmChange>, SeedError> {
        let builders =
            self.build(engine, |realm| engine.now(realm), |realm| engine.state(realm))?;
        Ok(builders
            .into_iter()
            .flat_map(|builder| {
                builder.facts.into_iter().map(move |fact| (builder.realm.clone(), fact))
            })
            .collect())
    }

    /// Whether building is slow.
    #[must_use]
    pub fn is_large(&self) -> bool {
        self.realms().map(|(_, _, entry)| entry.count()).sum::<usize>() > LARGE
    }

    /// Every entry with its file, path, realm and rules.
    fn resolved(&self, engine: &Engine) -> Result<Vec<Resolved<'_>>, SeedError> {
        let resolve = |(file, index, entry)| {
            let path = format!("realms[{index}]");
            let (realm, rules) = self.realm(entry, engine, Place { file, path: &path })?;
            Ok((file, path, entry, realm, rules))
        };
        self.realms().map(resolve).collect()
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
    ) -> Result<(Realm, &'static Rules), SeedError> {
        let cloud = entry.cloud.as_ref().map_or(PROFILES[0].name, |cloud| &cloud.value.0.0);
        let default = self.regions.get(cloud).map_or("", String::as_str);
        let region = entry.region.as_ref().map_or(default, |region| &region.value.0.0);
        let realm = Realm::new(cloud, &entry.account.value.0.0, region);
        match (engine.rules(&realm), &entry.cloud) {
            (Some(rules), _) => Ok((realm, rules)),
            (None, Some(cloud)) => Err(place.wrong::<_>("cloud", cloud, "no such cloud")),
            (None, None) => Err(place.wrong("account", &entry.account, "the cloud must be named")),
        }
    }

    fn build(
        &self,
        engine: &Engine,
        now: impl Fn(&Realm) -> Instant,
        base: impl Fn(&Realm) -> Arc<State>,
    ) -> Result<Vec<RealmBuilder<'_>>, SeedError> {
        let mut builders = BTreeMap::<Realm, RealmBuilder<'_>>::new();
        let resolved = self.resolved(engine)?;
        for (file, path, entry, realm, rules) in &resolved {
            let place = Place { file, path };
            let now = now(realm);
            let builder = builders.entry(realm.clone()).or_insert_with(|| {
                let base = base(realm);
                RealmBuilder {
                    rules,
                    now,
                    materials: &self.materials,
                    state: State::clone(&base),
                    base,
                    facts: Vec::new(),
                    realm: realm.clone(),
                }
            });
            builder.add_realm(entry, place)?;
            let Nouns { keys, key_stores, instances, .. } = entry.nouns();
            place.each("key_stores", key_stores, |key_store, place| {
                builder.add_key_store(key_store, place)
            })?;
            place.each("instances", instances, |instance, place| {
                builder.add_instance(instance, place)
            })?;
            place.each("keys", keys, |key, place| builder.add_key(key, place))?;
        }
        // Secrets come last, because their keys may be in another file.
        for (file, path, entry, realm, _) in &resolved {
            let place = Place { file, path };
            let Some(builder) = builders.get_mut(realm) else { continue };
            let Nouns {
                // Added above: the key stores and the instances before their keys.
                keys: _,
                key_stores: _,
                instances: _,
                managed_data_keys,
                secrets,
                certificates,
                white_box_keys,
                data_keys,
                grants,
                access_points,
                keyspace_policies,
                applications,
                application_policies,
                network_rules,
                client_keys,
            } = entry.nouns();
            let entropy = &engine.world().entropy;
            place.each("secrets", secrets, |secret, place| {
                builder.add_secret(secret, entropy, place)
            })?;
            place.each("certificates", certificates, |certificate, place| {
                builder.add_certificate(certificate, place)
            })?;
            place.each("white_box_keys", white_box_keys, |key, place| {
                builder.add_white_box_key(key, place)
            })?;
            place.each("data_keys", data_keys, |data_key, place| {
                builder.add_data_key(data_key, entropy, place)
            })?;
            place.each("managed_data_keys", managed_data_keys, |data_key, place| {
                builder.add_managed_data_key(data_key, place)
            })?;
            place.each("grants", grants, |grant, place| builder.add_grant(grant, place))?;
            place.each("access_points", access_points, |access_point, place| {
                builder.add_access_point(access_point, place)
            })?;
            place.each("keyspace_policies", keyspace_policies, |policy, place| {
                builder.add_keyspace_policy(policy, place)
            })?;
            place.each("applications", applications, |application, place| {
                builder.add_application(application, place)
            })?;
            place.each("application_policies", application_policies, |policy, place| {
                builder.add_application_policy(policy, place)
            })?;
            place.each("network_rules", network_rules, |rule, place| {
                builder.add_network_rule(rule, place)
            })?;
            place.each("client_keys", client_keys, |client_key, place| {
                builder.add_client_key(client_key, place)
            })?;
            if let Some(counted) = &entry.counted {
                if counted.value > COUNT_MAX {
                    return Err(place.wrong("counted", counted, "too large"));
                }
                if counted.value > builder.state.counted() {
                    builder.add(Change::Counted(counted.value));
                }
            }
        }
        Ok(builders.into_values().collect())
    }
}
