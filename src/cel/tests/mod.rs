//! What expressions mean, what is wrong with those that mean nothing, and that no text whatsoever is a danger.

mod checks;
mod judge;
mod language;
mod soundness;

use serde_json::{Map, Value as Json, json};

use super::{CelError, FieldInfo, Record, Shape, Type, Value, Words, check, evaluate, parse};

static COLOURS: Words = Words { what: "a colour", values: &["red", "green", ""] };

static ITEM: Shape = Shape {
    what: "an item",
    fields: &[
        FieldInfo { name: "name", kind: Type::Text, docs: "" },
        FieldInfo { name: "size", kind: Type::Int, docs: "" },
    ],
};

/// What the tests' `thing` is.
static THING: Shape = Shape {
    what: "a thing",
    fields: &[
        FieldInfo { name: "name", kind: Type::Text, docs: "" },
        FieldInfo { name: "colour", kind: Type::Word(&COLOURS), docs: "" },
        FieldInfo { name: "ready", kind: Type::Bool, docs: "" },
        FieldInfo { name: "count", kind: Type::Int, docs: "" },
        FieldInfo { name: "weight", kind: Type::Double, docs: "" },
        FieldInfo { name: "tags", kind: Type::List(&Type::Text), docs: "" },
        FieldInfo { name: "items", kind: Type::List(&Type::Record(&ITEM)), docs: "" },
        FieldInfo { name: "meta", kind: Type::Any, docs: "" },
        FieldInfo { name: "secret", kind: Type::Text, docs: "" },
        FieldInfo { name: "secrets", kind: Type::List(&Type::Text), docs: "" },
    ],
};

struct Thing<'m>(&'m Map<String, Json>);

struct Item(&'static str, i64);

impl<'m> Record<'m> for Thing<'m> {
    fn field(&self, name: &str) -> Value<'m> {
        match name {
            "name" => Value::text("étoile"),
            "colour" => Value::text("red"),
            "ready" => Value::Bool(true),
            "count" => Value::Int(3),
            "weight" => Value::Double(1.5),
            "tags" => Value::texts(["a", "b"]),
            "items" => Value::list([Item("x", 1), Item("y", 2)].map(|item| Value::Record(std::rc::Rc::new(item)))),
            "meta" => Value::Map(self.0),
            _ => Value::Unknown,
        }
    }
}

impl<'m> Record<'m> for Item {
    fn field(&self, name: &str) -> Value<'m> {
        if name == "name" { Value::text(self.0) } else { Value::Int(self.1) }
    }
}

fn meta() -> Map<String, Json> {
    let meta = json!({
        "pii": true, "days": 30, "ratio": 0.5, "team": {"name": "core"}, "list": ["p", 1], "nothing": null,
        "huge": 18_446_744_073_709_551_615_u64,
    });
    meta.as_object().expect("a map").clone()
}

/// The type of an expression over `thing`.
fn checked(text: &str) -> Result<Type, CelError> {
    check(&parse(text)?, &[("thing", Type::Record(&THING))])
}

/// Checks and evaluates an expression over `thing`; the value as it is written for debugging.
fn value(text: &str) -> Result<String, CelError> {
    checked(text)?;
    let meta = meta();
    let thing = Value::Record(std::rc::Rc::new(Thing(&meta)));
    evaluate(&parse(text)?, &[("thing", thing)]).map(|value| format!("{value:?}"))
}
