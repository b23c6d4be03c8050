//! ACC: access, contracts, versions, privacy.

mod sensitive;

use crate::project::{Relation, Resource};

crate::rules::rules![
    public_model_without_contract::PublicModelWithoutContract,
    contract_not_enforced::ContractNotEnforced,
    ungrouped_model::UngroupedModel,
    undocumented_public_model::UndocumentedPublicModel,
    grant_to_everyone::GrantToEveryone,
    latest_version_unset::LatestVersionUnset,
    unpinned_version_ref::UnpinnedVersionRef,
    deprecated_model_in_use::DeprecatedModelInUse,
    overdue_removal::OverdueRemoval,
    old_version_without_deprecation::OldVersionWithoutDeprecation,
    unclassified_sensitive_column::UnclassifiedSensitiveColumn,
    contract_column_untyped::ContractColumnUntyped,
    removed_public_model::RemovedPublicModel,
    removed_contract_column::RemovedContractColumn,
    changed_column_type::ChangedColumnType,
    narrowed_access::NarrowedAccess,
    loosened_contract::LoosenedContract,
    removed_column_in_use::RemovedColumnInUse,
];

pub(crate) use unclassified_sensitive_column::{Options as SensitiveOptions, may_hold_data};

/// Whether dbt can enforce a contract on the model: SQL that becomes a table or view. What other materializations do
/// with a contract depends on who wrote them.
pub(crate) fn can_have_contract(relation: &Relation<'_>) -> bool {
    !relation.is_python() && matches!(relation.materialized.as_str(), "table" | "view" | "incremental")
}

/// The relation of a model whose contract dbt enforces.
fn contract<'r, 'a>(model: &'r Resource<'a>) -> Option<&'r Relation<'a>> {
    model.relation().filter(|relation| relation.contract_enforced)
}

/// Whether the model declares a column of that name, in any case.
fn has_column(model: &Resource<'_>, name: &str) -> bool {
    model.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name))
}

/// A public model with a contract, as the tests of rules that compare two states begin with.
#[cfg(test)]
fn product() -> Resource<'static> {
    use crate::project::{Access, Column, Constraint, Text};
    use crate::rules::tester::{column, json_text, model, relation};

    let mut product = model("marts", "dim_products");
    relation(&mut product).access = Access::Public;
    relation(&mut product).contract_enforced = true;
    relation(&mut product).raw_code = Some(json_text("select id, price from {{ ref('stg_products') }}"));
    let not_null = Constraint { kind: Text::from("not_null"), ..Constraint::default() };
    let typed = |name: &str, data_type: &'static str| Column { data_type: Some(Text::from(data_type)), ..column(name) };
    let id = Column { constraints: vec![not_null], ..typed("id", "integer") };
    product.columns = vec![id, typed("price", "numeric")];
    product
}
