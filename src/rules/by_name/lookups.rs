//! Macros that look relations up: in the warehouse's catalogue, in dbt's graph, or by a name that they are handed.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::project::{Detail, Project, Resource, ResourceType};
use crate::rules::generated::sql;
use crate::text::sql::blank;

/// The macros of the project and its packages, by whether they look relations up.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    /// Unique ids of those that do, or that call one that does.
    finding: HashSet<String>,
    /// Unique ids of these and of all that they call.
    asked: HashSet<String>,
    /// Whether one of that name looks relations up, by name without package.
    by_name: HashMap<String, bool>,
}

impl Lookups {
    pub(super) fn new(project: &Project<'_>) -> Self {
        let macros = project.all(ResourceType::Macro).map(|(_, resource)| resource);
        let macros: Vec<&Resource<'_>> = macros.filter(|resource| !is_dbts(resource, project)).collect();
        let mut callers: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut callees: HashMap<&str, Vec<&str>> = HashMap::new();
        for made in &macros {
            let called = made.macros.iter().map(|id| &**id).filter(|id| !is_lineage(id));
            for id in called {
                callers.entry(id).or_default().push(&made.unique_id);
                callees.entry(&made.unique_id).or_default().push(id);
            }
        }
        let themselves = macros.iter().filter(|made| !is_lineage(&made.unique_id) && finds(made));
        let finding = closure(themselves.map(|made| &*made.unique_id), &callers);
        let asked = closure(finding.iter().copied(), &callees);
        let mut by_name: HashMap<String, bool> = HashMap::new();
        for made in &macros {
            *by_name.entry(made.name.to_string()).or_default() |= finding.contains(&*made.unique_id);
        }
        let owned = |ids: HashSet<&str>| ids.into_iter().map(str::to_owned).collect();
        Self { finding: owned(finding), asked: owned(asked), by_name }
    }

    /// Whether names in the macro's code may be those of relations that are looked up.
    pub(crate) fn asks(&self, unique_id: &str) -> bool {
        self.asked.contains(unique_id)
    }

    /// Whether a macro of that name, with or without its package, is known and looks nothing up.
    pub(crate) fn is_harmless(&self, name: &str) -> bool {
        let name = name.rsplit('.').next().unwrap_or(name);
        self.by_name.get(name).is_some_and(|finds| !finds)
    }

    /// The first macro that looks relations up of those that the code of a model calls; hooks do not make what it reads.
    pub(crate) fn called<'m>(&self, model: &'m Resource<'_>) -> Option<&'m str> {
        let code = model.relation()?.raw_code?.get();
        let finding = model.macros.iter().filter(|id| self.finding.contains(&***id));
        // Most are called by hooks of dbt_project.yml, and to see that the code need not be taken apart.
        let names = finding.map(|id| id.rsplit('.').next().unwrap_or(id)).filter(|name| code.contains(name));
        let mut names = names.peekable();
        names.peek()?;
        let calls = super::quoted::calls(&sql(model)?);
        names.find(|name| calls.iter().any(|call| call.rsplit('.').next() == Some(*name)))
    }
}

/// All that can be reached from these, and they themselves.
fn closure<'m>(start: impl Iterator<Item = &'m str>, next: &HashMap<&'m str, Vec<&'m str>>) -> HashSet<&'m str> {
    let mut reached: HashSet<&str> = HashSet::new();
    let mut open: Vec<&str> = start.collect();
    while let Some(id) = open.pop() {
        if reached.insert(id) {
            open.extend(next.get(id).into_iter().flatten());
        }
    }
    reached
}

/// What a project calls by these names is lineage, even where it has a macro of its own for it.
fn is_lineage(unique_id: &str) -> bool {
    matches!(unique_id.rsplit('.').next(), Some("ref" | "source"))
}

/// Whether dbt or the adapter brings the macro along: what calls them for a purpose shows it in its own text.
fn is_dbts(resource: &Resource<'_>, project: &Project<'_>) -> bool {
    let package = resource.package.as_str();
    package == "dbt" || package.strip_prefix("dbt_").is_some_and(|rest| rest == project.adapter.as_str())
}

fn finds(resource: &Resource<'_>) -> bool {
    let Detail::Macro(detail) = &resource.detail else { return false };
    detail.code().is_some_and(|code| looks_up(&code))
}

/// What stands in any code that looks relations up, as a part of a pattern.
pub(super) const HINTS: &str = r"run_query\(|statement\(|get_query_results|get_single_value|load_relation|load_cached_relation|relation\.create|get_relation|list_relations|graph\.(?:nodes|sources)|adapter\.execute";

/// What asks the catalogue or the graph.
static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?i)information_schema|\bgraph\.(?:nodes|sources)|\bload_(?:cached_)?relation\(|\blist_relations|\brelation\.create\(|\bget_relations_by_|\bget_relation\(";
    Regex::new(pattern).expect("the pattern is well formed")
});

/// What runs a query while the project is compiled.
static QUERIES: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?i)\b(?:run_query|statement|adapter\.execute|get_query_results_as_dict|get_single_value)\(";
    Regex::new(pattern).expect("the pattern is well formed")
});

static TARGETS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:from|join)\s+((?:\{\{.*?\}\}|[^\s,){])+)").expect("the pattern is well formed")
});

/// Whether a macro finds relations itself, rather than reading what it is handed, or its own former state (`this`).
fn looks_up(code: &str) -> bool {
    let may_compose = code.contains("}}.") || code.contains(".{{");
    asks(code) || (may_compose && targets(&blank(code)).contains(&Target::Composed))
}

/// Whether code asks the catalogue, the graph, or the warehouse for more than that.
pub(super) fn asks(code: &str) -> bool {
    if !ASKS.is_match(code) && !QUERIES.is_match(code) {
        return false;
    }
    let code = blank(code);
    let is_about_others = |hit: regex::Match<'_>| {
        let arguments = code[hit.end()..].split(')').next().unwrap_or_default();
        !(hit.as_str().ends_with('(') && arguments.contains("this"))
    };
    ASKS.find_iter(&code).any(is_about_others) || (QUERIES.is_match(&code) && queries_others(&code))
}

/// Whether a query that code runs reads what it was not given, as far as one can see.
fn queries_others(code: &str) -> bool {
    let targets = targets(code);
    let is_handed = || code.contains("run_query(") || code.contains("get_query_results_as_dict(");
    (targets.is_empty() && is_handed()) || targets.iter().any(|target| *target != Target::Given)
}

/// What stands behind each `from` and `join`.
fn targets(code: &str) -> Vec<Target> {
    let captures = TARGETS.captures_iter(code).filter_map(|hit| hit.get(1));
    captures.map(|target| Target::of(target.as_str(), code)).collect()
}

/// What stands behind `from` or `join` in a macro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    /// A parameter, a CTE, `this`, or lineage.
    Given,
    /// A name that is put together of parts.
    Composed,
    Other,
}

impl Target {
    fn of(text: &str, code: &str) -> Self {
        if text.starts_with('(') || (!text.contains(['.', '{'])) {
            return Self::Given;
        }
        let jinja = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        let Some(inner) = jinja.filter(|inner| !inner.contains("}}")) else {
            return if text.contains("{{") && !text.starts_with("{{ this") { Self::Composed } else { Self::Other };
        };
        let inner = inner.trim_matches(['-', ' ']);
        let is_lineage = inner.starts_with("ref(") || inner.starts_with("source(") || inner.starts_with("builtins.");
        if is_lineage || inner == "this" || is_parameter(inner, code) { Self::Given } else { Self::Other }
    }
}

/// Whether the macro's signature has that word.
fn is_parameter(word: &str, code: &str) -> bool {
    let signature = code.split("%}").next().filter(|tag| tag.contains("macro ")).unwrap_or_default();
    signature.split(|character: char| !(character.is_alphanumeric() || character == '_')).any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::looks_up;

    #[test]
    fn macros_that_find_tables_are_told_from_others() {
        for code in [
            "{% macro f(s) %}{% set r = run_query('select table_name from information_schema.tables') %}{% endmacro %}",
            "{% macro f(s) %}{% for node in graph.nodes.values() %}{% endfor %}{% endmacro %}",
            "{% macro f(s) %}{{ adapter.get_relation(target.database, s, 'orders') }}{% endmacro %}",
            "{% macro f(s) %}{{ dbt_utils.get_relations_by_pattern(s, '%') }}{% endmacro %}",
            "{% macro f(s, t) %}select * from {{ s }}.{{ t }}{% endmacro %}",
            "{% macro f(sql) %}{% set r = run_query(sql) %}{% endmacro %}",
            "{% macro f() %}{% set q %}select x from erp.orders{% endset %}{% do run_query(q) %}{% endmacro %}",
        ] {
            assert!(looks_up(code), "{code}");
        }
        for code in [
            "{% macro f(cte) %}select *, {% set r = run_query(q) %} from {{ cte }} join {{ this }} using (id){% endmacro %}",
            "{% macro f(cte) %}{% set r = adapter.get_relation(schema=this.schema, identifier=this.table) %}{% endmacro %}",
            "{% macro f(pairs) %}with {% for p in pairs %}{{ p[0] }} as (select * from {{ ref(p[1]) }}){% endfor %}{% endmacro %}",
            "{% macro f(x) %}{{ adapter.dispatch('f')(x) }}{% endmacro %}",
            "{% macro f() %}{# information_schema #}-- graph.nodes\n1{% endmacro %}",
            "{% macro f(a, b) %}{% call statement('s') %}select {{ a }} - {{ b }}{% endcall %}{% endmacro %}",
        ] {
            assert!(!looks_up(code), "{code}");
        }
    }
}
