//! Applications: programs that are authorised by policies of their own, and not as users of an
//! account. They sign their requests with client keys.

use serde::{Deserialize, Serialize};

use super::index::ByName;
use super::noun::{Noun, named_by, read_from_body};
use super::texts::{is_name, names};
use super::{ApplicationPolicyName, Ordinal};
use crate::world::Instant;

names! {
    /// An application's name, unique in its realm. Opaque text; its cloud decides the exact form.
    ApplicationName:
    /// Reads a name: 1 to 1024 bytes without control characters.
    is_name;
}

/// An application, which some clouds call an application access point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Its number in the realm, shared with all nouns.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its name.
    pub name: ApplicationName,
    /// The names of its policies, in the owner's order. A policy need not exist: then it allows
    /// nothing.
    pub policies: Vec<ApplicationPolicyName>,
    /// The owner's description.
    pub description: String,
    /// When it was created.
    pub created_at: Instant,
}

impl Noun for Application {
    const KIND: &'static str = "application";
    type Names = ByName<ApplicationName>;
    type Part = ();

    named_by! { name: ApplicationName }

    read_from_body! {}
}
