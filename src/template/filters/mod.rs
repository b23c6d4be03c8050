//! What stands behind `|`: Jinja2's own filters, and dbt's.

mod attribute;
mod choose;
mod generator;
mod json;
mod number;
mod sequence;
mod text;

pub(super) use sequence::sorted;

use super::Arguments;
use super::error::Error;
use super::machine::Machine;
use super::value::Value;

/// Takes the value, and the arguments in parentheses.
type Filter = fn(&mut Machine<'_>, Value, Arguments) -> Result<Value, Error>;

/// Applies the filter of a name.
pub(super) fn apply(machine: &mut Machine<'_>, name: &str, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let filter = find(name).ok_or_else(|| Error::failed(format!("No filter named '{name}'.")))?;
    machine.charge_value(&value)?;
    if !hands_on(name) {
        return filter(machine, value, arguments);
    }
    let mut given = arguments.references();
    let from = value.clone();
    let applied = filter(machine, value, arguments);
    if let Err(Error::Unknown(reason)) = &applied {
        match name {
            "d" | "default" => given.push(from),
            _ => machine.forget_content(&from, reason)?,
        }
    }
    machine.forget_if_unknown(applied, given)
}

/// Whether what the filter gives may be its value or an argument, or have it or its items in it; the others give texts
/// and numbers.
fn hands_on(name: &str) -> bool {
    matches!(
        name,
        "attr"
            | "batch"
            | "d"
            | "default"
            | "dictsort"
            | "first"
            | "groupby"
            | "items"
            | "last"
            | "list"
            | "map"
            | "max"
            | "min"
            | "random"
            | "reject"
            | "rejectattr"
            | "reverse"
            | "select"
            | "selectattr"
            | "slice"
            | "sort"
            | "sum"
            | "unique"
    )
}

/// Whether there is a filter of this name.
pub(super) fn exists(name: &str) -> bool {
    find(name).is_some()
}

fn find(name: &str) -> Option<Filter> {
    find_for_text(name).or_else(|| find_for_items(name))
}

fn find_for_text(name: &str) -> Option<Filter> {
    Some(match name {
        "capitalize" => text::capitalize,
        "center" => text::center,
        "e" | "escape" | "forceescape" => text::escape,
        "format" => text::format,
        "indent" => text::indent,
        "lower" => text::lower,
        "pprint" => |_, value, _| value.known().and(Err(Error::unknown("pprint"))),
        "replace" => text::replace,
        "safe" => text::safe,
        "string" => text::string,
        "striptags" => |_, value, _| value.known().and(Err(Error::unknown("striptags"))),
        "title" => text::title,
        "tojson" => json::to_json,
        "trim" => text::trim,
        "truncate" => text::truncate,
        "upper" => text::upper,
        "urlencode" => text::url_encode,
        "urlize" => |_, value, _| value.known().and(Err(Error::unknown("urlize"))),
        "wordcount" => text::word_count,
        "wordwrap" => |_, value, _| value.known().and(Err(Error::unknown("wordwrap"))),
        "xmlattr" => |_, value, _| value.known().and(Err(Error::unknown("xmlattr"))),
        "as_text" | "as_bool" | "as_native" | "as_number" => |_, value, _| Ok(value),
        _ => return None,
    })
}

fn find_for_items(name: &str) -> Option<Filter> {
    Some(match name {
        "abs" => number::abs,
        "attr" => attribute::attr,
        "batch" => sequence::batch,
        "count" | "length" => sequence::length,
        "d" | "default" => sequence::default,
        "dictsort" => sequence::dict_sort,
        "filesizeformat" => number::file_size,
        "first" => sequence::first,
        "float" => number::float,
        "groupby" => sequence::group_by,
        "int" => number::int,
        "is_list" => |_, value, _| Ok(Value::Bool(matches!(value.known()?, Value::List(_)))),
        "items" => sequence::items,
        "join" => sequence::join,
        "last" => sequence::last,
        "list" => sequence::list,
        "map" => choose::map,
        "max" => sequence::max,
        "min" => sequence::min,
        "random" => |_, value, _| value.known().and(Err(Error::unknown("random"))),
        "reject" => choose::reject,
        "rejectattr" => choose::reject_attribute,
        "reverse" => sequence::reverse,
        "round" => number::round,
        "select" => choose::select,
        "selectattr" => choose::select_attribute,
        "slice" => sequence::slice,
        "sort" => sequence::sort,
        "sum" => sequence::sum,
        "unique" => sequence::unique,
        _ => return None,
    })
}

/// An argument that has to be an integer.
fn integer(value: Option<Value>, default: i64) -> Result<i64, Error> {
    let Some(value) = value else { return Ok(default) };
    let value = value.known()?;
    let message = || format!("'{}' object cannot be interpreted as an integer", value.type_name());
    value.as_int().ok_or_else(|| Error::failed(message()))
}

/// An argument that stands for yes or no.
fn truth(value: Option<Value>) -> Result<bool, Error> {
    value.map_or(Ok(false), |value| value.is_true())
}
