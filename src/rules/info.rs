//! What is known of a rule without running it, and the trait it implements.

use std::any::Any;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Context, Node};
use crate::config::Settings;
use crate::findings::Severity;
use crate::project::ResourceType;
use crate::text::{Span, yaml};

/// A rule's check. An implementation holds the options of one instance.
///
/// The engine calls [`check`](Rule::check) for every subject the rule's [`RuleInfo::subjects`] names, in parallel and in
/// no particular order, and [`check_project`](Rule::check_project) once, if there is any subject at all.
pub trait Rule: Any + Send + Sync {
    /// Looks at one subject.
    fn check(&self, _node: Node<'_>, _cx: &mut Context<'_>) {}

    /// Looks at the project as a whole.
    fn check_project(&self, _cx: &mut Context<'_>) {}

    /// Says what can be said only once every subject was looked at.
    fn finish(&self, _cx: &mut Context<'_>) {}

    /// Of how many subjects the rule could not tell, because something about them is not known.
    fn undecided(&self) -> usize {
        0
    }

    /// Why the rule has nothing to say after all, if no subject that it looked at was one that it is about.
    fn idle(&self) -> Option<String> {
        None
    }

    /// What the config would have to set before the rule can run on any project: "its option `pattern` is not set".
    fn unset(&self, _settings: &Settings) -> Option<String> {
        None
    }

    /// Why the rule cannot say anything about this project, if so; the summary names it among those that did not run.
    fn not_applicable(&self, _cx: &Context<'_>) -> Option<String> {
        None
    }
}

/// What a rule's subjects are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Every resource of that type that the root project defines (installed packages too, if the config includes them).
    Resource(ResourceType),
    /// The project itself: the rule always has a subject.
    Project,
}

/// A rule's first part of the code, and its chapter in the docs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    Documentation,
    Ownership,
    Testing,
    Sources,
    Exposures,
    Metrics,
    Access,
    Lineage,
    Naming,
    Performance,
    Project,
    Resources,
    Suppression,
    /// Rules that a config brings.
    Policy,
}

impl Area {
    /// In the order of the catalogue.
    pub const ALL: [Self; 14] = [
        Self::Documentation,
        Self::Ownership,
        Self::Testing,
        Self::Sources,
        Self::Exposures,
        Self::Metrics,
        Self::Access,
        Self::Lineage,
        Self::Naming,
        Self::Performance,
        Self::Project,
        Self::Resources,
        Self::Suppression,
        Self::Policy,
    ];

    /// The letters that codes of this area begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Documentation => "DOC",
            Self::Ownership => "OWN",
            Self::Testing => "TST",
            Self::Sources => "SRC",
            Self::Exposures => "EXP",
            Self::Metrics => "MET",
            Self::Access => "ACC",
            Self::Lineage => "DAG",
            Self::Naming => "NAM",
            Self::Performance => "PRF",
            Self::Project => "PRJ",
            Self::Resources => "RES",
            Self::Suppression => "SUP",
            Self::Policy => "POL",
        }
    }

    /// Chapter heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Documentation => "Definitions",
            Self::Ownership => "Ownership",
            Self::Testing => "Tests",
            Self::Sources => "Sources",
            Self::Exposures => "Dashboards and business use",
            Self::Metrics => "Metrics and semantic layer",
            Self::Access => "Access, contracts, versions, privacy",
            Self::Lineage => "Lineage",
            Self::Naming => "Names and layout",
            Self::Performance => "Scale and materialization",
            Self::Project => "Project and audit trail",
            Self::Resources => "Macros, variables and other resources",
            Self::Suppression => "The linter's own hygiene",
            Self::Policy => "Policies of your own",
        }
    }

    /// The folder under `src/rules/`.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Documentation => "documentation",
            Self::Ownership => "ownership",
            Self::Testing => "testing",
            Self::Sources => "sources",
            Self::Exposures => "exposures",
            Self::Metrics => "metrics",
            Self::Access => "access",
            Self::Lineage => "lineage",
            Self::Naming => "naming",
            Self::Performance => "performance",
            Self::Project => "project",
            Self::Resources => "resources",
            Self::Suppression => "suppression",
            Self::Policy => "policy",
        }
    }
}

/// The trap of a growing data team that a rule guards against; see docs/traps.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum Trap {
    Centralise,
    Scale,
    Govern,
    ServeTheBusiness,
    BalanceTheTeam,
}

impl Trap {
    /// In the order of the article.
    pub const ALL: [Self; 5] =
        [Self::Centralise, Self::Scale, Self::Govern, Self::ServeTheBusiness, Self::BalanceTheTeam];

    /// The words of reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Centralise => "centralise",
            Self::Scale => "scale",
            Self::Govern => "govern",
            Self::ServeTheBusiness => "serve the business",
            Self::BalanceTheTeam => "balance the team",
        }
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Everything about a rule that documentation, config and reports need.
pub struct RuleInfo {
    /// Stable code, for example `DOC001`; never reused.
    pub code: &'static str,
    /// Stable slug; it names the defect.
    pub slug: &'static str,
    pub area: Area,
    pub trap: Trap,
    /// Severity in the `recommended` preset; `None` is off.
    pub default: Option<Severity>,
    /// Severity in the `strict` preset; `None` is off.
    pub strict: Option<Severity>,
    /// The version that brought it.
    pub since: &'static str,
    pub subjects: &'static [Subject],
    /// Codes of rules whose finding on the same subject is dropped where this rule reports one: one defect, one finding.
    pub supersedes: &'static [&'static str],
    /// The rule's page in Markdown, with the headings that [`all`](super::all)'s tests demand.
    pub docs: &'static str,
    /// The options of an instance of this rule, for those who count by the same measure.
    pub options_of: fn(&dyn Rule) -> Option<&dyn Any>,
    /// JSON Schema of the options.
    pub options_schema: fn() -> schemars::Schema,
    /// Builds an instance from its options in JSON; `null` for the defaults.
    pub build: &'static Build<serde_json::Value>,
    /// The same from a config's YAML; errors have the place.
    pub build_yaml: &'static BuildFrom<yaml::Node>,
}

/// Makes an instance of a rule from its options.
pub type Build<Options> = dyn Fn(Options) -> Result<Box<dyn Rule>, BuildError> + Send + Sync;

/// The same from options that stay where they are.
pub type BuildFrom<Options> = dyn Fn(&Options) -> Result<Box<dyn Rule>, BuildError> + Send + Sync;

impl fmt::Debug for RuleInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.slug)
    }
}

/// Options that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct BuildError {
    /// The option at fault, where one is.
    pub option: Option<String>,
    /// Where it stands in the config, if the options came from one and the place is known.
    pub span: Option<Span>,
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl BuildError {
    /// An option whose value will not do.
    pub fn new(option: &str, message: impl Into<String>) -> Self {
        Self { option: Some(option.to_owned()), span: None, message: message.into(), help: None }
    }
}

impl From<serde_json::Error> for BuildError {
    fn from(error: serde_json::Error) -> Self {
        Self { option: None, span: None, message: error.to_string(), help: None }
    }
}

impl From<yaml::DeError> for BuildError {
    fn from(error: yaml::DeError) -> Self {
        Self { option: None, span: Some(error.span), message: error.message, help: error.help }
    }
}

impl RuleInfo {
    /// The rule with its default options.
    pub fn by_default(&self) -> Box<dyn Rule> {
        (self.build)(serde_json::Value::Null).expect("default options are valid")
    }

    /// First sentence of the page: what the rule flags, on one line.
    pub fn summary(&self) -> String {
        let body = self.docs.lines().map(str::trim).skip_while(|line| line.is_empty() || line.starts_with('#'));
        let paragraph: Vec<&str> = body.take_while(|line| !line.is_empty()).collect();
        paragraph.join(" ")
    }

    /// Whether the rule is about resources of that type.
    pub fn looks_at(&self, kind: ResourceType) -> bool {
        self.subjects.contains(&Subject::Resource(kind))
    }
}

/// For rules without options.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoOptions {}
