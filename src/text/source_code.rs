//! Lets miette quote a [`SourceFile`] in a diagnostic without scanning it from the start each time.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::SourceFile;

/// Answers exactly as `miette::NamedSource` does for the same text, to the byte: the tests compare both. Where
/// miette's own implementation walks over the whole file to count lines, this one asks the line index.
impl SourceCode for SourceFile {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let bytes = self.text().as_bytes();
        // miette thinks of a span by its last byte; an empty span is thought of as the byte before it.
        let last = (span.offset() + span.len()).saturating_sub(1);
        if last > bytes.len() || span.offset() > bytes.len() {
            return Err(MietteError::OutOfBounds);
        }
        let start = self.quote_start(span.offset(), context_lines_before);
        let end = self.quote_end(last, context_lines_after);
        let line_end_follows = context_lines_after > 0 && self.line_at(end) > self.line_at(self.after_character(last));
        let column = match context_lines_before {
            0 if !line_end_follows => start.column,
            _ => 0,
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.path().to_owned(),
            &bytes[start.offset..end],
            (start.offset, end - start.offset).into(),
            start.line,
            column,
            self.line_at(end),
        )))
    }
}

/// Where the quoted text starts.
struct QuoteStart {
    offset: usize,
    /// Line, counted from 0.
    line: usize,
    /// Bytes between the start of the line and `offset`.
    column: usize,
}

impl SourceFile {
    fn quote_start(&self, offset: usize, context_lines: usize) -> QuoteStart {
        let line = self.line_at(offset);
        let first = line.saturating_sub(context_lines);
        let line_start = self.start_of(first);
        if context_lines > 0 {
            return QuoteStart { offset: line_start, line: first, column: 0 };
        }
        let bytes = self.text().as_bytes();
        // The `\r` of a `\r\n` is not counted when the span starts at the `\n`.
        let inside_line_end = offset > line_start && bytes.get(offset) == Some(&b'\n') && bytes[offset - 1] == b'\r';
        QuoteStart { offset, line, column: offset - line_start - usize::from(inside_line_end) }
    }

    /// The end of the quoted text: behind the span's last character, or `context_lines` whole lines further.
    fn quote_end(&self, last: usize, context_lines: usize) -> usize {
        let behind = self.after_character(last);
        if context_lines == 0 {
            return behind;
        }
        let line_behind_context = self.line_at(behind) + context_lines + 1;
        u32::try_from(line_behind_context)
            .ok()
            .and_then(|line| self.lines().start(line))
            .map_or(self.text().len(), |start| start as usize)
    }

    /// The offset behind the byte at `offset`, or behind the whole `\r\n` if it starts there; at most the text's end.
    fn after_character(&self, offset: usize) -> usize {
        let bytes = self.text().as_bytes();
        let length = if bytes[offset.min(bytes.len())..].starts_with(b"\r\n") { 2 } else { 1 };
        (offset + length).min(bytes.len())
    }

    /// The line, counted from 0, that holds the byte at `offset`.
    fn line_at(&self, offset: usize) -> usize {
        self.lines().line_of(u32::try_from(offset).unwrap_or(u32::MAX)) as usize
    }

    fn start_of(&self, line: usize) -> usize {
        u32::try_from(line).ok().and_then(|line| self.lines().start(line)).unwrap_or_default() as usize
    }
}

#[cfg(test)]
mod tests {
    use miette::{
        Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, NarratableReportHandler,
    };

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the message")]
    struct Report<S> {
        source_code: S,
        labels: Vec<LabeledSpan>,
    }

    impl<S: SourceCode + std::fmt::Debug> Diagnostic for Report<S> {
        fn source_code(&self) -> Option<&dyn SourceCode> {
            Some(&self.source_code)
        }
        fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
            Some(Box::new(self.labels.iter().cloned()))
        }
    }

    const TEXTS: &[&str] = &[
        "",
        "\n",
        "\r\n",
        "a",
        "a\n\n",
        "version: 2\nmodels:\n  - name: a\n    description: b\n\nlast",
        "version: 2\r\nmodels:\r\n  - name: a\r\n    description: b\r\n\r\nlast\r\n",
        "a\rb\r\n\rc\n\r\nd\r",
        "\tmodèle: é\n\t\t- 😀 b\t c\nü\n",
    ];

    fn render<S: SourceCode + std::fmt::Debug>(source_code: S, labels: &[LabeledSpan]) -> String {
        let report = Report { source_code, labels: labels.to_vec() };
        let mut out = String::new();
        let graphical = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
        for context in 0..3 {
            graphical.clone().with_context_lines(context).render_report(&mut out, &report).unwrap();
        }
        NarratableReportHandler::new().render_report(&mut out, &report).unwrap();
        out
    }

    fn on_both(text: &str) -> (SourceFile, NamedSource<String>) {
        let ours = SourceFile::from_bytes("models/a.yml", text.into()).unwrap();
        (ours, NamedSource::new("models/a.yml", text.to_owned()))
    }

    #[test]
    fn renders_as_named_source_does() {
        for text in TEXTS {
            for start in (0..=text.len()).filter(|&start| text.is_char_boundary(start)) {
                for end in (start..=text.len()).filter(|&end| text.is_char_boundary(end)) {
                    let label = [LabeledSpan::new(Some("here".into()), start, end - start)];
                    let (ours, theirs) = on_both(text);
                    assert_eq!(render(ours, &label), render(theirs, &label), "{text:?} {start}..{end}");
                }
            }
        }
    }

    #[test]
    fn two_labels_render_as_named_source_does() {
        let text = TEXTS[6];
        for second in 20..text.len() - 2 {
            let labels = [LabeledSpan::new(None, 3, 4), LabeledSpan::new(Some("and".into()), second, 2)];
            let (ours, theirs) = on_both(text);
            assert_eq!(render(ours, &labels), render(theirs, &labels), "{second}");
        }
    }

    /// Everything miette may ask for, not only what its renderers use today.
    #[test]
    fn reads_every_span_as_named_source_does() {
        for text in TEXTS {
            let (ours, theirs) = on_both(text);
            for (start, length) in (0..=text.len()).flat_map(|start| (0..12).map(move |length| (start, length))) {
                for (before, after) in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 3), (9, 9)] {
                    let span = (start, length).into();
                    let case = format!("{text:?} {start}+{length} {before} {after}");
                    match (ours.read_span(&span, before, after), theirs.read_span(&span, before, after)) {
                        (Ok(ours), Ok(theirs)) => {
                            assert_eq!(ours.data(), theirs.data(), "{case}");
                            assert_eq!(ours.span(), theirs.span(), "{case}");
                            assert_eq!(ours.line(), theirs.line(), "{case}");
                            assert_eq!(ours.column(), theirs.column(), "{case}");
                            assert_eq!(ours.line_count(), theirs.line_count(), "{case}");
                            assert_eq!(ours.name(), theirs.name(), "{case}");
                        }
                        (ours, theirs) => assert_eq!(ours.is_err(), theirs.is_err(), "{case}"),
                    }
                }
            }
        }
    }
}
