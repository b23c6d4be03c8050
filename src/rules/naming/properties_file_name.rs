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
    /// With `style: folder`, that is `_<folder>__<type>.yml`, as dbt's own guide has it: `_finance__models.yml`,
    /// `_stripe__sources.yml`. The part before the last `__` has the name of a folder in it that the file lies in, the part
    /// behind it is a type that the file describes. `_<type>.yml` will do as well (`_groups.yml`). Properties of generic
    /// tests may be called `_<folder>__tests.yml`. With `style: resource`, each file describes one resource and has its name,
    /// with or without `_` before it. By default (`style: either`), both will do. A `pattern` takes the place of all.
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
    /// One or the other.
    #[default]
    Either,
    /// `_<folder>__<type>.yml`
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
        let flaws: Vec<_> =
            files.iter().filter_map(|(path, nodes)| Some((*path, nodes[0], self.flaw(path, nodes)?))).collect();
        // A name that would be that of several files is none for any of them.
        let mut taken: BTreeMap<String, usize> = files.keys().map(|path| ((*path).to_owned(), 1)).collect();
        for target in flaws.iter().filter_map(|(path, _, flaw)| flaw.target(path)) {
            *taken.entry(target).or_default() += 1;
        }
        for (path, node, flaw) in flaws {
            let is_free = flaw.target(path).is_none_or(|target| taken[&target] == 1);
            let file = path.rsplit('/').next().unwrap_or(path);
            let span = cx.own_files().and_then(|own| own.properties_file(path)).map(|spot| spot.span);
            let message = format!("properties file `{file}` does not say by its name what it describes");
            let subject = format!("project.{}", cx.project.name);
            cx.report(node, Place::Span(path.to_owned(), span), message)
                .subject(subject)
                .part(format!("file:{path}"))
                .help(flaw.help(is_free));
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

/// What is the matter with a file's name.
enum Flaw {
    /// It could be called this, after its folder.
    ByFolder(String),
    /// It could be called this, after what it describes.
    ByResource(String),
    /// It describes several resources, and each should have a file.
    Several,
    /// It does not match this.
    Pattern(String),
}

impl Flaw {
    /// The path that a file would have with the name that is proposed.
    fn target(&self, path: &str) -> Option<String> {
        let (Self::ByFolder(name) | Self::ByResource(name)) = self else { return None };
        Some(path.rsplit_once('/').map_or_else(|| name.clone(), |(folder, _)| format!("{folder}/{name}")))
    }

    /// `is_free` says whether no other file has that name, or is to get it.
    fn help(&self, is_free: bool) -> String {
        match self {
            Self::ByFolder(name) if !is_free => format!("move its entries to `{name}`"),
            Self::ByFolder(name) | Self::ByResource(name) => format!("call it `{name}`"),
            Self::Several => "give each resource a file of its own, with its name".to_owned(),
            Self::Pattern(pattern) => format!("rename it to match `{pattern}`"),
        }
    }
}

impl PropertiesFileName {
    /// What is the matter with the file's name, if anything is.
    fn flaw(&self, path: &str, nodes: &[Node<'_>]) -> Option<Flaw> {
        let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
        if let Some(pattern) = &self.options.pattern {
            return (!pattern.is_match(file)).then(|| Flaw::Pattern(pattern.as_str().to_owned()));
        }
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        match self.options.style {
            Style::Either => by_folder(stem, folders, nodes).filter(|_| !is_of_one(stem, nodes)),
            Style::Folder => by_folder(stem, folders, nodes),
            Style::Resource => by_resource(stem, nodes),
        }
    }
}

/// Whether the file describes one resource and has its name.
fn is_of_one(stem: &str, nodes: &[Node<'_>]) -> bool {
    let names = names(nodes);
    names.len() == 1 && names.contains(stem.trim_start_matches('_'))
}

fn by_folder(stem: &str, folders: &str, nodes: &[Node<'_>]) -> Option<Flaw> {
    let types: BTreeSet<&str> = nodes.iter().flat_map(|node| words(node)).copied().collect();
    let plain = |name: &str| name.replace(['-', ' '], "_");
    let fits = stem.strip_prefix('_').is_some_and(|rest| match rest.rsplit_once("__") {
        Some((of, kind)) => types.contains(kind) && folders.split('/').any(|folder| plain(of).contains(&plain(folder))),
        None => types.contains(rest),
    });
    // The type that comes first in the catalogue of types is what most files are about.
    let first = words(&nodes[0]).first().copied().unwrap_or("models");
    let folder = plain(folders.rsplit('/').next().unwrap_or_default());
    (!fits).then(|| Flaw::ByFolder(format!("_{folder}__{first}.yml")))
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

/// The names of what the file describes.
fn names(nodes: &[Node<'_>]) -> BTreeSet<String> {
    // A source has tables, a model versions, unit tests and metrics in its file: they stand under one name.
    let name = |node: &Node<'_>| match node.resource.as_source() {
        Some(source) => source.source_name.to_string(),
        None => node.name.to_string(),
    };
    let is_part = |node: &&Node<'_>| {
        !matches!(node.kind, ResourceType::UnitTest | ResourceType::Metric | ResourceType::SemanticModel)
    };
    nodes.iter().filter(is_part).map(name).collect()
}

fn by_resource(stem: &str, nodes: &[Node<'_>]) -> Option<Flaw> {
    let names = names(nodes);
    match names.len() {
        0 => None,
        1 if is_of_one(stem, nodes) => None,
        1 => names.into_iter().next().map(|name| Flaw::ByResource(format!("{name}.yml"))),
        _ => Some(Flaw::Several),
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
    fn both_styles_will_do() {
        let help = |options: Value, path: &str| helps(options, path, &["fct_orders"]);
        for file in ["fct_orders.yml", "_fct_orders.yml", "_finance__models.yml"] {
            assert_eq!(help(Value::Null, &format!("models/marts/finance/{file}")), [""; 0], "{file}");
        }
        assert_eq!(help(json!({"style": "folder"}), "models/marts/finance/fct_orders.yml").len(), 1);
        assert_eq!(help(Value::Null, "models/marts/finance/orders.yml"), ["call it `_finance__models.yml`"]);
    }

    #[test]
    fn no_name_is_for_two_files() {
        let in_files = |files: &[&str]| {
            let made =
                files.iter().enumerate().map(|(at, file)| described(&format!("m{at}"), &format!("models/a/{file}")));
            let found = findings("NAM005", Value::Null, &made.collect::<Vec<_>>());
            found.into_iter().map(|finding| finding.help.into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(in_files(&["x.yml"]), ["call it `_a__models.yml`"]);
        assert_eq!(in_files(&["x.yml", "y.yml"]), ["move its entries to `_a__models.yml`"; 2]);
        assert_eq!(in_files(&["_a__models.yml", "y.yml"]), ["move its entries to `_a__models.yml`"]);
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
