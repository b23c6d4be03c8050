//! DOC: definitions.

mod undescribed;

crate::rules::rules![
    undocumented_exposure::UndocumentedExposure,
    undocumented_metric::UndocumentedMetric,
    undocumented_model::UndocumentedModel,
    undocumented_seed::UndocumentedSeed,
    undocumented_semantic_model::UndocumentedSemanticModel,
    undocumented_snapshot::UndocumentedSnapshot,
    undocumented_source::UndocumentedSource,
    undocumented_source_table::UndocumentedSourceTable,
];
