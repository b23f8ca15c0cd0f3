//! The state of a realm, and the facts that change it. The store writes the facts, and applying
//! them in order gives the state. A state is a persistent data structure: cloning is cheap, so a
//! reader keeps its state while a writer builds the next.

use std::sync::Arc;

use serde::Serialize;

use super::noun::{Fact, Noun, Tags};
use super::shelf::{DueIndex, Shelf};
use super::stored::{Damaged, StoredChange, StoredRecord, Unseal};
use super::{
    AccessPoint, Application, ApplicationPolicy, Certificate, ClientKey, DataKey, Grant, Instance,
    Key, KeyStore, KeyspacePolicy, ManagedDataKey, Material, NetworkRule, Ordinal, Realm, Secret,
    WhiteBoxKey,
};
use crate::world::Instant;

/// A noun that has a shelf in a [`State`].
pub trait Shelved: Noun {
    /// The shelf that holds it.
    fn shelf(state: &State) -> &Shelf<Self>;

    /// The change for this fact.
    fn change(fact: Fact<Self>) -> Change;
}

/// Defines the state, its changes and everything else that covers all nouns, from their list.
/// Whoever treats nouns one by one matches [`AnyNoun`] or destructures [`Shelves`] in full, so that
/// a new noun does not compile before it is treated too.
macro_rules! nouns {
    ($($(#[$about:meta])* $shelf:ident: $noun:ident),+ $(,)?) => {
        /// One change of a realm's state.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Change {
            /// The realm is empty again, as if never used.
            RealmCleared,
            /// The account subscribed to the service, at this instant.
            Subscribed(Instant),
            /// The secret that seals this realm's import tokens.
            ImportSealDrawn(Material),
            /// The number of ordinals used so far, for nouns and for later versions. None is used
            /// again.
            Counted(Ordinal),
            $(#[doc = concat!("A ", stringify!($noun), " is added, changed or removed.")]
            $noun(Fact<$noun>),)+
        }

        /// The state of a realm.
        #[derive(Clone, Debug, Default)]
        pub struct State {
            subscribed: Option<Instant>,
            import_seal: Option<Material>,
            last: Ordinal,
            due_index: DueIndex,
            $($(#[$about])* pub $shelf: Shelf<$noun>,)+
        }

        /// A noun of any kind.
        #[derive(Clone, Debug)]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum AnyNoun {
            $($noun(Arc<$noun>),)+
        }

        /// Every shelf of a state.
        #[derive(Clone, Copy, Debug)]
        pub struct Shelves<'a> {
            $($(#[$about])* pub $shelf: &'a Shelf<$noun>,)+
        }

        /// How many realms there are, and how many nouns of each kind they hold.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
        pub struct Counts {
            /// Realms.
            pub realms: usize,
            $($(#[$about])* pub $shelf: usize,)+
        }

        impl Counts {
            /// Counts these realms and what they hold.
            #[must_use]
            pub fn of(contents: &[(Realm, Arc<State>)]) -> Self {
                contents.iter().fold(Self::default(), |sum, (_, state)| Self {
                    realms: sum.realms + 1,
                    $($shelf: sum.$shelf + state.$shelf.count(),)+
                })
            }

            /// The counts with their names, in the order of the fields.
            #[must_use]
            pub fn named(&self) -> Vec<(&'static str, usize)> {
                vec![("realms", self.realms), $((stringify!($shelf), self.$shelf)),+]
            }
        }

        impl AnyNoun {
            /// The change of its tags by `edit`, if any, and how many tags there are then.
            pub fn retag(self, edit: impl FnOnce(&mut Tags)) -> (Option<Change>, usize) {
                match self {
                    $(Self::$noun(before) => {
                        let mut after = $noun::clone(&before);
                        let Some(tags) = after.tags() else { return (None, 0) };
                        edit(tags);
                        let count = tags.len();
                        let differs = after != *before;
                        let change = || Change::$noun(Fact::changed(before, Arc::new(after)));
                        (differs.then(change), count)
                    })+
                }
            }
        }

        impl Change {
            /// About how many records it writes or removes.
            #[must_use]
            pub fn weight(&self) -> usize {
                match self {
                    $(Self::$noun(fact) => fact.weight(),)+
                    Self::RealmCleared | Self::Subscribed(_) | Self::ImportSealDrawn(_)
                    | Self::Counted(_) => 1,
                }
            }

            /// Its effect on the records of a noun, if it is about one.
            #[must_use]
            pub fn stored(&self) -> Option<StoredChange<'_>> {
                match self {
                    $(Self::$noun(fact) => fact.stored(),)+
                    Self::RealmCleared | Self::Subscribed(_) | Self::ImportSealDrawn(_)
                    | Self::Counted(_) => None,
                }
            }

            /// The addition of the noun in these records.
            ///
            /// # Errors
            /// The kind is unknown, or a record cannot be read.
            pub fn read(
                (kind, ordinal): (&str, Ordinal),
                head: &StoredRecord,
                parts: &[StoredRecord],
                unseal: &Unseal<'_>,
            ) -> Result<Self, Damaged> {
                match kind {
                    $($noun::KIND => {
                        let noun = $noun::read(ordinal, head, parts, unseal)?;
                        Ok(Self::$noun(Fact::added(noun.into())))
                    })+
                    _ => Err(Damaged("kind")),
                }
            }
        }

        impl State {
            /// Facts that lead from the empty state to this one.
            #[must_use]
            pub fn facts(&self) -> Vec<Change> {
                // Destructured in full, so that a new field cannot be forgotten here.
                let Self { subscribed, import_seal, last, due_index: _, $($shelf),+ } = self;
                let mut facts = Vec::new();
                facts.extend(subscribed.map(Change::Subscribed));
                facts.extend(import_seal.clone().map(Change::ImportSealDrawn));
                $(facts.extend($shelf.all().cloned().map(Fact::added).map(Change::$noun));)+
                facts.extend((*last > 0).then_some(Change::Counted(*last)));
                facts
            }

            /// About how many records the state takes. Cheap to compute.
            #[must_use]
            pub fn weight(&self) -> usize {
                0 $(+ self.$shelf.weight())+
            }

            /// The noun of this number.
            #[must_use]
            pub fn noun(&self, ordinal: Ordinal) -> Option<AnyNoun> {
                $(if let Some(noun) = self.$shelf.get(ordinal) {
                    return Some(AnyNoun::$noun(Arc::clone(noun)));
                })+
                None
            }

            /// Every shelf, to destructure.
            #[must_use]
            pub fn shelves(&self) -> Shelves<'_> {
                Shelves { $($shelf: &self.$shelf),+ }
            }

            /// Whether a change was made from this state, and not from an earlier one.
            #[must_use]
            pub fn fits(&self, change: &Change) -> bool {
                match change {
                    $(Change::$noun(fact) => self.$shelf.fits(fact),)+
                    Change::RealmCleared | Change::Subscribed(_) | Change::ImportSealDrawn(_)
                    | Change::Counted(_) => true,
                }
            }

            /// Applies a change.
            pub fn apply(&mut self, change: &Change) {
                match change {
                    Change::RealmCleared => *self = Self::default(),
                    Change::Subscribed(at) => self.subscribed = Some(*at),
                    Change::ImportSealDrawn(seal) => self.import_seal = Some(seal.clone()),
                    Change::Counted(last) => self.last = self.last.max(*last),
                    $(Change::$noun(fact) => {
                        let last = fact.after().map_or(0, |noun| noun.ordinal());
                        self.last = self.last.max(last);
                        self.$shelf.apply(fact, &mut self.due_index);
                    })+
                }
            }
        }

        $(impl Shelved for $noun {
            fn shelf(state: &State) -> &Shelf<Self> {
                &state.$shelf
            }

            fn change(fact: Fact<Self>) -> Change {
                Change::$noun(fact)
            }
        })+
    };
}

nouns! {
    /// Keys, with their versions and aliases.
    keys: Key,
    /// Secrets, with their versions.
    secrets: Secret,
    /// Certificates.
    certificates: Certificate,
    /// White-box keys.
    white_box_keys: WhiteBoxKey,
    /// Data keys.
    data_keys: DataKey,
    /// Grants of keys.
    grants: Grant,
    /// Key stores.
    key_stores: KeyStore,
    /// Access points of keyspaces.
    access_points: AccessPoint,
    /// Policies of keyspaces.
    keyspace_policies: KeyspacePolicy,
    /// Applications.
    applications: Application,
    /// Policies of applications.
    application_policies: ApplicationPolicy,
    /// Network rules.
    network_rules: NetworkRule,
    /// Client keys of applications.
    client_keys: ClientKey,
    /// Instances of the service.
    instances: Instance,
    /// Managed data keys, with their versions.
    managed_data_keys: ManagedDataKey,
}

/// A change and its realm.
pub type RealmChange = (Realm, Change);

impl State {
    /// When the account subscribed to the service, if it did.
    #[must_use]
    pub fn subscribed(&self) -> Option<Instant> {
        self.subscribed
    }

    /// The secret that seals this realm's import tokens, once there is one.
    #[must_use]
    pub fn import_seal(&self) -> Option<&Material> {
        self.import_seal.as_ref()
    }

    /// The number that the next noun gets.
    #[must_use]
    pub fn next_ordinal(&self) -> Ordinal {
        self.last + 1
    }

    /// How many ordinals are used.
    #[must_use]
    pub fn counted(&self) -> Ordinal {
        self.last
    }

    /// The next noun to which something is due, and when.
    #[must_use]
    pub fn next_due(&self) -> Option<(Instant, Ordinal)> {
        self.due_index.first().map(|(due, ())| *due)
    }

    /// The nouns to which something is due until then, in chronological order.
    pub fn due(&self, until: Instant) -> impl Iterator<Item = Ordinal> {
        let due = self.due_index.iter().map(|(due, ())| *due);
        due.take_while(move |(due, _)| *due <= until).map(|(_, ordinal)| ordinal)
    }

    /// Whether the realm was never used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.last == 0 && self.subscribed.is_none() && self.import_seal.is_none()
    }
}
