//! What tests and constraints say about a model's key: which columns never repeat, and which are always filled.

use std::borrow::Cow;

use crate::project::{GenericTest, Project, Relation, Resource, Test};
use crate::rules::Node;

/// Tests of which one alone proves a key, in any package. An asterisk at the end is for any ending, so that a test of the
/// project's own such as `unique_grain` is known by its name.
pub const KEY_TESTS: [&str; 3] = ["unique_*", "expect_compound_columns_to_be_unique", "primary_key"];

/// Tests of a unique combination, and the argument that lists its columns.
pub const COMBINATIONS: [(&str, &str); 2] = [
    ("unique_combination_of_columns", "combination_of_columns"),
    ("expect_compound_columns_to_be_unique", "column_list"),
];

/// Tests that say of a column that it is always filled.
const NOT_NULL_TESTS: [&str; 3] = ["not_null", "not_null_where", "expect_column_values_to_not_be_null"];

/// What is claimed of one model.
#[derive(Debug, Default)]
pub struct Claims<'p> {
    /// Whether a single test or constraint proves the key.
    pub key: bool,
    /// Columns, mostly one, that together never repeat; a column may be an SQL expression.
    pub unique: Vec<Vec<Cow<'p, str>>>,
    /// Columns that are always filled.
    pub filled: Vec<Cow<'p, str>>,
}

impl<'p> Claims<'p> {
    /// Collects the claims of a model's tests and of its enforced constraints. Any test in `accepted` proves the key.
    pub fn of(project: &'p Project<'p>, model: Node<'p>, accepted: &[String]) -> Self {
        Self::of_tests(project.data_tests(model.id).map(|(_, test)| test), model, accepted)
    }

    /// As [`of`](Self::of), as if the disabled tests were enabled.
    pub fn with_disabled(project: &'p Project<'p>, model: Node<'p>, accepted: &[String]) -> Self {
        let disabled = project.disabled_tests(model.id).filter_map(Resource::as_test);
        Self::of_tests(project.data_tests(model.id).map(|(_, test)| test).chain(disabled), model, accepted)
    }

    fn of_tests(tests: impl Iterator<Item = &'p Test<'p>>, model: Node<'p>, accepted: &[String]) -> Self {
        let mut claims = Self::default();
        for (test, generic) in tests.filter_map(|test| Some((test, test.generic.as_ref()?))) {
            if is_of_columns(test, generic) {
                claims.unique.push(columns(test));
            } else if is_any(generic, accepted) {
                claims.key = true;
                return claims;
            } else if is_any(generic, &NOT_NULL_TESTS) {
                claims.filled.extend(columns(test));
            }
        }
        claims.add_constraints(model.resource);
        claims
    }

    /// The claims of enforced constraints alone.
    pub fn of_constraints(model: &'p Resource<'p>) -> Self {
        let mut claims = Self::default();
        claims.add_constraints(model);
        claims
    }

    fn add_constraints(&mut self, model: &'p Resource<'p>) {
        let Some(relation) = model.relation().filter(|relation| enforces_constraints(relation)) else { return };
        for constraint in &relation.constraints {
            let columns = constraint.columns.iter().map(|column| Cow::Borrowed(column.as_str()));
            self.add_constraint(&constraint.kind, columns.collect());
        }
        for column in &model.columns {
            for constraint in &column.constraints {
                self.add_constraint(&constraint.kind, vec![Cow::Borrowed(column.name.as_str())]);
            }
        }
    }

    fn add_constraint(&mut self, kind: &str, columns: Vec<Cow<'p, str>>) {
        match kind {
            "primary_key" => self.key = true,
            "unique" => self.unique.push(columns),
            "not_null" => self.filled.extend(columns),
            _ => {}
        }
    }

    /// Whether a key is proven: by one test or constraint, or by columns that never repeat and are all filled.
    pub fn prove_key(&self, model: &Resource<'_>) -> bool {
        let is_key =
            |columns: &Vec<Cow<'_, str>>| !columns.is_empty() && columns.iter().all(|column| self.fills(column, model));
        self.key || self.unique.iter().any(is_key)
    }

    fn fills(&self, column: &str, model: &Resource<'_>) -> bool {
        self.is_filled(column) || self.fills_expression(column, model)
    }

    fn is_filled(&self, column: &str) -> bool {
        self.filled.iter().any(|filled| bare(filled).eq_ignore_ascii_case(bare(column)))
    }

    /// An expression such as `concat(order_id, line)` is filled if all declared columns that it names are.
    fn fills_expression(&self, expression: &str, model: &Resource<'_>) -> bool {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let is_named = |name: &str| expression.split(|c| !is_word(c)).any(|word| word.eq_ignore_ascii_case(name));
        let mut named = model.columns.iter().filter(|column| is_named(&column.name)).peekable();
        !expression.chars().all(is_word) && named.peek().is_some() && named.all(|column| self.is_filled(&column.name))
    }
}

/// Whether a test's name is in the list.
pub fn is_any<S: AsRef<str>>(generic: &GenericTest<'_>, names: &[S]) -> bool {
    names.iter().map(AsRef::as_ref).any(|name| match name.strip_suffix('*') {
        Some(start) => {
            let is_named = generic.name.starts_with(start) || generic.full_name().starts_with(start);
            is_named && !is_of_most(generic)
        }
        None => generic.is(name),
    })
}

/// Whether the test is content with most rows, as `unique_proportion` with `at_least: 0.99` is: that proves nothing of
/// the others.
fn is_of_most(generic: &GenericTest<'_>) -> bool {
    let is_of_all =
        || generic.arguments().get("at_least").and_then(serde_json::Value::as_f64).is_some_and(|least| least >= 1.0);
    generic.name.contains("proportion") && !is_of_all()
}

/// Whether the test makes a claim about the key: that columns never repeat, or are always filled.
pub fn is_claim(test: &Test<'_>, accepted: &[String]) -> bool {
    let is_claim =
        |generic| is_of_columns(test, generic) || is_any(generic, accepted) || is_any(generic, &NOT_NULL_TESTS);
    test.generic.as_ref().is_some_and(is_claim)
}

/// Whether the test says that columns never repeat, and no more: they may still be null. So does any `unique…` test
/// under a column, such as dbt_utils' former `unique_where`.
fn is_of_columns(test: &Test<'_>, generic: &GenericTest<'_>) -> bool {
    is_any(generic, &["unique", "unique_key", "expect_column_values_to_be_unique"])
        || (test.column.is_some() && is_any(generic, &["unique_*"]))
}

/// The columns a test is about: the one it stands under, or those its arguments name.
fn columns<'p>(test: &'p Test<'p>) -> Vec<Cow<'p, str>> {
    if let Some(column) = &test.column {
        return vec![Cow::Borrowed(column.as_str())];
    }
    let arguments = test.generic.as_ref().map(|generic| generic.arguments()).unwrap_or_default();
    let owned = |value: &serde_json::Value| value.as_str().map(|text| Cow::Owned(text.to_owned()));
    match (arguments.get("column_name"), arguments.get("column_names").and_then(|names| names.as_array())) {
        (Some(name), _) => owned(name).into_iter().collect(),
        (None, Some(names)) => names.iter().filter_map(owned).collect(),
        (None, None) => Vec::new(),
    }
}

/// A name without the quotes of any dialect.
fn bare(name: &str) -> &str {
    name.trim().trim_matches(['"', '`', '[', ']'])
}

/// Whether dbt creates the declared constraints: only under an enforced contract, and never on what is no table.
fn enforces_constraints(relation: &Relation<'_>) -> bool {
    relation.contract_enforced && !is_view(relation)
}

fn is_view(relation: &Relation<'_>) -> bool {
    matches!(relation.materialized.as_str(), "view" | "materialized_view" | "ephemeral")
}

/// Why a declared key constraint proves nothing, if so.
pub fn idle_constraint(model: &Resource<'_>) -> Option<&'static str> {
    let relation = model.relation()?;
    let on_columns = model.columns.iter().flat_map(|column| &column.constraints);
    let mut kinds = relation.constraints.iter().chain(on_columns).map(|constraint| constraint.kind.as_str());
    if !kinds.any(|kind| matches!(kind, "primary_key" | "unique")) || enforces_constraints(relation) {
        return None;
    }
    Some(match relation.contract_enforced {
        false => "a key constraint is declared, but dbt does not create it, as the contract is not enforced",
        true => "a key constraint is declared, but dbt creates constraints on tables only",
    })
}
