//! DOC: definitions.

mod undescribed;

crate::rules::rules![
    conflicting_definition::ConflictingDefinition,
    description_pattern::DescriptionPattern,
    low_documentation_coverage::LowDocumentationCoverage,
    properties_elsewhere::PropertiesElsewhere,
    undeclared_model::UndeclaredModel,
    undocumented_column::UndocumentedColumn,
    undocumented_exposure::UndocumentedExposure,
    undocumented_group::UndocumentedGroup,
    undocumented_macro::UndocumentedMacro,
    undocumented_macro_argument::UndocumentedMacroArgument,
    undocumented_metric::UndocumentedMetric,
    undocumented_model::UndocumentedModel,
    undocumented_seed::UndocumentedSeed,
    undocumented_semantic_model::UndocumentedSemanticModel,
    undocumented_snapshot::UndocumentedSnapshot,
    undocumented_source::UndocumentedSource,
    undocumented_source_table::UndocumentedSourceTable,
    unused_docs_block::UnusedDocsBlock,
];

pub(crate) use undescribed::Options as Undescribed;
pub(crate) use undocumented_column::missing as undescribed_columns;
