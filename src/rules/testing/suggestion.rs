//! The YAML to add, as precisely as what is declared allows.

use super::disabled;
use crate::project::{Constraint, Project, Resource, ResourceType};

/// What to add where, so that the resource's key is tested: under a declared column if one looks like the key.
pub fn key_tests(project: &Project<'_>, resource: &Resource<'_>) -> String {
    let caveat = disabled::caveat(project, resource);
    addition(project, resource) + &caveat.unwrap_or_default()
}

fn addition(project: &Project<'_>, resource: &Resource<'_>) -> String {
    let tests = format!("{}: [unique, not_null]", project.tests_key());
    if let Some(column) = likely_key(resource) {
        let is_declared = !declared_key(resource).is_empty();
        let hedge = if is_declared { "" } else { " if it identifies a row" };
        return format!("add `{tests}` to column `{column}` of {}{hedge}", entry(project, resource));
    }
    let advice = "with the column that identifies a row";
    match resource.columns.first() {
        Some(_) => format!("add `{tests}` to the column of {} that identifies a row", entry(project, resource)),
        None => format!("add `columns: [{{name: …, {tests}}}]` to {}, {advice}", entry(project, resource)),
    }
}

/// Where the resource is described, or should be, in words: "`- name: orders` of source `erp` in models/erp.yml".
pub fn entry(project: &Project<'_>, resource: &Resource<'_>) -> String {
    let name = &resource.name;
    if let Some(path) = resource.entry_file() {
        let source = resource.as_source().map(|source| format!(" of source `{}`", source.source_name));
        return format!("`- name: {name}`{} in {path}", source.unwrap_or_default());
    }
    let key = resource.kind.properties_key().unwrap_or_default();
    format!("a new entry `- name: {name}` under `{key}:` in {}", project.entry_file_in_words(resource))
}

/// The declared column that identifies a row: by a key constraint, by `unique_key`, or by its name, which is `key`, `id` or
/// the resource's own name with a key's ending. `None` rather than a guess beyond that: the first `…_id` of a table is as
/// often the key of another.
pub fn likely_key<'r>(resource: &'r Resource<'_>) -> Option<&'r str> {
    let columns = || resource.columns.iter().map(|column| column.name.as_str());
    match declared_key(resource).as_slice() {
        [] => {}
        [key] => return columns().find(|column| column.eq_ignore_ascii_case(key)),
        // Several columns together.
        _ => return None,
    }
    let thing = thing(resource);
    let named = |wanted: &dyn Fn(&str) -> bool| columns().find(|column| wanted(&column.to_ascii_lowercase()));
    // A table with a surrogate key may well repeat the key of the thing, as history does.
    named(&|column| matches!(column, "key" | "id"))
        .or_else(|| named(&|column| names_thing(column, &["_key", "_pk", "_sk"], &thing)))
        .or_else(|| named(&|column| names_thing(column, &["_id", "_uuid"], &thing)))
}

fn names_thing(column: &str, endings: &[&str], thing: &str) -> bool {
    let mut stems = endings.iter().filter_map(|ending| column.strip_suffix(ending));
    stems.any(|stem| is_singular(stem, thing))
}

/// The columns that a key constraint names, enforced or not, or else `unique_key`.
fn declared_key<'r>(resource: &'r Resource<'_>) -> Vec<&'r str> {
    let is_key = |constraint: &&Constraint<'_>| matches!(constraint.kind.as_str(), "primary_key" | "unique");
    let of_columns = resource.columns.iter().filter(|column| column.constraints.iter().any(|it| is_key(&it)));
    let of_columns: Vec<&str> = of_columns.map(|column| column.name.as_str()).collect();
    let Some(relation) = resource.relation().filter(|_| of_columns.is_empty()) else { return of_columns };
    match relation.constraints.iter().find(is_key) {
        Some(constraint) => constraint.columns.iter().map(|column| column.as_str()).collect(),
        None => relation.unique_key.iter().map(|column| column.as_str()).collect(),
    }
}

/// What the rows are, by the name: `orders` for `stg_erp__orders`, `fct_orders` and a source table `orders`.
fn thing(resource: &Resource<'_>) -> String {
    const PREFIXES: [&str; 8] = ["base_", "stg_", "int_", "fct_", "dim_", "rpt_", "mart_", "snap_"];
    let name = resource.name.to_ascii_lowercase();
    let name = name.rsplit_once("__").map_or(name.as_str(), |(_, thing)| thing);
    let is_relation = resource.kind != ResourceType::Source;
    let bare = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).filter(|_| is_relation);
    bare.unwrap_or(name).to_owned()
}

fn is_singular(one: &str, many: &str) -> bool {
    let rest = || many.strip_prefix(one);
    one == many
        || matches!(rest(), Some("s" | "es"))
        || one.strip_suffix('y').is_some_and(|stem| many.strip_prefix(stem) == Some("ies"))
}

#[cfg(test)]
mod tests {
    use super::{key_tests, likely_key};
    use crate::project::{Constraint, Facts, Project, Text};
    use crate::rules::tester::{column, model, relation, source};

    fn project(version: &'static str) -> Project<'static> {
        Project::from(Facts { dbt_version: Text::from(version), ..Facts::default() })
    }

    #[test]
    fn finds_the_key_among_the_columns() {
        for (name, columns, key) in [
            ("stg_erp__orders", vec!["customer_id", "order_id"], Some("order_id")),
            ("fct_orders", vec!["ORDER_KEY"], Some("ORDER_KEY")),
            ("dim_companies", vec!["country_id", "company_id"], Some("company_id")),
            ("dim_addresses", vec!["street", "address_id"], Some("address_id")),
            ("fct_payments", vec!["name", "id"], Some("id")),
            ("dim_agency", vec!["agency_id", "key"], Some("key")),
            ("dim_customers", vec!["customer_id", "customer_key"], Some("customer_key")),
            ("bridge_components_x_products", vec!["component_key", "product_key"], None),
            ("fct_payments", vec!["transaction_id", "amount"], None),
            ("fct_payments", vec!["amount", "transaction_id"], None),
            ("fct_payments", vec![], None),
        ] {
            let mut model = model("marts", name);
            model.columns = columns.into_iter().map(column).collect();
            assert_eq!(likely_key(&model), key, "{name}");
        }
    }

    #[test]
    fn what_is_declared_as_the_key_comes_first() {
        let mut lines = model("marts", "fct_lines");
        lines.columns = ["id", "order_id", "line"].into_iter().map(column).collect();
        relation(&mut lines).unique_key = vec![Text::from("ORDER_ID")];
        assert_eq!(likely_key(&lines), Some("order_id"));
        relation(&mut lines).unique_key.push(Text::from("line"));
        assert_eq!(likely_key(&lines), None);
        relation(&mut lines).constraints =
            vec![Constraint { kind: Text::from("primary_key"), columns: vec![Text::from("line")] }];
        assert_eq!(likely_key(&lines), Some("line"));
    }

    #[test]
    fn says_what_to_add_where() {
        let project = project("1.12.0");
        let mut table = source("erp", "orders");
        assert_eq!(
            key_tests(&project, &table),
            "add `columns: [{name: …, data_tests: [unique, not_null]}]` to `- name: orders` of source `erp` in \
             models/sources.yml, with the column that identifies a row"
        );
        table.columns = vec![column("status")];
        assert_eq!(
            key_tests(&project, &table),
            "add `data_tests: [unique, not_null]` to the column of `- name: orders` of source `erp` in \
             models/sources.yml that identifies a row"
        );
        table.columns.push(column("order_id"));
        assert_eq!(
            key_tests(&project, &table),
            "add `data_tests: [unique, not_null]` to column `order_id` of `- name: orders` of source `erp` in \
             models/sources.yml if it identifies a row"
        );
        table.columns[0].constraints = vec![Constraint { kind: Text::from("primary_key"), columns: Vec::new() }];
        assert_eq!(
            key_tests(&project, &table),
            "add `data_tests: [unique, not_null]` to column `status` of `- name: orders` of source `erp` in \
             models/sources.yml"
        );
        assert_eq!(
            key_tests(&project, &model("marts", "fct_orders")),
            "add `columns: [{name: …, data_tests: [unique, not_null]}]` to a new entry `- name: fct_orders` under \
             `models:` in a YAML file beside models/marts/fct_orders.sql, with the column that identifies a row"
        );
    }
}
