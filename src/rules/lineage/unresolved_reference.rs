use crate::findings::Place;
use crate::project::UnresolvedReference;
use crate::rules::{Context, NoOptions, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a `ref`, `source` or `metric` of something that does not exist, or that is disabled.
    ///
    /// The rule is about projects that are read from their own files. dbt refuses such a project and writes no manifest, so
    /// that with one it has nothing to say. A test that refers to nothing is an exception: dbt leaves it out with a warning,
    /// and runs the rest.
    ///
    /// # Why it matters
    /// dbt stops at the first of them, and nothing at all is built. A test that is left out guards nothing, which nobody
    /// notices.
    ///
    /// # Example
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select * from {{ ref('stg_ordres') }}
    /// ```
    ///
    /// # Use instead
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select * from {{ ref('stg_orders') }}
    /// ```
    /// ```sql
    /// -- models/staging/stg_orders.sql
    /// select 1 as order_id
    /// ```
    UnresolvedName(NoOptions),
    code = "DAG015",
    slug = "unresolved-reference",
    area = Lineage,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Project]
}

impl Rule for UnresolvedName {
    fn check_project(&self, cx: &mut Context<'_>) {
        for reference in cx.project.unresolved.as_deref().unwrap_or_default() {
            let message = message(reference);
            let id = cx.project.find(&reference.unique_id);
            let finding = match (id, &reference.spot) {
                (Some(id), spot) => {
                    let span = spot.as_ref().map(|spot| Place::Span(spot.path.clone(), Some(spot.span)));
                    cx.report(cx.node(id), span.unwrap_or(Place::Entry), message)
                }
                (None, Some(spot)) => cx.report_at(spot, message).subject(reference.unique_id.clone()),
                (None, None) => {
                    cx.report_project(Place::ProjectKey(Vec::new()), message).subject(reference.unique_id.clone())
                }
            };
            finding.part(format!("{}:{}", reference.function, reference.name)).help(help(reference));
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let is_resolved = cx.project.unresolved.is_none();
        is_resolved.then(|| "dbt has resolved every reference before it wrote the manifest".to_owned())
    }
}

fn message(reference: &UnresolvedReference) -> String {
    let name = &reference.name;
    let what = if reference.is_disabled { "is disabled" } else { "does not exist" };
    match is_test(reference) {
        true => format!("{} `{name}` {what}, and dbt leaves this test out", reference.function),
        false => format!("{} `{name}` {what}, and dbt refuses the project", reference.function),
    }
}

fn is_test(reference: &UnresolvedReference) -> bool {
    reference.unique_id.starts_with("test.")
}

fn help(reference: &UnresolvedReference) -> &'static str {
    match reference.is_disabled {
        true => "enable what it refers to, or take the reference out",
        false => "correct the name, or define what it refers to",
    }
}
