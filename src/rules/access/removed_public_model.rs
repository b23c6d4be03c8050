use crate::project::{Access, Date, Project, Resource, ResourceType};
use crate::rules::{Context, NoOptions, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a public model that the base has and the project has no more, or only disabled.
    ///
    /// The rule runs with `--base` or `--since … --downstream`. A model that had no versions and has some now goes on; of one
    /// that has versions, each counts by itself, because others may have pinned it. One whose deprecation date has passed
    /// was announced to go. Where the file stood there is none to point at: the
    /// finding points at the project's name in `dbt_project.yml`.
    ///
    /// # Why it matters
    /// `public` invites other projects to build on the model, and none of them is in this repository to fail before the
    /// change is merged. They fail afterwards, in somebody else's run.
    ///
    /// # Example
    /// ```yaml
    /// # before: models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     config: {access: public}
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_goods
    ///     config: {access: public}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_goods
    ///     config: {access: public}
    ///   - name: dim_products
    ///     config: {access: public}
    ///     deprecation_date: 2099-12-31
    /// ```
    RemovedPublicModel(NoOptions),
    code = "ACC030",
    slug = "removed-public-model",
    area = Access,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Project]
}

impl Rule for RemovedPublicModel {
    fn check_project(&self, cx: &mut Context<'_>) {
        let Some(base) = cx.base() else { return };
        let today = cx.today();
        for (_, gone) in base.own(ResourceType::Model) {
            if gone.access() != Access::Public
                || gone.is_unknown("access")
                || goes_on(cx.project, gone)
                || cx.project.possible().any(|model| model.unique_id == gone.unique_id)
                || was_announced(gone, today)
            {
                continue;
            }
            let (what, help) = match disabled(cx.project, gone) {
                Some(model) => (format!("is disabled in {}", model.path), "enable it"),
                None => ("is gone".to_owned(), "bring it back"),
            };
            let versions = versions(cx.project, gone);
            let renamed = alike(cx.project, base, gone);
            let finding = cx.report_gone(base, gone, format!("public model `{}` {what}", gone.label()));
            finding
                .help(format!("{help}, give it a `deprecation_date:`, and remove it when that has passed"))
                .evidence(format!("it stood in {}", gone.path));
            if !versions.is_empty() {
                finding
                    .evidence(format!("there is still {}, but who pins a version has that one only", listed(versions)));
            }
            if let Some(name) = renamed {
                finding
                    .evidence(format!("`{name}` is new and has the same SQL: a model by another name is another one"));
            }
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        cx.without_base()
    }
}

/// Whether the model is there, or has got versions, of which a `ref` without one takes the latest.
fn goes_on(project: &Project<'_>, gone: &Resource<'_>) -> bool {
    project.find(&gone.unique_id).is_some() || version(gone).is_none() && of_same_name(project, gone).next().is_some()
}

/// What there is of the model instead of a version that is gone.
fn versions(project: &Project<'_>, gone: &Resource<'_>) -> Vec<String> {
    if version(gone).is_none() {
        return Vec::new();
    }
    of_same_name(project, gone).map(|model| format!("`{}`", model.label())).collect()
}

fn of_same_name<'p>(project: &'p Project<'_>, gone: &Resource<'_>) -> impl Iterator<Item = &'p Resource<'p>> {
    let is_same = |model: &Resource<'_>| model.package == gone.package && model.name == gone.name;
    project.own(ResourceType::Model).map(|(_, model)| model).filter(move |model| is_same(model))
}

fn version<'r>(model: &'r Resource<'_>) -> Option<&'r str> {
    model.relation()?.version.as_deref()
}

fn was_announced(gone: &Resource<'_>, today: Option<Date>) -> bool {
    let Some(relation) = gone.relation() else { return false };
    match today {
        Some(today) => relation.deprecated_before(today).is_some(),
        None => relation.deprecation_date.is_some(),
    }
}

fn disabled<'p>(project: &'p Project<'_>, gone: &Resource<'_>) -> Option<&'p Resource<'p>> {
    project.disabled.iter().find(|model| model.unique_id == gone.unique_id)
}

/// The name of a model that the base does not have and that reads as the one that is gone.
fn alike(project: &Project<'_>, base: &Project<'_>, gone: &Resource<'_>) -> Option<String> {
    let code = |model: &Resource<'_>| model.relation().and_then(|relation| relation.code());
    let wanted = code(gone)?;
    let mut new = project.own(ResourceType::Model).filter(|(_, model)| base.find(&model.unique_id).is_none());
    new.find(|(_, model)| code(model).is_some_and(|code| code.trim() == wanted.trim())).map(|(_, model)| model.label())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::product;
    use crate::findings::{Finding, Place};
    use crate::project::{Access, Facts, Project, Resource, Text};
    use crate::rules::tester::{findings_against, findings_of, model, relation};

    fn found(before: &[Resource<'static>], now: &[Resource<'static>]) -> Vec<Finding> {
        findings_against("ACC030", before, now)
    }

    #[test]
    fn a_public_model_that_is_gone() {
        let found = found(&[product(), model("marts", "fct_orders")], &[]);
        assert_eq!(found.len(), 1, "one that is not public may go");
        let gone = &found[0];
        assert_eq!(gone.message, "public model `dim_products` is gone");
        assert_eq!(gone.subject, "model.shop.dim_products");
        assert_eq!(gone.place, Place::ProjectKey(Vec::new()));
        assert_eq!(gone.evidence, ["it stood in models/marts/dim_products.sql"]);
        assert_eq!(gone.help, "bring it back, give it a `deprecation_date:`, and remove it when that has passed");
    }

    #[test]
    fn one_that_was_announced_to_go_or_is_there_is_not() {
        let deprecated = |date: &'static str| {
            let mut product = product();
            relation(&mut product).deprecation_date = Some(Text::from(date));
            product
        };
        assert_eq!(found(&[deprecated("2025-12-31")], &[]).len(), 0);
        assert_eq!(found(&[deprecated("2026-01-01")], &[]).len(), 1, "its last day is not over");
        assert_eq!(found(&[product()], &[product()]).len(), 0);
        let mut version = product();
        version.unique_id = Text::from("model.shop.dim_products.v2");
        assert_eq!(found(&[product()], &[version]).len(), 0);
        let mut of_package = product();
        of_package.package = Text::from("other");
        assert_eq!(found(&[of_package], &[]).len(), 0);
    }

    #[test]
    fn one_that_may_be_enabled_is_not_gone() {
        let mut possible = product();
        possible.unknown = Some(Box::new(vec![(Text::from("enabled"), Text::from("target.type is not at hand"))]));
        let before = Facts { name: Text::from("shop"), resources: vec![product()], ..Facts::default() };
        let now = Facts { name: Text::from("shop"), disabled: vec![possible], ..Facts::default() };
        let mut project = Project::from(now);
        project.base = Some(Box::new(Project::from(before)));
        assert_eq!(findings_of("ACC030", Value::Null, &project).len(), 0);
        project.disabled[0].unknown = None;
        let found = findings_of("ACC030", Value::Null, &project);
        assert_eq!(found[0].message, "public model `dim_products` is disabled in models/marts/dim_products.sql");
    }

    #[test]
    fn whether_it_was_public_must_be_known() {
        let mut unknown = product();
        unknown.unknown = Some(Box::new(vec![(Text::from("access"), Text::from("var('x') has no value"))]));
        assert_eq!(found(&[unknown], &[]).len(), 0);
        let mut narrow = product();
        relation(&mut narrow).access = Access::Protected;
        assert_eq!(found(&[narrow], &[]).len(), 0);
    }

    #[test]
    fn a_new_model_of_the_same_sql_may_be_the_same() {
        let mut renamed = model("marts", "dim_goods");
        relation(&mut renamed).raw_code = relation(&mut product()).raw_code;
        let found = found(&[product()], &[renamed]);
        assert_eq!(
            found[0].evidence[1],
            "`dim_goods` is new and has the same SQL: a model by another name is another one"
        );
    }
}
