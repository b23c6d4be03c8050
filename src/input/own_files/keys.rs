//! Keys that stand twice in one mapping.

use crate::project::{DuplicateKey, Spot};
use crate::text::SourceFile;
use crate::text::yaml::Yaml;

/// Every repeated key of a file, in order of place.
pub(super) fn duplicates(path: &str, source: &SourceFile, yaml: &Yaml) -> Vec<DuplicateKey> {
    let repeated = yaml.duplicates.iter().map(|repeated| DuplicateKey {
        spot: Spot::new(path, repeated.key_span),
        key: repeated.key.to_string(),
        first_line: source.position(repeated.first_span.start).line,
    });
    let mut all: Vec<DuplicateKey> = repeated.collect();
    all.sort();
    all
}
