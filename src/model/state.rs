//! What a realm holds, and the facts by which it changes. The store writes the facts, and the state
//! is their fold. A state is a persistent value: a copy costs nothing, so a reader keeps the one it
//! took while a writer builds the next.

use super::noun::{DueIndex, Fact, Noun, Shelf};
use super::stored::{Damaged, Kept, StoredChange, Unseal};
use super::{Certificate, Key, Material, Ordinal, Realm, Secret};
use crate::world::Instant;

/// A noun that realms hold: where a state keeps it, and which change is one of it.
pub trait Held: Noun {
    /// Where a state keeps it.
    fn shelf(state: &State) -> &Shelf<Self>;

    /// The change that this fact is.
    fn change(fact: Fact<Self>) -> Change;
}

/// Makes the state and its changes of the list of nouns.
macro_rules! nouns {
    ($($(#[$about:meta])* $shelf:ident: $noun:ident),+ $(,)?) => {
        /// One change of what a realm holds.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Change {
            /// The realm holds nothing any more, and is as one that nobody has used.
            RealmCleared,
            /// The account subscribed to the service, at this instant.
            Subscribed(Instant),
            /// The secret under which this realm's import tokens are sealed.
            ImportSealDrawn(Material),
            /// So many numbers were given here so far, to nouns and to versions that came later:
            /// none is given again.
            Counted(Ordinal),
            $(#[doc = concat!("A ", stringify!($noun), " is added, changed or removed.")]
            $noun(Fact<$noun>),)+
        }

        /// The contents of a realm.
        #[derive(Clone, Debug, Default)]
        pub struct State {
            subscribed: Option<Instant>,
            import_seal: Option<Material>,
            last: Ordinal,
            agenda: DueIndex,
            $($(#[$about])* pub $shelf: Shelf<$noun>,)+
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

            /// What it does to the records of a noun, where it is a noun's.
            #[must_use]
            pub fn stored(&self) -> Option<StoredChange<'_>> {
                match self {
                    $(Self::$noun(fact) => fact.stored(),)+
                    Self::RealmCleared | Self::Subscribed(_) | Self::ImportSealDrawn(_)
                    | Self::Counted(_) => None,
                }
            }

            /// The addition of the noun that these records keep.
            ///
            /// # Errors
            /// There is no such kind of noun, or a record cannot be read.
            pub fn read(
                (kind, ordinal): (&str, Ordinal),
                head: &Kept,
                parts: &[Kept],
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
            /// Facts that lead from nothing to this.
            #[must_use]
            pub fn facts(&self) -> Vec<Change> {
                // All of it by name: what is added to a state has its facts here, or follows from
                // others.
                let Self { subscribed, import_seal, last, agenda: _, $($shelf),+ } = self;
                let mut facts = Vec::new();
                facts.extend(subscribed.map(Change::Subscribed));
                facts.extend(import_seal.clone().map(Change::ImportSealDrawn));
                $(facts.extend($shelf.all().cloned().map(Fact::added).map(Change::$noun));)+
                facts.extend((*last > 0).then_some(Change::Counted(*last)));
                facts
            }

            /// About how many records it takes to keep all of this. It costs nothing to ask.
            #[must_use]
            pub fn weight(&self) -> usize {
                0 $(+ self.$shelf.weight())+
            }

            /// Whether any noun has this number.
            #[must_use]
            pub fn has(&self, ordinal: Ordinal) -> bool {
                $(self.$shelf.get(ordinal).is_some())||+
            }

            /// Whether a change was made of what is here, and not of what was here before.
            #[must_use]
            pub fn fits(&self, change: &Change) -> bool {
                match change {
                    $(Change::$noun(fact) => fact.fits(&self.$shelf),)+
                    Change::RealmCleared | Change::Subscribed(_) | Change::ImportSealDrawn(_)
                    | Change::Counted(_) => true,
                }
            }

            /// Follows a change.
            pub fn apply(&mut self, change: &Change) {
                match change {
                    Change::RealmCleared => *self = Self::default(),
                    Change::Subscribed(at) => self.subscribed = Some(*at),
                    Change::ImportSealDrawn(seal) => self.import_seal = Some(seal.clone()),
                    Change::Counted(last) => self.last = self.last.max(*last),
                    $(Change::$noun(fact) => {
                        let last = fact.after().map_or(0, |noun| noun.ordinal());
                        self.last = self.last.max(last);
                        self.$shelf.apply(fact, &mut self.agenda);
                    })+
                }
            }
        }

        $(impl Held for $noun {
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
}

/// A change, and where it happens.
pub type RealmChange = (Realm, Change);

impl State {
    /// When the account subscribed to the service, where it had to.
    #[must_use]
    pub fn subscribed(&self) -> Option<Instant> {
        self.subscribed
    }

    /// The secret under which this realm's import tokens are sealed, once there is one.
    #[must_use]
    pub fn import_seal(&self) -> Option<&Material> {
        self.import_seal.as_ref()
    }

    /// The number that the next noun gets.
    #[must_use]
    pub fn next_ordinal(&self) -> Ordinal {
        self.last + 1
    }

    /// How many numbers were given to nouns, and to what came later.
    #[must_use]
    pub fn counted(&self) -> Ordinal {
        self.last
    }

    /// The noun to which something happens next by itself, and when.
    #[must_use]
    pub fn next_due(&self) -> Option<(Instant, Ordinal)> {
        self.agenda.first().copied()
    }

    /// The nouns to which something happens by itself until then, in that order.
    pub fn due(&self, until: Instant) -> impl Iterator<Item = Ordinal> {
        self.agenda.iter().take_while(move |(due, _)| *due <= until).map(|(_, ordinal)| *ordinal)
    }

    /// Whether nothing was ever here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.last == 0 && self.subscribed.is_none() && self.import_seal.is_none()
    }
}
