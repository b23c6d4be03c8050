//! What is wrong with a config, shown at its place.

use std::path::PathBuf;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, SourceCode};
use thiserror::Error;

use crate::input::codeowners::CodeownersError;
use crate::paths::shown;
use crate::text::{SourceFile, Span, TextError};

/// A config that cannot be used. Ends the run with exit code 2.
#[derive(Debug, Error)]
pub enum ConfigError {
    #[error("{}: cannot be read", shown(path))]
    Unreadable { path: PathBuf, source: std::io::Error },

    #[error("{text}")]
    NotText { text: TextError },

    /// The config asks for CODEOWNERS, and there is one.
    #[error(transparent)]
    Codeowners(#[from] CodeownersError),

    /// Something at a place in the file.
    #[error("{}", at.headline())]
    At { at: Box<At> },

    /// Policies asked for on the command line.
    #[error("{option} POL: the config has no policies")]
    NoPolicies { option: &'static str, help: String },

    /// Nothing between two commas, or in the place of a list.
    #[error("{option} {names}: a name is empty")]
    EmptySelector { option: &'static str, names: String },

    /// A rule named on the command line.
    #[error("{option} {name}: there is no such rule or area")]
    UnknownSelector { option: &'static str, name: String, help: String },
}

/// A place in a config file, and what is wrong there.
#[derive(Debug)]
pub struct At {
    pub file: Arc<SourceFile>,
    pub span: Span,
    pub message: String,
    pub help: Option<String>,
}

impl At {
    /// Names file, line and column, for terminals that show no excerpt and for logs.
    fn headline(&self) -> String {
        let position = self.file.position(self.span.start);
        format!("{}:{}:{}: {}", self.file.path(), position.line, position.column, self.message)
    }
}

impl ConfigError {
    pub(super) fn at(file: &Arc<SourceFile>, span: Span, message: impl Into<String>, help: Option<String>) -> Self {
        Self::At { at: Box::new(At { file: file.clone(), span, message: message.into(), help }) }
    }
}

impl Diagnostic for ConfigError {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        match self {
            Self::Unreadable { .. } => Some(Box::new("check the path given with --config, and the file's permissions")),
            Self::NotText { .. } => None,
            Self::Codeowners(error) => error.help(),
            Self::EmptySelector { .. } => Some(Box::new("take out a comma; `dbt-steward rules` lists the names")),
            Self::At { at } => Some(Box::new(at.help.as_ref()?)),
            Self::NoPolicies { help, .. } | Self::UnknownSelector { help, .. } => Some(Box::new(help)),
        }
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        if let Self::At { at } = self { Some(&*at.file) } else { None }
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let Self::At { at } = self else { return None };
        Some(Box::new(std::iter::once(LabeledSpan::new_primary_with_span(None, at.span.range()))))
    }
}
