//! What every template sees: variables, the environment, the target, and functions over plain values.

use std::rc::Rc;

use super::super::datum::{Datum, Map, Reason};
use super::super::keypath::has_jinja;
use super::convert::{to_datum, to_value};
use super::modules::Modules;
use super::scope::{Docs, Purpose, Scope};
use crate::template::{Arguments, Dict, Error, Function, Machine, Object, Value};
use crate::text::yaml;

/// Functions that dbt, looking for the macros that one calls, never takes for a macro of a project.
pub fn is_always_dbts(name: &str) -> bool {
    const NAMES: [&str; 18] = [
        "ref",
        "source",
        "config",
        "var",
        "env_var",
        "return",
        "fromjson",
        "tojson",
        "fromyaml",
        "toyaml",
        "set",
        "set_strict",
        "zip",
        "zip_strict",
        "log",
        "print",
        "diff_of_two_dicts",
        "local_md5",
    ];
    NAMES.contains(&name)
}

/// A name of the base context.
pub fn get(scope: &Rc<Scope>, name: &str) -> Option<Value> {
    Some(match name {
        "var" => Value::object(Var(scope.clone())),
        "env_var" => env_var(scope),
        "target" => Value::object(TargetObject(scope.clone())),
        "flags" => Value::object(Flags),
        "exceptions" => Value::object(Exceptions),
        "return" => Function::value("return", |_, arguments| Err(Error::Return(arguments.one("return", "data")?))),
        "fromjson" => Function::value("fromjson", |_, arguments| Ok(from_text(arguments, from_json))),
        "fromyaml" => Function::value("fromyaml", |_, arguments| Ok(from_text(arguments, from_yaml))),
        "log" | "print" | "debug" => Function::value(name, |_, _| Ok(Value::text(""))),
        "zip" | "zip_strict" => Function::value(name, |_, arguments| zip(arguments)),
        "dbt_metadata_envs" => Value::dict(Dict::new()),
        "modules" => Value::object(Modules),
        "run_started_at"
        | "invocation_id"
        | "invocation_args_dict"
        | "dbt_version"
        | "thread_id"
        | "tojson"
        | "toyaml"
        | "set"
        | "set_strict"
        | "local_md5"
        | "diff_of_two_dicts" => Value::unknown(&format!("`{name}` is not evaluated here")),
        _ => return None,
    })
}

/// `var('name', default)`, and `var.has_var('name')`.
#[derive(Debug)]
struct Var(Rc<Scope>);

impl Object for Var {
    fn call(&self, _: &mut Machine<'_>, arguments: Arguments) -> Result<Value, Error> {
        let [name, default] = arguments.bind("var", ["name", "default"])?;
        let name = text(name.as_ref(), "var")?;
        let is_node = matches!(self.0.purpose, Purpose::Node(_) | Purpose::Test(..) | Purpose::Expression(_));
        let is_raw = matches!(self.0.purpose, Purpose::Yaml | Purpose::Description(_));
        Ok(match (self.0.var(&name), default) {
            // dbt hands variables to properties YAML as they are written, Jinja and all.
            (Some(value), _) if is_raw => to_value(&value),
            (Some(value), _) => rendered(&self.0, &value),
            (None, Some(default)) => default,
            // dbt's parser takes a variable without value for none, in what it renders as SQL.
            (None, None) if is_node => Value::None,
            (None, None) => Value::unknown(&format!("var('{name}') has no value")),
        })
    }

    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        let scope = self.0.clone();
        Ok((name == "has_var").then(|| {
            Function::value("has_var", move |_, arguments| {
                let name = arguments.one("has_var", "name")?;
                Ok(Value::Bool(scope.var(&text(Some(&name), "has_var")?).is_some()))
            })
        }))
    }
}

/// A variable that is a text may be a template, which dbt renders to a text when it is asked for.
fn rendered(scope: &Rc<Scope>, value: &Datum) -> Value {
    match value {
        Datum::Text(text) if has_jinja(text) => match scope.within_variable(|| super::native::text(scope, text)) {
            Some(Ok(text)) => to_value(&text),
            Some(Err(error)) => Value::unknown(&error.to_string()),
            None => Value::unknown("a variable that is made of itself"),
        },
        other => to_value(other),
    }
}

/// The text of an argument.
pub fn text(value: Option<&Value>, function: &str) -> Result<String, Error> {
    match value {
        Some(Value::Str(text)) => Ok(text.to_string()),
        Some(value) => {
            value.known()?;
            match to_datum(value) {
                Datum::Unknown(reason) => Err(Error::unknown(&reason)),
                other => Ok(other.to_text()),
            }
        }
        None => Err(Error::failed(format!("{function}() needs a name"))),
    }
}

fn env_var(scope: &Rc<Scope>) -> Value {
    let scope = scope.clone();
    Function::value("env_var", move |_, arguments| {
        let [name, default] = arguments.bind("env_var", ["var", "default"])?;
        let name = text(name.as_ref(), "env_var")?;
        if let Some(value) = scope.world.environment.env_var(&name) {
            return Ok(Value::text(value));
        }
        match default {
            Some(Value::None) | None => Ok(Value::unknown(&format!("env_var('{name}') has no value here"))),
            Some(default) => Ok(default),
        }
    })
}

/// `target`: what the profile says, and no more than that.
#[derive(Debug)]
struct TargetObject(Rc<Scope>);

impl Object for TargetObject {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        if name == "get" {
            let scope = self.0.clone();
            return Ok(Some(Function::value("get", move |_, arguments| {
                let [key, _] = arguments.bind("get", ["key", "default"])?;
                Ok(to_value(&scope.world.target.value(&text(key.as_ref(), "get")?)))
            })));
        }
        Ok(Some(to_value(&self.0.world.target.value(name))))
    }
}

/// `flags`: at parse time nothing is refreshed in full; the rest depends on the call of dbt.
#[derive(Debug)]
struct Flags;

impl Object for Flags {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        Ok(Some(match name {
            "FULL_REFRESH" | "STORE_FAILURES" => Value::Bool(false),
            "WHICH" => Value::unknown("the command that dbt is called with"),
            _ => Value::unknown(&format!("flags.{name} depends on how dbt is called")),
        }))
    }
}

/// `exceptions.raise_compiler_error()` and its like.
#[derive(Debug)]
struct Exceptions;

impl Object for Exceptions {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        if name == "warn" {
            return Ok(Some(Function::value("warn", |_, _| Ok(Value::text("")))));
        }
        Ok(Some(Function::value(name, |_, arguments| {
            let first = arguments.positional.first().or_else(|| arguments.keyword.first().map(|(_, value)| value));
            Err(Error::failed(match first.map(to_datum) {
                Some(Datum::Unknown(_)) | None => "the project raises an error here".to_owned(),
                Some(message) => message.to_text(),
            }))
        })))
    }
}

fn from_text(arguments: Arguments, read: fn(&str) -> Option<Datum>) -> Value {
    let Ok([text, default]) = arguments.bind("fromjson", ["string", "default"]) else {
        return Value::unknown("the arguments are not dbt's");
    };
    match text.as_ref().map(to_datum) {
        Some(Datum::Text(text)) => match read(&text) {
            Some(value) => to_value(&value),
            None => default.unwrap_or(Value::None),
        },
        Some(Datum::Unknown(reason)) => Value::unknown(&reason),
        _ => default.unwrap_or(Value::None),
    }
}

fn from_json(text: &str) -> Option<Datum> {
    // JSON is read by its own rules; YAML would take `010` for 8.
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(of_json(value))
}

fn of_json(value: serde_json::Value) -> Datum {
    use serde_json::Value as Json;
    match value {
        Json::Null => Datum::Null,
        Json::Bool(value) => Datum::Bool(value),
        Json::Number(number) => match number.as_i64() {
            Some(value) => Datum::Int(i128::from(value)),
            None => number.as_f64().map_or_else(|| Datum::Unknown(Reason::from("a very long number")), Datum::Float),
        },
        Json::String(text) => Datum::Text(text),
        Json::Array(items) => Datum::List(items.into_iter().map(of_json).collect()),
        Json::Object(map) => {
            // The order of keys is lost; nothing but iteration shows it.
            Datum::Map(map.into_iter().map(|(key, value)| (key, of_json(value))).collect::<Map>())
        }
    }
}

fn from_yaml(text: &str) -> Option<Datum> {
    let tree = yaml::parse(text).ok()?;
    Some(tree.documents.first().map(Datum::from_node).unwrap_or_default())
}

fn zip(arguments: Arguments) -> Result<Value, Error> {
    let lists = arguments.positional.iter().map(Value::iterate).collect::<Result<Vec<_>, _>>()?;
    let shortest = lists.iter().map(Vec::len).min().unwrap_or_default();
    let tuple = |index: usize| Value::tuple(lists.iter().map(|list| list[index].clone()).collect());
    Ok(Value::list((0..shortest).map(tuple).collect()))
}

/// `doc('name')` or `doc('package', 'name')`.
pub fn doc(scope: &Rc<Scope>, docs: &Rc<Docs>) -> Value {
    let (scope, docs) = (scope.clone(), docs.clone());
    Function::value("doc", move |_, arguments| {
        let names = arguments.values("doc")?;
        let names = names.iter().map(|name| text(Some(name), "doc")).collect::<Result<Vec<_>, _>>()?;
        let found = match &names[..] {
            [name] => find(&scope, &docs, None, name),
            [package, name] => find(&scope, &docs, Some(package), name),
            _ => return Err(Error::failed("doc() takes a name, or a package and a name")),
        };
        let wanted = names.last().map(String::as_str).unwrap_or_default();
        found.map(Value::text).ok_or_else(|| Error::failed(format!("no docs block `{wanted}`")))
    })
}

/// In the package that is named, or in the root project, the own package, and any other.
fn find<'d>(scope: &Scope, docs: &'d Docs, package: Option<&str>, name: &str) -> Option<&'d str> {
    let of = |index: usize| docs.blocks.get(&(index, name.to_owned())).map(String::as_str);
    match package {
        Some(package) => of(scope.world.package_index(package)?),
        None => of(0).or_else(|| of(scope.project)).or_else(|| (0..scope.world.projects.len()).find_map(of)),
    }
}
