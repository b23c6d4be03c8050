//! Numbers as the audit prints them.

/// Rounded to one decimal.
pub(super) fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
