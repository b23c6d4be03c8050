//! Generic tests: from items of `data_tests:` to nodes.

use super::datum::{Datum, Map};
use super::generic_test::{GenericTest, NotATest, Target};
use super::node::{Kind, Node, TestOf};
use super::problem::Problem;
use super::properties::{Entry, Place, maps, tests, version_name};
use super::world::World;

/// One item of `data_tests:` and what it is declared on.
#[derive(Debug, Clone)]
pub struct Declared {
    pub place: Place,
    /// Name of the model, seed, snapshot or table.
    pub name: String,
    pub source: Option<String>,
    pub version: Option<String>,
    pub column: Option<String>,
    /// Tags that the test inherits from its column, and from its source.
    pub tags: Vec<String>,
    pub item: Datum,
}

/// The tests that an entry of `models:`, `seeds:` or `snapshots:` declares, columns first, as dbt reads them.
pub fn declared(entry: &Entry) -> Vec<Declared> {
    let mut all = Vec::new();
    if entry.versions().is_empty() {
        add(entry, None, maps(entry.data.get("columns")), entry.tests(None), &mut all);
    }
    for version in entry.versions() {
        let columns = entry.version_columns(version).into_iter();
        add(entry, version_name(version), columns, entry.tests(Some(version)), &mut all);
    }
    all
}

fn add(
    entry: &Entry,
    version: Option<String>,
    columns: impl Iterator<Item = Map>,
    on_model: Vec<Datum>,
    all: &mut Vec<Declared>,
) {
    let declare = |column: Option<String>, tags: Vec<String>, item: Datum| Declared {
        place: entry.place.clone(),
        name: entry.name.clone(),
        source: None,
        version: version.clone(),
        column,
        tags,
        item,
    };
    let quotes = entry.data.get("quote_columns").and_then(Datum::as_bool) == Some(true);
    for column in columns {
        let name = column_name(&column, quotes);
        let tags = column_tags(&column);
        let items = tests(&column).unwrap_or_default();
        all.extend(items.into_iter().map(|item| declare(Some(name.clone()), tags.clone(), item)));
    }
    all.extend(on_model.into_iter().map(|item| declare(None, Vec::new(), item)));
}

/// The tests of one source table.
pub fn declared_on_table(entry: &Entry, table: &Map) -> Vec<Declared> {
    let name = table.get("name").map(Datum::to_text).unwrap_or_default();
    let own_tags: Vec<String> = [&entry.data, table].into_iter().flat_map(|map| texts(map.get("tags"))).collect();
    let declare = |column: Option<String>, tags: Vec<String>, item: Datum| Declared {
        place: entry.place.clone(),
        name: name.clone(),
        source: Some(entry.name.clone()),
        version: None,
        column,
        tags,
        item,
    };
    let quotes = table.get("quote_columns").and_then(Datum::as_bool) == Some(true);
    let mut all = Vec::new();
    all.extend(tests(table).unwrap_or_default().into_iter().map(|item| declare(None, own_tags.clone(), item)));
    for column in maps(table.get("columns")) {
        let mut tags = own_tags.clone();
        tags.extend(column_tags(&column));
        let name = column_name(&column, quotes);
        let items = tests(&column).unwrap_or_default();
        all.extend(items.into_iter().map(|item| declare(Some(name.clone()), tags.clone(), item)));
    }
    all
}

/// In quotes where the YAML asks for them. The adapter decides which; those of most are taken.
fn column_name(column: &Map, quotes: bool) -> String {
    let name = column.get("name").map(Datum::to_text).unwrap_or_default();
    let quoted = column.get("quote").and_then(Datum::as_bool).unwrap_or(quotes);
    if quoted { format!("\"{name}\"") } else { name }
}

fn column_tags(column: &Map) -> Vec<String> {
    let config = column.get("config").and_then(|config| config.get("tags"));
    texts(column.get("tags")).chain(texts(config)).collect()
}

/// One text or a list of them.
pub fn texts(value: Option<&Datum>) -> impl Iterator<Item = String> + '_ {
    let one = value.and_then(Datum::as_text).into_iter().map(str::to_owned);
    let list = value.map(Datum::items).unwrap_or_default().iter().filter_map(|item| item.as_text().map(str::to_owned));
    one.chain(list)
}

impl Declared {
    fn target(&self) -> Target<'_> {
        Target { name: &self.name, source: self.source.as_deref(), version: self.version.as_deref() }
    }

    /// The node of the test; `render` evaluates the Jinja of a config value.
    pub fn node(&self, world: &World, render: &mut dyn FnMut(&str) -> Datum) -> Result<Node, Problem> {
        let column = self.column.as_deref();
        let test =
            GenericTest::new(&self.item, self.target(), column, world.nests_arguments(), render).map_err(|reason| {
                let place = &self.place;
                let problem = Problem::new(place.project, place.path.clone(), None, self.complaint(reason));
                Problem { of: Some(self.name.as_str().into()), ..problem }
            })?;
        let package = world.package(self.place.project);
        let mut fqn = vec![package.to_owned()];
        // The first part of the path is left out, whatever the searched folder is called.
        let folders = self.place.path.split('/').collect::<Vec<_>>();
        fqn.extend(folders[1..folders.len().saturating_sub(1).max(1)].iter().map(|part| (*part).to_owned()));
        fqn.push(test.full_name.clone());
        let mut node =
            Node::new(self.place.project, package, Kind::Test, &test.full_name, self.place.path.clone(), fqn);
        node.unique_id = format!("test.{package}.{}.{}", test.full_name, test.hash);
        node.calls.config = test.config.clone();
        if let (Some(short), None) = (test.short_name(self.target()), test.config.get("alias")) {
            node.calls.config.insert("alias", Datum::Text(short));
        }
        node.tags.clone_from(&self.tags);
        node.tags.extend(texts(test.config.get("tags")));
        node.tags.sort();
        node.tags.dedup();
        node.patch.description = test.description;
        node.test = Some(TestOf {
            name: test.name,
            namespace: test.namespace,
            kwargs: test.kwargs,
            column: self.column.clone(),
            attached: None,
        });
        Ok(node)
    }

    fn complaint(&self, reason: NotATest) -> String {
        let subject =
            self.source.as_ref().map_or_else(|| self.name.clone(), |source| format!("{source}.{}", self.name));
        let defect = match reason {
            NotATest::Form => "a test is a name, or a mapping with one name and its arguments",
            NotATest::Arguments => "the arguments of a test are a mapping",
            NotATest::Model => "the argument `model` is given by dbt itself",
            NotATest::Name => "this is no name of a test",
        };
        format!("a test of `{subject}` cannot be read: {defect}")
    }
}
