use crate::findings::Place;
use crate::project::{Spot, UnresolvedReference};
use crate::rules::{Context, NoOptions, PACKAGES_ARE_MISSING, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a `ref`, `source` or `metric` of something that does not exist, or that is disabled, and a description with a
    /// `doc` of a docs block that does not exist.
    ///
    /// The rule runs where a project is read from its own files, and not with a manifest. dbt refuses such a project and writes
    /// none. A test that refers to nothing is an exception: dbt leaves it out with a warning, runs the rest and writes the
    /// manifest without it. Nothing in there says so, and to find it, all files would have to be read beside the manifest;
    /// `--input project` does that.
    ///
    /// What a package may define is left alone where packages are not installed. If that is true of every name that is not
    /// found, the rule is named among those that did not run.
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
            let finding = match (id, reference.spots.first()) {
                (Some(id), _) if reference.function == "doc" => {
                    let place = match &reference.column {
                        Some(column) => Place::ColumnKey(column.clone(), "description".to_owned()),
                        None => Place::key("description"),
                    };
                    cx.report(cx.node(id), place, message)
                }
                (Some(id), spot) => {
                    let finding = cx.report(cx.node(id), spot.map_or(Place::Entry, place), message);
                    for again in reference.spots.iter().skip(1) {
                        finding.related(id, place(again), "and here");
                    }
                    finding
                }
                (None, Some(spot)) => cx.report_at(spot, message).subject(reference.unique_id.clone()),
                (None, None) => {
                    cx.report_project(Place::ProjectKey(Vec::new()), message).subject(reference.unique_id.clone())
                }
            };
            let name = format!("{}:{}", reference.function, reference.name);
            let part =
                reference.column.as_ref().map_or_else(|| name.clone(), |column| format!("column:{column}/{name}"));
            finding.part(part).help(help(reference));
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let Some(unresolved) = &cx.project.unresolved else {
            return Some("a manifest has every reference resolved, and tests of what does not exist left out; --input project looks for \
                         these"
                .to_owned());
        };
        let is_undecided = cx.own_files().is_some_and(|own| own.undecided_references > 0);
        (unresolved.is_empty() && is_undecided).then(|| PACKAGES_ARE_MISSING.to_owned())
    }
}

fn place(spot: &Spot) -> Place {
    Place::Span(spot.path.clone(), Some(spot.span))
}

fn message(reference: &UnresolvedReference) -> String {
    let name = &reference.name;
    let what = if reference.is_disabled { "is disabled" } else { "does not exist" };
    if reference.function == "doc" {
        return format!("docs block `{name}` does not exist, and dbt refuses the project");
    }
    match is_test(reference) {
        true => format!("{} `{name}` {what}, and dbt leaves this test out", reference.function),
        false => format!("{} `{name}` {what}, and dbt refuses the project", reference.function),
    }
}

fn is_test(reference: &UnresolvedReference) -> bool {
    reference.unique_id.starts_with("test.")
}

fn help(reference: &UnresolvedReference) -> &'static str {
    if reference.function == "doc" {
        return "correct the name, or define the block: `{% docs name %} … {% enddocs %}` in a Markdown file";
    }
    match reference.is_disabled {
        true => "enable what it refers to, or take the reference out",
        false => "correct the name, or define what it refers to",
    }
}
