//! Findings on one stretch of YAML that several resources share: by an alias, or as versions of one model.

use super::{Finding, Located, Place};
use crate::project::Project;
use crate::words::{counted, listed};

/// Makes one finding of those of one rule on one column's entry, however many resources have it: what is written once is
/// repaired once. `findings` are in order, and so the same are neighbours.
pub fn join_shared(findings: Vec<Located>, project: &Project<'_>) -> Vec<Located> {
    if !findings.windows(2).any(|pair| is_shared(&pair[0], &pair[1])) {
        return findings;
    }
    // Each with what it stands for besides itself.
    let mut joined: Vec<(Located, Vec<Finding>)> = Vec::with_capacity(findings.len());
    for located in findings {
        match joined.last_mut() {
            Some((first, others)) if is_shared(first, &located) => others.push(*located.finding),
            _ => joined.push((located, Vec::new())),
        }
    }
    let told = joined.into_iter().map(|(mut first, others)| {
        stand_for(&mut first.finding, others, project);
        first
    });
    told.collect()
}

/// Whether both are about the same lines of a column, which two resources have.
fn is_shared(a: &Located, b: &Located) -> bool {
    let (one, other) = (&a.finding, &b.finding);
    let is_in_column = |finding: &Finding| matches!(finding.place, Place::Column(_) | Place::ColumnKey(..));
    let span = |located: &Located| located.location.region.as_ref().map(|region| region.span);
    // Codes first: they tell nearly all neighbours apart.
    one.code == other.code
        && one.severity == other.severity
        && one.subject != other.subject
        && one.part == other.part
        && one.part.starts_with("column:")
        && is_in_column(one)
        && is_in_column(other)
        && span(a).is_some()
        && span(a) == span(b)
        && a.location.path == b.location.path
}

fn stand_for(first: &mut Finding, others: Vec<Finding>, project: &Project<'_>) {
    if others.is_empty() {
        return;
    }
    let ids = std::iter::once(first.located_in).chain(others.iter().map(|other| other.located_in)).flatten();
    let resources: Vec<_> = ids.map(|id| project.get(id)).collect();
    let kind = resources.first().map(|resource| resource.kind);
    let is_one_kind = resources.iter().all(|resource| Some(resource.kind) == kind);
    let noun = kind.filter(|_| is_one_kind).map_or("resource", |kind| kind.label());
    first.message = format!("{} (shared by {})", first.message, counted(others.len() + 1, noun));
    first.evidence(format!("shared by {}", listed(resources.iter().map(|resource| resource.label()))));
    for other in others {
        first.stands_also_for(other.into_atoms());
    }
}
