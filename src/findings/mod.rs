//! What the rules found: severity, subject, place, words.

mod atom;
mod finding;
mod fingerprint;
mod known;
mod limit;
mod located;
mod members;
mod place;
mod severity;
mod share;
mod shared;
mod summary;
pub mod suppress;

pub use atom::{Atom, Atoms};
pub use finding::{Finding, Related, title};
pub use fingerprint::fingerprint;
pub use known::Known;
pub use limit::Limit;
pub use located::{Located, Location, Region};
pub use members::Members;
pub use place::Place;
pub use severity::Severity;
pub use share::{Part, Population, RATCHET, RecordedShares, Share};
pub use shared::join_shared;
pub use summary::{BaselineSummary, BaselineUpdate, FixedEntries, Input, InputKind, Report, RuleSummary, Summary};
