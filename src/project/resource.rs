//! A resource: anything in a dbt project that has a unique id.

use super::detail::{
    DocsBlock, Exposure, Group, Macro, Metric, Relation, SavedQuery, SemanticModel, Source, Test, UnitTest,
};
use super::{Meta, Text};

/// Position of a resource in [`Project::resources`](super::Project::resources); also its node index in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(pub u32);

impl ResourceId {
    /// The position as `usize`.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// dbt's resource types, named as in a unique id's first part where dbt has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceType {
    Model,
    Source,
    Seed,
    Snapshot,
    /// A data test, generic or singular; dbt's own word for the type is `test`.
    Test,
    UnitTest,
    Exposure,
    Metric,
    SemanticModel,
    SavedQuery,
    Group,
    Macro,
    DocsBlock,
    Analysis,
    Operation,
    Function,
    /// A type that this version does not know; kept in the graph, subject to no rule.
    Other,
}

impl ResourceType {
    /// From the `resource_type` field or the first part of a unique id.
    pub fn from_dbt(name: &str) -> Self {
        match name {
            "model" => Self::Model,
            "source" => Self::Source,
            "seed" => Self::Seed,
            "snapshot" => Self::Snapshot,
            "test" => Self::Test,
            "unit_test" => Self::UnitTest,
            "exposure" => Self::Exposure,
            "metric" => Self::Metric,
            "semantic_model" => Self::SemanticModel,
            "saved_query" => Self::SavedQuery,
            "group" => Self::Group,
            "macro" => Self::Macro,
            "doc" => Self::DocsBlock,
            "analysis" => Self::Analysis,
            "operation" | "sql_operation" | "sql operation" | "rpc" => Self::Operation,
            "function" => Self::Function,
            _ => Self::Other,
        }
    }

    /// The word for people, in messages: "semantic model", not `semantic_model`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Source => "source table",
            Self::Seed => "seed",
            Self::Snapshot => "snapshot",
            Self::Test => "data test",
            Self::UnitTest => "unit test",
            Self::Exposure => "exposure",
            Self::Metric => "metric",
            Self::SemanticModel => "semantic model",
            Self::SavedQuery => "saved query",
            Self::Group => "group",
            Self::Macro => "macro",
            Self::DocsBlock => "docs block",
            Self::Analysis => "analysis",
            Self::Operation => "operation",
            Self::Function => "function",
            Self::Other => "resource",
        }
    }

    /// The key under which properties YAML lists resources of this type; `None` where YAML does not describe it.
    pub fn properties_key(self) -> Option<&'static str> {
        Some(match self {
            Self::Model => "models",
            Self::Source => "sources",
            Self::Seed => "seeds",
            Self::Snapshot => "snapshots",
            Self::Test => "data_tests",
            Self::UnitTest => "unit_tests",
            Self::Exposure => "exposures",
            Self::Metric => "metrics",
            Self::SemanticModel => "semantic_models",
            Self::SavedQuery => "saved_queries",
            Self::Group => "groups",
            Self::Macro => "macros",
            Self::Analysis => "analyses",
            Self::Function => "functions",
            Self::DocsBlock | Self::Operation | Self::Other => return None,
        })
    }

    /// Whether a resource of this type makes use of its parents: everything but tests, and what never reads data.
    /// (`RULES.md`: models, snapshots, exposures, metrics, semantic models, saved queries.)
    pub fn is_consumer(self) -> bool {
        matches!(
            self,
            Self::Model | Self::Snapshot | Self::Exposure | Self::Metric | Self::SemanticModel | Self::SavedQuery
        )
    }
}

/// One resource of the project or of a package, with what all types have in common; the rest is in `detail`.
#[derive(Debug, Clone)]
pub struct Resource<'a> {
    pub kind: ResourceType,
    /// dbt's unique id, for example `model.shop.fct_orders` or `model.shop.customers.v2`.
    pub unique_id: Text<'a>,
    pub name: Text<'a>,
    /// Name of the project or package that defines it.
    pub package: Text<'a>,
    /// The file that defines it (`original_file_path`), relative to its package's root, with `/`.
    pub path: Text<'a>,
    /// The YAML file with its properties, relative to its package's root; `None` where there is no YAML entry.
    /// Equal to `path` for types that exist in YAML only (sources, exposures, groups, …).
    pub properties_path: Option<Text<'a>>,
    /// The YAML entry, where an installed package has it for a resource that is not its own.
    pub entry_in_package: Option<Box<PackageEntry<'a>>>,
    /// Rendered description; empty where there is none.
    pub description: Text<'a>,
    pub tags: Vec<Text<'a>>,
    /// `meta` and `config.meta` together; where both have a key, `config.meta` wins.
    pub meta: Meta,
    /// Name of the dbt group it belongs to.
    pub group: Option<Text<'a>>,
    /// Declared columns in the order of the YAML.
    pub columns: Vec<Column<'a>>,
    /// Unique ids of the docs blocks its description uses; `None` where the manifest does not record them
    /// (dbt before 1.9).
    pub doc_blocks: Option<Vec<Text<'a>>>,
    /// Unique ids of its parents, as dbt lists them in `depends_on.nodes`.
    pub depends_on: Vec<Text<'a>>,
    /// Unique ids of the macros it calls.
    pub macros: Vec<Text<'a>>,
    pub detail: Detail<'a>,
    /// Fields that could not be read from the project's files, each with the reason; `None` where all are known, as they
    /// always are with a manifest. An unknown field has its default value.
    pub unknown: Option<Box<Unknown<'a>>>,
}

/// An entry in a YAML file of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageEntry<'a> {
    /// Name of the package.
    pub package: Text<'a>,
    /// The file, relative to the package's root, with `/`.
    pub path: Text<'a>,
}

/// Names of fields, as dbt has them, and why each is not known. `parents` means that there may be more of them.
pub type Unknown<'a> = Vec<(Text<'a>, Text<'a>)>;

/// What only some types have.
#[derive(Debug, Clone)]
pub enum Detail<'a> {
    /// Models, seeds, snapshots and analyses.
    Relation(Box<Relation<'a>>),
    Source(Box<Source<'a>>),
    Test(Box<Test<'a>>),
    UnitTest(Box<UnitTest<'a>>),
    Exposure(Box<Exposure<'a>>),
    Metric(Box<Metric<'a>>),
    SemanticModel(Box<SemanticModel<'a>>),
    SavedQuery(Box<SavedQuery<'a>>),
    Group(Box<Group<'a>>),
    Macro(Box<Macro<'a>>),
    DocsBlock(Box<DocsBlock<'a>>),
    None,
}

/// A column as YAML declares it.
#[derive(Debug, Clone, Default)]
pub struct Column<'a> {
    pub name: Text<'a>,
    pub description: Text<'a>,
    pub data_type: Option<Text<'a>>,
    pub tags: Vec<Text<'a>>,
    /// `meta` and `config.meta` together, config winning.
    pub meta: Meta,
    pub constraints: Vec<Constraint<'a>>,
    /// BigQuery's column-level access policies.
    pub policy_tags: Vec<Text<'a>>,
    /// Whether it has Databricks' own tags or a mask (`databricks_tags`, `column_mask`).
    pub databricks_policy: bool,
    /// As [`Resource::doc_blocks`], for the column's description.
    pub doc_blocks: Option<Vec<Text<'a>>>,
}

/// A constraint on a column or on a whole model.
#[derive(Debug, Clone, Default)]
pub struct Constraint<'a> {
    /// `not_null`, `unique`, `primary_key`, `foreign_key`, `check` or `custom`.
    pub kind: Text<'a>,
    /// For constraints of the whole model: the columns it covers.
    pub columns: Vec<Text<'a>>,
}

impl<'a> Resource<'a> {
    /// Whether a field's value is not known: it stands in an environment that is not at hand.
    pub fn is_unknown(&self, field: &str) -> bool {
        self.unknown.as_ref().is_some_and(|fields| fields.iter().any(|(name, _)| name.as_str() == field))
    }

    /// Whether some YAML entry describes it, be it in a package.
    pub fn has_entry(&self) -> bool {
        self.properties_path.is_some() || self.entry_in_package.is_some()
    }

    /// The file with its YAML entry, in words: `models/_models.yml`.
    pub fn entry_file(&self) -> Option<String> {
        let own = self.properties_path.as_ref().map(Text::to_string);
        own.or_else(|| {
            let entry = self.entry_in_package.as_ref()?;
            Some(format!("{} of package `{}`", entry.path, entry.package))
        })
    }

    /// The column of that name; names are compared as written.
    pub fn column(&self, name: &str) -> Option<&Column<'a>> {
        self.columns.iter().find(|column| column.name.as_str() == name)
    }

    /// The details of a model, seed, snapshot or analysis.
    pub fn relation(&self) -> Option<&Relation<'a>> {
        if let Detail::Relation(detail) = &self.detail { Some(detail) } else { None }
    }

    pub fn as_source(&self) -> Option<&Source<'a>> {
        if let Detail::Source(detail) = &self.detail { Some(detail) } else { None }
    }

    pub fn as_test(&self) -> Option<&Test<'a>> {
        if let Detail::Test(detail) = &self.detail { Some(detail) } else { None }
    }

    pub fn as_unit_test(&self) -> Option<&UnitTest<'a>> {
        if let Detail::UnitTest(detail) = &self.detail { Some(detail) } else { None }
    }

    pub fn as_exposure(&self) -> Option<&Exposure<'a>> {
        if let Detail::Exposure(detail) = &self.detail { Some(detail) } else { None }
    }

    pub fn as_metric(&self) -> Option<&Metric<'a>> {
        if let Detail::Metric(detail) = &self.detail { Some(detail) } else { None }
    }

    pub fn as_semantic_model(&self) -> Option<&SemanticModel<'a>> {
        if let Detail::SemanticModel(detail) = &self.detail { Some(detail) } else { None }
    }

    pub fn as_saved_query(&self) -> Option<&SavedQuery<'a>> {
        if let Detail::SavedQuery(detail) = &self.detail { Some(detail) } else { None }
    }

    pub fn as_group(&self) -> Option<&Group<'a>> {
        if let Detail::Group(detail) = &self.detail { Some(detail) } else { None }
    }

    pub fn as_docs_block(&self) -> Option<&DocsBlock<'a>> {
        if let Detail::DocsBlock(detail) = &self.detail { Some(detail) } else { None }
    }

    pub fn as_macro(&self) -> Option<&Macro<'a>> {
        if let Detail::Macro(detail) = &self.detail { Some(detail) } else { None }
    }

    /// The name with its version, as people write it: `customers` or `customers.v2`; `erp.orders` for a source table.
    pub fn label(&self) -> String {
        match &self.detail {
            Detail::Source(source) => format!("{}.{}", source.source_name, self.name),
            Detail::Relation(relation) => match &relation.version {
                Some(version) => format!("{}.v{version}", self.name),
                None => self.name.to_string(),
            },
            _ => self.name.to_string(),
        }
    }

    /// dbt's access level; `protected` unless declared otherwise. Only models have one.
    pub fn access(&self) -> super::Access {
        self.relation().map_or(super::Access::Protected, |relation| relation.access)
    }
}
