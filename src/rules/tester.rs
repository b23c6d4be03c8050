//! Runs one rule over resources made in a test: for edge cases that would clutter a fixture project.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::example::GroupNameCase;
use super::{Instance, Outcome, Scope, run};
use crate::config::Settings;
use crate::discover::{ProjectFiles, ProjectSettings};
use crate::files::Files;
use crate::findings::{Finding, Located, Severity};
use crate::graph::Graph;
use crate::input::own_files;
use crate::input::project_files::list;
use crate::locate::Locator;
use crate::project::{
    Column, Detail, Exposure, Facts, GenericTest, Json, Project, Relation, Resource, ResourceType, Source, Test, Text,
    UnresolvedReference,
};

/// A resource of project `shop` with nothing set but its names; fill in fields with struct update or afterwards.
pub fn resource(kind: ResourceType, unique_id: &str, path: &str) -> Resource<'static> {
    let name = unique_id.rsplit('.').next().unwrap_or_default().to_owned();
    Resource {
        kind,
        unique_id: Text::from(unique_id.to_owned()),
        name: Text::from(name),
        package: Text::from("shop"),
        path: Text::from(path.to_owned()),
        properties_path: None,
        entry_in_package: None,
        description: Text::default(),
        tags: Vec::new(),
        meta: serde_json::Map::new(),
        group: None,
        columns: Vec::new(),
        doc_blocks: None,
        depends_on: Vec::new(),
        macros: Vec::new(),
        unknown: None,
        detail: Detail::None,
    }
}

/// A value as JSON text, which lives as long as the test program.
pub fn json_text(value: impl Serialize) -> Json<'static> {
    Json::new(serde_json::to_string(&value).expect("a value of a test can be written").leak())
}

/// `model.shop.<name>`, a table in `models/<folder>/<name>.sql`.
pub fn model(folder: &str, name: &str) -> Resource<'static> {
    let relation = Relation {
        materialized: Text::from("table"),
        language: Text::from("sql"),
        alias: Text::from(name.to_owned()),
        ..Relation::default()
    };
    Resource {
        detail: Detail::Relation(Box::new(relation)),
        ..resource(ResourceType::Model, &format!("model.shop.{name}"), &format!("models/{folder}/{name}.sql"))
    }
}

/// `source.shop.<group>.<table>`.
pub fn source(group: &str, table: &str) -> Resource<'static> {
    let detail = Source { source_name: Text::from(group.to_owned()), ..Source::default() };
    Resource {
        properties_path: Some(Text::from("models/sources.yml")),
        detail: Detail::Source(Box::new(detail)),
        ..resource(ResourceType::Source, &format!("source.shop.{group}.{table}"), "models/sources.yml")
    }
}

/// `exposure.shop.<name>`, a dashboard.
pub fn exposure(name: &str) -> Resource<'static> {
    let detail = Exposure { exposure_type: Text::from("dashboard"), ..Exposure::default() };
    Resource {
        properties_path: Some(Text::from("models/exposures.yml")),
        detail: Detail::Exposure(Box::new(detail)),
        ..resource(ResourceType::Exposure, &format!("exposure.shop.{name}"), "models/exposures.yml")
    }
}

/// A generic test of a node, on a column unless that is empty.
pub fn test(name: &str, node: &Resource<'static>, column: &str) -> Resource<'static> {
    let detail = Test {
        generic: Some(GenericTest { name: Text::from(name.to_owned()), ..GenericTest::default() }),
        column: (!column.is_empty()).then(|| Text::from(column.to_owned())),
        attached_node: Some(node.unique_id.clone()),
        ..Test::default()
    };
    let id = format!("test.shop.{name}_{}_{column}", node.name);
    Resource {
        depends_on: vec![node.unique_id.clone()],
        detail: Detail::Test(Box::new(detail)),
        ..resource(ResourceType::Test, &id, "models/schema.yml")
    }
}

/// A declared column.
pub fn column(name: &str) -> Column<'static> {
    Column { name: Text::from(name.to_owned()), ..Column::default() }
}

/// The same resource with further parents.
pub fn reading(mut child: Resource<'static>, parents: &[&Resource<'static>]) -> Resource<'static> {
    child.depends_on.extend(parents.iter().map(|parent| parent.unique_id.clone()));
    child
}

/// The detail of a model, seed or snapshot, to change.
pub fn relation<'r>(resource: &'r mut Resource<'static>) -> &'r mut Relation<'static> {
    match &mut resource.detail {
        Detail::Relation(relation) => relation,
        other => panic!("not a relation: {other:?}"),
    }
}

/// What a rule finds, sorted by subject and part. `options` is JSON, `null` for the defaults.
pub fn findings(rule: &str, options: Value, resources: &[Resource<'static>]) -> Vec<Finding> {
    findings_with(rule, options, resources, &Settings { today: "2026-01-01".to_owned(), ..Settings::default() })
}

/// As [`findings`], under other settings.
pub fn findings_with(rule: &str, options: Value, resources: &[Resource<'static>], settings: &Settings) -> Vec<Finding> {
    findings_in(instance(rule, options), &shop(resources), settings)
}

/// What a rule finds in resources that were others before.
pub fn findings_against(rule: &str, before: &[Resource<'static>], now: &[Resource<'static>]) -> Vec<Finding> {
    let mut project = shop(now);
    project.base = Some(Box::new(shop(before)));
    findings_of(rule, Value::Null, &project)
}

/// As [`findings`], in a project that is there already.
pub fn findings_of(rule: &str, options: Value, project: &Project<'_>) -> Vec<Finding> {
    let settings = Settings { today: "2026-01-01".to_owned(), ..Settings::default() };
    findings_in(instance(rule, options), project, &settings)
}

/// What a rule finds in a project of these files and resources, in order of place: path, line, column, what stands there
/// and the message.
pub fn lint(rule: &str, options: Value, files: &[(&str, &str)], resources: &[Resource<'static>]) -> Vec<String> {
    lint_as(None, rule, options, files, resources)
}

/// As [`lint`], with resources that were read from the project's own files.
pub fn lint_without_manifest(rule: &str, files: &[(&str, &str)], resources: &[Resource<'static>]) -> Vec<String> {
    lint_as(Some(Vec::new()), rule, Value::Null, files, resources)
}

fn lint_as(
    unresolved: Option<Vec<UnresolvedReference>>,
    rule: &str,
    options: Value,
    files: &[(&str, &str)],
    resources: &[Resource<'static>],
) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it is in the folder")).expect("the folder is writable");
        std::fs::write(path, text).expect("the folder is writable");
    }
    let cache = Arc::new(Files::default());
    let mut project = shop(resources);
    if unresolved.is_some() {
        project.dbt_version = Text::default();
    }
    project.unresolved = unresolved;
    let listing = list(folder.path());
    project.own_files = Some(Box::new(own_files::read(&project, folder.path(), "dbt_packages", &cache, &listing)));
    let settings = ProjectSettings { name: Some("shop".to_owned()), ..ProjectSettings::default() };
    let found = ProjectFiles { root: folder.path().to_owned(), settings };
    let locator = Locator::new(&project, Some(&found), cache);
    let mut located: Vec<Located> = findings_of(rule, options, &project)
        .into_iter()
        .map(|finding| locator.locate(&project, Box::new(finding)))
        .collect();
    located.sort_by(Located::order);
    let root = folder.path().to_string_lossy().replace('\\', "/");
    located.iter().map(|finding| described(finding, &root)).collect()
}

/// `path:line:column `text`: message`
fn described(found: &Located, root: &str) -> String {
    let place = found.location.display().replace(root, "");
    let text = found.location.region.as_ref().map(|region| format!(" `{}`", region.file.slice(region.span)));
    format!("{}{}: {}", place.trim_start_matches('/'), text.unwrap_or_default(), found.finding.message)
}

fn shop(resources: &[Resource<'static>]) -> Project<'static> {
    let dbt_version = Text::from("1.12.0");
    Project::from(Facts { name: Text::from("shop"), dbt_version, resources: resources.to_vec(), ..Facts::default() })
}

fn instance(rule: &str, options: Value) -> Instance {
    let info =
        super::named(rule, super::all().into_iter().chain([&GroupNameCase::INFO])).expect("the rule is registered");
    let rule = (info.build)(options).expect("the options are valid");
    Instance { info, severity: Severity::Warning, scope: Scope::default(), rule }
}

fn findings_in(instance: Instance, project: &Project<'_>, settings: &Settings) -> Vec<Finding> {
    let graph = Graph::new(project);
    let instances = [instance];
    let found = run(project, &graph, settings, &instances).findings;
    let mut findings: Vec<Finding> = found.into_iter().map(|finding| *finding).collect();
    findings.sort_by(|a, b| (&a.subject, &a.part, &a.message).cmp(&(&b.subject, &b.part, &b.message)));
    findings
}

/// What several rules find together under their default options: `CODE subject part` of all that a baseline would
/// record, and the findings themselves.
pub fn recorded(rules: &[&str], resources: &[Resource<'static>]) -> (Vec<String>, Vec<Finding>) {
    let project = shop(resources);
    let graph = Graph::new(&project);
    let instances: Vec<Instance> = rules.iter().map(|rule| instance(rule, Value::Null)).collect();
    let Outcome { findings, superseded, .. } = run(&project, &graph, &Settings::default(), &instances);
    let atoms = findings.iter().flat_map(|finding| finding.atoms()).chain(superseded.iter());
    let mut atoms: Vec<String> =
        atoms.map(|atom| format!("{} {} {}", atom.code, atom.subject, atom.part).trim_end().to_owned()).collect();
    atoms.sort();
    (atoms, findings.into_iter().map(|finding| *finding).collect())
}

/// The subjects of what a rule finds under its default options.
pub fn subjects(rule: &str, resources: &[Resource<'static>]) -> Vec<String> {
    findings(rule, Value::Null, resources).into_iter().map(|finding| finding.subject).collect()
}
