//! Which values of a YAML file dbt renders when it reads the file, and which it leaves for later.

use super::datum::{Datum, Map};

/// One step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Key(String),
    Item(usize),
}

impl Step {
    fn is(&self, names: &[&str]) -> bool {
        matches!(self, Self::Key(key) if names.contains(&key.as_str()))
    }
}

/// Renders every text of a tree for which `renders` says so; `render` evaluates one text.
pub fn render_tree(
    value: Datum,
    path: &mut Vec<Step>,
    renders: &dyn Fn(&[Step]) -> bool,
    render: &mut dyn FnMut(&str) -> Datum,
) -> Datum {
    match value {
        Datum::Text(text) if renders(path) => rendered(text, render),
        Datum::List(items) => {
            let mut rendered = Vec::with_capacity(items.len());
            for (index, item) in items.into_iter().enumerate() {
                path.push(Step::Item(index));
                rendered.push(render_tree(item, path, renders, render));
                path.pop();
            }
            Datum::List(rendered)
        }
        Datum::Map(map) => {
            let mut rendered = Map::new();
            for (key, item) in map {
                path.push(Step::Key(key.clone()));
                rendered.insert(key, render_tree(item, path, renders, render));
                path.pop();
            }
            Datum::Map(rendered)
        }
        other => other,
    }
}

/// Renders one text. Jinja takes a line break at its end away, even where there is nothing else to render.
pub fn rendered(mut text: String, render: &mut dyn FnMut(&str) -> Datum) -> Datum {
    if text.ends_with('\n') {
        text.pop();
    }
    if has_jinja(&text) { render(&text) } else { Datum::Text(text) }
}

/// Whether there is anything to render in a text; most have nothing.
pub fn has_jinja(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}

/// `dbt_project.yml`: all but variables, statements that run around the whole, and hooks.
pub fn renders_in_project_file(path: &[Step]) -> bool {
    let Some(first) = path.first() else { return true };
    if first.is(&["on-run-start", "on-run-end", "query-comment", "vars"]) {
        return false;
    }
    let is_hook = |step: &Step| match step {
        Step::Key(key) => {
            matches!(key.trim_start_matches(['+', ' ']), "pre-hook" | "post-hook" | "pre_hook" | "post_hook")
        }
        Step::Item(_) => false,
    };
    !(first.is(&["seeds", "models", "snapshots", "tests", "data_tests"]) && path.iter().any(is_hook))
}

/// An entry of a properties file, under `models:`, `sources:` and so on; `path` starts at the entry. Tests, descriptions
/// and hooks are rendered later, when a test or a document is made of them.
pub fn renders_in_entry(section: &str, path: &[Step]) -> bool {
    let Some(first) = path.first() else { return true };
    let last_is_filter = || path.iter().rev().take(2).any(|step| step.is(&["filter"]));
    match section {
        "sources" => {
            let is_query = first.is(&["config"]) && path.get(1).is_some_and(|step| step.is(&["loaded_at_query"]));
            !(first.is(&["description", "loaded_at_query"])
                || is_query
                || first.is(&["tables"]) && is_left_for_later(path.get(2..).unwrap_or_default()))
        }
        "macros" if first.is(&["arguments"]) => !is_left_for_later(&path[1..]),
        "metrics" => !last_is_filter() && !is_left_for_later(path),
        "saved_queries" => {
            let is_where = first.is(&["query_params"]) && path.get(1).is_some_and(|step| step.is(&["where"]));
            !is_where && !is_left_for_later(path)
        }
        _ => !(is_left_for_later(path) || first.is(&["metrics"]) && last_is_filter()),
    }
}

const LATER: [&str; 3] = ["tests", "data_tests", "description"];

fn is_left_for_later(path: &[Step]) -> bool {
    let at = |index: usize, names: &[&str]| path.get(index).is_some_and(|step| step.is(names));
    let direct = ["tests", "data_tests", "description", "loaded_at_query"];
    at(0, &direct)
        || path.len() == 2 && at(1, &direct)
        || at(0, &["config"]) && at(1, &["pre_hook", "post_hook", "loaded_at_query"])
        || path.len() == 5 && at(4, &["description"])
        || at(0, &["versions"]) && (at(2, &LATER) || at(2, &["columns"]) && at(4, &LATER))
        || at(0, &["columns", "dimensions", "measures", "entities", "metrics"]) && at(2, &LATER)
        || at(0, &["derived_semantics"]) && at(1, &["dimensions", "entities"]) && at(3, &LATER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<Step> {
        let step = |part: &str| part.parse().map_or_else(|_| Step::Key(part.to_owned()), Step::Item);
        text.split('/').map(step).collect()
    }

    #[test]
    fn one_line_break_at_the_end_goes_with_rendering() {
        let mut render = |text: &str| Datum::Text(format!("<{text}>"));
        assert_eq!(rendered("a\n\n".to_owned(), &mut render), Datum::Text("a\n".to_owned()));
        assert_eq!(rendered("{{ a }}\n".to_owned(), &mut render), Datum::Text("<{{ a }}>".to_owned()));
    }

    #[test]
    fn what_becomes_a_test_or_a_document_is_left_alone() {
        let cases = [
            ("models", "description", false),
            ("models", "config/materialized", true),
            ("models", "columns/0/description", false),
            ("models", "columns/0/tests/0/accepted_values/values", false),
            ("models", "columns/0/meta/owner", true),
            ("models", "versions/1/columns/0/data_tests", false),
            ("models", "meta/description", false),
            ("sources", "schema", true),
            ("sources", "tables/0/columns/3/description", false),
            ("sources", "tables/0/identifier", true),
            ("sources", "tables/0/description", false),
            ("metrics", "type_params/measure/filter", false),
            ("saved_queries", "query_params/where/0", false),
            ("macros", "arguments/0/description", false),
            ("macros", "arguments/0/type", true),
        ];
        for (section, text, renders) in cases {
            assert_eq!(renders_in_entry(section, &path(text)), renders, "{section} {text}");
        }
    }

    #[test]
    fn hooks_and_variables_of_the_project_file_are_left_alone() {
        let cases = [
            ("models/shop/+schema", true),
            ("models/shop/+post-hook", false),
            ("vars/region", false),
            ("on-run-end/0", false),
            ("name", true),
        ];
        for (text, renders) in cases {
            assert_eq!(renders_in_project_file(&path(text)), renders, "{text}");
        }
    }
}
