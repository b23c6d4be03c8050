use std::borrow::Cow;
use std::fmt;

use globset::GlobSet;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};

use crate::config::{ResourceTypeName, Settings, globs};
use crate::findings::Place;
use crate::project::{Detail, Layer, ResourceType, Text};
use crate::rules::{BuildError, Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a dependency that the project's policy forbids.
    ///
    /// The policy is a list. Each item says what may not read what: `from` selects the resources that read, `to` what
    /// they may not read; either may be left out and then stands for everything. `except` lists what may be read all the
    /// same, and `reason` is printed with each finding. Selectors are `layers`, `paths`, `groups`, `tags`,
    /// `resource-types`, `packages`, `databases`, `schemas` and `prefixes` (of names). A resource must fit every selector
    /// that is given, and fits one if it fits any of its values. Databases and schemas are compared without regard to
    /// case.
    ///
    /// Whatever reads is looked at: models, snapshots, exposures, metrics, semantic models and saved queries; tests are
    /// not. Each forbidden dependency is one finding, at the `ref()` or `source()`, with the first item that forbids it.
    ///
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   forbidden-dependency:
    ///     policy:
    ///       - from: { layers: [reporting] }
    ///         except: [{ layers: [marts, reporting] }, { resource-types: [seed] }]
    ///         reason: Reports are built on marts, never on what lies below them.
    ///       - from: { paths: [models/marts/marketing] }
    ///         to: { groups: [finance], schemas: [payroll] }
    ///         reason: Salaries stay within finance.
    /// ```
    ///
    /// # Why it matters
    /// Who may build on what is agreed once and then forgotten: the shortest way to a number is always another `ref()`.
    /// Written down as a policy, the agreement holds in every pull request, and nobody has to be the one who says no.
    ///
    /// # Example
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   forbidden-dependency:
    ///     policy:
    ///       - from: { layers: [reporting] }
    ///         except: [{ layers: [marts, reporting] }]
    ///         reason: Reports are built on marts, never on what lies below them.
    /// ```
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// select * from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/reporting/rpt_orders.sql
    /// select country, sum(amount) as amount from {{ ref('stg_orders') }} group by country
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   forbidden-dependency:
    ///     policy:
    ///       - from: { layers: [reporting] }
    ///         except: [{ layers: [marts, reporting] }]
    ///         reason: Reports are built on marts, never on what lies below them.
    /// ```
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: erp
    ///     tables:
    ///       - name: orders
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// select * from {{ source('erp', 'orders') }}
    /// ```
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select order_id, country, amount from {{ ref('stg_orders') }}
    /// ```
    /// ```sql
    /// -- models/reporting/rpt_orders.sql
    /// select country, sum(amount) as amount from {{ ref('fct_orders') }} group by country
    /// ```
    ForbiddenDependency(Options),
    code = "DAG011",
    slug = "forbidden-dependency",
    area = Lineage,
    trap = Govern,
    default = Off,
    strict = Off,
    since = "0.1.0",
    subjects = [Model, Snapshot, Exposure, Metric, SemanticModel, SavedQuery],
    validate = validate
}

/// Options of `forbidden-dependency`.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// What may not read what.
    pub policy: Vec<Ban>,
}

/// One item of the policy.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Ban {
    /// The resources that read; everything, if left out.
    pub from: Selector,
    /// What they may not read; everything, if left out.
    pub to: Selector,
    /// What they may read all the same: what fits any of these.
    pub except: Vec<Selector>,
    /// Why, in the words of whoever agreed on it.
    pub reason: Option<String>,
}

/// Picks resources: those that fit every list that is given, and of each list any value.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Selector {
    /// Layers of models.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "any_of")]
    pub layers: Vec<Layer>,
    /// Gitignore-style globs on the file that defines the resource, relative to `dbt_project.yml`.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "any_of")]
    pub paths: Vec<PathGlob>,
    /// Names of groups.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "any_of")]
    pub groups: Vec<String>,
    /// Tags.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "any_of")]
    pub tags: Vec<String>,
    /// Types: model, source, seed, snapshot, exposure, …
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "any_of")]
    pub resource_types: Vec<ResourceTypeName>,
    /// Names of the projects or packages that define the resource.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "any_of")]
    pub packages: Vec<String>,
    /// Databases of models, seeds, snapshots and sources.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "any_of")]
    pub databases: Vec<String>,
    /// Schemas of models, seeds, snapshots and sources.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "any_of")]
    pub schemas: Vec<String>,
    /// What names begin with.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "any_of")]
    pub prefixes: Vec<String>,
}

/// Reads a list with something in it. An empty one would pick everything.
fn any_of<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let list = Vec::deserialize(deserializer)?;
    if list.is_empty() { Err(D::Error::invalid_length(0, &"at least one value")) } else { Ok(list) }
}

/// A glob on paths, compiled once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathGlob {
    pattern: String,
    globs: GlobSet,
}

impl TryFrom<String> for PathGlob {
    type Error = String;
    fn try_from(pattern: String) -> Result<Self, String> {
        let globs = globs::compile(&pattern).map_err(|error| format!("`{pattern}` is no glob: {error}"))?;
        Ok(Self { pattern, globs })
    }
}

impl From<PathGlob> for String {
    fn from(glob: PathGlob) -> Self {
        glob.pattern
    }
}

impl JsonSchema for PathGlob {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "PathGlob".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

/// Refuses an item that forbids every dependency there is.
fn validate(options: &Options) -> Result<(), BuildError> {
    for (index, ban) in options.policy.iter().enumerate() {
        if ban.from.is_everything() && ban.to.is_everything() && ban.except.is_empty() {
            let item = index + 1;
            let message = format!("item {item} of the policy forbids every dependency: give it a `from` or a `to`");
            return Err(BuildError::new("policy", message));
        }
        if ban.except.iter().any(Selector::is_everything) {
            let item = index + 1;
            let message = format!("item {item} of the policy excepts everything, and so forbids nothing");
            return Err(BuildError::new("policy", message));
        }
    }
    Ok(())
}

impl Rule for ForbiddenDependency {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let bans: Vec<(usize, &Ban)> =
            self.options.policy.iter().enumerate().filter(|(_, ban)| ban.from.fits(node, cx)).collect();
        if bans.is_empty() {
            return;
        }
        for parent in cx.parents(node.id).filter(|parent| parent.id != node.id) {
            if let Some(&(index, ban)) = bans.iter().find(|(_, ban)| ban.forbids(parent, cx)) {
                report(node, parent, index, ban, cx);
            }
        }
    }

    fn unset(&self, _settings: &Settings) -> Option<String> {
        let is_empty = self.options.policy.is_empty();
        is_empty.then(|| "its option `policy`, which says what may not read what, is not set".to_owned())
    }
}

fn report(node: Node<'_>, parent: Node<'_>, index: usize, ban: &Ban, cx: &mut Context<'_>) {
    let message = format!(
        "{} `{}` depends on {} `{}`, which the policy forbids",
        node.kind.label(),
        node.label(),
        parent.kind.label(),
        parent.label()
    );
    let help = match &ban.reason {
        Some(reason) => format!("read something else: {reason}"),
        None => "read something that the policy allows, or have the policy changed".to_owned(),
    };
    let path = cx.path(&[parent.id, node.id]);
    cx.report(node, Place::Parent(parent.id), message)
        .part(format!("parent:{}", parent.unique_id))
        .help(help)
        .evidence(path)
        .evidence(format!("item {} of the policy: {ban}", index + 1));
}

impl Ban {
    fn forbids(&self, parent: Node<'_>, cx: &Context<'_>) -> bool {
        self.to.fits(parent, cx) && !self.except.iter().any(|selector| selector.fits(parent, cx))
    }
}

impl Selector {
    fn is_everything(&self) -> bool {
        self.lists().iter().all(|(_, values)| values.is_empty())
    }

    fn fits(&self, node: Node<'_>, cx: &Context<'_>) -> bool {
        let (database, schema) = location(node);
        let is_one = |wanted: &[String], value: Option<&str>| {
            wanted.is_empty() || value.is_some_and(|value| wanted.iter().any(|name| name == value))
        };
        let is_one_of_any_case = |wanted: &[String], value: Option<&Text<'_>>| {
            wanted.is_empty() || value.is_some_and(|value| wanted.iter().any(|name| name.eq_ignore_ascii_case(value)))
        };
        (self.layers.is_empty() || self.layers.contains(&cx.layer(node.id)))
            && (self.paths.is_empty() || self.paths.iter().any(|path| path.globs.is_match(node.path.as_str())))
            && is_one(&self.groups, node.group.as_deref())
            && (self.tags.is_empty() || node.tags.iter().any(|tag| self.tags.iter().any(|name| name == tag.as_str())))
            && (self.resource_types.is_empty()
                || self.resource_types.iter().any(|name| ResourceType::from(*name) == node.kind))
            && is_one(&self.packages, Some(&node.package))
            && is_one_of_any_case(&self.databases, database)
            && is_one_of_any_case(&self.schemas, schema)
            && (self.prefixes.is_empty() || self.prefixes.iter().any(|prefix| node.name.starts_with(prefix.as_str())))
    }

    /// Each list with its key, as the config has them.
    fn lists(&self) -> [(&'static str, Vec<String>); 9] {
        let types = self.resource_types.iter().map(|name| ResourceType::from(*name).label().to_owned());
        [
            ("layers", self.layers.iter().map(Layer::to_string).collect()),
            ("paths", self.paths.iter().map(|path| path.pattern.clone()).collect()),
            ("groups", self.groups.clone()),
            ("tags", self.tags.clone()),
            ("resource-types", types.collect()),
            ("packages", self.packages.clone()),
            ("databases", self.databases.clone()),
            ("schemas", self.schemas.clone()),
            ("prefixes", self.prefixes.clone()),
        ]
    }
}

/// Database and schema, of what has them.
fn location<'n>(node: Node<'n>) -> (Option<&'n Text<'n>>, Option<&'n Text<'n>>) {
    match &node.resource.detail {
        Detail::Relation(relation) => (Some(&relation.database), Some(&relation.schema)),
        Detail::Source(source) => (Some(&source.database), Some(&source.schema)),
        _ => (None, None),
    }
}

impl fmt::Display for Ban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} may not read {}", self.from, self.to)?;
        for (index, selector) in self.except.iter().enumerate() {
            let word = if index == 0 { " except" } else { " or" };
            write!(f, "{word} {selector}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_everything() {
            return f.write_str("anything");
        }
        let lists = self.lists();
        let given: Vec<String> = lists
            .iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(key, values)| format!("{key} [{}]", values.join(", ")))
            .collect();
        f.write_str(&given.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::ForbiddenDependency;
    use crate::findings::Place;
    use crate::project::{Detail, Resource, ResourceId, Source, Text};
    use crate::rules::tester::{exposure, findings, model, reading, relation, source, test};

    fn policy(items: Value) -> Value {
        json!({ "policy": items })
    }

    fn error(items: Value) -> String {
        (ForbiddenDependency::INFO.build)(policy(items)).err().expect("the policy is refused").to_string()
    }

    #[test]
    fn names_the_edge_and_the_item() {
        let staged = model("staging", "stg_orders");
        let report = reading(model("reporting", "rpt_orders"), &[&staged]);
        let items = json!([
            { "from": { "groups": ["finance"] }, "to": { "layers": ["staging"] } },
            { "from": { "layers": ["reporting"] }, "to": { "layers": ["base", "staging"] }, "reason": "Use marts." }
        ]);
        let found = findings("DAG011", policy(items), &[staged, report]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "model `rpt_orders` depends on model `stg_orders`, which the policy forbids");
        assert_eq!(found[0].help, "read something else: Use marts.");
        assert_eq!(
            found[0].evidence,
            ["stg_orders → rpt_orders", "item 2 of the policy: layers [reporting] may not read layers [base, staging]"]
        );
        assert_eq!(found[0].part, "parent:model.shop.stg_orders");
        assert_eq!(found[0].place, Place::Parent(ResourceId(1)));
    }

    #[test]
    fn exceptions_make_a_list_of_what_is_allowed() {
        let (mart, staged) = (model("marts", "fct_orders"), model("staging", "stg_orders"));
        let report = reading(model("reporting", "rpt_orders"), &[&mart, &staged]);
        let items = json!([{ "from": { "layers": ["reporting"] }, "except": [{ "layers": ["marts"] }, { "prefixes": ["rpt_"] }] }]);
        let found = findings("DAG011", policy(items), &[mart, staged, report]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].evidence[1],
            "item 1 of the policy: layers [reporting] may not read anything except layers [marts] or prefixes [rpt_]"
        );
    }

    /// Whether `to`, given as JSON, fits the parent.
    fn fits(parent: &Resource<'static>, to: Value) -> bool {
        let child = reading(exposure("kpis"), &[parent]);
        !findings("DAG011", policy(json!([{ "to": to }])), &[parent.clone(), child]).is_empty()
    }

    #[test]
    fn every_selector_selects() {
        let mut orders = model("marts", "fct_orders");
        orders.group = Some(Text::from("finance"));
        orders.tags = vec![Text::from("pii"), Text::from("daily")];
        relation(&mut orders).database = Text::from("SHOP");
        relation(&mut orders).schema = Text::from("Main");
        for (to, does) in [
            (json!({"layers": ["marts"]}), true),
            (json!({"layers": ["staging"]}), false),
            (json!({"paths": ["models/marts"]}), true),
            (json!({"paths": ["models/staging/**"]}), false),
            (json!({"groups": ["finance"]}), true),
            (json!({"groups": ["logistics"]}), false),
            (json!({"tags": ["other", "pii"]}), true),
            (json!({"tags": ["other"]}), false),
            (json!({"resource-types": ["model"]}), true),
            (json!({"resource-types": ["source", "seed"]}), false),
            (json!({"packages": ["shop"]}), true),
            (json!({"packages": ["hubspot"]}), false),
            (json!({"databases": ["shop"]}), true),
            (json!({"databases": ["raw"]}), false),
            (json!({"schemas": ["main"]}), true),
            (json!({"schemas": ["payroll"]}), false),
            (json!({"prefixes": ["dim_", "fct_"]}), true),
            (json!({"prefixes": ["dim_"]}), false),
            (json!({"groups": ["finance"], "layers": ["marts"]}), true),
            (json!({"groups": ["finance"], "layers": ["staging"]}), false),
        ] {
            assert_eq!(fits(&orders, to.clone()), does, "{to}");
        }
    }

    #[test]
    fn a_source_has_a_schema_and_a_group_has_not() {
        let mut salaries = source("hr", "salaries");
        let detail = Source { source_name: Text::from("hr"), schema: Text::from("payroll"), ..Source::default() };
        salaries.detail = Detail::Source(Box::new(detail));
        assert!(fits(&salaries, json!({"schemas": ["payroll"]})));
        assert!(!fits(&salaries, json!({"groups": ["finance"]})));
    }

    #[test]
    fn tests_may_read_anything() {
        let orders = model("marts", "fct_orders");
        let tested = test("unique", &orders, "order_id");
        assert!(findings("DAG011", policy(json!([{ "to": { "layers": ["marts"] } }])), &[orders, tested]).is_empty());
    }

    #[test]
    fn refuses_what_cannot_be_meant() {
        assert_eq!(error(json!([{}])), "item 1 of the policy forbids every dependency: give it a `from` or a `to`");
        assert_eq!(
            error(json!([{ "from": { "tags": ["a"] }, "except": [{}] }])),
            "item 1 of the policy excepts everything, and so forbids nothing"
        );
        assert!(error(json!([{ "from": { "paths": ["models/[a"] } }])).contains("`models/[a` is no glob: unclosed"));
        assert!(error(json!([{ "from": { "layer": ["marts"] } }])).contains("unknown field `layer`"));
        assert!(error(json!([{ "to": { "layers": ["mart"] } }])).contains("unknown variant `mart`"));
    }
}
