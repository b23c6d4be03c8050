//! What the rules found: severity, subject, place, words.

mod finding;
mod fingerprint;
mod place;
mod severity;

pub use finding::{Finding, Related};
pub use fingerprint::fingerprint;
pub use place::Place;
pub use severity::Severity;
