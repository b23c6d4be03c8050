//! A finding with its place in a file.

use std::sync::Arc;

use super::Finding;
use crate::text::{Position, SourceFile, Span};

/// What reports print.
#[derive(Debug, Clone)]
pub struct Located {
    pub finding: Box<Finding>,
    pub location: Location,
    /// The other places that belong to the finding, each with a word about it.
    pub related: Vec<(Location, String)>,
}

/// A file and, where the file was there to look into, a stretch of it.
#[derive(Debug, Clone)]
pub struct Location {
    /// As people can open it: relative to the current directory where possible, with `/`. For a bare manifest, the path
    /// that the manifest gives.
    pub path: String,
    /// `None` where the file is not at hand: no line is invented.
    pub region: Option<Region>,
}

/// A stretch of a file's text.
#[derive(Debug, Clone)]
pub struct Region {
    pub file: Arc<SourceFile>,
    pub span: Span,
    pub start: Position,
    /// One past the last character.
    pub end: Position,
}

impl Region {
    /// The stretch that `span` covers.
    pub fn new(file: Arc<SourceFile>, span: Span) -> Self {
        let (start, end) = (file.position(span.start), file.position(span.end));
        Self { file, span, start, end }
    }
}

impl Location {
    /// `path:line:column`, or the path alone where no line is known.
    pub fn display(&self) -> String {
        match &self.region {
            Some(region) => format!("{}:{}:{}", self.path, region.start.line, region.start.column),
            None => self.path.clone(),
        }
    }

    fn order(&self) -> (&str, Option<Span>) {
        (&self.path, self.region.as_ref().map(|region| region.span))
    }
}

impl Located {
    /// The order of every report: by file, place, rule, subject.
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.location.order().cmp(&other.location.order()).then_with(|| self.identity().cmp(&other.identity()))
    }

    fn identity(&self) -> (&str, &str, &str, &str) {
        let finding = &self.finding;
        (finding.code, &finding.subject, &finding.part, &finding.message)
    }
}
