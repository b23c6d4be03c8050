//! The linter's own hygiene: suppressions that are of no use, or say too little.

/// The rule on entries of the baseline.
pub const STALE_BASELINE_ENTRY: &str = stale_baseline_entry::StaleBaselineEntry::INFO.code;

rules![stale_baseline_entry::StaleBaselineEntry];

use super::rules;
