//! `adapter`: at parse time dbt answers from no warehouse, but with fixed values; `dispatch` works as ever.

use std::rc::Rc;

use super::super::world::{MacroEntry, World};
use super::base::text;
use super::macros;
use super::scope::Scope;
use crate::template::{Arguments, Error, Function, Machine, Object, Value};

/// `adapter`.
#[derive(Debug)]
pub struct Adapter(pub Rc<Scope>);

impl Object for Adapter {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        let scope = self.0.clone();
        Ok(Some(match name {
            "dispatch" => Function::value("dispatch", move |_, arguments| dispatch(&scope, arguments)),
            "type" => {
                let kind = scope.world.target.adapter().map(str::to_owned);
                Function::value("type", move |_, _| {
                    Ok(kind.as_deref().map_or_else(|| Value::unknown("the adapter is not known"), Value::text))
                })
            }
            "get_columns_in_relation" | "get_missing_columns" | "get_column_schema_from_query" => {
                Function::value(name, |_, _| Ok(Value::list(Vec::new())))
            }
            "check_schema_exists" => Function::value(name, |_, _| Ok(Value::Bool(false))),
            "add_query" => Function::value(name, |_, _| Ok(Value::tuple(vec![Value::None, Value::None]))),
            "get_relation"
            | "drop_relation"
            | "truncate_relation"
            | "rename_relation"
            | "create_schema"
            | "drop_schema"
            | "expand_target_column_types"
            | "valid_snapshot_target"
            | "get_incremental_strategy_macro" => Function::value(name, |_, _| Ok(Value::None)),
            _ => Value::unknown(&format!("adapter.{name} depends on the adapter")),
        }))
    }
}

/// `adapter.dispatch('name', 'namespace')`: the implementation for the adapter, or the default one.
fn dispatch(scope: &Rc<Scope>, arguments: Arguments) -> Result<Value, Error> {
    let [name, namespace, packages] = arguments.bind("dispatch", ["macro_name", "macro_namespace", "packages"])?;
    let name = text(name.as_ref(), "dispatch")?;
    let namespace = match namespace.or(packages) {
        Some(Value::Str(namespace)) => Some(namespace.to_string()),
        None | Some(Value::None) => None,
        Some(_) => return Ok(Value::unknown("dispatch over a list of packages")),
    };
    let world = &scope.world;
    if let Some(entry) = dispatched(world, scope.project, &name, namespace.as_deref()) {
        // Without knowing the adapter, an implementation for some adapter may be meant as well.
        if world.target.adapter().is_none() && !entry.unique_id.contains(".default__") {
            return Ok(Value::unknown("the adapter is not known"));
        }
        return Ok(macros::of_entry(scope, entry));
    }
    let of_dbt = namespace.as_deref().is_none_or(|namespace| namespace == "dbt");
    let own = of_dbt.then(|| macros::of_dbt(scope, &name)).flatten();
    Ok(own.unwrap_or_else(|| Value::unknown(&format!("no implementation of `{name}` is at hand"))))
}

/// The macro that a dispatch leads to, among those of the project and its packages.
pub fn dispatched<'w>(world: &'w World, project: usize, name: &str, namespace: Option<&str>) -> Option<&'w MacroEntry> {
    match namespace {
        None => visible(world, project, name),
        Some(namespace) => {
            search_order(world, namespace).into_iter().find_map(|package| of_package(world, package, name))
        }
    }
}

/// The packages to search for a namespace: what `dispatch:` of the root project says, or the root project and it.
fn search_order(world: &World, namespace: &str) -> Vec<usize> {
    let configured = world.projects[0].dispatch.iter().find(|(name, _)| name == namespace);
    match configured {
        Some((_, order)) => order.iter().filter_map(|name| world.package_index(name)).collect(),
        None => std::iter::once(0).chain(world.package_index(namespace)).collect(),
    }
}

/// What comes before `__` in the names of implementations, best first.
fn prefixes(world: &World) -> Vec<&str> {
    let own: &[&str] = match world.target.adapter() {
        Some("redshift") => &["redshift", "postgres"],
        Some("databricks") => &["databricks", "spark"],
        Some("synapse") => &["synapse", "fabric", "sqlserver"],
        Some("sqlserver") => &["sqlserver", "fabric"],
        Some(adapter) => return vec![adapter, "default"],
        None => &[],
    };
    own.iter().copied().chain(["default"]).collect()
}

fn of_package<'w>(world: &'w World, package: usize, name: &str) -> Option<&'w MacroEntry> {
    prefixes(world).into_iter().find_map(|prefix| world.macros.of(package, &format!("{prefix}__{name}")))
}

fn visible<'w>(world: &'w World, project: usize, name: &str) -> Option<&'w MacroEntry> {
    prefixes(world).into_iter().find_map(|prefix| world.macros.visible(project, &format!("{prefix}__{name}")))
}

/// What a project has for a macro of dbt that dispatches.
pub fn implementation<'w>(world: &'w World, project: usize, name: &str) -> Option<&'w MacroEntry> {
    visible(world, project, name)
}
