//! What a declared type rules out: no e-mail address is a date.

/// What a declared type says about a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DataType {
    Boolean,
    Number,
    Time,
    Other,
}

/// What a warehouse's type is, as far as it matters here.
pub(super) fn type_of(data_type: &str) -> DataType {
    let data_type = data_type.trim().to_ascii_lowercase();
    let begins = |names: &[&str]| names.iter().any(|name| data_type.starts_with(name));
    if begins(&["bool", "bit"]) {
        DataType::Boolean
    } else if begins(&[
        "int", "bigint", "smallint", "tinyint", "number", "numeric", "decimal", "float", "double", "real",
    ]) {
        DataType::Number
    } else if begins(&["date", "time"]) {
        DataType::Time
    } else {
        DataType::Other
    }
}
