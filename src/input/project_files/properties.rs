//! Entries of properties YAML: what they say of a resource, in dbt's own order of precedence.

use super::datum::{Datum, Map};

/// Where an entry stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index of the project or package.
    pub project: usize,
    /// Path of the YAML file relative to its project, with `/`.
    pub path: String,
    /// The part of the path below the searched folder.
    pub relative: String,
}

impl Place {
    /// Folders between the searched path and the file, which begin a fully qualified name.
    pub fn folders(&self) -> Vec<String> {
        let (folders, _) = self.relative.rsplit_once('/').unwrap_or_default();
        folders.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }
}

/// One item of `models:`, `sources:` and so on, rendered.
#[derive(Debug, Clone)]
pub struct Entry {
    pub place: Place,
    /// The section it stands in.
    pub section: &'static str,
    pub name: String,
    pub data: Map,
}

/// Sections of a properties file that describe resources, in the order in which dbt reads them.
pub const SECTIONS: [&str; 15] = [
    "models",
    "seeds",
    "snapshots",
    "sources",
    "macros",
    "data_tests",
    "analyses",
    "exposures",
    "functions",
    "metrics",
    "groups",
    "semantic_models",
    "unit_tests",
    "saved_queries",
    "fixtures",
];

/// What YAML adds to a node.
#[derive(Debug, Clone, Default)]
pub struct Patch {
    pub place: Option<Place>,
    pub config: Map,
    pub description: Datum,
    pub columns: Vec<Map>,
    pub constraints: Vec<Datum>,
    pub version: Option<String>,
    pub latest_version: Option<String>,
    /// Whether the YAML sets `latest_version`.
    pub latest_version_declared: bool,
    pub deprecation_date: Datum,
    pub time_spine: bool,
    /// What a version says of its access; any config comes before it.
    pub access: Option<Datum>,
}

impl Entry {
    /// The entry's config, with the keys that may also stand beside it.
    pub fn config(&self) -> Map {
        let mut config = map(self.data.get("config"));
        for key in ["meta", "docs", "group", "contract", "access"] {
            if let Some(value) = self.data.get(key)
                && config.get(key).is_none()
            {
                config.insert(key, value.clone());
            }
        }
        config
    }

    /// The patch of a node that has no versions.
    pub fn patch(&self) -> Patch {
        Patch {
            place: Some(self.place.clone()),
            config: self.config(),
            description: self.data.get("description").cloned().unwrap_or_default(),
            columns: columns(self.data.get("columns")),
            constraints: self.data.get("constraints").map(Datum::items).unwrap_or_default().to_vec(),
            deprecation_date: self.data.get("deprecation_date").cloned().unwrap_or_default(),
            time_spine: self.data.value("time_spine").is_some(),
            ..Patch::default()
        }
    }

    /// The versions of a model, as written; empty for a model without.
    pub fn versions(&self) -> &[Datum] {
        self.data.get("versions").map(Datum::items).unwrap_or_default()
    }

    /// The version that an unpinned `ref` means: the one that is declared, or the highest.
    pub fn latest_version(&self) -> Option<String> {
        let declared = self.data.value("latest_version").map(Datum::to_text);
        declared.or_else(|| {
            let names = self.versions().iter().filter_map(version_name);
            names.reduce(|a, b| if is_less(&a, &b) { b } else { a })
        })
    }

    /// The patch of one version: what it says itself, and what it inherits.
    pub fn version_patch(&self, version: &Datum) -> Patch {
        let base = self.patch();
        let own = |key: &str| version.get(key).filter(|value| value.is_true());
        let mut config = base.config;
        deep_merge(&mut config, map(version.get("config")));
        let constraints = own("constraints").map_or(base.constraints, |list| list.items().to_vec());
        Patch {
            config,
            description: own("description").cloned().unwrap_or(base.description),
            columns: self.version_columns(version),
            constraints,
            version: version_name(version),
            latest_version: self.latest_version(),
            latest_version_declared: self.data.value("latest_version").is_some(),
            deprecation_date: version.get("deprecation_date").cloned().unwrap_or_default(),
            time_spine: false,
            access: own("access").cloned(),
            place: base.place,
        }
    }

    /// The columns of one version: those of the model that `include` and `exclude` leave, then its own.
    pub fn version_columns(&self, version: &Datum) -> Vec<Map> {
        let listed = version.get("columns").map(Datum::items).unwrap_or_default();
        let is_filter = |item: &&Datum| item.get("include").is_some() || item.get("exclude").is_some();
        let filter = listed.iter().find(is_filter);
        let kept = |name: &str| filter.is_none_or(|filter| includes(filter, name));
        let own = listed.iter().filter(|item| !is_filter(item)).cloned().collect();
        let mut all: Vec<Map> = maps(self.data.get("columns")).filter(|column| kept(&name(column))).collect();
        all.extend(maps(Some(&Datum::List(own))));
        all.into_iter().fold(Vec::new(), add_column)
    }

    /// The tests of a model, or of one of its versions, which may have its own instead.
    pub fn tests(&self, version: Option<&Datum>) -> Vec<Datum> {
        version.and_then(|version| tests(version.as_map()?)).or_else(|| tests(&self.data)).unwrap_or_default()
    }
}

/// `data_tests:`, or `tests:` as it was called before dbt 1.8.
pub fn tests(data: &Map) -> Option<Vec<Datum>> {
    let former = data.get("tests").filter(|list| list.is_true());
    Some(former.or_else(|| data.get("data_tests").filter(|list| !list.is_null()))?.items().to_vec())
}

/// The name of a version: `2`, `1.1`, `gold`.
pub fn version_name(version: &Datum) -> Option<String> {
    Some(version.get("v")?.to_text())
}

/// Whether one version comes before another: by number where both are numbers.
fn is_less(a: &str, b: &str) -> bool {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a < b,
        _ => a < b,
    }
}

fn includes(filter: &Datum, name: &str) -> bool {
    let has = |key: &str| {
        filter.get(key).map(Datum::items).unwrap_or_default().iter().any(|item| item.as_text() == Some(name))
    };
    let all = match filter.get("include") {
        Some(Datum::Text(word)) => matches!(word.as_str(), "all" | "*"),
        Some(_) => has("include"),
        None => true,
    };
    all && !has("exclude")
}

/// Columns by name; of two with one name the later counts, at the place of the first.
pub fn columns(list: Option<&Datum>) -> Vec<Map> {
    maps(list).fold(Vec::new(), add_column)
}

fn add_column(mut all: Vec<Map>, column: Map) -> Vec<Map> {
    let same = all.iter().position(|other| other.get("name") == column.get("name"));
    match same {
        Some(at) => all[at] = column,
        None => all.push(column),
    }
    all
}

fn name(column: &Map) -> String {
    column.get("name").map(Datum::to_text).unwrap_or_default()
}

/// The items of a list that are mappings.
pub fn maps(list: Option<&Datum>) -> impl Iterator<Item = Map> + '_ {
    list.map(Datum::items).unwrap_or_default().iter().filter_map(|item| item.as_map().cloned())
}

/// A mapping, or an empty one.
pub fn map(value: Option<&Datum>) -> Map {
    value.and_then(Datum::as_map).cloned().unwrap_or_default()
}

/// Lays one mapping over another; mappings within are merged as well.
fn deep_merge(base: &mut Map, more: Map) {
    for (key, value) in more {
        match (base.get_mut(&key), value) {
            (Some(Datum::Map(old)), Datum::Map(new)) => deep_merge(old, new),
            (_, value) => base.insert(key, value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::datum::testing::map;
    use super::*;

    fn entry(text: &str) -> Entry {
        let place = Place { project: 0, path: "models/a/b.yml".to_owned(), relative: "a/b.yml".to_owned() };
        Entry { place, section: "models", name: "orders".to_owned(), data: map(text) }
    }

    fn names(columns: &[Map]) -> Vec<String> {
        columns.iter().map(name).collect()
    }

    #[test]
    fn some_keys_may_stand_beside_config() {
        let entry = entry("{meta: {a: 1}, access: public, config: {access: private, tags: x}}");
        assert_eq!(
            serde_json::to_string(&entry.config()).unwrap(),
            r#"{"access":"private","tags":"x","meta":{"a":1}}"#
        );
        assert_eq!(entry.place.folders(), ["a"]);
    }

    #[test]
    fn a_version_inherits_what_it_does_not_say() {
        let entry = entry(
            "{description: All, config: {meta: {a: 1}}, columns: [{name: x}, {name: y}], data_tests: [t], versions: [\
             {v: 2, config: {meta: {b: 2}}, columns: [{include: all, exclude: [x]}, {name: z}]}, {v: 10, description: Ten, tests: []}]}",
        );
        assert_eq!(entry.latest_version().as_deref(), Some("10"));
        let second = entry.version_patch(&entry.versions()[0]);
        assert_eq!(names(&second.columns), ["y", "z"]);
        assert_eq!(second.description.to_text(), "All");
        assert_eq!(serde_json::to_string(&second.config).unwrap(), r#"{"meta":{"a":1,"b":2}}"#);
        let tenth = entry.version_patch(&entry.versions()[1]);
        assert_eq!(names(&tenth.columns), ["x", "y"]);
        assert_eq!(tenth.description.to_text(), "Ten");
        assert_eq!(entry.tests(Some(&entry.versions()[0])).len(), 1);
        assert_eq!(entry.tests(Some(&entry.versions()[1])).len(), 1);
    }

    #[test]
    fn of_two_columns_with_one_name_the_later_counts() {
        let entry = entry("{columns: [{name: x, description: a}, {name: y}, {name: x, description: b}]}");
        let columns = entry.patch().columns;
        assert_eq!(names(&columns), ["x", "y"]);
        assert_eq!(columns[0].text("description"), Some("b"));
    }
}
