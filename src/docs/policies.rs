//! What policies can ask for, as tables of their page.

use crate::cel::{Shape, Type, signatures};

/// The fields of a record.
pub fn table(shape: &Shape) -> String {
    let mut table = "| field | type | |\n|---|---|---|\n".to_owned();
    for field in shape.fields {
        table += &format!("| `{}` | {} | {} |\n", field.name, kind(field.kind), field.docs);
    }
    table
}

/// The functions and methods.
pub fn functions() -> String {
    let mut table = "| call | gives |\n|---|---|\n".to_owned();
    for (call, gives) in signatures() {
        table += &format!("| `{call}` | {} |\n", gives.signature());
    }
    table
}

fn kind(kind: Type) -> String {
    match kind {
        Type::List(Type::Record(shape)) => {
            let name = shape.what.trim_start_matches("a ");
            format!("list of [{name}s](#{name}s)")
        }
        Type::List(_) => "list of strings".to_owned(),
        other => other.signature(),
    }
}
