//! Calendar dates, for what becomes due.

use std::fmt;

/// A day of the Gregorian calendar. Two dates compare as the days do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `2025-06-30`, alone or as the beginning of a timestamp (`2025-06-30T00:00:00+02:00`); `None` for all else.
    ///
    /// The time of day and its zone are left out: nothing here is due within the hour.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, rest) = text.split_at_checked(10)?;
        if !(rest.is_empty() || rest.starts_with(['T', 't', ' '])) {
            return None;
        }
        let mut parts = date.split('-');
        let (year, month, day) = (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
        let date = Self { year: year as i32, month: month as u8, day: day as u8 };
        let is_day = (1..=12).contains(&month) && (1..=days_in_month(date.year, date.month)).contains(&date.day);
        (parts.next().is_none() && is_day).then_some(date)
    }

    /// How many days this date is later than the other one; negative where it is earlier.
    pub fn days_since(self, other: Self) -> i64 {
        self.day_number() - other.day_number()
    }

    /// Days since the first of March of the year 0: counting years from March puts the leap day last.
    fn day_number(self) -> i64 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let month = (i64::from(self.month) + 9) % 12;
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        365 * year + leap_days + (153 * month + 2) / 5 + i64::from(self.day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Exactly that many digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn reads_what_manifests_hold() {
        for text in [
            "2025-06-30",
            " 2025-06-30 ",
            "2025-06-30T00:00:00",
            "2025-06-30T10:00:00+01:00",
            "2025-06-30 10:00:00+01",
            "2025-06-30T10:00:00Z",
        ] {
            assert_eq!(Date::parse(text).map(|date| date.to_string()).as_deref(), Some("2025-06-30"), "{text}");
        }
    }

    #[test]
    fn guesses_nothing() {
        for text in
            ["", "soon", "2025-6-30", "2025-13-01", "2025-02-29", "2025-06-31", "2025-06-301", "30-06-2025", "éééééé"]
        {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert!(Date::parse("2024-02-29").is_some());
    }

    #[test]
    fn counts_days() {
        let days = |later: &str, earlier: &str| Date::parse(later).unwrap().days_since(Date::parse(earlier).unwrap());
        assert_eq!(days("2025-01-01", "2024-12-31"), 1);
        assert_eq!(days("2024-03-01", "2024-02-28"), 2);
        assert_eq!(days("2100-03-01", "2100-02-28"), 1);
        assert_eq!(days("2026-01-01", "2025-01-01"), 365);
        assert_eq!(days("2025-01-01", "2026-01-01"), -365);
        assert_eq!(days("2000-01-01", "1970-01-01"), 10957);
    }

    #[test]
    fn compares_as_days_do() {
        assert!(Date::parse("2025-09-30") < Date::parse("2025-10-01"));
        assert!(Date::parse("2024-12-31") < Date::parse("2025-01-01"));
    }
}
