//! What each resource type has beyond the common fields of a [`Resource`](super::Resource).

use super::{Constraint, Json, Meta, Text};

/// Who may `ref` a model. dbt's default is `protected`: anyone in the same project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Access {
    /// Only its own group.
    Private,
    #[default]
    Protected,
    /// Any project.
    Public,
}

impl Access {
    /// From dbt's word; anything else (including absent) is dbt's default.
    pub fn from_dbt(word: &str) -> Self {
        match word {
            "private" => Self::Private,
            "public" => Self::Public,
            _ => Self::Protected,
        }
    }

    /// dbt's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Protected => "protected",
            Self::Public => "public",
        }
    }
}

/// Model, seed, snapshot or analysis: what dbt compiles or builds.
#[derive(Debug, Clone, Default)]
pub struct Relation<'a> {
    pub database: Text<'a>,
    pub schema: Text<'a>,
    /// Name in the warehouse.
    pub alias: Text<'a>,
    /// Fully quoted name in the warehouse; empty for ephemeral models.
    pub relation_name: Text<'a>,
    /// `view`, `table`, `incremental`, `ephemeral`, `seed`, `snapshot`, or a custom materialization.
    pub materialized: Text<'a>,
    /// `sql` or `python`.
    pub language: Text<'a>,
    /// The file's text as a JSON string, quotes and escapes included; see [`Relation::code`].
    pub raw_code: Option<Json<'a>>,
    /// dbt's SHA-256 of the file's text, in hexadecimal; empty where the manifest has none.
    pub checksum: Text<'a>,
    pub access: Access,
    pub contract_enforced: bool,
    /// Constraints declared on the whole model; those on columns are with the columns.
    pub constraints: Vec<Constraint<'a>>,
    /// Privilege and who has it, from `grants`.
    pub grants: Vec<(Text<'a>, Vec<Text<'a>>)>,
    pub unique_key: Vec<Text<'a>>,
    pub incremental_strategy: Text<'a>,
    pub on_schema_change: Text<'a>,
    /// Version of a versioned model, as text (`2`, `1.1`, `gold`).
    pub version: Option<Text<'a>>,
    /// The family's latest version; dbt fills in the highest where the YAML sets none.
    pub latest_version: Option<Text<'a>>,
    /// Whether the YAML sets `latest_version`; `None` where only the manifest is at hand, which does not say.
    pub latest_version_declared: Option<bool>,
    /// As written in the manifest: a date or a timestamp, ISO 8601.
    pub deprecation_date: Option<Text<'a>>,
    /// Whether the model is declared as MetricFlow time spine.
    pub time_spine: bool,
    /// The `ref` calls that dbt recorded, in file order.
    pub refs: Vec<RefCall<'a>>,
}

impl Relation<'_> {
    /// The file's text, unescaped; `None` for resources without code.
    pub fn code(&self) -> Option<String> {
        self.raw_code?.parse()
    }

    pub fn is_python(&self) -> bool {
        self.language.as_str() == "python"
    }

    pub fn is_ephemeral(&self) -> bool {
        self.materialized.as_str() == "ephemeral"
    }
}

/// One `ref()` as dbt recorded it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefCall<'a> {
    pub package: Option<Text<'a>>,
    pub name: Text<'a>,
    /// The `v=` argument.
    pub version: Option<Text<'a>>,
}

/// A source table.
#[derive(Debug, Clone, Default)]
pub struct Source<'a> {
    /// Name of the source, the group of tables.
    pub source_name: Text<'a>,
    pub source_description: Text<'a>,
    /// `meta` of the source, the group of tables.
    pub source_meta: Meta,
    pub loader: Text<'a>,
    pub database: Text<'a>,
    pub schema: Text<'a>,
    /// Name of the table in the warehouse.
    pub identifier: Text<'a>,
    /// Full name in the warehouse, with the quotes that dbt will use.
    pub relation_name: Text<'a>,
    pub freshness: Freshness,
    /// Whether freshness is switched off by an explicit `freshness: null`; a table that inherits it has it too.
    pub freshness_opt_out: bool,
    pub loaded_at_field: Text<'a>,
}

/// The freshness rule of a source table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Freshness {
    /// `warn_after` has a count and a period.
    pub warn_after: bool,
    /// `error_after` has a count and a period.
    pub error_after: bool,
}

impl Freshness {
    pub fn is_checked(self) -> bool {
        self.warn_after || self.error_after
    }
}

/// A data test.
#[derive(Debug, Clone, Default)]
pub struct Test<'a> {
    /// `None` for a singular test.
    pub generic: Option<GenericTest<'a>>,
    /// The column it stands under.
    pub column: Option<Text<'a>>,
    /// Unique id of the node it is declared on, where the manifest says so (dbt 1.5 and later).
    pub attached_node: Option<Text<'a>>,
    /// `ERROR` or `WARN`, in dbt's case.
    pub severity: Text<'a>,
    pub warn_if: Text<'a>,
    pub error_if: Text<'a>,
    /// The `where` config.
    pub condition: Text<'a>,
    /// The SQL that counts failures; `count(*)` unless configured.
    pub fail_calc: Text<'a>,
    /// Most failures that are looked at, as JSON; `None` for all.
    pub limit: Option<Json<'a>>,
    /// As [`Relation::checksum`]; generic tests have no file of their own and so none.
    pub checksum: Text<'a>,
    pub refs: Vec<RefCall<'a>>,
}

/// What a generic test is made of.
#[derive(Debug, Clone, Default)]
pub struct GenericTest<'a> {
    /// Bare name, for example `unique`.
    pub name: Text<'a>,
    /// Package of the test, for example `dbt_utils`; `None` for the project's own and dbt's four.
    pub namespace: Option<Text<'a>>,
    /// All arguments as a JSON object, `model` and `column_name` included.
    pub kwargs: Option<Json<'a>>,
}

impl GenericTest<'_> {
    /// Whether `wanted` names this test: bare (`unique`) or with its package (`dbt_utils.unique_combination_of_columns`).
    pub fn is(&self, wanted: &str) -> bool {
        match wanted.split_once('.') {
            Some((namespace, name)) => self.name.as_str() == name && self.namespace.as_deref() == Some(namespace),
            None => self.name.as_str() == wanted,
        }
    }

    /// Name with its package, as YAML writes it.
    pub fn full_name(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}.{}", self.name),
            None => self.name.to_string(),
        }
    }

    /// The arguments; an empty map where there are none.
    pub fn arguments(&self) -> Meta {
        self.kwargs.and_then(Json::parse).unwrap_or_default()
    }
}

/// A unit test.
#[derive(Debug, Clone, Default)]
pub struct UnitTest<'a> {
    /// Name of the model it tests; its parent in the graph.
    pub model: Text<'a>,
}

/// A dashboard, notebook, analysis, ML model or application that uses the project.
#[derive(Debug, Clone, Default)]
pub struct Exposure<'a> {
    /// `dashboard`, `notebook`, `analysis`, `ml` or `application`.
    pub exposure_type: Text<'a>,
    pub owner: Owner<'a>,
    pub maturity: Text<'a>,
    pub url: Text<'a>,
    pub label: Text<'a>,
    /// The `ref` calls of its `depends_on`, resolved or not.
    pub refs: Vec<RefCall<'a>>,
    /// The `metric` calls of its `depends_on`. dbt 2.x has metrics here only, not in `depends_on.nodes`; parents they
    /// are either way.
    pub metrics: Vec<RefCall<'a>>,
}

/// `owner:` of an exposure or a group.
#[derive(Debug, Clone, Default)]
pub struct Owner<'a> {
    pub name: Text<'a>,
    /// One or several addresses; dbt allows both.
    pub email: Vec<Text<'a>>,
    /// Further keys, such as `slack`.
    pub other: Meta,
}

/// A metric, in any of the three shapes dbt has had for it.
#[derive(Debug, Clone, Default)]
pub struct Metric<'a> {
    pub label: Text<'a>,
    /// `simple`, `ratio`, `derived`, `cumulative`, `conversion` (dbt 1.6 on), or the calculation method before.
    pub metric_type: Text<'a>,
    /// Measure, expression, numerator and so on, as JSON (dbt 1.6 on).
    pub type_params: Option<Json<'a>>,
    /// Filter as JSON.
    pub filter: Option<Json<'a>>,
    /// The expression of metrics before dbt 1.6 (`expression`, or `sql` before 1.3).
    pub expression: Text<'a>,
    /// The time column of metrics before dbt 1.6, as JSON.
    pub timestamp: Option<Json<'a>>,
    /// The rolling window of metrics before dbt 1.6, as JSON.
    pub window: Option<Json<'a>>,
}

/// A semantic model.
#[derive(Debug, Clone, Default)]
pub struct SemanticModel<'a> {
    /// The `ref('…')` as written.
    pub model: Text<'a>,
    /// Set instead of an entity of type primary.
    pub primary_entity: Text<'a>,
    /// Name and type of each entity.
    pub entities: Vec<(Text<'a>, Text<'a>)>,
    pub measures: Vec<Text<'a>>,
    /// Columns of its model that its entities, dimensions and measures are, by name. Not those that expressions are made of.
    pub columns: Vec<Text<'a>>,
    /// Descriptions of its entities, dimensions and measures, where they have one.
    pub descriptions: Vec<Text<'a>>,
}

/// A saved query.
#[derive(Debug, Clone, Default)]
pub struct SavedQuery<'a> {
    pub metrics: Vec<Text<'a>>,
    /// Number of exports.
    pub exports: usize,
}

/// A dbt group.
#[derive(Debug, Clone, Default)]
pub struct Group<'a> {
    pub owner: Owner<'a>,
}

/// A docs block.
#[derive(Debug, Clone, Default)]
pub struct DocsBlock<'a> {
    /// The text between `{% docs %}` and `{% enddocs %}`, trimmed by dbt.
    pub contents: Text<'a>,
}

/// A macro.
#[derive(Debug, Clone, Default)]
pub struct Macro<'a> {
    /// Arguments that YAML describes: name and description.
    pub arguments: Vec<(Text<'a>, Text<'a>)>,
    /// Source of the macro as a JSON string.
    pub macro_sql: Option<Json<'a>>,
}

impl Macro<'_> {
    /// The macro's text, unescaped.
    pub fn code(&self) -> Option<String> {
        self.macro_sql?.parse()
    }
}
