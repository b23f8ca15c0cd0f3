//! Pages and filters of lists.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::values::Malformed;
use crate::dialects::wire::classes;
use crate::dialects::wire::values::parsed;
use crate::engine::List;

/// The number of a page, from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageNumber(u32);

impl Default for PageNumber {
    fn default() -> Self {
        Self(1)
    }
}

parsed!(PageNumber, |number: u32| (number >= 1).then_some(Self(number)));

/// The size of a page: 1 to 100 entries. In places, the document writes these limits as "0 to 101".
#[derive(Clone, Copy, Debug)]
pub(super) struct PageSize(u32);

impl Default for PageSize {
    fn default() -> Self {
        Self(10)
    }
}

impl PageSize {
    /// The default for lists of a secret's versions, and of what only newer clients list.
    pub(super) fn twenty() -> Self {
        Self(20)
    }
}

parsed!(PageSize, |size: u32| (1..=100).contains(&size).then_some(Self(size)));

/// One page of a list.
pub(super) struct Page<T> {
    pub(super) entries: Vec<T>,
    pub(super) total: usize,
    pub(super) number: u32,
    pub(super) size: u32,
}

/// The requested page of `all`. Past the end it is empty.
pub(super) fn page<T>(all: impl Iterator<Item = T>, number: PageNumber, size: PageSize) -> Page<T> {
    page_of(all.collect(), number, size)
}

/// The requested page of a list. Past the end it is empty.
pub(super) fn page_of<T>(list: List<'_, T>, number: PageNumber, size: PageSize) -> Page<T> {
    let (number, size) = (number.0, size.0);
    let from = (number as usize - 1).saturating_mul(size as usize);
    let total = list.total();
    Page { entries: list.page(from, size as usize), total, number, size }
}

impl<T> Page<T> {
    /// The answer: each entry rendered, within the wrappers `all` and `each`.
    pub(super) fn listing<E>(
        self,
        (all, each): (&'static str, &'static str),
        entry: impl FnMut(T) -> E,
    ) -> Listing<E> {
        Listing {
            entries: Wrapped(all, Wrapped(each, self.entries.into_iter().map(entry).collect())),
            total_count: self.total,
            page_number: self.number,
            page_size: self.size,
        }
    }
}

/// A page in an answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listing<T> {
    #[serde(flatten)]
    entries: Wrapped<Wrapped<Vec<T>>>,
    total_count: usize,
    page_number: u32,
    page_size: u32,
}

/// A value in the document's wrapper: an object with one member of this name.
pub(super) struct Wrapped<T>(pub(super) &'static str, pub(super) T);

impl<T: Serialize> Serialize for Wrapped<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.0, &self.1)])
    }
}

/// A list of filters. A resource passes if each property has one of its values.
#[derive(Debug)]
pub(super) struct Filters<K>(Vec<(K, Vec<String>)>);

impl<'de, K: PartialEq + DeserializeOwned> Deserialize<'de> for Filters<K> {
    fn deserialize<D: Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
        classes::read("class Open", text)
    }
}

impl<K> Default for Filters<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter<K> {
    key: K,
    #[serde(default = "Vec::new")]
    values: Vec<String>,
}

/// The number of filters, and of values of each.
const MAX_FILTERS: usize = 10;

impl<K: PartialEq + DeserializeOwned> TryFrom<String> for Filters<K> {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        let filters: Vec<Filter<K>> = serde_json::from_str(&text).map_err(|_| Malformed)?;
        if filters.len() > MAX_FILTERS
            || filters.iter().any(|filter| filter.values.len() > MAX_FILTERS)
        {
            return Err(Malformed);
        }
        let mut merged: Vec<(K, Vec<String>)> = Vec::new();
        for Filter { key, values } in filters {
            match merged.iter_mut().find(|(it, _)| *it == key) {
                Some((_, all)) => all.extend(values),
                None => merged.push((key, values)),
            }
        }
        Ok(Self(merged))
    }
}

impl<K: PartialEq> Filters<K> {
    /// The requested values of one property.
    pub(super) fn values_of(&self, property: &K) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == property)
            .flat_map(|(_, values)| values.iter().map(String::as_str))
    }

    /// Whether there are at most `most` filters, and each value fits its property.
    pub(super) fn are_valid(&self, most: usize, fits: impl Fn(&K, &str) -> bool) -> bool {
        self.0.len() <= most
            && self.0.iter().all(|(key, values)| values.iter().all(|it| fits(key, it)))
    }

    /// Whether there are values for one of these properties.
    pub(super) fn are_about(&self, properties: &[K]) -> bool {
        self.0.iter().any(|(key, values)| !values.is_empty() && properties.contains(key))
    }

    /// Whether a resource passes. `has` says whether its property has a value. A property without
    /// values filters nothing.
    pub(super) fn pass(&self, has: impl Fn(&K, &str) -> bool) -> bool {
        self.0
            .iter()
            .all(|(key, values)| values.is_empty() || values.iter().any(|value| has(key, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_slices_of_the_list() {
        let cut = |number, size| page(1..=25, PageNumber(number), PageSize(size));
        assert_eq!(cut(1, 10).entries, (1..=10).collect::<Vec<_>>());
        assert_eq!(cut(3, 10).entries, (21..=25).collect::<Vec<_>>());
        assert_eq!((cut(4, 10).entries.len(), cut(4, 10).total), (0, 25));
        assert!(cut(u32::MAX, 100).entries.is_empty());
    }

    #[derive(Deserialize, PartialEq)]
    enum Property {
        Colour,
        Size,
    }

    #[test]
    fn each_property_must_have_one_of_its_values() {
        let read = |text: &str| Filters::<Property>::try_from(text.to_owned());
        let filters = read(
            r#"[{"Key":"Colour","Values":["red"]},{"Key":"Size","Values":["9"]},{"Key":"Colour","Values":["blue"]}]"#,
        )
        .unwrap();
        let passes = |colour: &str, size: &str| {
            filters.pass(|property, value| match property {
                Property::Colour => colour == value,
                Property::Size => size == value,
            })
        };
        assert!(passes("red", "9") && passes("blue", "9"));
        assert!(!passes("red", "8") && !passes("green", "9"));
        for bad in
            [r#"[{"Key":"Weight","Values":["1"]}]"#, "{}", "not json", r#"[{"Values":["1"]}]"#]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(
            read(&format!("[{}]", [r#"{"Key":"Size","Values":["1"]}"#; 11].join(","))).is_err()
        );
    }
}
