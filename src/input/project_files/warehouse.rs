//! What comes last for a node: the calls of its hooks and constraints, and its name in the warehouse.

use std::rc::Rc;
use std::sync::Arc;

use super::assemble::scope;
use super::context::{self, NameOf, Scope, names};
use super::datum::{Datum, Map};
use super::node::{Kind, Node};
use super::properties::map;
use super::world::World;

/// What comes last for a node: the calls of its hooks, and its name in the warehouse.
pub fn finish(world: &Arc<World>, node: &mut Node) {
    let scope = scope(world, node);
    let statements: Vec<String> = ["pre-hook", "post-hook"]
        .iter()
        .filter_map(|key| node.config.get(key))
        .flat_map(|hooks| hooks.clone().into_list())
        .filter_map(|hook| hook.get("sql").or(Some(&hook)).and_then(Datum::as_text).map(str::to_owned))
        .collect();
    if !statements.is_empty() {
        let calls = context::expression_calls(&scope, &statements);
        node.calls.refs.extend(calls.refs);
        node.calls.sources.extend(calls.sources);
        calls.macros.iter().for_each(|id| node.calls.note_macro(id));
        node.calls.uncertain = node.calls.uncertain.take().or(calls.uncertain);
    }
    let constraints = foreign_keys(node);
    if !constraints.is_empty() {
        let calls = context::expression_calls(&scope, &constraints);
        node.calls.refs.extend(calls.refs);
        node.calls.sources.extend(calls.sources);
    }
    name_in_warehouse(world, &scope, node);
}

/// `to: ref('orders')` of foreign keys, on the model and on its columns.
fn foreign_keys(node: &Node) -> Vec<String> {
    let of_columns =
        node.patch.columns.iter().flat_map(|column| column.get("constraints").map(Datum::items).unwrap_or_default());
    let targets =
        node.patch.constraints.iter().chain(of_columns).filter_map(|constraint| constraint.get("to")?.as_text());
    targets.map(|to| format!("{{{{ {to} }}}}")).collect()
}

/// Database, schema and alias, by the project's macros or dbt's default ones.
fn name_in_warehouse(world: &Arc<World>, scope: &Rc<Scope>, node: &mut Node) {
    let described = NameOf(Rc::new(described(world, node)));
    let custom = |key: &str| node.config.value(key).cloned().unwrap_or_default();
    let named = |component: &str| context::generated_name(scope, component, &custom(component), &described);
    let database = named("database").unwrap_or_else(|| names::or_else(&custom("database"), world.target.database()));
    let schema = named("schema").unwrap_or_else(|| names::schema(&world.target, &custom("schema")));
    let alias =
        named("alias").unwrap_or_else(|| match (Some(custom("alias")).filter(Datum::is_true), &node.patch.version) {
            (None, Some(version)) => Datum::Text(format!("{}_v{}", node.name, version.replace('.', "_"))),
            (None, None) => Datum::Text(node.name.clone()),
            (Some(alias), _) => names::trimmed(alias),
        });
    (node.database, node.schema, node.alias) = (database, schema, alias);
    if node.kind == Kind::Snapshot {
        if let Some(database) = node.config.value("target_database") {
            node.database = database.clone();
        }
        if let Some(schema) = node.config.value("target_schema") {
            node.schema = schema.clone();
        }
    }
}

/// The node as a naming macro sees it.
fn described(world: &World, node: &Node) -> Map {
    let text = |value: &str| Datum::Text(value.to_owned());
    let list = |values: &[String]| Datum::List(values.iter().map(|value| text(value)).collect());
    let version = node.patch.version.as_deref().map_or(Datum::Null, |version| match version.parse() {
        Ok(number) => Datum::Int(number),
        Err(_) => text(version),
    });
    let tags = node.config.get("tags").cloned().unwrap_or(Datum::List(Vec::new()));
    Map::from_iter([
        ("name".to_owned(), text(&node.name)),
        ("unique_id".to_owned(), text(&node.unique_id)),
        ("resource_type".to_owned(), text(node.kind.word())),
        ("package_name".to_owned(), text(world.package(node.project))),
        ("original_file_path".to_owned(), text(&node.path)),
        ("path".to_owned(), text(node.path.split_once('/').map_or(node.path.as_str(), |(_, rest)| rest))),
        ("fqn".to_owned(), list(&node.fqn)),
        ("version".to_owned(), version),
        ("tags".to_owned(), tags),
        ("meta".to_owned(), Datum::Map(map(node.config.get("meta")))),
        ("config".to_owned(), Datum::Map(node.config.clone())),
    ])
}
