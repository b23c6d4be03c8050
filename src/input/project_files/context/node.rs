//! What only nodes see: `ref`, `source`, `config`, `this`, `model`, and what dbt has no answer to while it parses.

use std::rc::Rc;

use super::super::datum::{Datum, Map, Reason};
use super::super::node::RefArgs;
use super::adapter::Adapter;
use super::base::text;
use super::convert::{to_datum, to_value};
use super::scope::{Purpose, Scope};
use crate::template::{Arguments, Dict, Error, Function, Machine, Object, ObjectKind, Value};

/// What is known of a node before it is rendered.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    pub name: String,
    pub unique_id: String,
    pub package: String,
    pub path: String,
    pub fqn: Vec<String>,
    pub kind: &'static str,
}

/// A name that only nodes see.
pub fn get(scope: &Rc<Scope>, identity: &Rc<Identity>, name: &str) -> Option<Value> {
    let silent = |name: &str| Function::value(name, |_, _| Ok(Value::text("")));
    Some(match name {
        "ref" => reference(scope),
        "source" => source(scope),
        "metric" => named(scope, "metric"),
        "function" => named(scope, "function"),
        "config" => Value::object(Config(scope.clone())),
        "execute" => Value::Bool(false),
        "this" => {
            scope.touch();
            Value::object(Relation(scope.clone()))
        }
        "model" => {
            scope.touch();
            Value::object(Model(identity.clone()))
        }
        "adapter" => Value::object(Adapter(scope.clone())),
        "builtins" => builtins(scope),
        "graph" => Value::dict(Dict::new()),
        "schema" => to_value(&scope.world.target.schema()),
        "database" => to_value(&scope.world.target.database()),
        "project_name" => Value::text(scope.world.root()),
        "load_result" | "load_agate_table" => Function::value(name, |_, _| Ok(Value::None)),
        "store_result" | "store_raw_result" | "write" => silent(name),
        "selected_resources" => Value::list(Vec::new()),
        "api"
        | "column"
        | "context"
        | "validation"
        | "sql"
        | "compiled_code"
        | "render"
        | "try_or_compiler_error"
        | "submit_python_job"
        | "sql_now" => Value::unknown(&format!("`{name}` is not evaluated here")),
        _ => return None,
    })
}

/// dbt's own functions, for projects that put macros of the same names before them.
fn builtins(scope: &Rc<Scope>) -> Value {
    let mut dict = Dict::new();
    dict.insert_text("ref", reference(scope));
    dict.insert_text("source", source(scope));
    dict.insert_text("config", Value::object(Config(scope.clone())));
    Value::dict(dict)
}

/// Whether what happens now happens at all; where that is not known, the node's calls are not all known.
fn happens(scope: &Scope, machine: &Machine<'_>, what: &str) -> bool {
    let certain = machine.is_certain();
    if !certain {
        scope.note_uncertain(&Reason::from(format!("{what} is called under a condition that is not known")));
    }
    certain
}

fn reference(scope: &Rc<Scope>) -> Value {
    let scope = scope.clone();
    Function::value("ref", move |machine, mut arguments| {
        let version = arguments.take_keyword("v").or_else(|| arguments.take_keyword("version"));
        let given = arguments.positional;
        if given.is_empty() || given.len() > 2 {
            return Err(Error::failed(format!("ref() takes one or two names, and is given {}", given.len())));
        }
        let names: Result<Vec<String>, Error> = given.iter().map(|name| text(Some(name), "ref")).collect();
        let version =
            version.filter(|version| !matches!(version, Value::None)).map(|version| text(Some(&version), "ref"));
        match (names, version.transpose()) {
            (Ok(mut names), Ok(version)) => {
                let name = names.pop().expect("one or two were given");
                let reference = RefArgs { package: names.pop(), name, version };
                match happens(&scope, machine, "ref()") {
                    true => scope.note_ref(reference),
                    false => scope.note_possible_ref(reference),
                }
            }
            (Err(error), _) | (_, Err(error)) => unknown_name(&scope, "ref", error)?,
        }
        Ok(Value::object(Relation(scope.clone())))
    })
}

/// A name that is not known leaves the node's parents unknown; anything else that is wrong is an error.
fn unknown_name(scope: &Scope, function: &str, error: Error) -> Result<(), Error> {
    match error {
        Error::Unknown(reason) => {
            scope.note_uncertain(&Reason::from(format!("{function}() of a name that is not known: {}", reason.text())));
            Ok(())
        }
        other => Err(other),
    }
}

fn source(scope: &Rc<Scope>) -> Value {
    let scope = scope.clone();
    Function::value("source", move |machine, arguments| {
        let names = arguments.values("source")?;
        let [source, table] = &names[..] else {
            return Err(Error::failed(format!("source() takes two names, and is given {}", names.len())));
        };
        match (text(Some(source), "source"), text(Some(table), "source")) {
            (Ok(source), Ok(table)) => match happens(&scope, machine, "source()") {
                true => scope.note_source(source, table),
                false => scope.note_possible_source(source, table),
            },
            (Err(error), _) | (_, Err(error)) => unknown_name(&scope, "source", error)?,
        }
        Ok(Value::object(Relation(scope.clone())))
    })
}

/// `metric('name')` and `function('name')`, with or without a package before it.
fn named(scope: &Rc<Scope>, what: &'static str) -> Value {
    let scope = scope.clone();
    Function::value(what, move |machine, arguments| {
        let names = arguments.values(what)?;
        let names: Result<Vec<String>, Error> = names.iter().map(|name| text(Some(name), what)).collect();
        match names {
            Ok(mut names) if (1..=2).contains(&names.len()) => {
                let name = names.pop().expect("one or two are there");
                if happens(&scope, machine, what) {
                    match what {
                        "metric" => scope.note_metric(names.pop(), name),
                        _ => scope.note_function(names.pop(), name),
                    }
                }
            }
            Ok(names) => return Err(Error::failed(format!("{what}() takes one or two names, not {}", names.len()))),
            Err(error) => unknown_name(&scope, what, error)?,
        }
        Ok(Value::object(Relation(scope.clone())))
    })
}

/// `config(…)`, and the reading of config, which gives nothing while dbt parses.
#[derive(Debug)]
struct Config(Rc<Scope>);

impl Config {
    fn set(&self, machine: &Machine<'_>, options: Map) {
        let unknown = (!machine.is_certain()).then(|| Reason::from("set under a condition that is not known"));
        let options = options.into_iter().map(|(key, value)| match &unknown {
            Some(reason) => (key, Datum::Unknown(reason.clone())),
            None => (key, value),
        });
        self.0.note_config(options.collect());
    }
}

impl Object for Config {
    fn call(&self, machine: &mut Machine<'_>, arguments: Arguments) -> Result<Value, Error> {
        let options = match (&arguments.positional[..], &arguments.keyword[..]) {
            ([], keyword) => keyword.iter().map(|(key, value)| (key.to_string(), to_datum(value))).collect(),
            ([options], []) => match to_datum(options) {
                Datum::Map(map) => map,
                Datum::Unknown(reason) => {
                    self.0.note_uncertain(&reason);
                    return Ok(Value::text(""));
                }
                _ => return Err(Error::failed("config() takes a mapping or keywords")),
            },
            _ => return Err(Error::failed("config() takes a mapping or keywords, not both")),
        };
        self.set(machine, options);
        Ok(Value::text(""))
    }

    fn call_method(&self, name: &str, machine: &mut Machine<'_>, arguments: Arguments) -> Result<Option<Value>, Error> {
        Ok(Some(match name {
            "get" | "require" | "meta_get" | "meta_require" => Value::text(""),
            "persist_relation_docs" | "persist_column_docs" => Value::Bool(false),
            "set" => {
                let [key, value] = arguments.bind("set", ["name", "value"])?;
                let key = text(key.as_ref(), "set")?;
                self.set(machine, Map::from_iter([(key, value.as_ref().map(to_datum).unwrap_or_default())]));
                Value::text("")
            }
            _ => return Ok(None),
        }))
    }
}

/// What `ref()`, `source()` and `this` give while dbt parses: the relation of the node itself, before any config.
#[derive(Debug)]
struct Relation(Rc<Scope>);

impl Object for Relation {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        let target = &self.0.world.target;
        Ok(Some(match (name, &self.0.purpose) {
            ("name" | "identifier" | "table", Purpose::Node(identity) | Purpose::Test(identity, _)) => {
                Value::text(&identity.name)
            }
            ("schema", _) => to_value(&target.schema()),
            ("database", _) => to_value(&target.database()),
            ("type", _) => Value::None,
            ("is_table" | "is_view" | "is_cte" | "is_materialized_view", _) => Value::Bool(false),
            ("metadata", _) => {
                let mut metadata = Dict::new();
                metadata.insert_text("type", Value::text(self.type_name()));
                Value::dict(metadata)
            }
            _ => Value::unknown(&format!("the {name} of a relation")),
        }))
    }

    fn call_method(&self, name: &str, machine: &mut Machine<'_>, arguments: Arguments) -> Result<Option<Value>, Error> {
        if name != "get" {
            return Ok(Some(Value::unknown(&format!("what {name}() makes of a relation"))));
        }
        let [key, _] = arguments.bind("get", ["key", "default"])?;
        self.attribute(&text(key.as_ref(), "get")?, machine)
    }

    fn kind(&self) -> ObjectKind {
        ObjectKind::Mapping
    }

    fn type_name(&self) -> &str {
        "Relation"
    }
}

/// `model`: the node as far as it is known by then.
#[derive(Debug)]
struct Model(Rc<Identity>);

impl Object for Model {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        let identity = &self.0;
        Ok(Some(match name {
            "name" => Value::text(&identity.name),
            "unique_id" => Value::text(&identity.unique_id),
            "package_name" => Value::text(&identity.package),
            "original_file_path" => Value::text(&identity.path),
            "resource_type" => Value::text(identity.kind),
            "fqn" => Value::list(identity.fqn.iter().map(|part| Value::text(part)).collect()),
            _ => Value::unknown(&format!("model.{name} is not evaluated here")),
        }))
    }
}

/// The node that a `generate_…_name` macro is called for.
#[derive(Debug, Clone)]
pub struct NameOf(pub Rc<Map>);

impl Object for NameOf {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        Ok(Some(match self.0.get(name) {
            Some(Datum::Map(config)) if name == "config" => Value::object(ConfigOf(Rc::new(config.clone()))),
            Some(value) => to_value(value),
            None => Value::unknown(&format!("node.{name} is not evaluated here")),
        }))
    }
}

/// A node's final config, with `get`.
#[derive(Debug)]
struct ConfigOf(Rc<Map>);

impl Object for ConfigOf {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        Ok(match (name, self.0.get(name)) {
            (_, Some(value)) => Some(to_value(value)),
            ("get", None) => {
                let config = self.0.clone();
                Some(Function::value("get", move |_, arguments| {
                    let [key, default] = arguments.bind("get", ["key", "default"])?;
                    let found = config.value(&text(key.as_ref(), "get")?).map(to_value);
                    Ok(found.or(default).unwrap_or(Value::None))
                }))
            }
            // A key that nobody sets has dbt's default, or is none.
            _ => Some(Value::None),
        })
    }
}
