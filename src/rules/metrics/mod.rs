//! MET: metrics and the semantic layer.

mod definition;

crate::rules::rules![
    duplicate_metric::DuplicateMetric,
    unused_metric::UnusedMetric,
    unused_semantic_model::UnusedSemanticModel,
    semantic_model_on_private_model::SemanticModelOnPrivateModel,
    semantic_model_without_primary_entity::SemanticModelWithoutPrimaryEntity,
];
