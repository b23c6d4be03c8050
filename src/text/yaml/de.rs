use super::{Node, Resolved, Value};
use crate::text::Span;
#[derive(Debug)]
pub struct DeError {
    pub span: Span,
    pub message: String,
    pub help: Option<String>,
}
fn json(n: &Node) -> serde_json::Value {
    match n.value() {
        Value::Scalar(_) => match n.resolve() {
            Some(Resolved::Null) => serde_json::Value::Null,
            Some(Resolved::Bool(b)) => b.into(),
            Some(Resolved::Int(i)) => (i as i64).into(),
            _ => n.as_str().unwrap_or("").into(),
        },
        Value::Sequence(i) => i.iter().map(json).collect(),
        Value::Mapping(_) => n
            .entries()
            .map(|e| (e.key.as_str().unwrap_or("").to_owned(), json(&e.value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}
pub fn from_node<T: serde::de::DeserializeOwned>(n: &Node) -> Result<T, DeError> {
    serde_json::from_value(json(n)).map_err(|e| DeError { span: n.span, message: e.to_string(), help: None })
}
