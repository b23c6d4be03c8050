//! YAML with a place for everything: the tree that dbt sees, and where in the file each part of it stands.
//!
//! dbt reads YAML with PyYAML's `CSafeLoader`, and so the tree means what PyYAML means: `yes` is true, `010` is 8, `1e3`
//! is a string, `<<` merges, the last of two equal keys wins. A file that dbt cannot load is a [`YamlError`] here too:
//! undefined or doubly defined anchors, tags that the safe loader does not know, dates that do not exist, and a mapping
//! or list as a key, which is what an unquoted `{{ … }}` is.
//!
//! The text is cut into tokens and these are put together by the rules of libyaml 0.2.5, and plain scalars are resolved
//! by those of PyYAML 6.0.3. Both were compared with PyYAML itself: every text of up to five of the characters that mean
//! something in YAML, millions of mutated and of random ones, half a million numbers and dates, and the files of real
//! projects load to the same tree, or not at all, in both.
//!
//! # Where this differs from PyYAML
//! Not loaded here, though PyYAML does:
//! - an alias inside of the value that it names: nothing could walk over it;
//! - more than [`MAX_DEPTH`] levels, and aliases that stand for more than [`MAX_NODES`] nodes;
//! - a wrong tag on the value of a merge key, `!!str` on a mapping with a key `=`, `!!timestamp` on a date with one
//!   digit for a month or day, `!!int` on `0o17`.
//!
//! Loaded with another value: `!!binary` is not decoded; `!!set` is a mapping, `!!omap` and `!!pairs` are lists, and
//! nobody checks what is in them; times in different zones are different keys.

mod de;
mod error;
mod inside;
mod mapping;
mod parse;
mod scalar;
mod scan;
#[cfg(test)]
mod tests;
mod timestamp;
mod tree;

pub use de::{DeError, Spanned, from_node, nearest};
pub use error::YamlError;
pub use mapping::{Entries, Entry, Mapping};
pub use parse::{Comment, DuplicateKey, MAX_DEPTH, MAX_NODES, Yaml, parse};
pub use scalar::{Resolved, Scalar, Style};
pub use timestamp::{Time, Timestamp};
pub use tree::{Node, Value};
