use crate::findings::Place;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model that fewer may read than in the base: public before and protected or private now, or protected before
    /// and private now.
    ///
    /// The rule runs with `--base` or `--since … --downstream`.
    ///
    /// # Why it matters
    /// Whoever reads the model and is not allowed to any more fails at the next run: other projects where it was public,
    /// other groups where it was protected.
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
    ///   - name: dim_products
    ///     config: {access: protected}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     config: {access: public}
    ///     deprecation_date: 2099-12-31
    /// ```
    NarrowedAccess(NoOptions),
    code = "ACC033",
    slug = "narrowed-access",
    area = Access,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for NarrowedAccess {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let Some(former) = cx.former(model).filter(|former| !former.is_unknown("access")) else { return };
        let (before, now) = (former.access(), model.access());
        if now >= before {
            return;
        }
        let message = format!("model `{}` was {} and is {}", model.label(), before.as_str(), now.as_str());
        let consumers: Vec<_> = cx.consumers(model.id).map(|node| node.id).collect();
        let names = cx.names(&consumers);
        let finding = cx.report(model, Place::config("access"), message);
        finding
            .help(format!("leave it {}, say with `deprecation_date:` until when, and narrow it then", before.as_str()));
        if !consumers.is_empty() {
            finding.evidence(format!("in this project it is read by {names}"));
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        cx.without_base()
    }
}

#[cfg(test)]
mod tests {
    use super::super::product;
    use crate::findings::{Finding, Place};
    use crate::project::{Access, Resource, Text};
    use crate::rules::tester::{findings_against, model, reading, relation};

    fn with(access: Access) -> Resource<'static> {
        let mut product = product();
        relation(&mut product).access = access;
        product
    }

    fn found(before: Access, now: Access) -> Vec<Finding> {
        let reader = reading(model("marts", "fct_sales"), &[&product()]);
        findings_against("ACC033", &[with(before)], &[with(now), reader])
    }

    #[test]
    fn fewer_may_read_it() {
        let message = |before, now| found(before, now).into_iter().map(|it| it.message).collect::<Vec<_>>();
        use Access::{Private, Protected, Public};
        assert_eq!(message(Public, Protected), ["model `dim_products` was public and is protected"]);
        assert_eq!(message(Public, Private), ["model `dim_products` was public and is private"]);
        assert_eq!(message(Protected, Private), ["model `dim_products` was protected and is private"]);
        for (before, now) in [(Public, Public), (Private, Protected), (Private, Public), (Protected, Public)] {
            assert_eq!(message(before, now), [""; 0]);
        }
    }

    #[test]
    fn says_who_reads_it_here() {
        let finding = found(Access::Public, Access::Protected).remove(0);
        assert_eq!(finding.place, Place::config("access"));
        assert_eq!(finding.evidence, ["in this project it is read by fct_sales"]);
        assert_eq!(finding.help, "leave it public, say with `deprecation_date:` until when, and narrow it then");
    }

    #[test]
    fn both_must_be_known() {
        let unknown = |access| {
            let mut product = with(access);
            product.unknown = Some(Box::new(vec![(Text::from("access"), Text::from("var('x') has no value"))]));
            product
        };
        let count = |before, now| findings_against("ACC033", &[before], &[now]).len();
        assert_eq!(count(unknown(Access::Public), with(Access::Private)), 0);
        assert_eq!(count(with(Access::Public), unknown(Access::Private)), 0);
        let mut new = with(Access::Private);
        new.unique_id = Text::from("model.shop.new");
        assert_eq!(count(with(Access::Public), new), 0);
    }
}
