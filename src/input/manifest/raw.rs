//! The few fields of a manifest that the linter reads, as dbt 1.0 to 2.x write them. Unknown keys are skipped.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::lenient::{Declared, Entries, Fields, Present, Texts, Word, listed_texts, nullable, object};
use crate::project::{Meta, Text};

/// `metadata`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, remote = "Self")]
pub struct Metadata<'a> {
    #[serde(borrow)]
    pub dbt_schema_version: Text<'a>,
    pub dbt_version: Text<'a>,
    /// Since dbt 1.6.
    pub project_name: Text<'a>,
    /// md5 of the project's name.
    pub project_id: Text<'a>,
    pub adapter_type: Text<'a>,
    pub generated_at: Text<'a>,
}

/// An entry of `nodes`, `sources`, `exposures`, … or of a list in `disabled`: the union of their fields.
///
/// One shape for all, so that `disabled`, which mixes types, needs no second look. The types share most fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default, remote = "Self")]
pub struct Entry<'a> {
    #[serde(borrow)]
    pub unique_id: Text<'a>,
    pub name: Text<'a>,
    pub resource_type: Text<'a>,
    pub package_name: Text<'a>,
    pub original_file_path: Text<'a>,
    pub patch_path: Text<'a>,
    pub description: Text<'a>,
    pub tags: Texts<'a>,
    #[serde(deserialize_with = "nullable")]
    pub meta: Meta,
    pub group: Text<'a>,
    pub columns: Entries<'a, Column<'a>>,
    pub doc_blocks: Option<Texts<'a>>,
    #[serde(deserialize_with = "nullable")]
    pub depends_on: DependsOn<'a>,
    #[serde(deserialize_with = "nullable")]
    pub config: Config<'a>,
    pub database: Text<'a>,
    pub schema: Text<'a>,
    // models, seeds, snapshots, analyses
    pub alias: Text<'a>,
    pub relation_name: Text<'a>,
    pub language: Text<'a>,
    // Named raw_sql before dbt 1.3.
    #[serde(alias = "raw_sql")]
    pub raw_code: Option<&'a RawValue>,
    /// See [`Checksum`]; of unit tests it is a text.
    pub checksum: Option<&'a RawValue>,
    pub access: Text<'a>,
    #[serde(deserialize_with = "nullable")]
    pub constraints: Vec<Constraint<'a>>,
    pub version: Option<Word<'a>>,
    pub latest_version: Option<Word<'a>>,
    pub deprecation_date: Text<'a>,
    pub time_spine: Present,
    #[serde(deserialize_with = "nullable")]
    pub refs: Vec<Ref<'a>>,
    // sources
    pub source_name: Text<'a>,
    pub source_description: Text<'a>,
    #[serde(deserialize_with = "nullable")]
    pub source_meta: Meta,
    pub loader: Text<'a>,
    pub identifier: Text<'a>,
    pub freshness: Declared<Freshness>,
    pub loaded_at_field: Text<'a>,
    // data tests
    pub test_metadata: Option<TestMetadata<'a>>,
    pub column_name: Text<'a>,
    pub attached_node: Text<'a>,
    // exposures, groups
    #[serde(rename = "type")]
    pub kind: Text<'a>,
    #[serde(deserialize_with = "nullable")]
    pub owner: Owner<'a>,
    pub maturity: Text<'a>,
    pub url: Text<'a>,
    pub label: Text<'a>,
    /// `[["name"]]` or `[["package", "name"]]`; only exposures' are read.
    pub metrics: Option<&'a RawValue>,
    // metrics: today's type_params, and calculation_method (1.3 to 1.5), sql (1.0 to 1.2)
    pub type_params: Option<&'a RawValue>,
    #[serde(alias = "filters")]
    pub filter: Option<&'a RawValue>,
    pub calculation_method: Text<'a>,
    #[serde(alias = "sql")]
    pub expression: Text<'a>,
    // metrics before 1.6
    pub timestamp: Option<&'a RawValue>,
    pub window: Option<&'a RawValue>,
    // unit tests, semantic models, metrics before 1.6
    pub model: Text<'a>,
    // Of metrics before dbt 1.6 a list of names, of semantic models a list of objects.
    pub dimensions: Option<&'a RawValue>,
    // semantic models
    pub primary_entity: Text<'a>,
    #[serde(deserialize_with = "nullable")]
    pub entities: Vec<Named<'a>>,
    #[serde(deserialize_with = "nullable")]
    pub measures: Vec<Named<'a>>,
    // saved queries
    #[serde(deserialize_with = "nullable")]
    pub query_params: QueryParams<'a>,
    #[serde(deserialize_with = "nullable")]
    pub exports: Vec<serde::de::IgnoredAny>,
    // docs blocks
    pub block_contents: Text<'a>,
    // macros
    #[serde(deserialize_with = "nullable")]
    pub arguments: Vec<Named<'a>>,
    pub macro_sql: Option<&'a RawValue>,
    /// Never in dbt's own manifests: what our reading of the project's files leaves open.
    pub unknown: Entries<'a, Text<'a>>,
}

/// Of the file's text. Generic tests and large seeds have something else in its place, under another `name`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, remote = "Self")]
pub struct Checksum<'a> {
    #[serde(borrow)]
    pub name: Text<'a>,
    pub checksum: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, remote = "Self")]
pub struct DependsOn<'a> {
    #[serde(borrow, deserialize_with = "listed_texts")]
    pub nodes: Texts<'a>,
    #[serde(borrow, deserialize_with = "listed_texts")]
    pub macros: Texts<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, remote = "Self")]
pub struct Config<'a> {
    /// dbt 2.x leaves disabled tests among the enabled ones, marked by this.
    pub enabled: Option<bool>,
    #[serde(borrow)]
    pub materialized: Text<'a>,
    pub tags: Texts<'a>,
    #[serde(deserialize_with = "nullable")]
    pub meta: Meta,
    pub group: Text<'a>,
    pub access: Text<'a>,
    #[serde(deserialize_with = "nullable")]
    pub contract: Contract,
    pub unique_key: Texts<'a>,
    pub incremental_strategy: Text<'a>,
    pub on_schema_change: Text<'a>,
    pub grants: Entries<'a, Texts<'a>>,
    pub severity: Text<'a>,
    pub warn_if: Text<'a>,
    pub error_if: Text<'a>,
    #[serde(rename = "where")]
    pub condition: Text<'a>,
    pub fail_calc: Text<'a>,
    // Any config key may be a model's own with a shape of its own.
    pub limit: Option<&'a RawValue>,
    pub freshness: Declared<Freshness>,
    pub loaded_at_field: Text<'a>,
    pub loader: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, remote = "Self")]
pub struct Contract {
    #[serde(deserialize_with = "nullable")]
    pub enforced: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, remote = "Self")]
pub struct Column<'a> {
    #[serde(borrow)]
    pub name: Text<'a>,
    pub description: Text<'a>,
    pub data_type: Text<'a>,
    pub tags: Texts<'a>,
    #[serde(deserialize_with = "nullable")]
    pub meta: Meta,
    #[serde(deserialize_with = "nullable")]
    pub constraints: Vec<Constraint<'a>>,
    pub policy_tags: Texts<'a>,
    /// dbt-databricks
    pub databricks_tags: Present,
    pub column_mask: Present,
    pub doc_blocks: Option<Texts<'a>>,
    #[serde(deserialize_with = "nullable")]
    pub config: ColumnConfig<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, remote = "Self")]
pub struct ColumnConfig<'a> {
    #[serde(borrow)]
    pub tags: Texts<'a>,
    #[serde(deserialize_with = "nullable")]
    pub meta: Meta,
    pub databricks_tags: Present,
    pub column_mask: Present,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, remote = "Self")]
pub struct Constraint<'a> {
    #[serde(rename = "type", borrow)]
    pub kind: Text<'a>,
    pub columns: Texts<'a>,
}

/// One `ref()`: `["name"]` or `["package", "name"]` before dbt 1.5, an object since.
#[derive(Debug)]
pub enum Ref<'a> {
    Parts(Texts<'a>),
    Named(NamedRef<'a>),
}

// By hand because what serde derives reads a value into memory before it tries one form after the other.
impl<'de: 'a, 'a> Deserialize<'de> for Ref<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RefVisitor;
        impl<'de> Visitor<'de> for RefVisitor {
            type Value = Ref<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of names or an object")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                Texts::deserialize(SeqAccessDeserializer::new(seq)).map(Ref::Parts)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                NamedRef::from_fields(MapAccessDeserializer::new(map)).map(Ref::Named)
            }
        }
        deserializer.deserialize_any(RefVisitor)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, remote = "Self")]
pub struct NamedRef<'a> {
    #[serde(borrow)]
    pub name: Text<'a>,
    pub package: Text<'a>,
    pub version: Option<Word<'a>>,
}

/// `freshness` of a source: each threshold is null, `{}`, or has a count and a period.
#[derive(Debug, Default, Deserialize, Clone, Copy)]
#[serde(default, remote = "Self")]
pub struct Freshness {
    pub warn_after: Option<Threshold>,
    pub error_after: Option<Threshold>,
}

#[derive(Debug, Default, Deserialize, Clone, Copy)]
#[serde(default, remote = "Self")]
pub struct Threshold {
    pub count: Present,
    pub period: Present,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, remote = "Self")]
pub struct TestMetadata<'a> {
    #[serde(borrow)]
    pub name: Text<'a>,
    pub namespace: Text<'a>,
    pub kwargs: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Owner<'a> {
    #[serde(borrow)]
    pub name: Text<'a>,
    pub email: Texts<'a>,
    #[serde(flatten)]
    pub other: Meta,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, remote = "Self")]
pub struct Named<'a> {
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
    pub description: Text<'a>,
    /// Of parts of semantic models: SQL, a number, or null.
    pub expr: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, remote = "Self")]
pub struct QueryParams<'a> {
    #[serde(borrow)]
    pub metrics: Texts<'a>,
}

impl<'de: 'a, 'a> Fields<'de> for Entry<'a> {
    /// Every version of dbt has given every entry a name, without which nothing can be said of it.
    fn from_fields<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entry = Self::deserialize(deserializer)?;
        match entry.name.is_empty() {
            true => Err(D::Error::missing_field("name")),
            false => Ok(entry),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Entry<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer)
    }
}

/// Lets these be read from JSON objects only. The readers that serde derives take a list as well, its items for the
/// fields in their order, and `"config": []` would pass for a config.
macro_rules! objects {
    ($($name:ident $(<$lifetime:lifetime>)?),* $(,)?) => {$(
        impl<'de $(: $lifetime, $lifetime)?> Fields<'de> for $name $(<$lifetime>)? {
            fn from_fields<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // The derived one, which `remote = "Self"` makes a function of the type's own.
                Self::deserialize(deserializer)
            }
        }

        impl<'de $(: $lifetime, $lifetime)?> Deserialize<'de> for $name $(<$lifetime>)? {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                object(deserializer)
            }
        }
    )*};
}

objects! {
    Metadata<'a>,
    Checksum<'a>,
    DependsOn<'a>,
    Config<'a>,
    Contract,
    Column<'a>,
    ColumnConfig<'a>,
    Constraint<'a>,
    NamedRef<'a>,
    Freshness,
    Threshold,
    TestMetadata<'a>,
    Named<'a>,
    QueryParams<'a>,
}
