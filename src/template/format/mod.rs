//! Formatting: `%`, `str.format` and the format specifications that both have in common.

mod fields;
mod percent;
mod spec;

pub(super) use fields::format;
pub(super) use percent::percent;
