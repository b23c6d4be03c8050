//! Findings about what is not known are no findings.
//!
//! With a manifest everything is known. Where the project's own files are read, a value may depend on an environment
//! that is not at hand; what such a value would decide about a resource is left alone.

use super::engine::Findings;
use crate::findings::{Finding, Place};
use crate::project::{Project, Resource};
use crate::rules::RuleInfo;

/// Fields that the rules of an area draw conclusions from, by the first letters of their codes. Names in the warehouse
/// are not among them: without a profile they are unknown everywhere, and the few rules that read them see to it.
///
/// `entry` is what a YAML entry says beside the rest, its tests above all, `descriptions of parts` those of its columns or
/// arguments, and `readers` whether something reads it that is not known at all.
const FIELDS: [(&str, &[&str]); 28] = [
    // Every rule: dbt may have no such resource.
    ("", &["enabled"]),
    ("DAG001", &["entry"]),
    ("DAG002", &["readers"]),
    ("DAG019", &["readers"]),
    ("EXP009", &["readers", "children"]),
    ("ACC018", &["readers", "children"]),
    ("EXP", &["entry"]),
    ("MET", &["readers", "children"]),
    ("PRF", &["entry"]),
    ("SRC004", &["readers"]),
    ("OWN", &["meta", "group", "owner"]),
    ("DOC", &["description", "columns", "meta"]),
    ("DOC008", &["descriptions of parts"]),
    ("DOC010", &["descriptions of parts"]),
    ("DOC011", &["descriptions of parts"]),
    ("DOC014", &["descriptions of parts"]),
    ("DOC017", &["descriptions of parts"]),
    ("ACC005", &["description", "descriptions of parts"]),
    ("EXP005", &["description", "descriptions of parts"]),
    ("SRC002", &["description"]),
    ("TST", &["entry", "columns", "meta", "severity", "where", "unique_key", "materialized"]),
    ("SRC", &["freshness", "loaded_at_field", "loader", "meta", "children"]),
    ("EXP", &["owner", "url", "maturity", "meta", "parents"]),
    ("MET", &["type_params", "filter"]),
    ("ACC", &["access", "group", "contract", "meta", "tags", "grants", "columns"]),
    ("DAG", &["materialized", "parents", "children"]),
    ("NAM", &["materialized", "parents"]),
    ("PRF", &["materialized", "unique_key", "incremental_strategy", "on_schema_change", "parents", "children"]),
];

/// Rules that conclude from what no resource is or reads, or measure all of them.
const NEED_ALL_RESOURCES: [&str; 20] = [
    "ACC018", "ACC030", "DAG002", "DAG005", "DAG006", "DAG015", "DAG019", "DOC022", "DOC023", "EXP008", "EXP009",
    "MET002", "MET003", "OWN010", "OWN011", "PRJ005", "SRC004", "SUP001", "TST010", "TST012",
];

/// Rules that conclude from what no file of the project has.
const NEED_ALL_FILES: [&str; 4] = ["PRJ003", "PRJ011", "RES001", "RES009"];

/// Why a rule cannot run where a folder cannot be listed: what it misses may be there.
pub(super) fn without_folder(rule: &RuleInfo, project: &Project<'_>) -> Option<String> {
    let folder = match rule.code {
        code if NEED_ALL_FILES.contains(&code) => project.closed_folder(),
        code if NEED_ALL_RESOURCES.contains(&code) => project.unread_folder(),
        _ => None,
    };
    folder.map(|folder| format!("{} cannot be read, and what may lie in it counts", folder.path))
}

/// Drops findings that rest on a value of their own resource that is not known, and such members of groups.
pub(super) fn drop_unfounded(findings: &mut Findings, project: &Project<'_>) {
    if project.resources.iter().all(|resource| resource.unknown.is_none()) {
        return;
    }
    findings.retain_mut(|finding| {
        let resource = finding.located_in.map(|id| project.get(id));
        // A group of several resources stands at the place of any one of them.
        let is_its_own =
            |resource: &&Resource<'_>| finding.members.is_none() || *resource.unique_id == *finding.subject;
        let is_unfounded = |resource: &Resource<'_>| resource.unknown.is_some() && rests_on_unknown(finding, resource);
        !resource.filter(is_its_own).is_some_and(is_unfounded) && has_members_left(finding, project)
    });
}

/// Takes out of a group the members of which too little is known. An ordinary finding is left as it is.
fn has_members_left(finding: &mut Finding, project: &Project<'_>) -> bool {
    let Some(members) = &mut finding.members else { return true };
    if members.is_empty() {
        // It was to be silent from the beginning.
        return true;
    }
    members.retain(|atom| {
        let resource = project.find(atom.subject).map(|id| project.get(id));
        resource.is_none_or(|resource| !is_field_unknown(atom.code, resource))
    });
    !members.is_empty()
}

fn rests_on_unknown(finding: &Finding, resource: &Resource<'_>) -> bool {
    let is_unknown = |field: &str| resource.is_unknown(field);
    let by_place = match &finding.place {
        Place::Key(keys) => keys.iter().any(|key| is_unknown(key)),
        Place::Config(name) => is_unknown(name),
        _ => false,
    };
    by_place || is_field_unknown(finding.code, resource)
}

/// Whether a value is unknown that rules of that area draw conclusions from.
pub(crate) fn is_field_unknown(code: &str, resource: &Resource<'_>) -> bool {
    let mut fields = FIELDS.iter().filter(|(area, _)| code.starts_with(area)).flat_map(|(_, fields)| *fields);
    fields.any(|field| resource.is_unknown(field))
}

#[cfg(test)]
mod tests {
    use crate::project::{Resource, Text};
    use crate::rules::tester::{model, subjects};

    fn with_unknown(field: &'static str) -> Resource<'static> {
        let mut orders = model("marts", "fct_orders");
        orders.unknown = Some(Box::new(vec![(Text::from(field), Text::from("env_var('TEAM') has no value here"))]));
        orders
    }

    #[test]
    fn what_may_be_there_is_not_missing() {
        assert_eq!(subjects("DOC001", &[model("marts", "fct_orders")]), ["model.shop.fct_orders"]);
        assert!(subjects("DOC001", &[with_unknown("description")]).is_empty());
        assert_eq!(subjects("DOC001", &[with_unknown("schema")]), ["model.shop.fct_orders"]);
        assert!(subjects("OWN001", &[with_unknown("meta")]).is_empty());
        assert_eq!(subjects("DAG002", &[model("staging", "stg_orders")]), ["model.shop.stg_orders"]);
        assert!(subjects("TST001", &[with_unknown("entry")]).is_empty());
        let mut unread = model("staging", "stg_orders");
        unread.unknown = Some(Box::new(vec![(Text::from("readers"), Text::from("models/a.yml cannot be read"))]));
        assert!(subjects("DAG002", &[unread]).is_empty());
    }
}
