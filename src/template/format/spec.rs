//! Format specifications such as `>10,.2f`.

use crate::template::error::Error;
use crate::template::machine::Machine;
use crate::template::value::Value;
use crate::text::python_repr::float;

/// `[[fill]align][sign][#][0][width][,][.precision][type]`
#[derive(Debug, Clone, Default)]
pub(super) struct Spec {
    pub(super) fill: Option<char>,
    pub(super) align: Option<char>,
    pub(super) sign: Option<char>,
    pub(super) alternate: bool,
    pub(super) zero: bool,
    pub(super) width: usize,
    pub(super) grouping: Option<char>,
    pub(super) precision: Option<usize>,
    pub(super) kind: Option<char>,
}

/// Beyond this, numbers are not padded and no digits are made up: nobody writes that.
pub(super) const MAX_WIDTH: usize = 100_000;
const MAX_PRECISION: usize = 100;

/// Reads digits at the start of a text.
pub(super) fn number(text: &str) -> Result<(Option<usize>, &str), Error> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(length);
    if digits.is_empty() {
        return Ok((None, rest));
    }
    match digits.parse() {
        Ok(number) if number <= MAX_WIDTH => Ok((Some(number), rest)),
        _ => Err(Error::failed("a width or precision in a format is too large")),
    }
}

impl Spec {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let mut spec = Self::default();
        let mut rest = text;
        let mut characters = text.chars();
        let (first, second) = (characters.next(), characters.next());
        if let (Some(fill), Some(align @ ('<' | '>' | '=' | '^'))) = (first, second) {
            spec.fill = Some(fill);
            spec.align = Some(align);
            rest = &text[fill.len_utf8() + 1..];
        } else if let Some(align @ ('<' | '>' | '=' | '^')) = first {
            spec.align = Some(align);
            rest = &text[1..];
        }
        if let Some(sign) = rest.chars().next().filter(|sign| matches!(sign, '+' | '-' | ' ')) {
            spec.sign = Some(sign);
            rest = &rest[1..];
        }
        spec.alternate = take(&mut rest, '#');
        spec.zero = take(&mut rest, '0');
        let (width, behind) = number(rest)?;
        spec.width = width.unwrap_or_default();
        rest = behind;
        if let Some(grouping) = rest.chars().next().filter(|grouping| matches!(grouping, ',' | '_')) {
            spec.grouping = Some(grouping);
            rest = &rest[1..];
        }
        if take(&mut rest, '.') {
            let (precision, behind) = number(rest)?;
            spec.precision = Some(precision.ok_or_else(|| Error::failed("Format specifier missing precision"))?);
            rest = behind;
        }
        let mut kinds = rest.chars();
        spec.kind = kinds.next();
        if kinds.next().is_some() {
            return Err(Error::failed("Invalid format specifier"));
        }
        Ok(spec)
    }

    /// What `format(value, spec)` gives.
    pub(super) fn apply(&self, machine: &mut Machine<'_>, value: &Value) -> Result<String, Error> {
        match value.known()? {
            Value::Str(text) => self.text(text),
            Value::Float(number) => self.float(*number),
            Value::Bool(_) if self.kind.is_none() => {
                let text = machine.text_of(value)?;
                if self.is_plain() { Ok(text.to_string()) } else { Err(Error::unknown("a padded bool")) }
            }
            Value::Bool(_) | Value::Int(_) => self.integer(value.as_int().unwrap_or_default()),
            value if self.is_plain() => machine.text_of(value).map(|text| text.to_string()),
            Value::Object(_) => Err(Error::unknown("a formatted object")),
            value => {
                let name = value.type_name();
                Err(Error::failed(format!("unsupported format string passed to {name}.__format__")))
            }
        }
    }

    fn is_plain(&self) -> bool {
        self.width == 0 && self.precision.is_none() && self.kind.is_none() && self.align.is_none() && !self.zero
    }

    fn wrong_kind(kind: char, type_name: &str) -> Error {
        Error::failed(format!("Unknown format code '{kind}' for object of type '{type_name}'"))
    }

    fn text(&self, text: &str) -> Result<String, Error> {
        match self.kind {
            None | Some('s') => {}
            Some(kind) => return Err(Self::wrong_kind(kind, "str")),
        }
        if self.align == Some('=') || self.sign.is_some() || self.grouping.is_some() {
            return Err(Error::failed("this format is not allowed for a string"));
        }
        let cut: String = match self.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text.to_owned(),
        };
        Ok(self.pad("", &cut, '<'))
    }

    fn integer(&self, number: i64) -> Result<String, Error> {
        let magnitude = number.unsigned_abs();
        let (prefix, digits) = match self.kind {
            None | Some('d' | 'n') => ("", magnitude.to_string()),
            Some('x') => ("0x", format!("{magnitude:x}")),
            Some('X') => ("0X", format!("{magnitude:X}")),
            Some('o') => ("0o", format!("{magnitude:o}")),
            Some('b') => ("0b", format!("{magnitude:b}")),
            Some('c') => {
                let character = u32::try_from(number).ok().and_then(char::from_u32);
                let character = character.ok_or_else(|| Error::failed("%c arg not in range(0x110000)"))?;
                return Ok(self.pad("", &character.to_string(), '<'));
            }
            Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => return self.float(number as f64),
            Some(kind) => return Err(Self::wrong_kind(kind, "int")),
        };
        if self.precision.is_some() {
            return Err(Error::failed("Precision not allowed in integer format specifier"));
        }
        let digits = self.group(&digits);
        let prefix = if self.alternate { prefix } else { "" };
        Ok(self.pad(&format!("{}{prefix}", self.sign_of(number < 0)), &digits, '>'))
    }

    fn sign_of(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        }
    }

    fn float(&self, number: f64) -> Result<String, Error> {
        let negative = number.is_sign_negative() && !number.is_nan();
        let magnitude = number.abs();
        let precision = self.precision.unwrap_or(6);
        if precision > MAX_PRECISION {
            return Err(Error::unknown("a float with many digits"));
        }
        let digits = match self.kind {
            _ if !number.is_finite() => {
                if number.is_nan() {
                    "nan".to_owned()
                } else {
                    "inf".to_owned()
                }
            }
            None if self.precision.is_none() => float(magnitude),
            None => return Err(Error::unknown("a float with a precision and no type")),
            Some('f' | 'F') => format!("{magnitude:.precision$}"),
            Some('%') => format!("{:.precision$}%", magnitude * 100.0),
            Some('e') => scientific(magnitude, precision),
            Some('E') => scientific(magnitude, precision).to_uppercase(),
            Some('g' | 'n') => general(magnitude, precision),
            Some('G') => general(magnitude, precision).to_uppercase(),
            Some(kind) => return Err(Self::wrong_kind(kind, "float")),
        };
        let digits = match digits.find(['.', 'e', '%']) {
            Some(end) => format!("{}{}", self.group(&digits[..end]), &digits[end..]),
            None => self.group(&digits),
        };
        Ok(self.pad(self.sign_of(negative), &digits, '>'))
    }

    /// Separates thousands.
    fn group(&self, digits: &str) -> String {
        let Some(separator) = self.grouping else { return digits.to_owned() };
        let mut grouped = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(separator);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// Fills up to the width.
    fn pad(&self, sign: &str, text: &str, align: char) -> String {
        let length = sign.chars().count() + text.chars().count();
        let missing = self.width.saturating_sub(length);
        let zero_filled = self.zero && self.align.is_none();
        let align = self.align.unwrap_or(if zero_filled && align == '>' { '=' } else { align });
        let fill = self.fill.unwrap_or(if self.zero { '0' } else { ' ' });
        let filling = |count: usize| fill.to_string().repeat(count);
        match align {
            '<' => format!("{sign}{text}{}", filling(missing)),
            '^' => format!("{}{sign}{text}{}", filling(missing / 2), filling(missing - missing / 2)),
            '=' => format!("{sign}{}{text}", filling(missing)),
            _ => format!("{}{sign}{text}", filling(missing)),
        }
    }
}

fn take(rest: &mut &str, character: char) -> bool {
    match rest.strip_prefix(character) {
        Some(behind) => {
            *rest = behind;
            true
        }
        None => false,
    }
}

/// `1.500000e+00`
fn scientific(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').expect("the format has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is a number");
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// The shorter of `f` and `e`, without zeros at the end.
fn general(number: f64, precision: usize) -> String {
    let precision = precision.max(1);
    let rounded = format!("{number:.*e}", precision - 1);
    let exponent: i32 = rounded.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or_default();
    if number != 0.0 && (exponent < -4 || exponent >= precision as i32) {
        let text = scientific(number, precision - 1);
        let (digits, exponent) = text.split_once('e').expect("the format has an exponent");
        return format!("{}e{exponent}", without_zeros(digits));
    }
    let decimals = usize::try_from(precision as i32 - 1 - exponent).unwrap_or_default();
    without_zeros(&format!("{number:.decimals$}")).to_owned()
}

fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}
