//! What the macros that dbt-core brings along give at parse time, where that decides about anything.

use super::names;
use super::scope::Scope;
use crate::project::is_macro_of_dbt;
use crate::template::{Arguments, Value};

/// Whether dbt brings a macro of that name, or the default implementation of one.
pub fn is_known(name: &str) -> bool {
    is_macro_of_dbt(plain(name))
}

/// `default__date_trunc` → `date_trunc`.
pub fn plain(name: &str) -> &str {
    name.strip_prefix("default__").unwrap_or(name)
}

/// What a macro of dbt gives while dbt parses. Most give SQL, which does not matter then.
pub fn result(scope: &Scope, name: &str, arguments: Arguments) -> Value {
    match plain(name) {
        "generate_schema_name" | "generate_schema_name_for_env" | "generate_database_name" | "generate_alias_name" => {
            names::result(&scope.world.target, plain(name), &arguments)
        }
        "is_incremental" => Value::Bool(false),
        // Nothing is run, and so there is nothing to load.
        "statement" | "noop_statement" | "should_full_refresh" => Value::text(""),
        "run_query" => Value::undefined("table"),
        "load_relation" | "load_cached_relation" => Value::None,
        "get_where_subquery" => match arguments.positional.into_iter().next() {
            Some(relation) => relation,
            None => Value::None,
        },
        _ => Value::unknown(&format!("what dbt's macro {name} gives")),
    }
}
