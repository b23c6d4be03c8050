use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::{Context, Node, Pattern, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a properties file whose name does not say what it describes.
    ///
    /// With `style: folder` (the default), that is `_<folder>__<type>.yml`, as dbt's own guide has it: `_finance__models.yml`,
    /// `_stripe__sources.yml`. The part before the last `__` has the name of a folder in it that the file lies in, the part
    /// behind it is a type that the file describes. `_<type>.yml` will do as well (`_groups.yml`). With `style: resource`, each file describes one
    /// resource and has its name. A `pattern` takes the place of both. Properties of generic tests may be called
    /// `_<folder>__tests.yml`.
    ///
    /// # Why it matters
    /// Fifty files called `schema.yml` are fifty results of a search. A name that says folder and type is found by typing it,
    /// and shows at once where a new entry belongs.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/finance/schema.yml
    /// models:
    ///   - name: fct_orders
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/finance/_finance__models.yml
    /// models:
    ///   - name: fct_orders
    /// ```
    PropertiesFileName(Options),
    code = "NAM005",
    slug = "properties-file-name",
    area = Naming,
    trap = BalanceTheTeam,
    default = Off,
    since = "0.1.0",
    subjects = [
        Model, Source, Seed, Snapshot, UnitTest, Exposure, Metric, SemanticModel, SavedQuery, Group, Macro, Analysis,
    ]
}

/// Options of `properties-file-name`.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// What names are made of.
    pub style: Style,
    /// A regular expression that the file's name must match, with its extension, in place of the style.
    pub pattern: Option<Pattern>,
}

/// What the name of a properties file is made of.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// `_<folder>__<type>.yml`
    #[default]
    Folder,
    /// `<resource>.yml`
    Resource,
}

impl Rule for PropertiesFileName {
    fn check_project(&self, cx: &mut Context<'_>) {
        let mut files: BTreeMap<&str, Vec<Node<'_>>> = BTreeMap::new();
        for &kind in KINDS {
            let described: Vec<Node<'_>> = cx.subjects(kind).collect();
            for node in described {
                if let Some(path) = node.resource.properties_path.as_deref() {
                    files.entry(path).or_default().push(node);
                }
            }
        }
        for (path, nodes) in files {
            if let Some(help) = self.flaw(path, &nodes) {
                let file = path.rsplit('/').next().unwrap_or(path);
                let own = cx.own_files().map_or(&[][..], |own| &own.properties);
                let span = own.iter().find(|spot| spot.path == path).map(|spot| spot.span);
                let message = format!("properties file `{file}` does not say by its name what it describes");
                let subject = format!("project.{}", cx.project.name);
                cx.report(nodes[0], Place::Span(path.to_owned(), span), message)
                    .subject(subject)
                    .part(format!("file:{path}"))
                    .help(help);
            }
        }
    }
}

/// Types that properties describe.
const KINDS: &[ResourceType] = &[
    ResourceType::Model,
    ResourceType::Source,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::UnitTest,
    ResourceType::Exposure,
    ResourceType::Metric,
    ResourceType::SemanticModel,
    ResourceType::SavedQuery,
    ResourceType::Group,
    ResourceType::Macro,
    ResourceType::Analysis,
];

impl PropertiesFileName {
    /// What to call the file, if its name will not do.
    fn flaw(&self, path: &str, nodes: &[Node<'_>]) -> Option<String> {
        let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
        if let Some(pattern) = &self.options.pattern {
            return (!pattern.is_match(file)).then(|| format!("rename it to match `{}`", pattern.as_str()));
        }
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        match self.options.style {
            Style::Folder => by_folder(stem, folders, nodes),
            Style::Resource => by_resource(stem, nodes),
        }
    }
}

fn by_folder(stem: &str, folders: &str, nodes: &[Node<'_>]) -> Option<String> {
    let types: BTreeSet<&str> = nodes.iter().flat_map(|node| words(node)).copied().collect();
    let plain = |name: &str| name.replace(['-', ' '], "_");
    let fits = stem.strip_prefix('_').is_some_and(|rest| match rest.rsplit_once("__") {
        Some((of, kind)) => types.contains(kind) && folders.split('/').any(|folder| plain(of).contains(&plain(folder))),
        None => types.contains(rest),
    });
    // The type that comes first in the catalogue of types is what most files are about.
    let first = words(&nodes[0]).first().copied().unwrap_or("models");
    let folder = plain(folders.rsplit('/').next().unwrap_or_default());
    (!fits).then(|| format!("call it `_{folder}__{first}.yml`"))
}

/// What the part behind `__` may be for a resource.
fn words<'w>(node: &Node<'_>) -> &'w [&'w str] {
    match node.kind {
        ResourceType::Model => &["models"],
        ResourceType::Source => &["sources"],
        ResourceType::Seed => &["seeds"],
        ResourceType::Snapshot => &["snapshots"],
        ResourceType::UnitTest => &["unit_tests"],
        ResourceType::Exposure => &["exposures"],
        ResourceType::Metric => &["metrics"],
        ResourceType::SemanticModel => &["semantic_models", "semantic"],
        ResourceType::SavedQuery => &["saved_queries"],
        ResourceType::Group => &["groups"],
        ResourceType::Analysis => &["analyses"],
        ResourceType::Macro if node.name.starts_with("test_") => &["tests", "macros", "generic"],
        ResourceType::Macro => &["macros"],
        _ => &[],
    }
}

fn by_resource(stem: &str, nodes: &[Node<'_>]) -> Option<String> {
    // A source has tables, a model versions, unit tests and metrics in its file: they stand under one name.
    let name = |node: &Node<'_>| match node.resource.as_source() {
        Some(source) => source.source_name.to_string(),
        None => node.name.to_string(),
    };
    let is_part = |node: &&Node<'_>| {
        !matches!(node.kind, ResourceType::UnitTest | ResourceType::Metric | ResourceType::SemanticModel)
    };
    let names: BTreeSet<String> = nodes.iter().filter(is_part).map(name).collect();
    match names.len() {
        0 => None,
        1 => names
            .into_iter()
            .find(|name| name != stem.trim_start_matches('_'))
            .map(|name| format!("call it `{name}.yml`")),
        _ => Some("give each resource a file of its own, with its name".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::project::{Resource, Text};
    use crate::rules::tester::{findings, lint, model};

    fn described(name: &str, path: &str) -> Resource<'static> {
        let mut made = model("marts/finance", name);
        made.properties_path = Some(Text::from(path.to_owned()));
        made
    }

    fn helps(options: Value, path: &str, names: &[&str]) -> Vec<String> {
        let made: Vec<Resource<'static>> = names.iter().map(|name| described(name, path)).collect();
        findings("NAM005", options, &made).into_iter().map(|finding| finding.help.into_owned()).collect()
    }

    #[test]
    fn folder_and_type() {
        let help = |path: &str| helps(Value::Null, path, &["fct_orders", "fct_items"]);
        assert_eq!(help("models/marts/finance/schema.yml"), ["call it `_finance__models.yml`"]);
        assert_eq!(help("models/marts/finance/_marketing__models.yml").len(), 1);
        assert_eq!(help("models/marts/finance/_finance__sources.yml").len(), 1);
        for path in ["_finance__models.yml", "_mart_finance__models.yaml", "_models.yml"] {
            assert_eq!(help(&format!("models/marts/finance/{path}")), [""; 0], "{path}");
        }
    }

    #[test]
    fn one_file_a_resource() {
        let help = |path: &str, names: &[&str]| helps(json!({"style": "resource"}), path, names);
        assert_eq!(help("models/fct_orders.yml", &["fct_orders"]), [""; 0]);
        assert_eq!(help("models/orders.yml", &["fct_orders"]), ["call it `fct_orders.yml`"]);
        assert_eq!(
            help("models/fct_orders.yml", &["fct_orders", "b"]),
            ["give each resource a file of its own, with its name"]
        );
    }

    #[test]
    fn a_pattern_of_ones_own() {
        assert_eq!(helps(json!({"pattern": "^schema"}), "models/schema.yml", &["a"]), [""; 0]);
        assert_eq!(helps(json!({"pattern": "^schema"}), "models/a.yml", &["a"]), ["rename it to match `^schema`"]);
    }

    #[test]
    fn the_file_is_shown_at_its_first_key() {
        let yaml = ("models/schema.yml", "# Orders\nmodels: [{name: fct_orders}]\n");
        assert_eq!(
            lint("NAM005", Value::Null, &[("dbt_project.yml", "name: shop"), yaml], &[described("fct_orders", yaml.0)]),
            ["models/schema.yml:2:1 `models`: properties file `schema.yml` does not say by its name what it describes"]
        );
    }
}
