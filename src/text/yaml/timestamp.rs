//! Dates and times as YAML 1.1 writes them.

use std::fmt;

/// A date, or a date with a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Year, 1 to 9999.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, counted from 1.
    pub day: u8,
    /// Time of day; `None` for a date alone.
    pub time: Option<Time>,
}

/// The time of day of a [`Timestamp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 59.
    pub second: u8,
    /// Microsecond; further digits are dropped, as PyYAML drops them.
    pub microsecond: u32,
    /// Minutes east of Greenwich, when the text says so.
    pub offset_minutes: Option<i32>,
}

/// Why a text is not a [`Timestamp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotATimestamp {
    /// It does not look like one: YAML reads it as something else.
    OtherForm,
    /// It looks like one, but there is no such day or hour. PyYAML stops with an error.
    NoSuchTime,
}

impl Timestamp {
    /// Reads the two forms that PyYAML 6 knows: `2024-01-31`, and `2024-1-31 1:02:03.5 +02:00` with `T`, `t`, spaces
    /// or tabs before the time and an optional time zone (`Z` or an offset).
    pub(super) fn parse(text: &str) -> Result<Self, NotATimestamp> {
        let mut rest = Cursor(text.as_bytes());
        let (written, lengths) = rest.date().ok_or(NotATimestamp::OtherForm)?;
        let time = if rest.0.is_empty() {
            // A date alone must have all its digits: `2024-1-5` is a string.
            (lengths == (2, 2)).then_some(None)
        } else {
            rest.time().filter(|_| rest.0.is_empty()).map(Some)
        };
        let date = Self { time: time.ok_or(NotATimestamp::OtherForm)?, ..written };
        if date.exists() { Ok(date) } else { Err(NotATimestamp::NoSuchTime) }
    }

    fn exists(&self) -> bool {
        let leap_year =
            self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let days = match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap_year => 29,
            2 => 28,
            _ => return false,
        };
        let time_exists = self.time.is_none_or(|time| {
            let offset = time.offset_minutes.unwrap_or_default().abs();
            time.hour < 24 && time.minute < 60 && time.second < 60 && offset < 24 * 60
        });
        self.year > 0 && (1..=days).contains(&self.day) && time_exists
    }
}

/// ISO 8601, as Python's `isoformat` writes it: this is what dbt puts into its JSON artifacts.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)?;
        let Some(time) = self.time else { return Ok(()) };
        write!(f, "T{:02}:{:02}:{:02}", time.hour, time.minute, time.second)?;
        if time.microsecond > 0 {
            write!(f, ".{:06}", time.microsecond)?;
        }
        let Some(offset) = time.offset_minutes else { return Ok(()) };
        let sign = if offset < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60)
    }
}

/// What is left to read of a timestamp's text.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    /// The date, without its time, and how many digits its month and day have.
    fn date(&mut self) -> Option<(Timestamp, (usize, usize))> {
        let (year, _) = self.digits(4, 4)?;
        self.byte(b'-')?;
        let (month, month_digits) = self.digits(1, 2)?;
        self.byte(b'-')?;
        let (day, day_digits) = self.digits(1, 2)?;
        let date = Timestamp { year: year as u16, month: month as u8, day: day as u8, time: None };
        Some((date, (month_digits, day_digits)))
    }

    /// Separator, time of day and time zone.
    fn time(&mut self) -> Option<Time> {
        if self.byte(b'T').or_else(|| self.byte(b't')).is_none() && self.blanks() == 0 {
            return None;
        }
        let (hour, _) = self.digits(1, 2)?;
        self.byte(b':')?;
        let (minute, _) = self.digits(2, 2)?;
        self.byte(b':')?;
        let (second, _) = self.digits(2, 2)?;
        let microsecond = if self.byte(b'.').is_some() { self.fraction() } else { 0 };
        let offset_minutes = if self.0.is_empty() { None } else { Some(self.zone()?) };
        let [hour, minute, second] = [hour, minute, second].map(|value| value as u8);
        Some(Time { hour, minute, second, microsecond, offset_minutes })
    }

    /// The time zone in minutes.
    fn zone(&mut self) -> Option<i32> {
        self.blanks();
        if self.byte(b'Z').is_some() {
            return Some(0);
        }
        let sign = if self.byte(b'-').is_some() { -1 } else { self.byte(b'+').map(|()| 1)? };
        let (hours, _) = self.digits(1, 2)?;
        let minutes = if self.byte(b':').is_some() { self.digits(2, 2)?.0 } else { 0 };
        Some(sign * (hours as i32 * 60 + minutes as i32))
    }

    /// The first six digits of a fraction of a second.
    fn fraction(&mut self) -> u32 {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let value = (0..6).fold(0, |value, at| {
            let digit = if at < digits { u32::from(self.0[at] - b'0') } else { 0 };
            value * 10 + digit
        });
        self.0 = &self.0[digits..];
        value
    }

    /// As many digits as there are, up to `most`: their value and their count.
    fn digits(&mut self, least: usize, most: usize) -> Option<(u32, usize)> {
        let count = self.0.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if count < least {
            return None;
        }
        let value = self.0[..count].iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
        self.0 = &self.0[count..];
        Some((value, count))
    }

    /// How many spaces and tabs were skipped.
    fn blanks(&mut self) -> usize {
        let count = self.0.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.0 = &self.0[count..];
        count
    }

    fn byte(&mut self, wanted: u8) -> Option<()> {
        let rest = self.0.strip_prefix(&[wanted])?;
        self.0 = rest;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text, and what Python's `yaml.safe_load(text).isoformat()` says (PyYAML 6.0.3).
    const AGREED: &[(&str, &str)] = &[
        ("2024-01-31", "2024-01-31"),
        ("2024-02-29", "2024-02-29"),
        ("0001-01-01", "0001-01-01"),
        ("2024-1-5 1:02:03", "2024-01-05T01:02:03"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43.100000-05:00"),
        ("2001-12-15T02:59:43.1Z", "2001-12-15T02:59:43.100000+00:00"),
        ("2001-12-14 21:59:43.10 -5", "2001-12-14T21:59:43.100000-05:00"),
        ("2001-12-14 \t 21:59:43 +1:30", "2001-12-14T21:59:43+01:30"),
        ("2001-12-15 2:59:43.", "2001-12-15T02:59:43"),
        ("2001-12-15 2:59:43.123456789", "2001-12-15T02:59:43.123456"),
        ("2001-12-15 2:59:43.000001", "2001-12-15T02:59:43.000001"),
    ];

    #[test]
    fn reads_what_pyyaml_reads() {
        for (text, expected) in AGREED {
            assert_eq!(
                Timestamp::parse(text).map(|timestamp| timestamp.to_string()).as_deref(),
                Ok(*expected),
                "{text}"
            );
        }
    }

    #[test]
    fn other_forms_are_left_to_be_strings() {
        let other_forms = [
            "2024-1-31",
            "2024-01-1",
            "24-01-01",
            "2024-01",
            "2024-01-311",
            "2024-01-31T",
            "2024-01-31 1:2:03",
            "2024-01-31 10:02",
            "2024-01-31 10:02:03 z",
            "2024-01-31 10:02:03 +123",
            "2024-01-31 10:02:03 +1:3",
            "",
            "2024-01-31 ",
            "2024-01-31  10:02:03 +01:00 ",
            "2024-01-31X10:02:03",
        ];
        for text in other_forms {
            assert_eq!(Timestamp::parse(text), Err(NotATimestamp::OtherForm), "{text}");
        }
    }

    #[test]
    fn days_and_hours_that_do_not_exist_are_errors() {
        for text in [
            "2023-02-29",
            "1900-02-29",
            "2024-00-01",
            "2024-13-01",
            "2024-04-31",
            "0000-01-01",
            "2024-01-00",
            "2024-01-01 24:00:00",
            "2024-01-01 23:60:00",
            "2024-01-01 23:00:60",
            "2024-01-01 23:00:00 +24",
        ] {
            assert_eq!(Timestamp::parse(text), Err(NotATimestamp::NoSuchTime), "{text}");
        }
    }
}
