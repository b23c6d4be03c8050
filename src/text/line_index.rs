//! Where the lines of a text start and end.

use super::Span;

/// The lines of one text, found once so that every later question about a line is a binary search.
///
/// A line ends at `\n`, `\r\n` or a lone `\r`, as in YAML, in the Language Server Protocol and in miette. Text that
/// ends with a line end has one more, empty, line behind it, as editors show it; an empty text has one empty line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    /// Offset of the first byte of each line; the first is always 0.
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the lines of `text`, which must be shorter than 4 GiB.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for end in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let carriage_return_of_pair = bytes[end] == b'\r' && bytes.get(end + 1) == Some(&b'\n');
            if !carriage_return_of_pair {
                starts.push(u32::try_from(end + 1).expect("source files are below 4 GiB"));
            }
        }
        Self { starts }
    }

    /// How many lines there are; at least one.
    pub fn count(&self) -> u32 {
        u32::try_from(self.starts.len()).expect("a text below 4 GiB has fewer lines than that")
    }

    /// The line that holds the byte at `offset`, counted from 0. A line end belongs to the line it ends; an offset
    /// past the text belongs to the last line.
    pub fn line_of(&self, offset: u32) -> u32 {
        let after = self.starts.partition_point(|&start| start <= offset);
        u32::try_from(after - 1).expect("a text below 4 GiB has fewer lines than that")
    }

    /// Offset of the first byte of `line`, counted from 0, when there is such a line.
    pub fn start(&self, line: u32) -> Option<u32> {
        self.starts.get(line as usize).copied()
    }

    /// The text of `line`, counted from 0, without its line end. `text` is the text that this index was made from.
    pub fn span(&self, text: &str, line: u32) -> Option<Span> {
        let start = self.start(line)? as usize;
        let next = self.start(line + 1).map_or(text.len(), |next| next as usize);
        let line = &text[start..next];
        let ends = ["\r\n", "\n", "\r"];
        let content = ends.iter().find_map(|end| line.strip_suffix(end)).unwrap_or(line);
        Some(Span::new(start, start + content.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<&str> {
        let index = LineIndex::new(text);
        (0..index.count()).map(|line| &text[index.span(text, line).unwrap().range()]).collect()
    }

    #[test]
    fn every_kind_of_line_end_ends_a_line() {
        assert_eq!(lines(""), [""]);
        assert_eq!(lines("a"), ["a"]);
        assert_eq!(lines("a\n"), ["a", ""]);
        assert_eq!(lines("a\r\nb\rc\nd"), ["a", "b", "c", "d"]);
        assert_eq!(lines("\r\r\n\n"), ["", "", "", ""]);
    }

    #[test]
    fn a_line_end_belongs_to_the_line_it_ends() {
        let index = LineIndex::new("ab\r\nc");
        let lines: Vec<u32> = (0..7).map(|offset| index.line_of(offset)).collect();
        assert_eq!(lines, [0, 0, 0, 0, 1, 1, 1]);
    }

    #[test]
    fn there_is_no_span_behind_the_last_line() {
        assert_eq!(LineIndex::new("a\n").span("a\n", 2), None);
    }
}
