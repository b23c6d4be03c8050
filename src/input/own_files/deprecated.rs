//! Syntax in YAML that dbt has replaced. Facts: `dbt/deprecations.py`, the JSON schema of resources and
//! `generic_test_builders.py` of dbt-core 1.12.

use std::collections::BTreeMap;

use super::tree::YamlFile;
use crate::discover::PROJECT_FILE;
use crate::files::name;
use crate::project::{DbtVersion, Deprecated, DeprecatedPlace, Deprecation};
use crate::text::yaml::{Entry, Node};
use crate::text::{SourceFile, Span};

/// What is found in one file.
#[derive(Debug, Default)]
pub(super) struct Found {
    by_kind: BTreeMap<Deprecation, Vec<Place>>,
    /// What is being looked through: type and name of a resource.
    entry: Option<(&'static str, String)>,
    /// Whether tests stand under `data_tests:`, here or there.
    pub uses_data_tests: bool,
    /// Whether some test has its arguments under `arguments:`.
    pub uses_test_arguments: bool,
}

/// Where what stands, since when dbt understands its replacement, and the entry it is a part of.
type Place = (Span, String, DbtVersion, Option<(&'static str, String)>);

impl Found {
    pub fn add(&mut self, kind: Deprecation, span: Span, word: &str) {
        self.add_needing(kind.needs(), kind, span, word);
    }

    fn add_needing(&mut self, needs: DbtVersion, kind: Deprecation, span: Span, word: &str) {
        self.by_kind.entry(kind).or_default().push((span, word.to_owned(), needs, self.entry.clone()));
    }

    /// One fact for each kind.
    pub fn into_facts(self, path: &str, source: &SourceFile) -> Vec<Deprecated> {
        let place = |(span, word, needs, entry): Place| {
            let line = source.position(span.start).line;
            DeprecatedPlace { span, line, word, needs, entry }
        };
        let fact = |(kind, places): (Deprecation, Vec<Place>)| {
            let mut places: Vec<DeprecatedPlace> = places.into_iter().map(place).collect();
            places.sort();
            places.dedup();
            Deprecated { kind, path: path.to_owned(), places }
        };
        self.by_kind.into_iter().map(fact).collect()
    }
}

/// Everything of that kind in a file, and what in it is of today.
pub(super) fn find(file: &YamlFile, document: &Node) -> Found {
    let mut found = Found::default();
    if file.path == PROJECT_FILE {
        in_project_file(document, &mut found);
    } else if file.is_properties {
        in_properties(document, &mut found);
    }
    found
}

fn in_project_file(document: &Node, found: &mut Found) {
    for name in ["source-paths", "data-paths"] {
        found.key(Deprecation::RenamedPath, document, name);
    }
    // dbt says nothing where they have their default value.
    for (name, default) in [("log-path", "logs"), ("target-path", "target")] {
        if document.get(name).and_then(Node::as_str).is_some_and(|value| value != default) {
            found.key(Deprecation::OutputPath, document, name);
        }
    }
    found.tests_key(document);
    if let Some(options) = document.get("flags").and_then(|flags| flags.get("warn_error_options")) {
        for name in ["include", "exclude"] {
            found.key(Deprecation::WarnErrorOptions, options, name);
        }
    }
    for section in ["models", "seeds", "snapshots", "sources", "data_tests", "tests"] {
        document.get(section).into_iter().for_each(|folder| found.missing_plus(folder));
    }
}

/// Configs that people set in `dbt_project.yml`, as far as dbt itself knows them.
const PROJECT_CONFIGS: [&str; 36] = [
    "access",
    "alias",
    "check_cols",
    "cluster_by",
    "contract",
    "copy_grants",
    "database",
    "delimiter",
    "dist",
    "enabled",
    "error_if",
    "event_time",
    "fail_calc",
    "file_format",
    "full_refresh",
    "group",
    "incremental_strategy",
    "limit",
    "materialized",
    "on_schema_change",
    "partition_by",
    "post-hook",
    "pre-hook",
    "query_tag",
    "quote_columns",
    "schema",
    "severity",
    "sort",
    "store_failures",
    "strategy",
    "tags",
    "target_schema",
    "transient",
    "unique_key",
    "updated_at",
    "warn_if",
];

/// Keys of an entry that belong under `config:`, by section.
fn moved(section: &str) -> &'static [&'static str] {
    const NODE: &[&str] = &[
        "access",
        "alias",
        "contract",
        "database",
        "docs",
        "enabled",
        "event_time",
        "full_refresh",
        "grants",
        "group",
        "materialized",
        "meta",
        "on_schema_change",
        "persist_docs",
        "post_hook",
        "pre_hook",
        "schema",
        "tags",
        "unique_key",
    ];
    match section {
        "models" | "seeds" | "snapshots" => NODE,
        "analyses" => &["docs", "enabled", "group", "meta", "tags"],
        "sources" | "tables" => {
            &["enabled", "event_time", "freshness", "loaded_at_field", "loaded_at_query", "meta", "tags"]
        }
        "exposures" | "unit_tests" => &["enabled", "meta", "tags"],
        "groups" => &["meta"],
        "metrics" => &["enabled", "group", "meta", "tags"],
        "saved_queries" => &["cache", "enabled", "export_as", "group", "meta", "schema", "tags"],
        "columns" => &["meta", "tags"],
        _ => &[],
    }
}

/// The first dbt that reads a key of such an entry under `config:`. An older one takes anything there, and does nothing
/// with it.
fn config_since(section: &str, key: &str) -> DbtVersion {
    let minor = match (section, key) {
        ("models" | "seeds" | "snapshots", "access") => 7,
        ("models" | "seeds" | "snapshots", "docs") => 3,
        ("models" | "seeds" | "snapshots", _) => 0,
        ("unit_tests", _) => 8,
        _ => 10,
    };
    DbtVersion::new(1, minor, 0)
}

/// Configs of a generic test, which may have stood beside its arguments.
const TEST_CONFIGS: [&str; 15] = [
    "alias",
    "database",
    "enabled",
    "error_if",
    "fail_calc",
    "limit",
    "meta",
    "schema",
    "severity",
    "sql_header",
    "store_failures",
    "store_failures_as",
    "tags",
    "warn_if",
    "where",
];

fn in_properties(document: &Node, found: &mut Found) {
    for (section, kind) in [("models", "model"), ("seeds", "seed"), ("snapshots", "snapshot")] {
        for entry in items(document, section) {
            found.entry = name(entry).map(|name| (kind, name));
            found.moved(entry, section);
            found.tests_and_columns(entry);
            for version in items(entry, "versions") {
                found.tests_and_columns(version);
            }
        }
    }
    for source in items(document, "sources") {
        found.entry = name(source).map(|name| ("source", name));
        found.moved(source, "sources");
        found.key(Deprecation::SourceOverride, source, "overrides");
        found.spaced_name(source);
        for table in items(source, "tables") {
            found.entry = name(source).zip(name(table)).map(|(source, table)| ("source", format!("{source}.{table}")));
            found.moved(table, "tables");
            found.tests_and_columns(table);
        }
    }
    for (section, kind) in OTHERS {
        for entry in items(document, section) {
            found.entry = name(entry).map(|name| (kind, name));
            found.moved(entry, section);
            match section {
                "semantic_models" => found.spaced_name(entry),
                "exposures" => found.exposure_name(entry),
                _ => {}
            }
        }
    }
    found.entry = None;
}

/// Sections without columns and tests, each with the type of resource that its entries are.
const OTHERS: [(&str, &str); 7] = [
    ("analyses", "analysis"),
    ("exposures", "exposure"),
    ("groups", "group"),
    ("metrics", "metric"),
    ("saved_queries", "saved_query"),
    ("semantic_models", "semantic_model"),
    ("unit_tests", "unit_test"),
];

impl Found {
    fn key(&mut self, kind: Deprecation, node: &Node, name: &str) {
        if let Some(entry) = node.entry(name) {
            self.add(kind, entry.key.span, name);
        }
    }

    fn moved(&mut self, entry: &Node, section: &str) {
        for name in moved(section) {
            if let Some(found) = entry.entry(name) {
                self.add_needing(config_since(section, name), Deprecation::MovedToConfig, found.key.span, name);
            }
        }
    }

    /// The tests of a resource and its columns.
    fn tests_and_columns(&mut self, entry: &Node) {
        self.tests(entry);
        for column in items(entry, "columns") {
            self.moved(column, "columns");
            self.tests(column);
        }
    }

    fn tests_key(&mut self, node: &Node) {
        self.key(Deprecation::Tests, node, "tests");
        self.uses_data_tests |= node.entry("data_tests").is_some();
    }

    fn tests(&mut self, entry: &Node) {
        self.tests_key(entry);
        for list in ["tests", "data_tests"] {
            for test in items(entry, list) {
                // `- unique` is a text, `- accepted_values: {…}` a mapping with one key.
                let mut entries = test.entries();
                if let (Some(only), None) = (entries.next(), entries.next()) {
                    self.test(only);
                }
            }
        }
    }

    fn test(&mut self, test: &Entry) {
        let is_own = |key: &str| matches!(key, "config" | "column_name" | "description" | "name" | "arguments");
        let nests = test.value.get("arguments").is_some_and(|arguments| !arguments.is_null());
        self.uses_test_arguments |= nests;
        for entry in test.value.entries() {
            let Some(key) = entry.key.as_str().filter(|key| !is_own(key)) else { continue };
            if TEST_CONFIGS.contains(&key) {
                self.add(Deprecation::TestConfig, entry.key.span, key);
            } else if !nests {
                self.add(Deprecation::TestArguments, entry.key.span, key);
            }
        }
    }

    /// Keys that hold no mapping are configs; dbt wants a `+` before them.
    fn missing_plus(&mut self, folder: &Node) {
        for entry in folder.entries() {
            let Some(key) = entry.key.as_str().filter(|key| !key.starts_with('+')) else { continue };
            if entry.value.as_mapping().is_some() {
                self.missing_plus(&entry.value);
            } else if PROJECT_CONFIGS.contains(&key) {
                self.add(Deprecation::MissingPlus, entry.key.span, key);
            }
        }
    }

    fn spaced_name(&mut self, entry: &Node) {
        if let Some(name) = entry.get("name")
            && let Some(text) = name.as_str().filter(|text| text.contains(' ') && !text.contains("{{"))
        {
            self.add(Deprecation::NameWithSpace, name.span, text);
        }
    }

    fn exposure_name(&mut self, entry: &Node) {
        let is_plain = |text: &str| text.chars().all(|part| part.is_alphanumeric() || part == '_' || part == '-');
        if let Some(name) = entry.get("name")
            && let Some(text) = name.as_str().filter(|text| !is_plain(text) && !text.contains("{{"))
        {
            self.add(Deprecation::ExposureName, name.span, text);
        }
    }
}

fn items<'y>(node: &'y Node, key: &str) -> &'y [Node] {
    node.get(key).map_or(&[][..], Node::items)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::text::yaml;

    fn found(text: &str, look: fn(&Node, &mut Found)) -> Vec<(Deprecation, String, Vec<u32>)> {
        let source = SourceFile::from_bytes("a.yml", text.as_bytes().to_vec()).expect("it is text");
        let mut found = Found::default();
        look(&yaml::parse(text).expect("valid YAML").documents[0], &mut found);
        let facts = found.into_facts("a.yml", &source);
        let words = |fact: &Deprecated| {
            let words: BTreeSet<&str> = fact.places.iter().map(|place| place.word.as_str()).collect();
            words.into_iter().collect::<Vec<_>>().join(" ")
        };
        let lines = |fact: &Deprecated| fact.places.iter().map(|place| place.line).collect();
        facts.iter().map(|fact| (fact.kind, words(fact), lines(fact))).collect()
    }

    #[test]
    fn what_is_of_today_is_noted() {
        let uses = |text: &str| {
            let mut found = Found::default();
            in_properties(&yaml::parse(text).expect("valid YAML").documents[0], &mut found);
            (found.uses_data_tests, found.uses_test_arguments)
        };
        assert_eq!(uses("models: [{name: a, tests: [unique, {accepted_values: {values: [1]}}]}]"), (false, false));
        assert_eq!(uses("models: [{name: a, columns: [{name: b, data_tests: [unique]}]}]"), (true, false));
        let nested =
            "sources: [{name: a, tables: [{name: b, tests: [{accepted_values: {arguments: {values: [1]}}}]}]}]";
        assert_eq!(uses(nested), (false, true));
    }

    #[test]
    fn under_config_a_key_is_read_by_some_versions_only() {
        let minor = |section: &str, key: &str| config_since(section, key).minor;
        assert_eq!(minor("models", "meta"), 0);
        assert_eq!(minor("models", "access"), 7);
        assert_eq!(minor("sources", "meta"), 10);
        assert_eq!(minor("columns", "tags"), 10);
        assert_eq!(minor("unit_tests", "tags"), 8);
    }

    #[test]
    fn default_output_paths_are_no_matter() {
        assert_eq!(found("target-path: target\nlog-path: logs", in_project_file), []);
        assert_eq!(
            found("target-path: out\nsource-paths: [src]\ndata-paths: [x]", in_project_file),
            [
                (Deprecation::RenamedPath, "data-paths source-paths".to_owned(), vec![2, 3]),
                (Deprecation::OutputPath, "target-path".to_owned(), vec![1])
            ]
        );
    }

    #[test]
    fn a_config_without_plus_is_told_from_a_folder() {
        let text = "models:\n  shop:\n    schema: {+enabled: true}\n    staging: {schema: s, +tags: a, custom: 1}\n";
        assert_eq!(found(text, in_project_file), [(Deprecation::MissingPlus, "schema".to_owned(), vec![4])]);
    }

    #[test]
    fn arguments_and_configs_of_tests() {
        let text = "models:\n- name: a\n  columns:\n  - name: b\n    data_tests:\n    - unique\n    - accepted_values: {values: [1], severity: warn}\n    - relationships: {arguments: {to: x}, config: {where: y}}\n    - unique: {name: z, description: w}\n";
        assert_eq!(
            found(text, in_properties),
            [
                (Deprecation::TestArguments, "values".to_owned(), vec![7]),
                (Deprecation::TestConfig, "severity".to_owned(), vec![7])
            ]
        );
    }

    #[test]
    fn keys_that_moved_below_config() {
        let text = "models:\n- name: a\n  meta: {x: 1}\n  config: {tags: [y]}\n  columns: [{name: b, tags: [z]}]\nsources:\n- name: my crm\n  overrides: p\n  tables: [{name: t, freshness: null, tests: [unique]}]\nmacros:\n- name: m\n  meta: {x: 1}\nexposures:\n- name: a b\n";
        assert_eq!(
            found(text, in_properties),
            [
                (Deprecation::Tests, "tests".to_owned(), vec![9]),
                (Deprecation::MovedToConfig, "freshness meta tags".to_owned(), vec![3, 5, 9]),
                (Deprecation::SourceOverride, "overrides".to_owned(), vec![8]),
                (Deprecation::ExposureName, "a b".to_owned(), vec![14]),
                (Deprecation::NameWithSpace, "my crm".to_owned(), vec![7]),
            ]
        );
    }
}
