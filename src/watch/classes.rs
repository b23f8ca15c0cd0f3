//! The classes of a cloud's request parameters, for the journal, the log and the faults.

/// The class of a parameter. The parameter's type determines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Common to all requests, such as the action or the time.
    Common,
    /// Common to all requests and confidential: a signature or a token.
    Credential,
    /// The name of a key.
    Key,
    /// The id of a key's version.
    Version,
    /// The name of a secret.
    Secret,
    /// The name of a certificate.
    Certificate,
    /// An encryption context.
    Context,
    /// A ciphertext, which names a key's version itself.
    Ciphertext,
    /// Any other whose value may be shown.
    Open,
    /// Any other: its value may be a secret.
    Hidden,
}

impl Class {
    /// Whether the value may be shown.
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            Self::Credential | Self::Ciphertext | Self::Hidden => false,
            Self::Common
            | Self::Key
            | Self::Version
            | Self::Secret
            | Self::Certificate
            | Self::Context
            | Self::Open => true,
        }
    }
}

/// The classes of a cloud's parameters, by name.
#[derive(Debug, Default)]
pub struct Classes {
    /// By the length of the name, which already separates most names.
    by_length: Vec<Vec<(&'static str, Class)>>,
    /// The names of each class, shorter ones first.
    by_class: [Vec<&'static str>; Class::Hidden as usize + 1],
}

impl Classes {
    /// Adds a parameter. If two actions classify it differently, it is hidden.
    pub fn add(&mut self, name: &'static str, class: Class) {
        if self.by_length.len() <= name.len() {
            self.by_length.resize(name.len() + 1, Vec::new());
        }
        let few = &mut self.by_length[name.len()];
        match few.iter_mut().find(|(it, _)| *it == name) {
            Some((_, known)) if *known != class => {
                let was = std::mem::replace(known, Class::Hidden);
                self.by_class[was as usize].retain(|it| *it != name);
            }
            Some(_) => {}
            None => {
                few.push((name, class));
                let names = &mut self.by_class[class as usize];
                names.insert(names.partition_point(|it| it.len() <= name.len()), name);
            }
        }
    }

    /// The class of a parameter. A member of a flat list (`Tag.1.Key`) has the list's class. A name
    /// that no action reads is hidden.
    #[must_use]
    pub fn class(&self, name: &str) -> Class {
        let find = |name: &str| {
            let few = self.by_length.get(name.len())?;
            few.iter().find(|(it, _)| *it == name).map(|(_, class)| *class)
        };
        let of_list = || name.split_once('.').and_then(|(list, _)| find(list));
        find(name).or_else(of_list).unwrap_or(Class::Hidden)
    }

    /// The names of a class, shorter ones first. A name that became hidden is in none.
    pub fn names(&self, class: Class) -> impl Iterator<Item = &'static str> {
        self.by_class[class as usize].iter().copied()
    }
}

impl FromIterator<(&'static str, Class)> for Classes {
    fn from_iter<I: IntoIterator<Item = (&'static str, Class)>>(all: I) -> Self {
        let mut classes = Self::default();
        all.into_iter().for_each(|(name, class)| classes.add(name, class));
        classes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_and_ambiguous_names_are_hidden() {
        let classes = Classes::from_iter([
            ("KeyId", Class::Key),
            ("Size", Class::Open),
            ("Value", Class::Open),
            ("KeyId", Class::Key),
            ("Value", Class::Hidden),
        ]);
        for (name, class) in [
            ("KeyId", Class::Key),
            ("KeyId.1", Class::Key),
            ("Size", Class::Open),
            ("Value", Class::Hidden),
            ("size", Class::Hidden),
            ("", Class::Hidden),
        ] {
            assert_eq!(classes.class(name), class, "{name}");
        }
        assert_eq!(classes.names(Class::Key).collect::<Vec<_>>(), ["KeyId"]);
        assert_eq!(classes.names(Class::Open).collect::<Vec<_>>(), ["Size"]);
    }
}
