//! What is wrong with a baseline, shown at its place.

use std::path::PathBuf;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, SourceCode};
use thiserror::Error;

use crate::paths::shown;
use crate::text::{SourceFile, Span, TextError};

/// A baseline that cannot be used. Ends the run with exit code 2.
#[derive(Debug, Error)]
pub enum BaselineError {
    #[error("{}: there is no such baseline", shown(path))]
    Missing { path: PathBuf },

    #[error("{}: cannot be read", shown(path))]
    Unreadable { path: PathBuf, source: std::io::Error },

    #[error("{text}")]
    NotText { text: TextError },

    /// Something at a place in the file.
    #[error("{}", headline(file, *span, message))]
    At { file: Arc<SourceFile>, span: Span, message: String, help: String },
}

/// Names file, line and column, for terminals that show no excerpt and for logs.
fn headline(file: &SourceFile, span: Span, message: &str) -> String {
    let position = file.position(span.start);
    format!("{}:{}:{}: {message}", file.path(), position.line, position.column)
}

impl Diagnostic for BaselineError {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        match self {
            Self::Missing { .. } => Some(Box::new(
                "`dbt-steward baseline` records today's findings; without one, take `--baseline` or `baseline:` away",
            )),
            Self::Unreadable { .. } => Some(Box::new("check the path and the file's permissions")),
            Self::NotText { .. } => None,
            Self::At { help, .. } => Some(Box::new(help)),
        }
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        if let Self::At { file, .. } = self { Some(&**file) } else { None }
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let Self::At { span, .. } = self else { return None };
        Some(Box::new(std::iter::once(LabeledSpan::new_primary_with_span(None, span.range()))))
    }
}
