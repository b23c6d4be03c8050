//! What a policy may ask of a resource: names, types and meaning, for checker, documentation and examples alike.

use crate::cel::{FieldInfo, Shape, Type, Words};

const TEXTS: Type = Type::List(&Type::Text);
const COLUMNS: Type = Type::List(&Type::Record(&COLUMN));
const NEIGHBOURS: Type = Type::List(&Type::Record(&NEIGHBOUR));

/// dbt's words for the types of resources that a policy can be about or meet.
pub const TYPES: Words = Words {
    what: "a resource type",
    values: &[
        "model",
        "source",
        "seed",
        "snapshot",
        "exposure",
        "metric",
        "semantic_model",
        "saved_query",
        "test",
        "unit_test",
        "group",
        "macro",
        "doc",
        "analysis",
        "operation",
        "function",
    ],
};

/// The layers; what is no model is `other`.
pub const LAYERS: Words =
    Words { what: "a layer", values: &["base", "staging", "intermediate", "marts", "reporting", "other"] };

/// Access levels, and nothing for what is no model.
pub const ACCESS: Words = Words { what: "an access level", values: &["private", "protected", "public", ""] };

const fn field(name: &'static str, kind: Type, docs: &'static str) -> FieldInfo {
    FieldInfo { name, kind, docs }
}

/// `resource`
pub static RESOURCE: Shape = Shape {
    what: "a resource",
    fields: &[
        field("name", Type::Text, "Its name; of a source table, the table's."),
        field(
            "type",
            Type::Word(&TYPES),
            "dbt's word: `model`, `source`, `seed`, `snapshot`, `exposure`, `metric`, `semantic_model`, `saved_query`, …",
        ),
        field("unique_id", Type::Text, "dbt's unique id, such as `model.shop.fct_orders`."),
        field("path", Type::Text, "The file that defines it, relative to `dbt_project.yml`."),
        field("properties_path", Type::Text, "The YAML file that describes it; empty where none does."),
        field("package", Type::Text, "The project or package that defines it."),
        field("layer", Type::Word(&LAYERS), "The layer of a model; anything else is `other`."),
        field("owner", Type::Text, "Who owns it, by `meta`, group, an exposure's `owner` or CODEOWNERS."),
        field("group", Type::Text, "The dbt group that it belongs to."),
        field("access", Type::Word(&ACCESS), "`private`, `protected` or `public`; empty for what is no model."),
        field("description", Type::Text, "The rendered description, trimmed."),
        field("tags", TEXTS, "Its tags."),
        field("meta", Type::Any, "Its `meta`. A key that is not there is null."),
        field("materialized", Type::Text, "How dbt builds it: `view`, `table`, `incremental`, …"),
        field("database", Type::Text, "Where it is in the warehouse."),
        field("schema", Type::Text, "Where it is in the warehouse."),
        field("alias", Type::Text, "Its name in the warehouse."),
        field("language", Type::Text, "`sql` or `python`."),
        field("contract_enforced", Type::Bool, "Whether its contract is enforced."),
        field("version", Type::Text, "The version of a versioned model."),
        field("columns", COLUMNS, "The columns that its YAML declares."),
        field(
            "tests",
            TEXTS,
            "Its data tests, as YAML names them: `unique`, `dbt_utils.expression_is_true`; a singular test by its name. A test on two columns is there twice.",
        ),
        field("test_names", TEXTS, "The same without the package: `expression_is_true`."),
        field("unit_tests", TEXTS, "The names of its unit tests."),
        field("parents", NEIGHBOURS, "What it reads."),
        field("children", NEIGHBOURS, "What reads it, tests aside."),
        field("feeds_exposures", TEXTS, "The exposures that depend on it, directly or through others, by name."),
        field("source_name", Type::Text, "Of a source table, the name of the source."),
        field("loader", Type::Text, "Of a source table, what loads it."),
        field("freshness_checked", Type::Bool, "Whether a source table has a freshness rule."),
        field(
            "exposure_type",
            Type::Text,
            "Of an exposure: `dashboard`, `notebook`, `analysis`, `ml` or `application`.",
        ),
        field("maturity", Type::Text, "Of an exposure: `high`, `medium` or `low`."),
        field("url", Type::Text, "Of an exposure, where it is."),
        field("label", Type::Text, "Of an exposure or a metric, what people see."),
    ],
};

/// An item of `resource.columns`.
pub static COLUMN: Shape = Shape {
    what: "a column",
    fields: &[
        field("name", Type::Text, "Its name."),
        field("description", Type::Text, "The rendered description, trimmed."),
        field("data_type", Type::Text, "The type that YAML declares."),
        field("tags", TEXTS, "Its tags."),
        field("meta", Type::Any, "Its `meta`. A key that is not there is null."),
        field("tests", TEXTS, "Its data tests, as in `resource.tests`."),
        field("test_names", TEXTS, "The same without the package."),
    ],
};

/// An item of `resource.parents` and `resource.children`.
pub static NEIGHBOUR: Shape = Shape {
    what: "a neighbour",
    fields: &[
        field("name", Type::Text, "Its name."),
        field("type", Type::Word(&TYPES), "dbt's word for its type."),
        field("unique_id", Type::Text, "dbt's unique id."),
        field("package", Type::Text, "The project or package that defines it."),
        field("layer", Type::Word(&LAYERS), "The layer of a model; anything else is `other`."),
        field("owner", Type::Text, "Who owns it."),
        field("group", Type::Text, "The dbt group that it belongs to."),
        field("access", Type::Word(&ACCESS), "`private`, `protected` or `public`; empty for what is no model."),
        field("tags", TEXTS, "Its tags."),
        field("meta", Type::Any, "Its `meta`."),
        field("materialized", Type::Text, "How dbt builds it."),
    ],
};
