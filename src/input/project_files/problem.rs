//! What keeps a file, or a part of it, from being read: reported at its place, while the rest is linted.

use crate::files;
use crate::project::Elsewhere;
use crate::text::Span;

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Index of the project or package.
    pub project: usize,
    /// Relative to the project, with `/`.
    pub path: String,
    pub span: Option<Span>,
    pub message: String,
    /// What to do about it, when that is known.
    pub help: Option<String>,
    /// Whether it is a whole folder.
    pub is_folder: bool,
    /// For a resource that is described more than once.
    pub elsewhere: Option<Box<Elsewhere>>,
    /// The name of the YAML entry it is about, until its place is looked up.
    pub(super) of: Option<Box<str>>,
}

impl Problem {
    pub fn new(project: usize, path: impl Into<String>, span: Option<Span>, message: impl Into<String>) -> Self {
        let (path, message) = (path.into(), message.into());
        Self { project, path, span, message, help: None, is_folder: false, elsewhere: None, of: None }
    }

    /// Of a file that is there and no text.
    pub fn of_file(project: usize, path: impl Into<String>, problem: &files::Problem) -> Self {
        let span = problem.place.as_ref().map(|(_, span)| *span);
        let help = problem.help.map(str::to_owned);
        Self { help, ..Self::new(project, path, span, problem.message.clone()) }
    }
}
