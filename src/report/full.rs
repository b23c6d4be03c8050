//! Each finding with the lines it is about, the evidence, and what to do: drawn by miette.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use rayon::prelude::*;

use super::excerpt::draw;
use super::{Style, printable, printable_lines};
use crate::findings::{Located, Location, Severity};

pub(super) fn write(findings: &[Located], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let pen = Pen::new(style);
    // Drawn in parallel, a batch at a time, so that a hundred thousand findings never stand in memory at once.
    for batch in findings.chunks(4096) {
        let drawn: Vec<String> = batch.par_iter().map(|located| pen.draw(located)).collect();
        for text in drawn {
            // The line end is a blank line between one finding and the next.
            writeln!(out, "{text}")?;
        }
    }
    Ok(())
}

/// Lines from one place to another of the same file up to which both are drawn in one picture.
const MOST_LINES_BETWEEN: u32 = 10;

struct Pen {
    plain: GraphicalReportHandler,
    colored: Option<GraphicalReportHandler>,
}

impl Pen {
    fn new(style: Style) -> Self {
        let handler = |theme| {
            GraphicalReportHandler::new_themed(theme)
                .with_width(style.width)
                .with_links(false)
                .with_context_lines(1)
                // Lines break at blanks only, so that a path or an address can be copied whole.
                .with_word_separator(textwrap::WordSeparator::AsciiSpace)
                .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
                .with_break_words(false)
        };
        Self {
            plain: handler(GraphicalTheme::unicode_nocolor()),
            colored: style.color.then(|| handler(GraphicalTheme::unicode())),
        }
    }

    /// With colors only where no control character but the line ends is drawn: then all others are the colors' own.
    fn draw(&self, located: &Located) -> String {
        let plain = draw(&self.plain, &Drawn(located));
        if let Cow::Owned(safe) = printable_lines(&plain) {
            return safe;
        }
        self.colored.as_ref().map_or(plain, |colored| draw(colored, &Drawn(located)))
    }
}

/// A finding as miette wants to see it.
#[derive(Debug)]
struct Drawn<'a>(&'a Located);

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.0.finding.message))
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.0.finding.title()))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.0.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(footer(self.0)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        let region = self.0.location.region.as_ref()?;
        Some(&*region.file)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let region = self.0.location.region.as_ref()?;
        let primary = LabeledSpan::new_primary_with_span(None, region.span.range());
        let others = self.0.related.iter().filter_map(move |(location, label)| {
            let other = location.region.as_ref().filter(|_| is_near(location, &self.0.location))?;
            (other.span != region.span)
                .then(|| LabeledSpan::new_with_span(Some(printable(label).into_owned()), other.span.range()))
        });
        Some(Box::new(std::iter::once(primary).chain(others)))
    }
}

/// What to do, then why: evidence and places that are not drawn, an item each.
fn footer(located: &Located) -> String {
    let mut items = Vec::new();
    if located.location.region.is_none() {
        items.push(format!("in {}", located.location.path));
    }
    items.extend(located.finding.evidence.iter().cloned());
    let elsewhere = located.related.iter().filter(|(location, _)| !is_near(location, &located.location));
    items.extend(elsewhere.map(|(location, label)| format!("{label}: {}", location.display())));
    let items = items.into_iter().map(|item| format!("- {}", printable(&item)));
    std::iter::once(printable(&located.finding.help).into_owned()).chain(items).collect::<Vec<_>>().join("\n")
}

/// Whether two places are drawn together: in one file, with few lines between them, as all of those are printed.
fn is_near(a: &Location, b: &Location) -> bool {
    let (Some(first), Some(second)) = (&a.region, &b.region) else { return false };
    let (from, to) = if first.span < second.span { (first, second) } else { (second, first) };
    a.path == b.path && to.start.line.saturating_sub(from.end.line) <= MOST_LINES_BETWEEN
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::findings::{Finding, Place, Region};
    use crate::text::SourceFile;

    /// A finding at the first of twenty lines, with a related place at another.
    fn drawn(related_line: u32) -> String {
        let text: String = (1..=20).map(|line| format!("line {line}\n")).collect();
        let file = Arc::new(SourceFile::from_bytes("models/a.yml", text.into_bytes()).unwrap());
        let at = |line: u32| {
            let span = file.line_span(line).unwrap();
            Location { path: "models/a.yml".to_owned(), region: Some(Region::new(file.clone(), span)) }
        };
        let finding = Finding {
            code: "EXP003",
            slug: "exposure-on-view",
            severity: Severity::Warning,
            subject: String::new(),
            part: String::new(),
            message: "message".to_owned(),
            help: "help".into(),
            evidence: Vec::new(),
            related: Vec::new(),
            located_in: None,
            place: Place::File,
            members: None,
            population: None,
        };
        let related = vec![(at(related_line), "related".to_owned())];
        let located = Located { finding: Box::new(finding), location: at(1), related };
        Pen::new(Style { color: false, width: 100, max_findings: None, show_suppressed: false }).draw(&located)
    }

    #[test]
    fn near_places_are_one_picture() {
        let near = drawn(11);
        assert!(near.contains("╰── related"), "{near}");
        assert!(!near.contains("- related"), "{near}");
    }

    #[test]
    fn lines_between_distant_places_are_not_printed() {
        let far = drawn(12);
        assert!(!far.contains("line 5"), "{far}");
        assert!(far.contains("- related: models/a.yml:12:1"), "{far}");
    }
}
