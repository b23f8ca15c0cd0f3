//! Client keys. The private key is generated for its owner and not kept.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::applications::rules;
use super::pairs::private_key;
use super::{ApplicationError, ApplicationRules, Caller, Engine, Error, View};
use crate::algorithms::asymmetric::{PairSpec, PrivateKey};
use crate::algorithms::{self, pkcs12, x509};
use crate::model::{ApplicationName, ClientKey, ClientKeyId};
use crate::world::{Entropy, Instant};

/// What a caller specifies for a new client key. It holds a password, so it has no `Debug`.
pub struct NewClientKey {
    /// The name of its application.
    pub application: ApplicationName,
    /// The password of the container with the private key.
    pub password: Zeroizing<String>,
    /// From when and until when it is valid, in whole seconds since 1970. `None`: from now on, for
    /// as long as the cloud's rules say.
    pub validity: Option<(Instant, Instant)>,
}

/// A new client key, and what only its owner gets.
pub struct MadeClientKey {
    /// The client key.
    pub client_key: Arc<ClientKey>,
    /// A PKCS #12 container with the certificate and the private key.
    pub container: Zeroizing<Vec<u8>>,
}

impl<'a> View<'a> {
    /// Every client key, oldest first.
    pub fn client_keys(&self) -> impl Iterator<Item = &'a Arc<ClientKey>> + use<'a> {
        self.state().client_keys.all()
    }

    /// The client keys of an application, oldest first.
    pub fn client_keys_of(
        &self,
        application: &ApplicationName,
    ) -> impl Iterator<Item = &'a Arc<ClientKey>> + use<'a> {
        self.state().client_keys.of(application)
    }

    /// The client key with this id.
    ///
    /// # Errors
    /// [`ApplicationError::NotFound`].
    pub fn client_key(&self, id: &ClientKeyId) -> Result<&'a Arc<ClientKey>, Error> {
        Ok(self.state().client_keys.named(id).ok_or(ApplicationError::NotFound)?)
    }

    /// Checks that an application exists and may have another client key.
    fn check_new_client_key(
        &self,
        application: &ApplicationName,
        rules: &ApplicationRules,
    ) -> Result<(), Error> {
        self.application(application)?;
        if self.client_keys_of(application).count() >= rules.client_keys {
            return Err(ApplicationError::TooManyClientKeys.into());
        }
        Ok(())
    }
}

impl Engine {
    /// Creates a client key of an application.
    ///
    /// # Errors
    /// [`ApplicationError::NotFound`] for the application; [`ApplicationError::TooManyClientKeys`];
    /// [`ApplicationError::ValidityEmpty`].
    pub async fn create_client_key(
        &self,
        caller: Caller,
        new: NewClientKey,
    ) -> Result<MadeClientKey, Error> {
        let rules = rules(&caller)?;
        let snapshot = self.snapshot(&caller);
        // Checked before the slow work too.
        snapshot.view(&caller).check_new_client_key(&new.application, rules)?;
        let (not_before, not_after) = new.validity.unwrap_or_else(|| {
            let now = snapshot.now.whole_seconds();
            (now, now.plus_years(rules.validity_years))
        });
        if not_after <= not_before {
            return Err(ApplicationError::ValidityEmpty.into());
        }
        let id = (rules.new_client_key_id)(&self.world.entropy);
        let id = id.ok_or(Error::Internal("the id of a client key is malformed"))?;
        let (owner, spec, password) = (id.to_string(), rules.pair, new.password);
        let made = self.on_blocking_thread(move |entropy| {
            make(entropy, spec, &owner, (not_before, not_after), &password)
        });
        let (certificate, container) = made.await?;
        let application = new.application;
        self.change(caller, move |draft| {
            let view = draft.view();
            view.check_new_client_key(&application, rules)?;
            let client_key = Arc::new(ClientKey {
                ordinal: view.state().next_ordinal(),
                id,
                application,
                public_key: certificate,
                not_before,
                not_after,
                created_at: draft.now(),
            });
            draft.insert(&client_key);
            Ok(MadeClientKey { client_key, container })
        })
        .await
    }

    /// Deletes a client key.
    ///
    /// # Errors
    /// [`ApplicationError::NotFound`].
    pub async fn delete_client_key(&self, caller: Caller, id: ClientKeyId) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let ordinal = draft.view().client_key(&id)?.ordinal;
            draft.remove::<ClientKey>(ordinal);
            Ok(())
        })
        .await
    }
}

/// A new key pair: its self-signed certificate in PEM, and the container with both.
fn make(
    entropy: &Entropy,
    spec: PairSpec,
    owner: &str,
    (not_before, not_after): (Instant, Instant),
    password: &str,
) -> Result<(String, Zeroizing<Vec<u8>>), algorithms::Error> {
    let pkcs8 = private_key(spec, entropy)?;
    let key = PrivateKey::read(spec, &pkcs8)?;
    let subject =
        x509::Name::parse(&format!("CN={owner}")).ok_or(algorithms::Error::Unsupported)?;
    let validity = (not_before.unix_seconds(), not_after.unix_seconds());
    let certificate = x509::self_signed(&key, &subject, &entropy.array(), validity)?;
    let container = pkcs12::write(&certificate, &pkcs8, password, &mut entropy.rng())?;
    Ok((x509::to_pem(&certificate)?, container))
}
