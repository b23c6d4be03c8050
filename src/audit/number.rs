//! Numbers as the audit prints them.

/// Rounded to one decimal; the sum of nothing, which is -0, is 0.
pub(super) fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0 + 0.0
}
