//! Draws diagnostics with miette. Of lines that are too long to be looked at only what is around the places is shown:
//! generated SQL and YAML have lines of many thousand characters.

use std::fmt;
use std::ops::Range;

use miette::{Diagnostic, GraphicalReportHandler, LabeledSpan, MietteError, MietteSpanContents};
use miette::{Severity, SourceCode, SourceSpan, SpanContents};

use crate::text::character_start;

/// Longer lines are cut, in bytes.
const LONGEST: usize = 400;
/// Bytes that stay on either side of a place.
const AROUND: usize = 80;
/// Stands for what is left out.
const CUT: &str = "…";

/// The diagnostic as `handler` draws it.
pub fn draw(handler: &GraphicalReportHandler, diagnostic: &dyn Diagnostic) -> String {
    let mut text = String::new();
    let drawn = match Excerpt::of(diagnostic) {
        Some(excerpt) => handler.render_report(&mut text, &Shortened { diagnostic, excerpt }),
        None => handler.render_report(&mut text, diagnostic),
    };
    drawn.expect("writing to a string does not fail");
    text
}

/// The lines that a diagnostic quotes, cut.
#[derive(Debug)]
struct Excerpt {
    path: String,
    text: String,
    /// Line of the file that the text begins with, counted from 0.
    line: usize,
    /// The places in the text.
    labels: Vec<LabeledSpan>,
    /// Where they stand in their lines of the file, in bytes.
    columns: Vec<usize>,
}

impl Excerpt {
    /// `None` where no line is too long, or there is nothing to quote.
    fn of(diagnostic: &dyn Diagnostic) -> Option<Self> {
        let (source, labels): (_, Vec<LabeledSpan>) = (diagnostic.source_code()?, diagnostic.labels()?.collect());
        let start = labels.iter().map(LabeledSpan::offset).min()?;
        let end = labels.iter().map(end).max()?;
        let quoted = source.read_span(&(start, end - start).into(), 1, 1).ok()?;
        let text = std::str::from_utf8(quoted.data()).ok()?;
        if text.split('\n').all(|line| line.len() <= LONGEST) {
            return None;
        }
        let mut excerpt = Self {
            path: quoted.name().unwrap_or_default().to_owned(),
            text: String::new(),
            line: quoted.line(),
            labels: Vec::new(),
            columns: Vec::new(),
        };
        excerpt.fill(text, quoted.span().offset(), labels);
        Some(excerpt)
    }

    /// Takes over the `text` that begins at the offset `from` of the file.
    fn fill(&mut self, text: &str, from: usize, labels: Vec<LabeledSpan>) {
        let places: Vec<Range<usize>> = labels.iter().map(|label| label.offset() - from..end(label) - from).collect();
        // What is left of the text, each with where it now begins.
        let mut pieces: Vec<(Range<usize>, usize)> = Vec::new();
        let mut line_start = 0;
        for line in text.split_inclusive('\n') {
            let whole = line_start..line_start + line.len();
            let mut last = whole.start;
            for kept in kept(text, &whole, &places) {
                self.text.push_str(if kept.start > last { CUT } else { "" });
                pieces.push((kept.clone(), self.text.len()));
                self.text.push_str(&text[kept.clone()]);
                last = kept.end;
            }
            if last < whole.end {
                self.text.push_str(CUT);
                self.text.push_str(if line.ends_with('\n') { "\n" } else { "" });
            }
            line_start = whole.end;
        }
        let moved = |at: usize| {
            let next = pieces.partition_point(|(piece, _)| piece.start <= at);
            let (piece, start) = next.checked_sub(1).map_or((0..0, 0), |index| pieces[index].clone());
            start + at.min(piece.end) - piece.start.min(at)
        };
        for (label, place) in labels.into_iter().zip(places) {
            let (start, end) = (moved(place.start), moved(place.end));
            let column = place.start - text[..place.start].rfind('\n').map_or(0, |at| at + 1);
            let text = label.label().map(str::to_owned);
            let span = SourceSpan::from((start, end - start));
            self.columns.push(column);
            self.labels.push(if label.primary() {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            });
        }
    }
}

fn end(label: &LabeledSpan) -> usize {
    label.offset() + label.len()
}

/// What stays of a line: all of a short one, of a long one what is around the ends of the places, or its beginning.
fn kept(text: &str, line: &Range<usize>, places: &[Range<usize>]) -> Vec<Range<usize>> {
    if line.len() <= LONGEST {
        return vec![line.clone()];
    }
    let starts = places.iter().map(|place| place.start).filter(|at| line.contains(at));
    let ends = places.iter().map(|place| place.end).filter(|at| line.start < *at && *at <= line.end);
    let mut around: Vec<Range<usize>> = starts
        .chain(ends)
        .map(|at| {
            let start = character_start(text, at.saturating_sub(AROUND)).max(line.start);
            start..character_start(text, at + AROUND).min(line.end)
        })
        .collect();
    around.sort_unstable_by_key(|range| range.start);
    if around.is_empty() {
        around.push(line.start..character_start(text, line.start + AROUND));
    }
    around.dedup_by(|next, before| {
        let is_near = next.start <= before.end;
        if is_near {
            before.end = before.end.max(next.end);
        }
        is_near
    });
    around
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let read = self.text.as_str().read_span(span, context_lines_before, context_lines_after)?;
        // With no line around it, this is where the place begins.
        let label = self.labels.iter().position(|label| label.offset() == span.offset());
        let column = label.filter(|_| context_lines_before == 0).map_or(read.column(), |label| self.columns[label]);
        let (line, count) = (self.line + read.line(), read.line_count());
        let (data, span) = (&self.text.as_bytes()[read.span().offset()..][..read.span().len()], *read.span());
        Ok(Box::new(MietteSpanContents::new_named(self.path.clone(), data, span, line, column, count)))
    }
}

/// A diagnostic that quotes an excerpt.
#[derive(Debug)]
struct Shortened<'a> {
    diagnostic: &'a dyn Diagnostic,
    excerpt: Excerpt,
}

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.diagnostic, f)
    }
}

impl std::error::Error for Shortened<'_> {}

impl Diagnostic for Shortened<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.diagnostic.code()
    }

    fn severity(&self) -> Option<Severity> {
        self.diagnostic.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.diagnostic.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.labels.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use miette::{GraphicalTheme, NamedSource};

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the message")]
    struct Fault {
        text: NamedSource<String>,
        place: Range<usize>,
    }

    impl Diagnostic for Fault {
        fn source_code(&self) -> Option<&dyn SourceCode> {
            Some(&self.text)
        }
        fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
            Some(Box::new(std::iter::once(LabeledSpan::new_with_span(None, self.place.clone()))))
        }
    }

    fn drawn(text: &str, place: Range<usize>) -> String {
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_context_lines(1);
        let text = NamedSource::new("m.yml", text.to_owned());
        draw(&handler, &Fault { text, place })
    }

    /// The lines of the picture without their frame.
    fn lines(picture: &str) -> Vec<&str> {
        picture.lines().map(str::trim).filter(|line| line.contains(['│', '[', '·', '─'])).collect()
    }

    #[test]
    fn of_a_long_line_what_is_around_the_place_is_drawn() {
        let text = format!("first\n{}here{}\nlast\n", "é".repeat(50_000), "b".repeat(70_000));
        let at = 6 + 100_000;
        let expected = [
            "╭─[m.yml:2:100001]".to_owned(),
            "1 │ first".to_owned(),
            format!("2 │ …{}here{}…", "é".repeat(40), "b".repeat(80)),
            format!("·  {}────", " ".repeat(40)),
            "3 │ last".to_owned(),
            "╰────".to_owned(),
        ];
        assert_eq!(lines(&drawn(&text, at..at + 4)), expected);
    }

    #[test]
    fn a_long_place_is_drawn_by_its_ends() {
        let text = format!("a: {}", "x".repeat(90_000));
        let picture = drawn(&text, 3..text.len());
        let both_ends = format!("a: {}…{}", "x".repeat(80), "x".repeat(80));
        assert_eq!(lines(&picture)[1], format!("1 │ {both_ends}"));
        assert_eq!(lines(&picture)[2], format!("·    {}", "─".repeat(161)));
    }

    #[test]
    fn neighbours_are_cut_and_short_lines_are_not() {
        let long = "n".repeat(500);
        let text = format!("{long}\nshort\n{long}\n");
        let start = format!("{}…", "n".repeat(80));
        let picture = drawn(&text, 501..506);
        assert_eq!(
            lines(&picture)[1..],
            [&*format!("1 │ {start}"), "2 │ short", "· ─────", &*format!("3 │ {start}"), "╰────"]
        );
    }

    #[test]
    fn nothing_is_cut_where_no_line_is_long() {
        let text = format!("{}\n", "s".repeat(400));
        assert!(drawn(&text, 7..9).contains(&"s".repeat(400)));
    }
}
