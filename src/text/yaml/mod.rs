//! YAML with a place for everything: the tree that dbt sees, and where in the file each part of it stands.
//!
//! dbt reads YAML with PyYAML's `CSafeLoader`, and so the tree means what PyYAML means: `yes` is true, `010` is 8, `1e3`
//! is a string, `<<` merges, the last of two equal keys wins. A file that dbt cannot load is a [`YamlError`] here too:
//! undefined or doubly defined anchors, tags that the safe loader does not know, dates that do not exist, and a mapping
//! or list as a key, which is what an unquoted `{{ … }}` is.
//!
//! # Where this differs from PyYAML
//! Trees are the same wherever both load a file, except for these:
//! - U+0085, U+2028 and U+2029 are characters here, line ends in PyYAML. A colon belongs to the name of an anchor here.
//! - Not loaded here, though PyYAML does: an alias inside of the value that it names, a comment right behind a closing
//!   quote or bracket, a block scalar whose `|` or `>` starts a line without indentation, a lone `-` in brackets, more
//!   than [`MAX_DEPTH`] levels, aliases that stand for more than [`MAX_NODES`] nodes.
//! - Loaded here, though PyYAML does not: tabs before a token, an empty key, `::` and adjacent colons in brackets, keys
//!   and plain text in some places where their indentation is wrong.
//! - `!!binary` stays as it is written, `!!set`, `!!omap` and `!!pairs` are a mapping and lists.

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
#[cfg(test)]
mod tests;
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
