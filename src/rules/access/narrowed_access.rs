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
