use std::collections::BTreeSet;

use super::{contract, has_column};
use crate::findings::Place;
use crate::project::{Resource, ResourceType, SemanticModel, Test};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a data test or a semantic model that names a column which the base has and the model has no more.
    ///
    /// The rule runs with `--base` or `--since … --downstream`. Looked at are the `field` of `relationships`, in tests of
    /// other models, the columns that a test of the model itself lists, and the entities, dimensions and measures of
    /// semantic models that are a column, by `expr` or by name. A column is known to be gone if a contract is
    /// enforced in both states and names it in the base only; without a contract, if the base declares it and names it in
    /// its SQL, and the model's SQL names it nowhere, has no `*`, and no Jinja but `ref`, `source` and `config`. What reads
    /// the column in SQL, in an expression, a dashboard, the filter of a metric or another project is not seen.
    ///
    /// # Why it matters
    /// Nothing fails at the change. The test fails in the next build, and the metric when somebody asks for it, with a
    /// message from the warehouse that names neither the change nor who made it.
    ///
    /// # Example
    /// ```yaml
    /// # before: models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     columns: [{name: id}]
    ///   - name: fct_orders
    ///     columns:
    ///       - name: product_id
    ///         data_tests:
    ///           - relationships: {arguments: {to: ref('dim_products'), field: id}}
    /// ```
    /// ```sql
    /// -- before: models/marts/dim_products.sql
    /// select product_key as id from {{ source('erp', 'products') }}
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     columns: [{name: product_key}]
    ///   - name: fct_orders
    ///     columns:
    ///       - name: product_id
    ///         data_tests:
    ///           - relationships: {arguments: {to: ref('dim_products'), field: id}}
    /// ```
    /// ```sql
    /// -- models/marts/dim_products.sql
    /// select product_key from {{ source('erp', 'products') }}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     columns: [{name: product_key}]
    ///   - name: fct_orders
    ///     columns:
    ///       - name: product_id
    ///         data_tests:
    ///           - relationships: {arguments: {to: ref('dim_products'), field: product_key}}
    /// ```
    /// ```sql
    /// -- models/marts/dim_products.sql
    /// select product_key from {{ source('erp', 'products') }}
    /// ```
    RemovedColumnInUse(NoOptions),
    code = "ACC035",
    slug = "removed-column-in-use",
    area = Access,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Test, SemanticModel]
}

impl Rule for RemovedColumnInUse {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let named = match (node.resource.as_test(), node.resource.as_semantic_model()) {
            (Some(test), _) => named(node, test, cx),
            (None, Some(semantic)) => named_by(node, semantic, cx),
            (None, None) => return,
        };
        for (model, column) in named {
            let Some(former) = cx.former(model) else { continue };
            if !is_gone(former, model.resource, &column) {
                continue;
            }
            let label = model.label();
            let what = node.kind.label();
            cx.report(
                node,
                Place::Entry,
                format!("{what} `{}` names column `{column}`, which `{label}` has no more", node.name),
            )
            .part(format!("column:{}:{column}", model.unique_id))
            .help(format!("name another column, take the {what} out, or keep `{column}` in `{label}`"))
            .related(model.id, Place::Entry, format!("had `{column}` in the base"));
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        cx.without_base()
    }
}

/// The columns that a semantic model's parts are, each with the model and once.
fn named_by<'p>(node: Node<'_>, semantic: &SemanticModel<'_>, cx: &Context<'p>) -> Vec<(Node<'p>, String)> {
    let Some(model) = cx.parents(node.id).find(|parent| parent.kind == ResourceType::Model) else { return Vec::new() };
    let names: BTreeSet<&str> = semantic.columns.iter().map(|column| column.as_str()).collect();
    names.into_iter().map(|name| (model, name.to_owned())).collect()
}

/// Tests that list columns of their own model, and the argument that does.
const LISTS: [(&str, &str); 2] = [
    ("unique_combination_of_columns", "combination_of_columns"),
    ("expect_compound_columns_to_be_unique", "column_list"),
];

/// The columns that a test's arguments name, each with its model.
fn named<'p>(node: Node<'_>, test: &Test<'_>, cx: &Context<'p>) -> Vec<(Node<'p>, String)> {
    let Some(generic) = &test.generic else { return Vec::new() };
    let is_tested = |parent: &Node<'p>| cx.project.tests(parent.id).contains(&node.id);
    let (tested, others): (Vec<_>, Vec<_>) = cx.parents(node.id).partition(is_tested);
    let arguments = generic.arguments();
    if let (true, Some(field)) = (generic.is("relationships"), arguments.get("field").and_then(|field| field.as_str()))
    {
        // The target of a test on the model itself is that model.
        let target = others.first().or(tested.first());
        return target.map(|target| (*target, field.to_owned())).into_iter().collect();
    }
    let list = LISTS.iter().find(|(name, _)| generic.is(name)).and_then(|(_, list)| arguments.get(*list)?.as_array());
    let columns = list.into_iter().flatten().filter_map(|column| column.as_str());
    columns.filter_map(|column| Some((*tested.first()?, column.to_owned()))).collect()
}

/// Whether a column was there and is there no more, for certain.
fn is_gone(former: &Resource<'_>, now: &Resource<'_>, column: &str) -> bool {
    if !has_column(former, column) || has_column(now, column) || now.is_unknown("columns") {
        return false;
    }
    if contract(former).is_some() && contract(now).is_some() {
        return true;
    }
    let code = |resource: &Resource<'_>| resource.relation().filter(|it| !it.is_python()).and_then(|it| it.code());
    let (Some(before), Some(now)) = (code(former), code(now)) else { return false };
    names(&before, column) && is_plain(&now) && !names(&now, column)
}

/// Whether a text has that word, in any case.
fn names(text: &str, word: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    text.split(|character| !is_word(character)).any(|part| part.eq_ignore_ascii_case(word))
}

/// Whether all columns that the SQL yields stand in it.
fn is_plain(code: &str) -> bool {
    let has_other_jinja = code.contains("{%")
        || code.split("{{").skip(1).any(|after| {
            let call = after.trim_start_matches(['-', ' ', '\n']);
            !["ref(", "source(", "config("].iter().any(|name| call.starts_with(name))
        });
    !has_other_jinja && !code.contains('*')
}

#[cfg(test)]
mod tests {
    use super::super::product;
    use super::{is_plain, names};
    use crate::project::{Detail, Resource, ResourceType, SemanticModel, Text};
    use crate::rules::tester::{findings_against, json_text, reading, relation, resource};

    fn semantic(columns: &[&'static str]) -> Resource<'static> {
        let id = "semantic_model.shop.products";
        let mut made = reading(resource(ResourceType::SemanticModel, id, "models/marts/s.yml"), &[&product()]);
        let columns = columns.iter().map(|name| Text::from(*name)).collect();
        made.detail = Detail::SemanticModel(Box::new(SemanticModel { columns, ..SemanticModel::default() }));
        made
    }

    #[test]
    fn a_semantic_model_names_columns_by_its_parts() {
        let mut now = product();
        now.columns.retain(|column| column.name.as_str() != "price");
        let found = |columns: &[&'static str], now: Resource<'static>| {
            findings_against("ACC035", &[product(), semantic(columns)], &[now, semantic(columns)])
        };
        let one = found(&["id", "PRICE", "PRICE", "country"], now.clone());
        assert_eq!(one.len(), 1);
        assert_eq!(one[0].message, "semantic model `products` names column `PRICE`, which `dim_products` has no more");
        assert_eq!(one[0].part, "column:model.shop.dim_products:PRICE");
        assert_eq!(one[0].help, "name another column, take the semantic model out, or keep `PRICE` in `dim_products`");
        assert_eq!(found(&["id", "price"], product()).len(), 0);
        // Without a contract the SQL must say so.
        let mut loose = now;
        relation(&mut loose).contract_enforced = false;
        assert_eq!(found(&["price"], loose.clone()).len(), 0, "the SQL still names it");
        relation(&mut loose).raw_code = Some(json_text("select id from {{ ref('stg_products') }}"));
        assert_eq!(found(&["price"], loose.clone()).len(), 1);
        relation(&mut loose).raw_code = Some(json_text("select * from {{ ref('stg_products') }}"));
        assert_eq!(found(&["price"], loose).len(), 0);
    }

    #[test]
    fn only_what_is_written_out_is_known() {
        assert!(is_plain("{{ config(materialized='table') }} select id from {{ ref('a') }}"));
        for code in ["select * from x", "select {{ columns }} from x", "{% set a = 1 %} select id", "select a.* from a"]
        {
            assert!(!is_plain(code), "{code}");
        }
        assert!(names("select Id from x", "id") && names("select \"id\" from x", "id"));
        assert!(!names("select order_id from x", "id"));
    }
}
