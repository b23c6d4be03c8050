//! The baseline: findings that a project has taken on as old debt, in a file that is committed with it.
//!
//! A check then reports what is new. Entries are rule, subject and part of the subject, never a line, in the finest
//! terms there are (see [`Atom`](crate::findings::Atom)): moving a file, indenting it anew or grouping findings otherwise
//! changes nothing. A renamed resource keeps its entries.

mod compare;
mod error;
mod names;
mod read;
mod renames;
mod shares;
mod stale;
mod write;

pub use compare::{Comparison, Scope, compare};
pub use error::BaselineError;
pub use names::is_of_resource;
pub use read::{Baseline, Entry, open};
pub use renames::Rename;
pub use shares::raised;
pub use stale::{Found, findings};
pub use write::write;

/// The file's name, beside `dbt_project.yml` unless the config says otherwise.
pub const FILE: &str = "dbt-steward-baseline.json";

/// Version of the file's format.
const VERSION: u64 = 1;

/// What ends each group of the file, so that a new last entry changes no line but its own.
const END: &str = "~";
