//! Relations that code reads by their names in the warehouse. Lineage does not show it.

mod lookups;
mod named;
mod quoted;

use std::sync::OnceLock;

pub(crate) use lookups::Lookups;
pub(crate) use named::{Named, Reading};
pub(crate) use quoted::{in_macro, in_template};

use super::generated::{generates_rows, sql};
use super::instance::Instance;
use super::{Context, Node, hard_coded};
use crate::project::{Project, Resource, ResourceId, ResourceType};

/// What the root project's code says of names in the warehouse, each part looked for when it is first asked for: by a rule
/// that is about to say that nothing reads something.
#[derive(Debug, Default)]
pub(super) struct Answers {
    lookups: OnceLock<Lookups>,
    named: OnceLock<Named>,
}

/// Those answers for one project.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByName<'p> {
    project: &'p Project<'p>,
    answers: &'p Answers,
}

impl Answers {
    /// Finds the answers that these rules are going to ask for, on all threads. Within a rule one thread would have to: while
    /// it waits for others it may start a task that asks for this very answer, and wait for itself.
    pub(super) fn prepare(&self, project: &Project<'_>, rules: &[&Instance]) {
        /// They ask in nearly every project; the others ask now and then.
        const ASKING: [&str; 4] = ["DAG002", "DAG019", "EXP009", "SRC004"];
        if rules.iter().any(|rule| ASKING.contains(&rule.info.code)) {
            rayon::join(
                || self.named.get_or_init(|| Named::new(project, true)),
                || self.lookups.get_or_init(|| Lookups::new(project)),
            );
        }
    }
}

impl<'p> ByName<'p> {
    pub(super) fn new(project: &'p Project<'p>, answers: &'p Answers) -> Self {
        Self { project, answers }
    }

    /// Macros that look relations up.
    pub(crate) fn lookups(self) -> &'p Lookups {
        self.answers.lookups.get_or_init(|| Lookups::new(self.project))
    }

    /// Relations that SQL names: takes one look at all of it.
    pub(crate) fn named(self) -> &'p Named {
        self.answers.named.get_or_init(|| Named::new(self.project, false))
    }
}

/// Whether a model reads what does not show in lineage and in its SQL: a macro or Python finds it.
pub(crate) fn is_blind(model: &Resource<'_>, by_name: ByName<'_>) -> bool {
    if !matches!(model.kind, ResourceType::Model | ResourceType::Snapshot) {
        return false;
    }
    let is_python = model.relation().is_some_and(|relation| relation.is_python());
    is_python || model.is_unknown("parents") || finder(model, by_name).is_some()
}

/// What finds the tables that a model reads: a macro that its code calls, in backticks, or the code itself.
pub(crate) fn finder(model: &Resource<'_>, by_name: ByName<'_>) -> Option<String> {
    let found = by_name.lookups().called(model).map(|name| format!("`{name}`"));
    found.or_else(|| lookups::asks(&sql(model)?).then(|| "its own Jinja".to_owned()))
}

/// Whether what a model without parents reads does not show: it names no table, and makes no rows itself.
pub(crate) fn begins_blind(model: &Resource<'_>, by_name: ByName<'_>) -> bool {
    model.depends_on.is_empty()
        && !by_name.project.is_time_spine(model)
        && !generates_rows(model)
        && is_blind(model, by_name)
        && sql(model).is_none_or(|code| hard_coded::relations(&code).is_empty())
}

/// Whether a model writes its rows out itself and reads nothing: no table, and nothing that a macro looks up or names.
pub(crate) fn writes_its_rows(model: &Resource<'_>, cx: &Context<'_>) -> bool {
    if !model.depends_on.is_empty() || model.is_unknown("parents") {
        return false;
    }
    let Some(code) = sql(model) else { return false };
    let names_tables = |id: &str| cx.project.find(id).is_some_and(|id| cx.by_name().named().is_reader(id));
    hard_coded::writes_rows(&code)
        && finder(model, cx.by_name()).is_none()
        && !model.macros.iter().any(|id| names_tables(id))
}

/// Where SQL reads a model by its name in the warehouse, and who does.
pub(crate) fn reading<'n>(model: Node<'_>, cx: &Context<'n>) -> Option<(&'n Reading, Node<'n>)> {
    let relation = model.relation()?;
    let table = relation.alias.non_empty().unwrap_or(&model.name);
    let schema = (!model.is_unknown("schema")).then(|| relation.schema.non_empty()).flatten();
    let fits = |named: &str| {
        schema.is_none_or(|schema| {
            let schema = schema.to_lowercase();
            // In development dbt puts the schema of the target before that of the config.
            schema == named || schema.strip_suffix(named).is_some_and(|target| target.ends_with('_'))
        })
    };
    let is_meant = |reading: &&Reading| {
        reading.reader != model.id
            && reading.schema.as_deref().is_none_or(|named| fits(named) && !is_source(named, table, cx))
    };
    let found = cx.by_name().named().of(table).iter().find(is_meant)?;
    Some((found, cx.node(found.reader)))
}

/// What the project itself has code in that may read relations, in order of unique id.
pub(crate) fn with_code<'p>(project: &'p Project<'p>) -> Vec<(ResourceId, &'p Resource<'p>)> {
    use ResourceType::{Macro, Model, Operation, Snapshot};
    let all = project.of_kinds([Macro, Model, Operation, Snapshot]).into_iter().map(|id| (id, project.get(id)));
    all.filter(|(_, resource)| project.is_own(resource)).collect()
}

/// Whether a source of the project is that relation.
fn is_source(schema: &str, table: &str, cx: &Context<'_>) -> bool {
    let is_it = |resource: &Resource<'_>| {
        resource.as_source().is_some_and(|source| {
            let own_schema = source.schema.non_empty().unwrap_or(&source.source_name);
            let own_table = source.identifier.non_empty().unwrap_or(&resource.name);
            own_schema.eq_ignore_ascii_case(schema) && own_table.eq_ignore_ascii_case(table)
        })
    };
    cx.project.all(ResourceType::Source).any(|(_, resource)| is_it(resource))
}
