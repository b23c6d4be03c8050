use crate::findings::Place;
use crate::project::{Access, ResourceType};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a semantic model on a model with `access: private`.
    ///
    /// That both belong to one group makes no difference: metrics know no groups, so that whoever may query the semantic
    /// layer reads what the group has kept to itself. A model without `access` is protected, not private.
    ///
    /// # Why it matters
    /// A private model may change without notice; that is what makes it worth being private. A metric on it is a promise
    /// to the whole company that nobody has agreed to keep.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/finance/_finance__models.yml
    /// models:
    ///   - name: fct_payments
    ///     config:
    ///       group: finance
    ///       access: private
    /// semantic_models:
    ///   - name: payments
    ///     model: ref('fct_payments')
    ///     config:
    ///       group: finance
    ///     entities:
    ///       - {name: payment, type: primary, expr: payment_id}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/finance/_finance__models.yml
    /// models:
    ///   - name: fct_payments
    ///     config:
    ///       group: finance
    ///       access: protected
    /// semantic_models:
    ///   - name: payments
    ///     model: ref('fct_payments')
    ///     config:
    ///       group: finance
    ///     entities:
    ///       - {name: payment, type: primary, expr: payment_id}
    /// ```
    SemanticModelOnPrivateModel(NoOptions),
    code = "MET004",
    slug = "semantic-model-on-private-model",
    area = Metrics,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [SemanticModel]
}

impl Rule for SemanticModelOnPrivateModel {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let is_private = |model: &Node<'_>| model.kind == ResourceType::Model && model.access() == Access::Private;
        let Some(model) = cx.parents(node.id).find(is_private) else { return };
        let group = match &model.group {
            Some(group) => format!("private to group `{group}`"),
            None => "private".to_owned(),
        };
        let message = format!("semantic model `{}` is built on `{}`, which is {group}", node.name, model.label());
        cx.report(node, Place::key("model"), message)
            .help(format!(
                "ask its owner to set `access: protected` for `{}`, or build the semantic model on one that is not private",
                model.name
            ))
            .related(model.id, Place::config("access"), "private here");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::{Access, Resource, ResourceType, Text};
    use crate::rules::tester::{findings, model, reading, relation, resource, subjects};

    fn payments_on(access: Access) -> [Resource<'static>; 2] {
        let mut model = model("marts", "fct_payments");
        relation(&mut model).access = access;
        let semantic = resource(ResourceType::SemanticModel, "semantic_model.shop.payments", "models/s.yml");
        let semantic = reading(semantic, &[&model]);
        [model, semantic]
    }

    #[test]
    fn only_private_models_are_private() {
        assert!(subjects("MET004", &payments_on(Access::Protected)).is_empty());
        assert!(subjects("MET004", &payments_on(Access::Public)).is_empty());
        let found = findings("MET004", json!(null), &payments_on(Access::Private));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "semantic_model.shop.payments");
        assert_eq!(found[0].message, "semantic model `payments` is built on `fct_payments`, which is private");
        assert_eq!(found[0].place, Place::key("model"));
        assert_eq!(found[0].related[0].place, Place::config("access"));
    }

    #[test]
    fn one_group_for_both_makes_no_difference() {
        let resources = payments_on(Access::Private).map(|mut resource| {
            resource.group = Some(Text::from("finance"));
            resource
        });
        assert_eq!(
            findings("MET004", json!(null), &resources)[0].message,
            "semantic model `payments` is built on `fct_payments`, which is private to group `finance`"
        );
    }
}
