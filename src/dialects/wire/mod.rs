//! Encodings that clouds share: forms, JSON and XML, canonical forms, parameters.

pub(crate) mod answer;
pub(crate) mod canonical;
pub(crate) mod classes;
pub(crate) mod form;
pub(crate) mod inbound;
mod json;
pub(crate) mod marks;
pub(crate) mod param_error;
pub(crate) mod param_style;
pub(crate) mod params;
pub(crate) mod redact;
pub(crate) mod values;
pub(crate) mod wildcard;
pub(crate) mod words;
pub(crate) mod xml;
