//! The methods of strings.

use std::sync::Arc;

use crate::template::Arguments;
use crate::template::arguments::missing;
use crate::template::error::Error;
use crate::template::format;
use crate::template::machine::Machine;
use crate::template::text_functions::{self as functions, Ends};
use crate::template::value::Value;

pub(super) const NAMES: &[&str] = &[
    "capitalize",
    "casefold",
    "center",
    "count",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "islower",
    "isnumeric",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "upper",
    "zfill",
];

pub(super) fn call(
    machine: &mut Machine<'_>,
    own: &Arc<str>,
    name: &str,
    arguments: Arguments,
) -> Result<Value, Error> {
    match name {
        "format" => format::format(machine, own, &arguments),
        "upper" | "lower" | "title" | "capitalize" | "swapcase" | "casefold" => {
            arguments.values(name)?;
            cased(machine, own, name)
        }
        "strip" | "lstrip" | "rstrip" => strip(own, name, arguments),
        "split" | "rsplit" => split(machine, own, name, arguments),
        "splitlines" => {
            let [keep_ends] = arguments.bind(name, ["keepends"])?;
            let keep_ends = keep_ends.unwrap_or(Value::Bool(false)).is_true()?;
            let lines = functions::split_lines(own, keep_ends).into_iter().map(Value::text).collect();
            machine.new_list(lines)
        }
        "replace" => replace(machine, own, arguments),
        "startswith" | "endswith" => starts_or_ends(own, name, arguments),
        "removeprefix" | "removesuffix" => {
            let part = text(arguments.one(name, "prefix")?, name)?;
            let rest = if name == "removeprefix" { own.strip_prefix(&*part) } else { own.strip_suffix(&*part) };
            Ok(rest.map_or_else(|| Value::Str(Arc::clone(own)), Value::text))
        }
        "join" => join(machine, own, arguments),
        "find" | "rfind" | "index" | "rindex" => find(own, name, arguments),
        "count" => count(own, arguments),
        "partition" | "rpartition" => partition(own, name, arguments),
        "center" | "ljust" | "rjust" | "zfill" => justify(machine, own, name, arguments),
        "expandtabs" => Err(Error::unknown("expandtabs()")),
        _ => {
            arguments.values(name)?;
            is_kind(own, name).map(Value::Bool)
        }
    }
}

/// An argument that has to be a string.
fn text(value: Value, function: &str) -> Result<Arc<str>, Error> {
    match value.known()? {
        Value::Str(text) => Ok(Arc::clone(text)),
        Value::Object(_) => Err(Error::unknown("an object in place of a string")),
        other => Err(Error::failed(format!("{function}() argument must be str, not {}", other.type_name()))),
    }
}

/// An argument that has to be an integer.
fn integer(value: &Value, function: &str) -> Result<i64, Error> {
    let value = value.known()?;
    let message = || format!("{function}(): '{}' object cannot be interpreted as an integer", value.type_name());
    value.as_int().ok_or_else(|| Error::failed(message()))
}

fn cased(machine: &mut Machine<'_>, own: &str, name: &str) -> Result<Value, Error> {
    let result = match name {
        "upper" => own.to_uppercase(),
        "lower" => own.to_lowercase(),
        "title" => functions::title(own)?,
        "capitalize" => functions::capitalize(own)?,
        "swapcase" => functions::swapcase(own)?,
        _ if own.is_ascii() => own.to_ascii_lowercase(),
        _ => return Err(Error::unknown("casefold() beyond ASCII")),
    };
    machine.new_text(result)
}

fn strip(own: &Arc<str>, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let [characters] = arguments.bind(name, ["chars"])?;
    let characters = match characters {
        None | Some(Value::None) => None,
        Some(characters) => Some(text(characters, name)?),
    };
    let ends = match name {
        "strip" => Ends::Both,
        "lstrip" => Ends::Left,
        _ => Ends::Right,
    };
    let stripped = functions::strip(own, characters.as_deref(), ends);
    Ok(if stripped.len() == own.len() { Value::Str(Arc::clone(own)) } else { Value::text(stripped) })
}

fn split(machine: &mut Machine<'_>, own: &str, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let [separator, most] = arguments.bind(name, ["sep", "maxsplit"])?;
    let most = match most {
        None => None,
        Some(most) => usize::try_from(integer(&most, name)?).ok(),
    };
    let parts = match separator {
        None | Some(Value::None) if name == "split" => functions::split_blanks(own, most),
        None | Some(Value::None) => functions::rsplit_blanks(own, most),
        Some(separator) => {
            let separator = text(separator, name)?;
            if separator.is_empty() {
                return Err(Error::failed("empty separator"));
            }
            let most = most.map_or(usize::MAX, |most| most.saturating_add(1));
            if name == "split" {
                own.splitn(most, &*separator).collect()
            } else {
                let mut parts: Vec<_> = own.rsplitn(most, &*separator).collect();
                parts.reverse();
                parts
            }
        }
    };
    machine.limit_items(parts.len())?;
    let parts = parts.into_iter().map(Value::text).collect();
    machine.new_list(parts)
}

fn replace(machine: &mut Machine<'_>, own: &str, arguments: Arguments) -> Result<Value, Error> {
    let [old, new, count] = arguments.bind("replace", ["old", "new", "count"])?;
    let old = text(old.ok_or_else(|| missing("replace", "old"))?, "replace")?;
    let new = text(new.ok_or_else(|| missing("replace", "new"))?, "replace")?;
    let count = match count {
        None => None,
        Some(count) => usize::try_from(integer(&count, "replace")?).ok(),
    };
    replaced(machine, own, &old, &new, count)
}

/// `own.replace(old, new, count)`, without a count for all.
pub(in crate::template) fn replaced(
    machine: &mut Machine<'_>,
    own: &str,
    old: &str,
    new: &str,
    count: Option<usize>,
) -> Result<Value, Error> {
    let found = if old.is_empty() { own.chars().count() + 1 } else { own.matches(old).count() };
    let count = count.map_or(found, |count| count.min(found));
    machine.limit_bytes(own.len().saturating_add(new.len().saturating_mul(count)))?;
    machine.new_text(own.replacen(old, new, count))
}

/// A stretch of a string by two arguments, as in a slice. Only what reaches to an end is followed.
fn no_bounds(bounds: &[Option<Value>]) -> Result<(), Error> {
    if bounds.iter().any(Option::is_some) { Err(Error::unknown("a search in a part of a string")) } else { Ok(()) }
}

fn starts_or_ends(own: &str, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let [part, start, end] = arguments.bind(name, ["prefix", "start", "end"])?;
    no_bounds(&[start, end])?;
    let part = part.ok_or_else(|| missing(name, "prefix"))?;
    let parts = match part.known()? {
        Value::Tuple(parts) => parts.to_vec(),
        _ => vec![part],
    };
    let mut unknown = None;
    for part in parts {
        match text(part, name) {
            Ok(part) => {
                if if name == "startswith" { own.starts_with(&*part) } else { own.ends_with(&*part) } {
                    return Ok(Value::Bool(true));
                }
            }
            Err(Error::Unknown(reason)) => unknown = Some(reason),
            Err(error) => return Err(error),
        }
    }
    unknown.map_or(Ok(Value::Bool(false)), |reason| Err(Error::Unknown(reason)))
}

fn join(machine: &mut Machine<'_>, own: &str, arguments: Arguments) -> Result<Value, Error> {
    let items = arguments.one("join", "iterable")?.iterate()?;
    machine.charge(items.len())?;
    let mut joined = String::new();
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            joined.push_str(own);
        }
        match item.known()? {
            Value::Str(item) => joined.push_str(item),
            Value::Object(_) => return Err(Error::unknown("an object in place of a string")),
            other => {
                let name = other.type_name();
                return Err(Error::failed(format!("sequence item {index}: expected str instance, {name} found")));
            }
        }
        if joined.len() > machine.limits.bytes {
            machine.limit_bytes(joined.len())?;
        }
    }
    machine.new_text(joined)
}

fn find(own: &str, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let [part, start, end] = arguments.bind(name, ["sub", "start", "end"])?;
    no_bounds(&[start, end])?;
    let part = text(part.ok_or_else(|| missing(name, "sub"))?, name)?;
    let found = if name.starts_with('r') { own.rfind(&*part) } else { own.find(&*part) };
    match found {
        Some(at) => Ok(Value::from(own[..at].chars().count())),
        None if name.ends_with("find") => Ok(Value::Int(-1)),
        None => Err(Error::failed("substring not found")),
    }
}

fn count(own: &str, arguments: Arguments) -> Result<Value, Error> {
    let [part, start, end] = arguments.bind("count", ["sub", "start", "end"])?;
    no_bounds(&[start, end])?;
    let part = text(part.ok_or_else(|| missing("count", "sub"))?, "count")?;
    Ok(Value::from(if part.is_empty() { own.chars().count() + 1 } else { own.matches(&*part).count() }))
}

fn partition(own: &str, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let separator = text(arguments.one(name, "sep")?, name)?;
    if separator.is_empty() {
        return Err(Error::failed("empty separator"));
    }
    let found = if name == "partition" { own.split_once(&*separator) } else { own.rsplit_once(&*separator) };
    let parts = match found {
        Some((before, behind)) => [before, &separator, behind],
        None if name == "partition" => [own, "", ""],
        None => ["", "", own],
    };
    Ok(Value::tuple(parts.map(Value::text).to_vec()))
}

fn justify(machine: &mut Machine<'_>, own: &str, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let [width, fill] = arguments.bind(name, ["width", "fillchar"])?;
    let width = integer(&width.ok_or_else(|| missing(name, "width"))?, name)?;
    let width = usize::try_from(width).unwrap_or_default();
    let fill = match fill {
        None => ' ',
        Some(fill) => {
            let fill = text(fill, name)?;
            let mut characters = fill.chars();
            match (characters.next(), characters.next()) {
                (Some(fill), None) => fill,
                _ => return Err(Error::failed("The fill character must be exactly one character long")),
            }
        }
    };
    machine.limit_bytes(width.saturating_mul(fill.len_utf8()))?;
    let filling = fill.to_string().repeat(width.saturating_sub(own.chars().count()));
    machine.new_text(match name {
        "ljust" => format!("{own}{filling}"),
        "rjust" => format!("{filling}{own}"),
        "center" => functions::center(own, width, fill),
        _ => {
            let zeros = filling.replace(' ', "0");
            let (sign, digits) = own.split_at(usize::from(own.starts_with(['+', '-'])));
            format!("{sign}{zeros}{digits}")
        }
    })
}

fn is_kind(own: &str, name: &str) -> Result<bool, Error> {
    let all = |kind: fn(char) -> bool| functions::all_are(own, kind).map(|all| all.unwrap_or(false));
    match name {
        "isascii" => Ok(own.is_ascii()),
        "isdigit" | "isdecimal" | "isnumeric" => all(|character| character.is_ascii_digit()),
        "isalpha" => all(char::is_alphabetic),
        "isalnum" => all(|character| character.is_alphabetic() || character.is_ascii_digit()),
        "isspace" => Ok(!own.is_empty() && own.chars().all(crate::template::lexer::is_blank)),
        "islower" => Ok(functions::has_case(own, char::is_lowercase, char::is_uppercase)),
        "isupper" => Ok(functions::has_case(own, char::is_uppercase, char::is_lowercase)),
        _ => {
            let cased = own.chars().any(|character| character.is_lowercase() || character.is_uppercase());
            Ok(cased && functions::title(own)? == own)
        }
    }
}
