//! The shape of `dbt-steward.yml`, apart from `rules:`, whose keys are the rules.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Severity;
use crate::project::Layer;

/// Keys of the file that are read here; `rules` and the `rules` of overrides are read rule by rule.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct File {
    /// What to start from: recommended (the default), strict, minimal, or the path of another config.
    pub extends: Option<String>,
    /// Exit with 1 if there is a finding of this severity or above; unless set error, and warning where only a change is
    /// looked at.
    pub fail_on: Option<FailOn>,
    /// The baseline, relative to this file; dbt-steward-baseline.json beside dbt_project.yml unless set.
    pub baseline: Option<String>,
    /// How a model's layer is recognised. What is not given here stays as it is by default.
    pub layers: BTreeMap<Layer, LayerFile>,
    /// Where owners are named, and which are allowed.
    pub owners: OwnersFile,
    /// Installed packages.
    pub packages: PackagesFile,
}

/// How one layer is recognised: by folder first, then by prefix.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LayerFile {
    /// Gitignore-style globs of its folders, relative to dbt_project.yml.
    pub paths: Vec<String>,
    /// What its models' names begin with.
    pub prefixes: Option<Vec<String>>,
}

/// Where owners are named, and which are allowed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct OwnersFile {
    /// Keys of `meta` that name an owner; the first one found wins. A dot goes into nested maps.
    pub meta_keys: Option<Vec<String>>,
    /// Take the repository's CODEOWNERS where meta, group and exposure name nobody.
    pub codeowners: Option<bool>,
    /// The only owners allowed, for unknown-owner.
    pub allowed: Option<Vec<String>>,
    /// A regular expression that every owner matches, for unknown-owner.
    pub pattern: Option<String>,
}

/// Installed packages.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PackagesFile {
    /// Names of packages whose resources are linted, too.
    pub include: Vec<String>,
}

/// What a rule or an override is limited to. A resource must fit every selector that is given, and fits one if it fits
/// any of its values.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Selectors {
    /// Gitignore-style globs on the resource's own file or the YAML file that describes it, relative to dbt_project.yml.
    pub paths: Vec<String>,
    pub tags: Vec<String>,
    pub groups: Vec<String>,
    pub owners: Vec<String>,
    pub layers: Vec<Layer>,
    pub packages: Vec<String>,
    /// dbt's words: model, source, seed, snapshot, exposure, …
    pub resource_types: Vec<ResourceTypeName>,
    /// Keys of meta with the value they must have; null stands for any value.
    pub meta: BTreeMap<String, serde_json::Value>,
}

/// The keys of a rule's block that are not the rule's own options.
pub const SELECTOR_KEYS: [&str; 8] =
    ["paths", "tags", "groups", "owners", "layers", "packages", "resource-types", "meta"];

/// Resource types that can be selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceTypeName {
    Model,
    Source,
    Seed,
    Snapshot,
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
    Function,
}

impl From<ResourceTypeName> for crate::project::ResourceType {
    fn from(name: ResourceTypeName) -> Self {
        match name {
            ResourceTypeName::Model => Self::Model,
            ResourceTypeName::Source => Self::Source,
            ResourceTypeName::Seed => Self::Seed,
            ResourceTypeName::Snapshot => Self::Snapshot,
            ResourceTypeName::Test => Self::Test,
            ResourceTypeName::UnitTest => Self::UnitTest,
            ResourceTypeName::Exposure => Self::Exposure,
            ResourceTypeName::Metric => Self::Metric,
            ResourceTypeName::SemanticModel => Self::SemanticModel,
            ResourceTypeName::SavedQuery => Self::SavedQuery,
            ResourceTypeName::Group => Self::Group,
            ResourceTypeName::Macro => Self::Macro,
            ResourceTypeName::DocsBlock => Self::DocsBlock,
            ResourceTypeName::Analysis => Self::Analysis,
            ResourceTypeName::Function => Self::Function,
        }
    }
}

/// A rule's severity in the config.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Error,
    Warning,
    Info,
    Off,
}

impl Level {
    /// `None` is off.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Off => None,
        }
    }
}

/// From which severity on a run fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    Error,
    Warning,
    Info,
    /// As error, but only where a baseline or --base tells what is new
    NewError,
    /// As warning, but only where a baseline or --base tells what is new
    NewWarning,
    /// As info, but only where a baseline or --base tells what is new
    NewInfo,
    /// Never fail because of findings
    Never,
}

impl FailOn {
    /// Whether it asks for a run that can tell what is new.
    pub fn is_about_news(self) -> bool {
        matches!(self, Self::NewError | Self::NewWarning | Self::NewInfo)
    }

    /// The word in config files and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::NewError => "new-error",
            Self::NewWarning => "new-warning",
            Self::NewInfo => "new-info",
            Self::Never => "never",
        }
    }

    /// Whether a run fails whose gravest finding is this.
    pub fn is_reached(self, worst: Option<Severity>) -> bool {
        let least = match self {
            Self::Error | Self::NewError => Severity::Error,
            Self::Warning | Self::NewWarning => Severity::Warning,
            Self::Info | Self::NewInfo => Severity::Info,
            Self::Never => return false,
        };
        worst.is_some_and(|worst| worst >= least)
    }
}

/// A set of rules and severities to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Only what is an error in recommended, and the four gaps: undocumented, unowned, untested, orphaned
    Minimal,
    /// What a well-kept project can be held to
    #[default]
    Recommended,
    /// Every rule that works without a parameter and is meant for a whole project, one step graver
    Strict,
}
