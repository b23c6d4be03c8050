//! The one clock: rules that compare dates get theirs from here, or from `--today`.

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

/// Today in UTC, `YYYY-MM-DD`; the machine's time zone changes nothing.
#[expect(clippy::disallowed_methods, reason = "this is the one clock that clippy.toml sends everyone to")]
pub fn today() -> String {
    Timestamp::now().to_zoned_datetime(TimeZone::UTC).date().to_string()
}

/// Checks a date given as `YYYY-MM-DD`.
///
/// # Errors
/// Says what is wrong, for the command line.
pub fn parse(text: &str) -> Result<String, String> {
    match text.parse::<Date>() {
        // jiff reads further forms, such as 20250131; one form is enough to document.
        Ok(date) if date.to_string() == text => Ok(text.to_owned()),
        _ => Err("expected a date that exists, such as 2025-01-31".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn refuses_dates_that_do_not_exist() {
        for text in ["2025-02-29", "2025-13-01", "2025-00-10", "2025-1-1", "tomorrow", "20250101", "2025-04-31"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse("2024-02-29"), Ok("2024-02-29".to_owned()));
    }
}
