//! dbt's own macros that name databases, schemas and aliases, for projects whose overrides call them.

use super::super::datum::{Datum, Reason};
use super::super::environment::Target;
use super::convert::{to_datum, to_value};
use crate::template::{Arguments, Value};

/// What one of them gives. The node, their second argument, matters only for an alias, which is unknown then.
pub fn result(target: &Target, name: &str, arguments: &Arguments) -> Value {
    let custom = arguments.positional.first().or_else(|| arguments.keyword.first().map(|(_, value)| value));
    let custom = custom.map(to_datum).unwrap_or_default();
    to_value(&match name {
        "generate_schema_name" => schema(target, &custom),
        "generate_schema_name_for_env" => schema_for_env(target, &custom),
        "generate_database_name" => or_else(&custom, target.database()),
        _ => match custom {
            custom if custom.is_true() => trimmed(custom),
            _ => Datum::Unknown(Reason::from("dbt's own name for a node")),
        },
    })
}

/// The target's schema, with the custom one behind it.
pub fn schema(target: &Target, custom: &Datum) -> Datum {
    match (target.schema(), custom) {
        (schema, Datum::Null) => schema,
        (Datum::Unknown(reason), _) => Datum::Unknown(reason),
        (_, Datum::Unknown(reason)) => Datum::Unknown(reason.clone()),
        (schema, custom) => Datum::Text(format!("{}_{}", schema.to_text(), custom.to_text().trim())),
    }
}

/// The custom schema alone in production, the target's everywhere else.
fn schema_for_env(target: &Target, custom: &Datum) -> Datum {
    match (target.value("name"), custom) {
        (_, Datum::Null) => target.schema(),
        (Datum::Unknown(reason), _) => Datum::Unknown(reason),
        (name, custom) if name.as_text() == Some("prod") => trimmed(custom.clone()),
        _ => target.schema(),
    }
}

/// What is configured, or else the default.
pub fn or_else(custom: &Datum, otherwise: Datum) -> Datum {
    if custom.is_null() { otherwise } else { trimmed(custom.clone()) }
}

/// dbt trims the names that are configured.
pub fn trimmed(value: Datum) -> Datum {
    match value {
        Datum::Text(text) => Datum::Text(text.trim().to_owned()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(name: &str) -> Target {
        let mut target = Target::unknown(Some(name));
        target.values.insert("schema", Datum::Text("dev".to_owned()));
        target
    }

    #[test]
    fn a_custom_schema_stands_alone_only_in_production() {
        let custom = Datum::Text(" marts ".to_owned());
        assert_eq!(schema(&target("dev"), &custom).to_text(), "dev_marts");
        assert_eq!(schema(&target("dev"), &Datum::Null).to_text(), "dev");
        assert_eq!(schema_for_env(&target("prod"), &custom).to_text(), "marts");
        assert_eq!(schema_for_env(&target("dev"), &custom).to_text(), "dev");
        assert_eq!(or_else(&custom, Datum::Null).to_text(), "marts");
    }
}
