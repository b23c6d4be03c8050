//! A resource while it is put together: what its file says, what YAML adds, what `dbt_project.yml` sets.

use super::config::{Enabled, check_enabled, lay_over, levels};
use super::datum::{Datum, Map, Reason};
use super::project_file::DbtProject;
use super::properties::Patch;
use crate::text::call::Ref;

/// Resources that dbt keeps in the manifest's `nodes`, and functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Model,
    Seed,
    Snapshot,
    Analysis,
    Test,
    Operation,
    Function,
}

impl Kind {
    /// The first part of unique ids.
    pub fn word(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Seed => "seed",
            Self::Snapshot => "snapshot",
            Self::Analysis => "analysis",
            Self::Test => "test",
            Self::Operation => "operation",
            Self::Function => "function",
        }
    }

    /// Where `dbt_project.yml` has configs for it. dbt takes those of models for what has no section of its own.
    pub fn section(self) -> &'static [&'static str] {
        match self {
            Self::Model | Self::Analysis | Self::Operation => &["models"],
            Self::Seed => &["seeds"],
            Self::Snapshot => &["snapshots"],
            Self::Test => &["data_tests", "tests"],
            Self::Function => &["functions"],
        }
    }

    /// Whether entries of properties YAML describe such nodes.
    pub fn is_described(self) -> bool {
        matches!(self, Self::Model | Self::Seed | Self::Snapshot | Self::Analysis | Self::Function)
    }

    /// Whether `ref()` may name it.
    pub fn is_refable(self) -> bool {
        matches!(self, Self::Model | Self::Seed | Self::Snapshot)
    }

    fn default_materialization(self) -> &'static str {
        match self {
            Self::Seed => "seed",
            Self::Snapshot => "snapshot",
            Self::Test => "test",
            _ => "view",
        }
    }
}

/// A `ref()` with its arguments known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefArgs {
    pub package: Option<String>,
    pub name: String,
    pub version: Option<String>,
}

impl From<Ref<'_>> for RefArgs {
    fn from(written: Ref<'_>) -> Self {
        Self { package: written.package.map(str::to_owned), name: written.name.to_owned(), version: written.version }
    }
}

/// What rendering a file has called.
#[derive(Debug, Clone, Default)]
pub struct Calls {
    pub refs: Vec<RefArgs>,
    pub sources: Vec<(String, String)>,
    pub metrics: Vec<(Option<String>, String)>,
    pub functions: Vec<(Option<String>, String)>,
    /// Unique ids of macros that the file itself calls, each once, in order.
    pub macros: Vec<String>,
    /// What `config()` was given.
    pub config: Map,
    /// Calls that may or may not happen.
    pub possible_refs: Vec<RefArgs>,
    pub possible_sources: Vec<(String, String)>,
    /// Why some call may be missing or may not happen, if that is so.
    pub uncertain: Option<Reason>,
    /// What went wrong, with the place in the file's text (before and behind blanks are cut).
    pub error: Option<Failure>,
}

impl Calls {
    /// Notes a macro, once.
    pub fn note_macro(&mut self, unique_id: &str) {
        if !self.macros.iter().any(|known| known == unique_id) {
            self.macros.push(unique_id.to_owned());
        }
    }
}

/// Why a template could not be rendered to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub message: String,
    pub span: Option<crate::text::Span>,
}

/// A generic test's own.
#[derive(Debug, Clone)]
pub struct TestOf {
    pub name: String,
    pub namespace: Option<String>,
    pub kwargs: Map,
    pub column: Option<String>,
    pub attached: Option<String>,
}

/// One node.
#[derive(Debug, Clone)]
pub struct Node {
    /// Index of the project or package.
    pub project: usize,
    pub kind: Kind,
    pub name: String,
    pub unique_id: String,
    /// Relative to the project, with `/`.
    pub path: String,
    pub fqn: Vec<String>,
    /// The file's text or the block's, without blanks around it.
    pub code: String,
    pub language: &'static str,
    pub calls: Calls,
    pub patch: Patch,
    pub config: Map,
    /// Tags that do not come from config: those of a test's column.
    pub tags: Vec<String>,
    pub test: Option<TestOf>,
    /// The group of the node that a test is attached to.
    pub group: Datum,
    pub database: Datum,
    pub schema: Datum,
    pub alias: Datum,
    /// Unique ids of parents, in dbt's order.
    pub depends_on: Vec<String>,
    /// Unique ids of what may be a parent as well.
    pub possible: Vec<String>,
}

impl Node {
    pub fn new(project: usize, package: &str, kind: Kind, name: &str, path: String, fqn: Vec<String>) -> Self {
        Self {
            project,
            kind,
            name: name.to_owned(),
            unique_id: format!("{}.{package}.{name}", kind.word()),
            path,
            fqn,
            code: String::new(),
            language: "sql",
            calls: Calls::default(),
            patch: Patch::default(),
            config: Map::new(),
            tags: Vec::new(),
            test: None,
            group: Datum::Null,
            database: Datum::Null,
            schema: Datum::Null,
            alias: Datum::Null,
            depends_on: Vec::new(),
            possible: Vec::new(),
        }
    }

    /// Works the config out anew from all that is known by now.
    pub fn configure(&mut self, projects: &[DbtProject]) {
        let mut patch = self.patch.config.clone();
        if self.kind == Kind::Model && self.language == "python" && patch.get("materialized").is_none() {
            patch.insert("materialized", Datum::Text("table".to_owned()));
        }
        self.config =
            configured(projects, self.project, self.kind.section(), &self.fqn, patch, self.calls.config.clone());
        if let (None, Some(access)) = (self.config.value("access"), &self.patch.access) {
            self.config.insert("access", access.clone());
        }
        if self.config.value("materialized").is_none() || matches!(self.kind, Kind::Seed | Kind::Snapshot) {
            self.config.insert("materialized", Datum::Text(self.kind.default_materialization().to_owned()));
        }
    }

    /// Whether dbt takes it into the graph.
    pub fn enabled(&self) -> Enabled {
        Enabled::of(&self.config)
    }

    /// Whether it certainly does.
    pub fn is_enabled(&self) -> bool {
        self.enabled().is_certain()
    }

    /// Whether it does, or may.
    pub fn may_be_enabled(&self) -> bool {
        self.enabled() != Enabled::No
    }

    /// Whether something lies in the warehouse for it.
    pub fn has_relation(&self) -> bool {
        match self.kind {
            Kind::Seed | Kind::Snapshot => true,
            Kind::Model => self.config.text("materialized") != Some("ephemeral"),
            _ => false,
        }
    }
}

/// Config by dbt's order: the own project's folders, properties, the file itself; for a package the root project's
/// folders come last.
pub fn configured(
    projects: &[DbtProject],
    project: usize,
    section: &[&str],
    fqn: &[String],
    patch: Map,
    call: Map,
) -> Map {
    let mut config = Map::new();
    let lay_levels = |config: &mut Map, of: &DbtProject| {
        for level in of.section(section).into_iter().flat_map(|section| levels(section, fqn)) {
            lay_over(config, level);
        }
    };
    lay_levels(&mut config, &projects[project]);
    lay_over(&mut config, patch);
    lay_over(&mut config, call);
    if project != 0 {
        lay_levels(&mut config, &projects[0]);
    }
    check_enabled(&mut config);
    config
}
