//! What the terminal is like, and how errors look on it.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};

use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::report::{draw, printable_lines};

/// Whether to color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    Always,
    Never,
}

/// Columns of output that goes into a file or a pipe.
const PLAIN_WIDTH: usize = 100;
/// Wider lines are hard to read, however wide the terminal.
const MAX_WIDTH: usize = 120;

impl Color {
    /// Whether to color what goes to `stream`.
    pub fn applies_to(self, stream: &impl IsTerminal) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            // https://no-color.org: set and not empty.
            Self::Auto => stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }
}

/// Columns to wrap at on stdout.
pub fn width() -> usize {
    if !std::io::stdout().is_terminal() {
        return PLAIN_WIDTH;
    }
    terminal_size::terminal_size().map_or(PLAIN_WIDTH, |(width, _)| usize::from(width.0).clamp(40, MAX_WIDTH))
}

/// Prints why a command could not run, on stderr.
pub fn print_error(error: &miette::Report, color: Color) {
    let drawn = |theme| {
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(PLAIN_WIDTH)
            .with_links(false)
            // As in findings: what can be copied stays whole.
            .with_word_separator(textwrap::WordSeparator::AsciiSpace)
            .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
            .with_break_words(false);
        draw(&handler, error.as_ref())
    };
    let plain = drawn(GraphicalTheme::unicode_nocolor());
    let text = match printable_lines(&plain) {
        // What a file or an argument says must not steer the terminal; without such characters, color is all there is.
        Cow::Borrowed(_) if color.applies_to(&std::io::stderr()) => drawn(GraphicalTheme::unicode()),
        safe => safe.into_owned(),
    };
    // A closed stderr changes nothing about the exit code.
    let _ = std::io::stderr().write_all(text.as_bytes());
}
