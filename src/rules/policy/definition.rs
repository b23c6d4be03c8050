//! What a policy is: its expressions, checked, and what is said where it is broken.

use std::collections::BTreeSet;

use schemars::schema_for;

use super::check::PolicyRule;
use super::template::Template;
use super::view::word;
use super::{PREFIX, RESOURCE};
use crate::cel::{CelError, Expression, Kind, Op, Type, check, parse};
use crate::findings::{Place, Severity};
use crate::project::ResourceType;
use crate::rules::{Area, NoOptions, Rule, RuleInfo, Scope, Subject, Trap};
use crate::text::yaml;

/// What a policy's expressions know.
const VARIABLES: [(&str, Type); 1] = [("resource", Type::Record(&RESOURCE))];

/// What a policy is about unless it says so: what people describe, own and build on. A rule about "every resource" that
/// fires on each test and each macro is not what anybody means.
const USUAL: [ResourceType; 8] = [
    ResourceType::Model,
    ResourceType::Source,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Exposure,
    ResourceType::Metric,
    ResourceType::SemanticModel,
    ResourceType::SavedQuery,
];

/// Every type that a policy can be about.
const ALL: [ResourceType; 15] = [
    ResourceType::Model,
    ResourceType::Source,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Exposure,
    ResourceType::Metric,
    ResourceType::SemanticModel,
    ResourceType::SavedQuery,
    ResourceType::Test,
    ResourceType::UnitTest,
    ResourceType::Group,
    ResourceType::Macro,
    ResourceType::DocsBlock,
    ResourceType::Analysis,
    ResourceType::Function,
];

/// A policy as the config has it.
#[derive(Debug, Default)]
pub struct Definition<'c> {
    pub name: &'c str,
    pub when: Option<&'c str>,
    pub require: &'c str,
    pub message: &'c str,
    pub help: Option<&'c str>,
    /// `None` is off.
    pub severity: Option<Severity>,
    pub at: At,
    pub scope: Scope,
    /// The file and line that it stands at, for people.
    pub origin: String,
    /// Its block of the config, name and all.
    pub text: String,
}

/// The part of a definition that an error is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    When,
    Require,
    Message,
    Help,
}

/// An expression that cannot be used.
#[derive(Debug)]
pub struct PolicyError {
    pub part: Part,
    pub error: CelError,
}

/// Where a policy's findings point.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum At {
    /// The name in the resource's YAML entry.
    #[default]
    Entry,
    /// The start of the resource's own file.
    File,
    /// The owner, where one would stand.
    Owner,
    /// A key of the entry, with dots.
    Key(String),
    /// A config, wherever it is set.
    Config(String),
}

/// Keys that stand in an entry only.
const KEYS: [&str; 6] = ["description", "columns", "url", "maturity", "label", "loader"];

/// Configs.
const CONFIGS: [&str; 9] =
    ["materialized", "tags", "meta", "group", "access", "contract", "schema", "database", "alias"];

impl At {
    /// From the word in the config. `None` if there is no such place.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "entry" => Self::Entry,
            "file" => Self::File,
            "owner" => Self::Owner,
            key if KEYS.contains(&key) || key.starts_with("meta.") => Self::Key(key.to_owned()),
            config if CONFIGS.contains(&config) => Self::Config(config.to_owned()),
            _ => return None,
        })
    }

    /// The words that the config may have; below `meta`, keys with dots.
    pub fn words() -> impl Iterator<Item = &'static str> {
        ["entry", "file", "owner"].into_iter().chain(KEYS).chain(CONFIGS)
    }

    /// The place in a resource of that type.
    pub(super) fn place(&self, kind: ResourceType) -> Place {
        match self {
            Self::Entry => Place::Entry,
            Self::File => Place::File,
            Self::Owner if matches!(kind, ResourceType::Exposure | ResourceType::Group) => Place::key("owner"),
            Self::Owner => Place::Key(vec!["meta".to_owned(), "owner".to_owned()]),
            Self::Key(path) => Place::Key(path.split('.').map(str::to_owned).collect()),
            Self::Config(name) => Place::config(name),
        }
    }
}

/// A policy, ready to be asked.
#[derive(Debug)]
pub struct Policy {
    /// Its name, without `POL/`.
    pub name: String,
    pub(super) when: Option<Condition>,
    pub(super) require: Condition,
    pub(super) message: Template,
    pub(super) help: Option<Template>,
    pub(super) at: At,
    pub(super) scope: Scope,
}

/// An expression that is true or false, and its text.
#[derive(Debug)]
pub(super) struct Condition {
    pub expression: Expression,
    pub text: String,
}

/// A policy as a rule.
#[derive(Debug, Clone, Copy)]
pub struct Registered {
    pub info: &'static RuleInfo,
    pub policy: &'static Policy,
}

impl Policy {
    /// What it is limited to, besides what its `when` says.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Checks the expressions, and makes the policy a rule. It is then kept for as long as the process lives, as the rules
    /// are that are part of the program: findings and reports refer to them by name, and a config is read once.
    ///
    /// # Errors
    /// When an expression cannot be read, or asks for what there is not.
    pub fn register(definition: Definition<'_>) -> Result<Registered, PolicyError> {
        let in_part = |part: Part| move |error: CelError| PolicyError { part, error };
        let when = definition.when.map(Condition::new).transpose().map_err(in_part(Part::When))?;
        let require = Condition::new(definition.require).map_err(in_part(Part::Require))?;
        let message = Template::new(definition.message.trim(), &VARIABLES).map_err(in_part(Part::Message))?;
        let help = definition.help.map(|help| Template::new(help.trim(), &VARIABLES));
        let help = help.transpose().map_err(in_part(Part::Help))?;
        let (at, scope) = (definition.at.clone(), definition.scope.clone());
        let policy = Self { name: definition.name.to_owned(), when, require, message, help, at, scope };
        let policy: &'static Self = Box::leak(Box::new(policy));
        Ok(Registered { info: Box::leak(Box::new(info(&definition, policy))), policy })
    }
}

impl Condition {
    fn new(text: &str) -> Result<Self, CelError> {
        Ok(Self { expression: condition(text)?, text: text.trim().to_owned() })
    }
}

/// An expression that is true or false.
fn condition(text: &str) -> Result<Expression, CelError> {
    let expression = parse(text)?;
    match check(&expression, &VARIABLES)? {
        Type::Bool | Type::Any => Ok(expression),
        other => {
            let message = format!("this gives {}, and should be true or false", other.words());
            let help = match other {
                Type::Text | Type::Word(_) => Some("compare it: `… != ''`".to_owned()),
                Type::List(_) => Some("compare its size: `size(…) > 0`".to_owned()),
                Type::Int => Some("compare it: `… > 0`".to_owned()),
                _ => None,
            };
            Err(CelError { range: expression.range, message, help })
        }
    }
}

/// What the policy is about: what its selector or its `when` says, else what is usual.
fn subjects(scope: &Scope, when: Option<&Expression>) -> Vec<ResourceType> {
    if !scope.resource_types.is_empty() {
        return scope.resource_types.clone();
    }
    match when.and_then(types_named) {
        Some(words) => ALL.into_iter().filter(|kind| words.contains(word(*kind))).collect(),
        None => USUAL.to_vec(),
    }
}

/// The types that a condition limits itself to: `resource.type == 'model'` or `resource.type in […]`, alone or joined to
/// others by `&&`.
fn types_named(when: &Expression) -> Option<BTreeSet<&str>> {
    if let Kind::All(parts) = &when.kind {
        return parts.iter().filter_map(types_named).reduce(|a, b| a.intersection(&b).copied().collect());
    }
    let Kind::Binary(op, left, right) = &when.kind else { return None };
    let is_type = |side: &Expression| side.is_field("resource", "type");
    match (op, &right.kind) {
        (Op::Equal, _) if is_type(left) => Some(BTreeSet::from([right.as_text()?])),
        (Op::Equal, _) if is_type(right) => Some(BTreeSet::from([left.as_text()?])),
        (Op::In, Kind::List(items)) if is_type(left) => items.iter().map(Expression::as_text).collect(),
        _ => None,
    }
}

fn info(definition: &Definition<'_>, policy: &'static Policy) -> RuleInfo {
    let when = policy.when.as_ref().map(|when| &when.expression);
    let subjects: Vec<Subject> = subjects(&policy.scope, when).into_iter().map(Subject::Resource).collect();
    RuleInfo {
        code: format!("{PREFIX}{}", policy.name).leak(),
        slug: &policy.name,
        area: Area::Policy,
        trap: Trap::Govern,
        default: definition.severity,
        strict: definition.severity,
        since: env!("CARGO_PKG_VERSION"),
        subjects: subjects.leak(),
        supersedes: &[],
        docs: docs(definition).leak(),
        options_of: |_| None,
        options_schema: || schema_for!(NoOptions),
        build: Box::leak(Box::new(move |_| Ok(Box::new(PolicyRule::new(policy)) as Box<dyn Rule>))),
        build_yaml: Box::leak(Box::new(move |_: &yaml::Node| Ok(Box::new(PolicyRule::new(policy)) as Box<dyn Rule>))),
    }
}

/// The policy's page.
fn docs(definition: &Definition<'_>) -> String {
    let message: Vec<&str> = definition.message.split_whitespace().collect();
    let (origin, message, text) = (&definition.origin, message.join(" "), definition.text.trim_end());
    let page = format!(
        "# What it does\nFlags what breaks the policy at {origin}: {message}\n\n# The policy\n```yaml\n{text}\n```\n"
    );
    // A rule's page begins each line with a blank, as documentation comments do.
    page.lines().map(|line| format!(" {line}\n")).collect()
}
