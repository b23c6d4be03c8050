//! Models that begin from nothing because they make their rows themselves, as date spines do.

use super::{Context, Node, hard_coded};
use crate::project::Resource;

/// Macros that make rows out of nothing: dbt's and dbt_utils', dbt_date's.
const GENERATORS: [&str; 4] = ["date_spine", "generate_series", "get_date_dimension", "get_base_dates"];

/// Whether a model has no parent, makes its rows with a macro or a table function, and names no table in its SQL.
pub(crate) fn generates_rows(model: &Resource<'_>) -> bool {
    if !model.depends_on.is_empty() {
        return false;
    }
    let is_generator = |id: &str| id.rsplit('.').next().is_some_and(|name| GENERATORS.contains(&name));
    let calls_macro = model.macros.iter().any(|id| is_generator(id));
    let Some(code) = sql(model) else { return false };
    (calls_macro || hard_coded::generates_rows(&code)) && hard_coded::relations(&code).is_empty()
}

/// Whether a model is a calendar or the like: it makes its rows itself, or is built on such models alone.
pub(crate) fn is_calendar(model: Node<'_>, cx: &Context<'_>) -> bool {
    let mut parents = cx.parents(model.id).peekable();
    match parents.peek() {
        None => generates_rows(model.resource),
        Some(_) => parents.all(|parent| generates_rows(parent.resource)),
    }
}

/// The SQL of a model; `None` for Python models and what has no code.
pub(crate) fn sql(model: &Resource<'_>) -> Option<String> {
    model.relation().filter(|relation| !relation.is_python())?.code()
}
