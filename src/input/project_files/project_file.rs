//! `dbt_project.yml`, as far as it says how the rest is to be read.

use std::path::PathBuf;

use super::datum::{Datum, Map};

/// One project: the root or an installed package.
#[derive(Debug, Clone, Default)]
pub struct DbtProject {
    pub name: String,
    /// Its folder.
    pub root: PathBuf,
    pub paths: Paths,
    /// The rendered file.
    pub settings: Map,
    /// `vars:`, or what `vars.yml` says in its place; a text is rendered when it is asked for.
    pub vars: Map,
    /// Statements of `on-run-start` and `on-run-end`.
    pub on_run_start: Vec<String>,
    pub on_run_end: Vec<String>,
    /// `dispatch:`: a macro namespace and the packages to search for it, in order.
    pub dispatch: Vec<(String, Vec<String>)>,
}

/// Folders to search, each relative to the project.
#[derive(Debug, Clone, Default)]
pub struct Paths {
    pub models: Vec<String>,
    pub seeds: Vec<String>,
    pub snapshots: Vec<String>,
    pub analyses: Vec<String>,
    pub macros: Vec<String>,
    pub tests: Vec<String>,
    pub functions: Vec<String>,
    pub docs: Vec<String>,
}

impl Paths {
    fn new(settings: &Map) -> Self {
        let listed = |keys: &[&str], default: &[&str]| {
            let value = keys.iter().find_map(|key| settings.value(key)).cloned();
            let given = value
                .map(|value| value.into_list().iter().filter_map(|item| item.as_text().map(str::to_owned)).collect());
            given.unwrap_or_else(|| default.iter().map(|path| (*path).to_owned()).collect::<Vec<String>>())
        };
        let mut paths = Self {
            models: listed(&["model-paths", "source-paths"], &["models"]),
            seeds: listed(&["seed-paths", "data-paths"], &["seeds"]),
            snapshots: listed(&["snapshot-paths"], &["snapshots"]),
            analyses: listed(&["analysis-paths"], &["analyses"]),
            macros: listed(&["macro-paths"], &["macros"]),
            tests: listed(&["test-paths"], &["tests"]),
            functions: listed(&["function-paths"], &["functions"]),
            docs: Vec::new(),
        };
        let all: Vec<String> = paths.all();
        paths.docs = match settings.value("docs-paths") {
            Some(_) => listed(&["docs-paths"], &[]),
            None => all,
        };
        paths
    }

    /// Every path in which properties YAML may lie.
    pub fn all(&self) -> Vec<String> {
        let lists =
            [&self.models, &self.seeds, &self.snapshots, &self.analyses, &self.macros, &self.tests, &self.functions];
        let mut all: Vec<String> = Vec::new();
        for path in lists.into_iter().flatten().map(|path| path.trim_end_matches('/')) {
            if !all.iter().any(|seen| seen == path) {
                all.push(path.to_owned());
            }
        }
        all
    }

    /// Where generic tests are defined.
    pub fn generic_tests(&self) -> Vec<String> {
        self.tests.iter().map(|path| format!("{}/generic", path.trim_end_matches('/'))).collect()
    }
}

impl DbtProject {
    /// From the rendered settings. `vars` are what the file has unrendered.
    pub fn new(root: PathBuf, name: String, settings: Map, vars: Map) -> Self {
        let statements = |key: &str| {
            let list = settings.get(key).cloned().unwrap_or_default().into_list();
            list.iter().map(Datum::to_text).collect()
        };
        let dispatch = settings.get("dispatch").map(Datum::items).unwrap_or_default();
        let dispatch = dispatch.iter().filter_map(|entry| {
            let namespace = entry.get("macro_namespace")?.as_text()?.to_owned();
            let order = entry.get("search_order")?.items().iter().filter_map(|name| name.as_text().map(str::to_owned));
            Some((namespace, order.collect()))
        });
        Self {
            name,
            root,
            paths: Paths::new(&settings),
            vars,
            on_run_start: statements("on-run-start"),
            on_run_end: statements("on-run-end"),
            dispatch: dispatch.collect(),
            settings,
        }
    }

    /// The configs of a resource type by folder: `models:`, `data_tests:` and so on, empty where there are none.
    pub fn section(&self, names: &[&str]) -> Option<&Map> {
        names.iter().find_map(|name| self.settings.get(name)?.as_map())
    }

    /// A behaviour flag of dbt that is set in `flags:`.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.settings.get("flags")?.get(name)?.as_bool()
    }
}

#[cfg(test)]
mod tests {
    use super::super::datum::testing::map;
    use super::*;

    fn project(text: &str) -> DbtProject {
        DbtProject::new(PathBuf::new(), "shop".to_owned(), map(text), Map::new())
    }

    #[test]
    fn paths_have_dbts_defaults_and_former_names() {
        let paths = project("source-paths: [src/]\nsnapshot-paths: []\ntest-paths: checks").paths;
        assert_eq!(paths.models, ["src/"]);
        assert_eq!(paths.seeds, ["seeds"]);
        assert_eq!(paths.snapshots, [""; 0]);
        assert_eq!(paths.generic_tests(), ["checks/generic"]);
        assert_eq!(paths.docs, ["src", "seeds", "analyses", "macros", "checks", "functions"]);
    }

    #[test]
    fn dispatch_and_hooks_are_read() {
        let project = project(
            "on-run-start: grant\ndispatch: [{macro_namespace: dbt_utils, search_order: [shop, dbt_utils]}]\nflags: {x: true}",
        );
        assert_eq!(project.on_run_start, ["grant"]);
        assert_eq!(project.dispatch, [("dbt_utils".to_owned(), vec!["shop".to_owned(), "dbt_utils".to_owned()])]);
        assert_eq!(project.flag("x"), Some(true));
    }
}
