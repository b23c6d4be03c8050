//! The linter's own hygiene: suppressions that are of no use, or say too little.
//!
//! These rules look at no resource but at suppressions, once the other rules have run: see [`review`].

mod review;

use super::rules;
pub use review::Review;

/// Codes of rules that cannot be suppressed: an end that was agreed on does not go away unseen.
pub const NEVER_SUPPRESSED: [&str; 1] = [expired_suppression::ExpiredSuppression::INFO.code];

/// The rule on entries of the baseline.
pub const STALE_BASELINE_ENTRY: &str = stale_baseline_entry::StaleBaselineEntry::INFO.code;

rules![
    unused_suppression::UnusedSuppression,
    expired_suppression::ExpiredSuppression,
    suppression_without_reason::SuppressionWithoutReason,
    unknown_rule_in_suppression::UnknownRuleInSuppression,
    stale_baseline_entry::StaleBaselineEntry,
];
