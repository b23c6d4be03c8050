//! YAML with a place for everything: the tree that dbt sees, and where in the file each part of it stands.
//!
//! dbt reads YAML with PyYAML's `CSafeLoader`, and so the tree means what PyYAML means: `yes` is true, `010` is 8, `1e3`
//! is a string, `<<` merges, the last of two equal keys wins. A file that dbt cannot load is a [`YamlError`] here too:
//! undefined or doubly defined anchors, tags that the safe loader does not know, dates that do not exist, and a mapping
//! or list as a key, which is what an unquoted `{{ … }}` is.
//!
//! # Where this differs from PyYAML
//! Scanning follows YAML 1.2 where PyYAML follows 1.1:
//! TODO

mod de;
mod de_error;
#[cfg(test)]
mod de_tests;
mod error;
mod layout;
mod mapping;
mod parse;
mod scalar;
mod spanned;
mod timestamp;
mod tree;

pub use de::from_node;
pub use de_error::{DeError, nearest};
pub use error::YamlError;
pub use mapping::{Entries, Entry, Mapping};
pub use parse::{Comment, DuplicateKey, MAX_DEPTH, MAX_NODES, Yaml, parse};
pub use scalar::{Resolved, Scalar, Style};
pub use spanned::Spanned;
pub use timestamp::{Time, Timestamp};
pub use tree::{Node, Value};
