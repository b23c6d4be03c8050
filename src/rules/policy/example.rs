//! Examples in a policy: parts of a resource as YAML, and what the policy says of them.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::RESOURCE;
use super::check::Verdict;
use super::definition::Policy;
use crate::cel::{FieldInfo, Record, Shape, Type, Value};
use crate::text::Span;
use crate::text::yaml::{self, Node};

/// What an example is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expectation {
    /// The policy is about it, and it is kept.
    Pass,
    /// The policy is about it, and it is broken.
    Fail,
    /// The policy is not about it.
    Skip,
}

impl Expectation {
    /// With the keys of the config.
    pub const ALL: [(&'static str, Self); 3] = [("pass", Self::Pass), ("fail", Self::Fail), ("skip", Self::Skip)];

    /// The key of the config.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }
}

/// One example and its place in the config.
#[derive(Debug)]
pub struct Example {
    pub expectation: Expectation,
    pub span: Span,
    given: Given,
}

/// What became of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    AsExpected,
    /// In words: what the policy says of it instead.
    Otherwise(String),
}

/// An example that is no part of a resource.
#[derive(Debug)]
pub struct ExampleError {
    pub span: Span,
    pub message: String,
    pub help: Option<String>,
}

impl Example {
    /// Reads an example.
    ///
    /// # Errors
    /// When it has a field that a resource does not have, or one of another type.
    pub fn new(expectation: Expectation, node: &Node) -> Result<Self, ExampleError> {
        Ok(Self { expectation, span: node.span, given: Given::new(node, &RESOURCE)? })
    }
}

impl Example {
    /// What the policy says of it, against what it should say.
    pub fn outcome(&self, policy: &Policy) -> Outcome {
        let said = match (self.expectation, policy.verdict(&record(&self.given))) {
            (Expectation::Pass, Verdict::Kept)
            | (Expectation::Fail, Verdict::Broken)
            | (Expectation::Skip, Verdict::Elsewhere) => return Outcome::AsExpected,
            (_, Verdict::Kept) => "it passes".to_owned(),
            (_, Verdict::Broken) => "it fails".to_owned(),
            (_, Verdict::Elsewhere) => "`when` is false, so that the policy skips it".to_owned(),
            (_, Verdict::Undecided) => "it is not known".to_owned(),
            (_, Verdict::Failed(failure)) => {
                format!("the policy has no answer: {}, in `{}`", failure.error.message, failure.part)
            }
        };
        Outcome::Otherwise(format!("this example should {}, but {said}", self.expectation.as_str()))
    }
}

/// The fields that an example gives; the others are empty.
#[derive(Debug)]
struct Given {
    shape: &'static Shape,
    fields: BTreeMap<&'static str, Field>,
}

#[derive(Debug)]
enum Field {
    Text(String),
    Bool(bool),
    Texts(Vec<String>),
    Records(Vec<Given>),
    Meta(serde_json::Map<String, serde_json::Value>),
}

impl Given {
    fn new(node: &Node, shape: &'static Shape) -> Result<Self, ExampleError> {
        let wrong = |span: Span, message: String, help: Option<String>| ExampleError { span, message, help };
        if node.as_mapping().is_none() {
            let help = "for example `{name: fct_orders, layer: marts}`";
            return Err(wrong(
                node.span,
                format!("this should be {}: a map of its fields", shape.what),
                Some(help.to_owned()),
            ));
        }
        let mut fields = BTreeMap::new();
        for entry in node.entries() {
            let name = entry.key.as_str().unwrap_or_default();
            let Some(field) = shape.field(name) else {
                let names = || shape.fields.iter().map(|field| field.name);
                let help = match yaml::nearest(name, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("its fields are {}", names().collect::<Vec<_>>().join(", ")),
                };
                return Err(wrong(entry.key.span, format!("{} has no field `{name}`", shape.what), Some(help)));
            };
            fields.insert(field.name, value(&entry.value, field)?);
        }
        Ok(Self { shape, fields })
    }
}

fn value(node: &Node, field: &FieldInfo) -> Result<Field, ExampleError> {
    let wrong = |node: &Node, wanted: &str| ExampleError {
        span: node.span,
        message: format!("`{}` is {wanted}", field.name),
        help: None,
    };
    match field.kind {
        Type::Bool => node.as_bool().map(Field::Bool).ok_or_else(|| wrong(node, "true or false")),
        Type::Word(words) => match node.as_str() {
            Some(text) if words.values.contains(&text) => Ok(Field::Text(text.to_owned())),
            _ => {
                let help = match yaml::nearest(node.as_str().unwrap_or_default(), words.values.iter().copied()) {
                    Some(near) if !near.is_empty() => format!("did you mean `{near}`?"),
                    _ => format!("it is one of {}", words.values.join(", ")),
                };
                Err(ExampleError { help: Some(help), ..wrong(node, words.what) })
            }
        },
        Type::List(item) => {
            if !matches!(node.value(), yaml::Value::Sequence(_)) {
                return Err(wrong(node, &field.kind.words()));
            }
            match item {
                Type::Record(shape) => {
                    let records: Result<_, _> = node.items().iter().map(|item| Given::new(item, shape)).collect();
                    Ok(Field::Records(records?))
                }
                _ => {
                    let text =
                        |item: &Node| item.as_str().map(str::to_owned).ok_or_else(|| wrong(item, &field.kind.words()));
                    Ok(Field::Texts(node.items().iter().map(text).collect::<Result<_, _>>()?))
                }
            }
        }
        Type::Any => yaml::from_node(node).map(Field::Meta).map_err(|_| wrong(node, "a map")),
        _ => node.as_str().map(|text| Field::Text(text.to_owned())).ok_or_else(|| wrong(node, "a string")),
    }
}

impl<'e> Record<'e> for &'e Given {
    fn field(&self, name: &str) -> Value<'e> {
        match self.fields.get(name) {
            Some(Field::Text(text)) => Value::text(text.as_str()),
            Some(Field::Bool(value)) => Value::Bool(*value),
            Some(Field::Texts(texts)) => Value::texts(texts.iter().map(String::as_str)),
            Some(Field::Records(records)) => Value::list(records.iter().map(record)),
            Some(Field::Meta(map)) => Value::Map(map),
            None => self.default(name),
        }
    }
}

impl<'e> Given {
    /// What a field is that is not given: that of a model with nothing set.
    fn default(&'e self, name: &str) -> Value<'e> {
        match (name, self.fields.get("type"), self.fields.get("tests")) {
            ("type", ..) => return Value::text("model"),
            ("layer", ..) => return Value::text("other"),
            ("access", None, _) => return Value::text("protected"),
            ("test_names", _, Some(Field::Texts(tests))) => {
                return Value::texts(tests.iter().map(|test| test.rsplit('.').next().unwrap_or_default()));
            }
            _ => {}
        }
        match self.shape.field(name).map(|field| field.kind) {
            Some(Type::Bool) => Value::Bool(false),
            Some(Type::List(_)) => Value::list([]),
            Some(Type::Text | Type::Word(_)) => Value::text(""),
            _ => Value::Null,
        }
    }
}

fn record(given: &Given) -> Value<'_> {
    Value::Record(Rc::new(given))
}
