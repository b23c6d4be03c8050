//! Where a finding points, in the terms of the project. It becomes a file, line and column only when it is reported,
//! so that a clean run parses nothing for the sake of places.

use crate::project::ResourceId;
use crate::text::Span;

/// A place within what describes a resource. Where it does not exist, the place it would stand at is taken: the entry's
/// name, then the start of the resource's file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The name in the resource's YAML entry; without an entry, the start of its own file. For a data test, its item in
    /// the list of tests; for a macro without entry, its name in `{% macro name() %}`.
    Entry,
    /// The start of the resource's own file, even where a YAML entry exists.
    File,
    /// A key of the YAML entry, for example `["description"]` or `["owner", "email"]`.
    Key(Vec<String>),
    /// A config, wherever it is set: `config(name=…)` in the file, `config: {name: …}` or `name: …` in the YAML entry.
    Config(String),
    /// A declared column's name.
    Column(String),
    /// A key of a declared column's entry.
    ColumnKey(String, String),
    /// The `ref()` or `source()` by which the resource reads that parent.
    Parent(ResourceId),
    /// The first place where the resource's SQL says exactly that, comments and strings aside; otherwise as [`File`].
    ///
    /// [`File`]: Place::File
    Code(String),
    /// The name of the source (the group of tables) that a source table is in.
    SourceGroup,
    /// A key of that source, for example `["loader"]`.
    SourceGroupKey(Vec<String>),
    /// A macro's argument in its signature or, if described, in YAML.
    Argument(String),
    /// A key of `dbt_project.yml`; an empty list is the file's `name`.
    ProjectKey(Vec<String>),
    /// A stretch of a file of the root project, for what is wrong with the file itself; `None` is no particular line.
    Span(String, Option<Span>),
}

impl Place {
    /// Whether it is in the resource's YAML entry, if there is one.
    pub fn is_in_entry(&self) -> bool {
        matches!(self, Self::Entry | Self::Key(_) | Self::Column(_) | Self::ColumnKey(..))
    }

    /// A key of the resource's YAML entry.
    pub fn key(name: &str) -> Self {
        Self::Key(vec![name.to_owned()])
    }

    /// A config, wherever it is set.
    pub fn config(name: &str) -> Self {
        Self::Config(name.to_owned())
    }

    /// A declared column.
    pub fn column(name: &str) -> Self {
        Self::Column(name.to_owned())
    }
}
