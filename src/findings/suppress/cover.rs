//! How far a suppression reaches: a stretch of a file, and subjects wherever their findings are located.

use crate::findings::{Finding, Located, Location, Place};
use crate::text::Span;

/// What a suppression covers.
#[derive(Debug, Clone, Default)]
pub struct Cover {
    pub(super) stretch: Option<Stretch>,
    /// In order: a `meta` that is inherited has thousands.
    pub(super) subjects: Vec<Subject>,
}

/// A stretch of a file, as its findings are located.
#[derive(Debug, Clone)]
pub struct Stretch {
    /// As reports print it.
    pub path: String,
    /// `None` is the whole file.
    pub span: Option<Span>,
    /// The suppression itself, which is covered too: it may say that it is kept though it is not used.
    pub own: Span,
}

/// A resource or a source, or a column of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    pub id: String,
    pub column: Option<String>,
}

impl Cover {
    pub fn new(stretch: Option<Stretch>, mut subjects: Vec<Subject>) -> Self {
        subjects.sort_unstable();
        subjects.dedup();
        Self { stretch, subjects }
    }

    /// The stretch of a file, which `meta` has none of.
    pub fn stretch(&self) -> Option<&Stretch> {
        self.stretch.as_ref()
    }

    /// Whether a finding is covered as a whole.
    pub(super) fn includes(&self, located: &Located) -> bool {
        let finding = &located.finding;
        self.stretch.as_ref().is_some_and(|stretch| stretch.includes(&located.location))
            || self.includes_subject(&finding.subject, column(finding))
    }

    /// Whether a part of a subject is covered, which a finding stands for.
    pub(super) fn includes_part(&self, subject: &str, part: &str) -> bool {
        self.includes_subject(subject, part.strip_prefix("column:"))
    }

    fn includes_subject(&self, id: &str, column: Option<&str>) -> bool {
        let first = self.subjects.partition_point(|subject| subject.id.as_str() < id);
        let of_it = self.subjects[first..].iter().take_while(|subject| subject.id == id);
        of_it.into_iter().any(|subject| subject.column.is_none() || subject.column.as_deref() == column)
    }
}

impl Stretch {
    /// Whether something is located in it.
    pub(super) fn includes(&self, location: &Location) -> bool {
        if location.path != self.path {
            return false;
        }
        let Some(span) = self.span else { return true };
        let is_in = |start: u32| [span, self.own].iter().any(|span| span.start <= start && start < span.end);
        location.region.as_ref().is_some_and(|region| is_in(region.span.start))
    }
}

/// The column that a finding is about.
fn column(finding: &Finding) -> Option<&str> {
    let by_place = match &finding.place {
        Place::Column(name) | Place::ColumnKey(name, _) => Some(name.as_str()),
        _ => None,
    };
    by_place.or_else(|| finding.part.strip_prefix("column:"))
}
