//! Deprecated calls in code.

use memchr::memmem;
use rayon::prelude::*;

use super::deprecated::Found;
use super::tree::Tree;
use crate::project::{Deprecated, Deprecation};
use crate::text::Span;

/// What dbt takes out of the context of templates.
const ITERTOOLS: &str = "modules.itertools";

/// Every file that uses it.
pub(super) fn deprecated(tree: &Tree<'_>) -> Vec<Deprecated> {
    let finder = memmem::Finder::new(ITERTOOLS);
    let in_file = |path: &String| {
        let file = tree.file(path)?;
        let source = &file.text().ok()?.source;
        let mut found = Found::default();
        for start in finder.find_iter(source.text().as_bytes()) {
            found.add(Deprecation::Itertools, Span::new(start, start + ITERTOOLS.len()), ITERTOOLS);
        }
        Some(found.into_facts(path, source))
    };
    tree.code_paths().par_iter().filter_map(in_file).flatten_iter().collect()
}
