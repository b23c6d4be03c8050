//! DOC: definitions.

crate::rules::rules![undocumented_model::UndocumentedModel];
