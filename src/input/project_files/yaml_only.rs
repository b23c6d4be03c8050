//! Resources that exist in properties YAML alone: exposures, groups, unit tests, saved queries. Metrics and semantic
//! models are in [`semantic`](super::semantic).

use super::config::{Enabled, check_enabled, levels};
use super::datum::{Datum, Map};
use super::declared_tests::texts;
use super::node::{RefArgs, configured};
use super::properties::{Entry, map};
use super::world::World;

/// A resource of the manifest, but for rendered descriptions and resolved parents.
#[derive(Debug, Clone)]
pub struct YamlResource {
    pub project: usize,
    /// The first part of the unique id.
    pub kind: &'static str,
    pub unique_id: String,
    pub name: String,
    pub path: String,
    pub enabled: Enabled,
    /// Its entry of the manifest.
    pub data: Map,
    pub description: Datum,
    pub asks: Asks,
}

/// What a resource refers to, by name.
#[derive(Debug, Clone, Default)]
pub struct Asks {
    pub refs: Vec<RefArgs>,
    /// Expressions such as `ref('orders')`, to be evaluated.
    pub expressions: Vec<String>,
    pub metrics: Vec<String>,
    /// Measures of semantic models.
    pub measures: Vec<String>,
    /// The semantic model of a metric that has its aggregation itself.
    pub semantic_model: Option<String>,
    /// The model that a unit test tests.
    pub model: Option<String>,
    /// For a unit test, the versions of the model that it is for: listed, or all but those listed.
    pub versions: Option<Versions>,
}

#[derive(Debug, Clone)]
pub enum Versions {
    Include(Vec<String>),
    Exclude(Vec<String>),
}

impl YamlResource {
    /// A resource with its name, its place, and config by dbt's order.
    pub(super) fn new(kind: &'static str, section: &[&str], entry: &Entry, name: &str, world: &World) -> Self {
        Self::with_config(kind, section, entry, name, map(entry.data.get("config")), world)
    }

    pub(super) fn with_config(
        kind: &'static str,
        section: &[&str],
        entry: &Entry,
        name: &str,
        own: Map,
        world: &World,
    ) -> Self {
        let fqn = fqn(entry, name, world);
        let config = configured(&world.projects, entry.place.project, section, &fqn, own, Map::new());
        Self::configured(kind, entry, name, config, world)
    }

    /// A resource whose config has been put together.
    fn configured(kind: &'static str, entry: &Entry, name: &str, config: Map, world: &World) -> Self {
        let project = entry.place.project;
        let package = world.package(project);
        let mut data = Map::new();
        for key in ["group", "meta"] {
            data.insert(key, config.get(key).cloned().unwrap_or_default());
        }
        let enabled = Enabled::of(&config);
        data.insert("config", Datum::Map(config));
        Self {
            project,
            kind,
            unique_id: format!("{kind}.{package}.{name}"),
            name: name.to_owned(),
            path: entry.place.path.clone(),
            enabled,
            data,
            description: entry.data.get("description").cloned().unwrap_or_default(),
            asks: Asks::default(),
        }
    }

    fn copy(&mut self, entry: &Entry, keys: &[&str]) {
        for key in keys {
            if let Some(value) = entry.data.value(key) {
                self.data.insert(*key, value.clone());
            }
        }
    }

    fn config(&self) -> Map {
        map(self.data.get("config"))
    }
}

/// The fully qualified name.
fn fqn(entry: &Entry, name: &str, world: &World) -> Vec<String> {
    let mut fqn = vec![world.package(entry.place.project).to_owned()];
    fqn.extend(entry.place.folders());
    fqn.push(name.to_owned());
    fqn
}

/// A sorted list of tags without repetition.
fn tags(lists: &[Option<&Datum>]) -> Datum {
    let mut all: Vec<String> = lists.iter().flat_map(|list| texts(*list)).collect();
    all.sort();
    all.dedup();
    Datum::List(all.into_iter().map(Datum::Text).collect())
}

pub fn exposure(entry: &Entry, world: &World) -> YamlResource {
    let mut made = YamlResource::configured("exposure", entry, &entry.name, exposure_config(entry, world), world);
    made.copy(entry, &["type", "url", "label", "maturity", "owner"]);
    let config = made.config();
    let section = world.projects[entry.place.project].section(&["exposures"]);
    let of_section = |key: &str| section.and_then(|section| section.get(key));
    made.data.insert("tags", tags(&[of_section("tags"), entry.data.get("tags"), config.get("tags")]));
    let mut meta = map(of_section("meta"));
    meta.update(map(entry.data.get("meta")));
    meta.update(map(config.get("meta")));
    made.data.insert("meta", Datum::Map(meta));
    let expressions = entry.data.get("depends_on").map(Datum::items).unwrap_or_default();
    made.asks.expressions = expressions.iter().filter_map(|text| text.as_text().map(str::to_owned)).collect();
    made
}

/// Other than elsewhere, tags and meta of an exposure are replaced by those of the next level.
fn exposure_config(entry: &Entry, world: &World) -> Map {
    let (fqn, project) = (fqn(entry, &entry.name, world), entry.place.project);
    let mut config = Map::new();
    let lay_levels = |config: &mut Map, of: usize| {
        let section = world.projects[of].section(&["exposures"]);
        section.into_iter().flat_map(|section| levels(section, &fqn)).for_each(|level| config.update(level));
    };
    lay_levels(&mut config, project);
    config.update(map(entry.data.get("config")));
    if project != 0 {
        lay_levels(&mut config, 0);
    }
    check_enabled(&mut config);
    config
}

pub fn group(entry: &Entry, world: &World) -> YamlResource {
    // dbt has no section for groups and takes that of models.
    let mut made = YamlResource::new("group", &["models"], entry, &entry.name, world);
    made.data = Map::from_iter([("config".to_owned(), Datum::Map(made.config()))]);
    made.copy(entry, &["owner"]);
    made.enabled = Enabled::Yes;
    made
}

pub fn unit_test(entry: &Entry, world: &World) -> Option<YamlResource> {
    let model = entry.data.value("model")?.to_text();
    let mut made = YamlResource::new("unit_test", &["unit_tests", "unit-tests"], entry, &entry.name, world);
    made.unique_id = format!("unit_test.{}.{model}.{}", world.package(entry.place.project), entry.name);
    made.data.insert("model", Datum::Text(model.clone()));
    made.asks.model = Some(model);
    let listed = |key: &str| {
        let list = entry.data.get("versions")?.get(key)?;
        Some(list.items().iter().map(Datum::to_text).collect())
    };
    made.asks.versions = listed("exclude").map(Versions::Exclude).or_else(|| listed("include").map(Versions::Include));
    Some(made)
}

pub fn saved_query(entry: &Entry, world: &World) -> YamlResource {
    let section = ["saved-queries", "saved_queries"];
    let mut made = YamlResource::new("saved_query", &section, entry, &entry.name, world);
    made.copy(entry, &["label", "query_params", "exports"]);
    let config = made.config();
    made.data.insert("tags", tags(&[entry.data.get("tags"), config.get("tags")]));
    let metrics = entry.data.get("query_params").and_then(|query| query.get("metrics"));
    made.asks.metrics = texts(metrics).collect();
    made
}
