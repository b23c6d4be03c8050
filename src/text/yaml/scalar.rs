//! What a scalar's text means: YAML 1.1 as PyYAML's `SafeLoader` reads it, because dbt reads with that.

use super::timestamp::{NotATimestamp, Timestamp};

/// One scalar: its text after unescaping and folding, and what decides about its type.
#[derive(Debug, Clone)]
pub struct Scalar {
    pub(super) text: Box<str>,
    pub(super) style: Style,
    pub(super) tag: Option<Tag>,
    /// Whether the text stands in the file byte for byte, between the quotes if there are any.
    pub(super) verbatim: bool,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|` and indented lines below.
    Literal,
    /// `>` and indented lines below.
    Folded,
}

/// A type written before the scalar, such as `!!str`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// `!`: decide by the text, even if it is quoted.
    ByText,
    Null,
    Bool,
    Int,
    Float,
    Timestamp,
    /// `!!str`, and `!!binary`, which is left undecoded.
    Str,
}

/// The value that PyYAML makes of a scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Resolved<'a> {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true`, `false`, `yes`, `no`, `on`, `off`, also capitalised or in capitals; not `y` or `n`.
    Bool(bool),
    /// A whole number: `12`, `010` (which is 8), `0x1F`, `0b11`, `1_000`, `1:30` (which is 90).
    Int(i128),
    /// A whole number that does not fit into 128 bits, as written.
    HugeInt(&'a str),
    /// `1.5`, `1.5e+3`, `.inf`, `.nan`, `1:30.5`; `1e3` is a string.
    Float(f64),
    /// A date, or date and time.
    Timestamp(Timestamp),
    /// Everything else, and everything in quotes.
    Str(&'a str),
}

/// Why PyYAML cannot make a value of a scalar: the reason in plain words, to be put behind the text.
pub(super) type Unreadable = &'static str;

impl Scalar {
    /// The text after unescaping and folding, whatever it resolves to; empty for an empty value.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How the scalar is written.
    pub fn style(&self) -> Style {
        self.style
    }

    /// The value that PyYAML makes of this scalar.
    pub fn resolve(&self) -> Resolved<'_> {
        // `parse` has already refused scalars that do not resolve.
        self.try_resolve().unwrap_or(Resolved::Str(&self.text))
    }

    pub(super) fn try_resolve(&self) -> Result<Resolved<'_>, Unreadable> {
        match (self.tag, self.style) {
            (None, Style::Plain) | (Some(Tag::ByText), _) => resolve_plain(&self.text),
            (None, _) => Ok(Resolved::Str(&self.text)),
            (Some(tag), _) => resolve_tagged(&self.text, tag),
        }
    }

    /// Whether this scalar, as the key of a mapping, pulls in the entries of another mapping.
    pub(super) fn is_merge_key(&self) -> bool {
        &*self.text == "<<" && self.is_by_text()
    }

    /// Whether the text decides about the type.
    pub(super) fn is_by_text(&self) -> bool {
        matches!((self.tag, self.style), (None, Style::Plain) | (Some(Tag::ByText), _))
    }
}

/// Resolves a scalar without quotes and tag.
///
/// The forms are the regular expressions of PyYAML's `resolver.py`, the values those of its `constructor.py`. The
/// first byte decides which of them can match at all, so that words, nearly all there is in a dbt project, cost little.
pub(super) fn resolve_plain(text: &str) -> Result<Resolved<'_>, Unreadable> {
    let Some(&first) = text.as_bytes().first() else { return Ok(Resolved::Null) };
    let resolved = match first {
        b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'y' | b'Y' | b'o' | b'O' => word(text),
        b'0'..=b'9' => match timestamp(text)? {
            None => number(text)?,
            timestamp => timestamp,
        },
        b'+' | b'-' | b'.' => number(text)?,
        _ => None,
    };
    Ok(resolved.unwrap_or(Resolved::Str(text)))
}

fn word(text: &str) -> Option<Resolved<'static>> {
    match text {
        "~" | "null" | "Null" | "NULL" => Some(Resolved::Null),
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(Resolved::Bool(true)),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(Resolved::Bool(false)),
        _ => None,
    }
}

fn timestamp(text: &str) -> Result<Option<Resolved<'static>>, Unreadable> {
    match Timestamp::parse(text) {
        Ok(timestamp) => Ok(Some(Resolved::Timestamp(timestamp))),
        Err(NotATimestamp::OtherForm) => Ok(None),
        Err(NotATimestamp::NoSuchTime) => Err("is read as a date, but there is no such day or time; put it in quotes"),
    }
}

/// A float or an integer in one of the forms that PyYAML resolves, or `None` for a string.
fn number(text: &str) -> Result<Option<Resolved<'_>>, Unreadable> {
    if is_float(text) {
        return float_value(text).map(|value| Some(Resolved::Float(value))).ok_or("is not a number");
    }
    if is_int(text) {
        return int_value(text).map(Some).ok_or("is read as a number, but has no digits; put it in quotes");
    }
    Ok(None)
}

/// The text behind an optional sign.
fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn all_of(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    text.bytes().all(|byte| byte == b'_' || allowed(byte))
}

fn starts_with_digit(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

/// Whether `text` has one of PyYAML's five forms of a float.
fn is_float(text: &str) -> bool {
    let body = unsigned(text);
    if matches!(body, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let Some((whole, rest)) = body.split_once('.') else { return false };
    if let Some((hours, parts)) = whole.split_once(':') {
        let digits = all_of(hours, |byte| byte.is_ascii_digit());
        return starts_with_digit(hours) && digits && all_base_60(parts) && is_fraction(rest);
    }
    let (fraction, exponent) = rest.find(['e', 'E']).map_or((rest, None), |at| (&rest[..at], Some(&rest[at + 1..])));
    if !is_fraction(fraction) || !exponent.is_none_or(is_signed_exponent) {
        return false;
    }
    // Without a digit before the point there must be one behind it, and no sign.
    if whole.is_empty() {
        body == text && starts_with_digit(fraction)
    } else {
        starts_with_digit(whole) && is_fraction(whole)
    }
}

fn is_fraction(text: &str) -> bool {
    all_of(text, |byte| byte.is_ascii_digit())
}

/// `+3`, `-3`: the sign is required, which makes `1e3` a string.
fn is_signed_exponent(text: &str) -> bool {
    let digits = unsigned(text);
    digits.len() < text.len() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `text` has one of PyYAML's five forms of an integer.
fn is_int(text: &str) -> bool {
    let body = unsigned(text);
    if let Some(digits) = body.strip_prefix("0b") {
        return !digits.is_empty() && all_of(digits, |byte| matches!(byte, b'0' | b'1'));
    }
    if let Some(digits) = body.strip_prefix("0x") {
        return !digits.is_empty() && all_of(digits, |byte| byte.is_ascii_hexdigit());
    }
    if let Some(digits) = body.strip_prefix('0') {
        return all_of(digits, |byte| matches!(byte, b'0'..=b'7'));
    }
    let (first, parts) = body.split_once(':').map_or((body, None), |(first, parts)| (first, Some(parts)));
    starts_with_digit(first) && all_of(first, |byte| byte.is_ascii_digit()) && parts.is_none_or(all_base_60)
}

/// Whether every part between the colons is a number below 60, of one or two digits.
fn all_base_60(parts: &str) -> bool {
    parts.split(':').all(|part| match part.as_bytes() {
        [digit] => digit.is_ascii_digit(),
        [ten, digit] => matches!(ten, b'0'..=b'5') && digit.is_ascii_digit(),
        _ => false,
    })
}

/// The value of an integer, as `construct_yaml_int` computes it; `None` when Python's `int` refuses the text.
fn int_value(text: &str) -> Option<Resolved<'_>> {
    // Python refuses to convert more decimal digits than this.
    const MOST_DIGITS: usize = 4300;
    let digits = text.replace('_', "");
    let body = unsigned(&digits).trim();
    let (body, radix) = match body.as_bytes() {
        [b'0'] => (body, 10),
        [b'0', b'b', ..] => (&body[2..], 2),
        [b'0', b'x', ..] => (&body[2..], 16),
        [b'0', ..] => (&body[1..], 8),
        _ => (body, 10),
    };
    let parts: Vec<&str> = body.split(':').collect();
    let digits_in = |part: &&str| !part.is_empty() && part.chars().all(|digit| digit.is_digit(radix));
    if !parts.iter().all(digits_in) || (radix == 10 && parts.iter().any(|part| part.len() > MOST_DIGITS)) {
        return None;
    }
    let magnitude = parts
        .iter()
        .try_fold(0_i128, |value, part| value.checked_mul(60)?.checked_add(i128::from_str_radix(part, radix).ok()?));
    let signed = magnitude.map(|value| if digits.starts_with('-') { -value } else { value });
    Some(signed.map_or(Resolved::HugeInt(text), Resolved::Int))
}

/// The value of a float, as `construct_yaml_float` computes it; `None` when Python's `float` refuses the text.
fn float_value(text: &str) -> Option<f64> {
    let digits = text.replace('_', "").to_ascii_lowercase();
    let body = unsigned(&digits).trim();
    let sign = if digits.starts_with('-') { -1.0 } else { 1.0 };
    let magnitude = match body {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ => body.split(':').try_fold(0.0, |value, part| part.parse::<f64>().ok().map(|part| value * 60.0 + part))?,
    };
    Some(sign * magnitude)
}

fn resolve_tagged(text: &str, tag: Tag) -> Result<Resolved<'_>, Unreadable> {
    match tag {
        Tag::ByText => resolve_plain(text),
        Tag::Null => Ok(Resolved::Null),
        Tag::Str => Ok(Resolved::Str(text)),
        Tag::Bool => match text.to_ascii_lowercase().as_str() {
            "yes" | "true" | "on" => Ok(Resolved::Bool(true)),
            "no" | "false" | "off" => Ok(Resolved::Bool(false)),
            _ => Err("is tagged as true or false, but is neither"),
        },
        Tag::Int => int_value(text.trim()).ok_or("is tagged as a whole number, but is none"),
        Tag::Float => float_value(text.trim()).map(Resolved::Float).ok_or("is tagged as a number, but is none"),
        Tag::Timestamp => timestamp(text)?.ok_or("is tagged as a date, but is none"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use Resolved::{Bool, Float, HugeInt, Int, Null, Str};

    /// Plain scalars and what `yaml.safe_load` of PyYAML 6.0.3 makes of them.
    const AGREED: &[(&str, Resolved<'_>)] = &[
        ("", Null),
        ("~", Null),
        ("null", Null),
        ("Null", Null),
        ("NULL", Null),
        ("nULL", Str("nULL")),
        ("None", Str("None")),
        ("yes", Bool(true)),
        ("On", Bool(true)),
        ("TRUE", Bool(true)),
        ("no", Bool(false)),
        ("Off", Bool(false)),
        ("FALSE", Bool(false)),
        ("y", Str("y")),
        ("N", Str("N")),
        ("yEs", Str("yEs")),
        ("0", Int(0)),
        ("-0", Int(0)),
        ("+12", Int(12)),
        ("-12", Int(-12)),
        ("1_000", Int(1000)),
        ("1__0_", Int(10)),
        ("_1", Str("_1")),
        ("010", Int(8)),
        ("-010", Int(-8)),
        ("0_7", Int(7)),
        ("0_", Int(0)),
        ("08", Str("08")),
        ("0o17", Str("0o17")),
        ("0x1F", Int(31)),
        ("-0x_f", Int(-15)),
        ("0X1F", Str("0X1F")),
        ("0b101", Int(5)),
        ("0b12", Str("0b12")),
        ("0x", Str("0x")),
        ("1:30", Int(90)),
        ("-1:00:01", Int(-3601)),
        ("1:60", Str("1:60")),
        ("01:30", Str("01:30")),
        ("12:3", Int(723)),
        ("9223372036854775808", Int(1 << 63)),
        ("1e3", Str("1e3")),
        ("1.5", Float(1.5)),
        ("1.", Float(1.0)),
        (".5", Float(0.5)),
        ("-.5", Str("-.5")),
        ("-0.5", Float(-0.5)),
        (".", Str(".")),
        ("._5", Str("._5")),
        ("1_0.5_0", Float(10.5)),
        ("1.5e+3", Float(1500.0)),
        ("1.5E-1", Float(0.15)),
        ("1.5e3", Str("1.5e3")),
        ("1.0.0", Str("1.0.0")),
        ("1:30.5", Float(90.5)),
        ("1:60.5", Str("1:60.5")),
        (".inf", Float(f64::INFINITY)),
        ("-.Inf", Float(f64::NEG_INFINITY)),
        ("+.INF", Float(f64::INFINITY)),
        (".iNF", Str(".iNF")),
        ("inf", Str("inf")),
        ("-.nan", Str("-.nan")),
        ("1 000", Str("1 000")),
        ("٣", Str("٣")),
        ("-", Str("-")),
        ("+", Str("+")),
        ("2024-1-31", Str("2024-1-31")),
    ];

    #[test]
    fn resolves_as_pyyaml_does() {
        for (text, expected) in AGREED {
            assert_eq!(resolve_plain(text), Ok(*expected), "{text:?}");
        }
        assert!(matches!(resolve_plain(".NaN"), Ok(Float(value)) if value.is_nan()));
        assert!(matches!(resolve_plain("2024-01-31"), Ok(Resolved::Timestamp(_))));
    }

    #[test]
    fn numbers_of_any_length_are_numbers() {
        let huge = "9".repeat(60);
        assert_eq!(resolve_plain(&huge), Ok(HugeInt(&huge)));
        let hexadecimal = format!("0x{}", "f".repeat(5000));
        assert_eq!(resolve_plain(&hexadecimal), Ok(HugeInt(&hexadecimal)));
        assert!(resolve_plain(&"9".repeat(4301)).is_err(), "Python refuses it");
    }

    #[test]
    fn numbers_without_digits_and_days_that_do_not_exist_have_no_value() {
        for text in ["0b_", "-0x__", "2024-02-30"] {
            assert!(resolve_plain(text).is_err(), "{text}");
        }
    }
}
