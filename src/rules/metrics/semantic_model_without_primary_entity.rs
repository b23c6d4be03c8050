use crate::findings::Place;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a semantic model with neither an entity of type `primary` nor a `primary_entity`.
    ///
    /// Entities of type `unique`, `natural` and `foreign` do not count: MetricFlow names a dimension after the primary
    /// entity, and without one it refuses a semantic model that has dimensions.
    ///
    /// # Why it matters
    /// The primary entity says what one row is. Without it nobody can tell whether a join multiplies rows, and the
    /// dimensions of the semantic model have no name to be asked for by.
    ///
    /// # Example
    /// ```yaml
    /// # models/semantic/visits.yml
    /// semantic_models:
    ///   - name: visits
    ///     model: ref('fct_visits')
    ///     entities:
    ///       - {name: customer, type: foreign, expr: customer_id}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/semantic/visits.yml
    /// semantic_models:
    ///   - name: visits
    ///     model: ref('fct_visits')
    ///     entities:
    ///       - {name: visit, type: primary, expr: visit_id}
    ///       - {name: customer, type: foreign, expr: customer_id}
    /// ```
    SemanticModelWithoutPrimaryEntity(NoOptions),
    code = "MET005",
    slug = "semantic-model-without-primary-entity",
    area = Metrics,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [SemanticModel]
}

impl Rule for SemanticModelWithoutPrimaryEntity {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let Some(detail) = node.as_semantic_model() else { return };
        let has_primary = detail.entities.iter().any(|(_, kind)| kind.eq_ignore_ascii_case("primary"));
        if has_primary || detail.primary_entity.non_empty().is_some() {
            return;
        }
        let entities = listed(detail.entities.iter().map(|(name, kind)| format!("{name} ({kind})")));
        let message = format!("semantic model `{}` has no primary entity", node.name);
        let finding = cx.report(node, Place::key("entities"), message);
        finding.help(
            "add an entity with `type: primary` for the column that identifies a row, or name the thing that a row is as \
             `primary_entity:`",
        );
        if !entities.is_empty() {
            finding.evidence(format!("its entities: {entities}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::{Detail, Resource, ResourceType, SemanticModel, Text};
    use crate::rules::tester::{findings, resource, subjects};

    fn visits(entities: &[(&'static str, &'static str)], primary_entity: &'static str) -> Resource<'static> {
        let detail = SemanticModel {
            entities: entities.iter().map(|&(name, kind)| (Text::from(name), Text::from(kind))).collect(),
            primary_entity: Text::from(primary_entity),
            ..SemanticModel::default()
        };
        Resource {
            detail: Detail::SemanticModel(Box::new(detail)),
            ..resource(ResourceType::SemanticModel, "semantic_model.shop.visits", "models/s.yml")
        }
    }

    #[test]
    fn either_form_is_enough() {
        assert!(subjects("MET005", &[visits(&[("customer", "foreign"), ("visit", "primary")], "")]).is_empty());
        assert!(subjects("MET005", &[visits(&[("visit", "PRIMARY")], "")]).is_empty());
        assert!(subjects("MET005", &[visits(&[("customer", "foreign")], "visit")]).is_empty());
        assert!(subjects("MET005", &[visits(&[], "visit")]).is_empty());
    }

    #[test]
    fn other_types_are_not_primary() {
        let found = findings("MET005", json!(null), &[visits(&[("visit", "unique"), ("customer", "foreign")], "")]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "semantic model `visits` has no primary entity");
        assert_eq!(found[0].place, Place::key("entities"));
        assert_eq!(found[0].evidence, ["its entities: visit (unique), customer (foreign)"]);
        assert!(findings("MET005", json!(null), &[visits(&[], "")])[0].evidence.is_empty());
    }
}
