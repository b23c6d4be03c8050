//! Suppressions in Python models: `# …`.

use std::ops::Range;

use super::{Directive, lines::Lines};
use crate::text::python;

/// The suppressions of a file.
pub fn in_python(text: &str) -> Vec<Directive> {
    let comments: Vec<Range<usize>> = python::comments(text).into_iter().map(|span| span.range()).collect();
    let lines = Lines::new(text, &comments, &[]);
    comments.iter().flat_map(|comment| lines.directives(comment, comment.start + 1..comment.end)).collect()
}
