//! What the rules found: severity, subject, place, words.

mod finding;
mod fingerprint;
mod located;
mod place;
mod severity;
mod summary;

pub use finding::{Finding, Related};
pub use fingerprint::fingerprint;
pub use located::{Located, Location, Region};
pub use place::Place;
pub use severity::Severity;
pub use summary::{Report, RuleSummary, Summary};
