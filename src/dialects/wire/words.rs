//! Words of a cloud's document, and the values that they stand for.

/// Declares a parameter type whose values are words of the document:
/// `Name(Value): "word" [value]…`. With `Name(Value), word_of: …` it also declares the function
/// from a value to its word, and with `fn word_of(Value): …` only that. Values are written as
/// patterns, so no value lacks a word. Where some values have no word, `Name(Value), word_of?: …`
/// declares a function to an `Option`.
macro_rules! words {
    (fn $word:ident($of:ty): $($text:literal [$($value:tt)+])*) => {
        pub(super) fn $word(value: $of) -> &'static str {
            match value {
                $($($value)+ => $text,)*
            }
        }
    };
    ($(#[$doc:meta])* $name:ident($of:ty): $($text:literal [$($value:tt)+])*) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(super) struct $name(pub(super) $of);

        $crate::dialects::wire::values::parsed!($name, Open, |text: String| match text.as_str() {
            $($text => Some(Self($($value)+)),)*
            _ => None,
        });
    };
    ($(#[$doc:meta])* $name:ident($of:ty), $word:ident?: $($text:literal [$($value:tt)+])*) => {
        $crate::dialects::wire::words::words! { $(#[$doc])* $name($of): $($text [$($value)+])* }

        pub(super) fn $word(value: $of) -> Option<&'static str> {
            match value {
                $($($value)+ => Some($text),)*
                _ => None,
            }
        }
    };
    ($(#[$doc:meta])* $name:ident($of:ty), $word:ident: $($rows:tt)*) => {
        $crate::dialects::wire::words::words! { $(#[$doc])* $name($of): $($rows)* }
        $crate::dialects::wire::words::words! { fn $word($of): $($rows)* }
    };
}
pub(crate) use words;
