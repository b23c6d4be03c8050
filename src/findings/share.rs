//! A share that a rule has measured: how much of a part of the project is covered.

use std::cmp::Ordering;
use std::fmt;

use crate::project::{Layer, ResourceId, ResourceType};

/// So many of so many, exactly: nothing is rounded, so that a project which loses nothing never fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The rule's code.
    pub code: &'static str,
    /// Of what, and of which part of the project: `models`, `models:layer:marts`.
    pub key: String,
    pub covered: u64,
    /// More than zero.
    pub total: u64,
}

/// What a share is taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// Those that count, in ascending order.
    pub resources: Vec<ResourceId>,
    pub kind: ResourceType,
    pub part: Part,
}

/// The part of the project that has a share of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Whole,
    Layer(Layer),
    Owner,
    /// Relative to the project.
    Folder(String),
}

/// What the part of a finding begins with that says that a share has fallen. Such a finding is never recorded: what is
/// recorded is the share.
pub const RATCHET: &str = "ratchet:";

impl Share {
    /// As it is written: `12 of 40`.
    pub fn parse(code: &'static str, key: &str, text: &str) -> Option<Self> {
        let (covered, total) = text.split_once(" of ")?;
        let (covered, total): (u64, u64) = (covered.parse().ok()?, total.parse().ok()?);
        (covered <= total && total > 0).then(|| Self { code, key: key.to_owned(), covered, total })
    }

    /// By rule and key.
    pub fn key_order(&self, other: &Self) -> Ordering {
        (self.code, &self.key).cmp(&(other.code, &other.key))
    }

    /// By how much is covered.
    pub fn compare(&self, other: &Self) -> Ordering {
        let product = |covered: u64, total: u64| u128::from(covered) * u128::from(total);
        product(self.covered, other.total).cmp(&product(other.covered, self.total))
    }

    /// In percent, with one digit behind the point, rounded down: what is not everything is not 100.
    pub fn percent(&self) -> String {
        let permille = u128::from(self.covered) * 1000 / u128::from(self.total.max(1));
        format!("{}.{}", permille / 10, permille % 10)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.covered, self.total)
    }
}

/// What a baseline has recorded of shares, for the rules that ask.
#[derive(Debug, Default)]
pub struct RecordedShares {
    /// In order of rule and key.
    shares: Vec<Share>,
    /// Whether this run records shares, so that rules measure them without holding them against anything.
    pub records: bool,
}

impl RecordedShares {
    /// From a baseline's shares, which are in order.
    pub fn new(shares: Vec<Share>, records: bool) -> Self {
        Self { shares, records }
    }

    /// What is recorded for that rule and key.
    pub fn get(&self, code: &str, key: &str) -> Option<&Share> {
        let at = self.shares.binary_search_by(|share| (share.code, share.key.as_str()).cmp(&(code, key)));
        at.ok().map(|at| &self.shares[at])
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::Share;

    fn share(text: &str) -> Share {
        Share::parse("DOC022", "models", text).unwrap()
    }

    #[test]
    fn shares_are_compared_exactly() {
        assert_eq!(share("1 of 3").compare(&share("2 of 6")), Ordering::Equal);
        assert_eq!(share("333 of 1000").compare(&share("1 of 3")), Ordering::Less);
        assert_eq!(share("0 of 1").compare(&share("0 of 7")), Ordering::Equal);
        assert_eq!((share("2 of 3").percent(), share("999 of 1000").percent()), ("66.6".to_owned(), "99.9".to_owned()));
    }

    #[test]
    fn what_is_no_share_is_none() {
        for text in ["", "1", "1/2", "3 of 2", "0 of 0", "-1 of 2", "1 of 2 "] {
            assert_eq!(Share::parse("DOC022", "models", text), None, "{text}");
        }
        assert_eq!(share("12 of 40").to_string(), "12 of 40");
    }
}
