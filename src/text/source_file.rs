//! One file's text, and where in it an offset stands.

use std::sync::OnceLock;

use super::{Span, line_index::LineIndex};

/// The text of one file, without its byte-order mark, and the path to show it under.
///
/// All offsets and [`Span`]s count bytes of [`text`](Self::text). The lines are looked for when they are first asked
/// for: a file in which nothing is found never pays for them.
#[derive(Debug, Clone)]
pub struct SourceFile {
    path: String,
    text: String,
    lines: OnceLock<LineIndex>,
}

/// A place in a file as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, counted from 1.
    pub line: u32,
    /// Column, counted from 1 in Unicode scalar values; a tab is one of them.
    pub column: u32,
}

/// Why a file's bytes cannot be read as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Some byte does not belong to valid UTF-8.
    #[error("{path}:{}:{}: not valid UTF-8: unexpected byte 0x{byte:02X}; save the file as UTF-8", at.line, at.column)]
    NotUtf8 {
        /// Path of the file, as it is shown.
        path: String,
        /// Where the first wrong byte stands.
        at: Position,
        /// The first wrong byte.
        byte: u8,
    },
    /// The file is larger than a [`Span`] can point into.
    #[error("{path}: the file has {bytes} bytes; files of 4 GiB and more are not read")]
    TooLarge {
        /// Path of the file, as it is shown.
        path: String,
        /// Size of the file.
        bytes: usize,
    },
}

impl SourceFile {
    /// Takes a file's bytes as text. A byte-order mark at the start is dropped.
    ///
    /// # Errors
    /// When the bytes are not UTF-8, or are 4 GiB or more.
    pub fn from_bytes(path: impl Into<String>, mut bytes: Vec<u8>) -> Result<Self, TextError> {
        let path = path.into();
        if u32::try_from(bytes.len()).is_err() {
            return Err(TextError::TooLarge { path, bytes: bytes.len() });
        }
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            bytes.drain(..3);
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { path, text, lines: OnceLock::new() }),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let bytes = error.into_bytes();
                let before = String::from_utf8_lossy(&bytes[..valid]).into_owned();
                let at = Self { path: String::new(), text: before, lines: OnceLock::new() }.end();
                Err(TextError::NotUtf8 { path, at, byte: bytes[valid] })
            }
        }
    }

    /// The path that this file is shown under.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text, without a byte-order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text that `span` covers.
    ///
    /// # Panics
    /// When the span reaches past the text or cuts through a character: it belongs to another file.
    pub fn slice(&self, span: Span) -> &str {
        &self.text[span.range()]
    }

    /// Line and column of the byte at `offset`.
    ///
    /// All bytes of a character stand in its column; all bytes of a line end stand in the column behind the line's
    /// last character. An offset past the text means its end.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.lines().line_of(offset);
        let content = self.lines().span(&self.text, line).expect("line_of names a line that exists");
        let end = character_start(&self.text, offset.min(content.end) as usize);
        let column = self.text[content.start as usize..end].chars().count() + 1;
        Position { line: line + 1, column: u32::try_from(column).expect("a line is shorter than 4 GiB") }
    }

    /// Column of the byte at `offset`, counted from 1 in bytes of UTF-8, as some formats want it.
    ///
    /// What [`position`](Self::position) says of line ends and of offsets past the text holds here too.
    pub fn byte_column(&self, offset: u32) -> u32 {
        let line = self.lines().line_of(offset);
        let content = self.lines().span(&self.text, line).expect("line_of names a line that exists");
        offset.min(content.end) - content.start + 1
    }

    /// The text of `line`, counted from 1, without its line end; `None` when there is no such line.
    pub fn line_span(&self, line: u32) -> Option<Span> {
        self.lines().span(&self.text, line.checked_sub(1)?)
    }

    /// How many lines the file has; at least one. A line end at the end of the file is followed by an empty line.
    pub fn line_count(&self) -> u32 {
        self.lines().count()
    }

    /// Where the lines start, found at the first call.
    pub(super) fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    fn end(&self) -> Position {
        self.position(u32::try_from(self.text.len()).expect("source files are below 4 GiB"))
    }
}

/// Where the character starts that the byte at `offset` belongs to; the text's end for an offset past it.
pub(crate) fn character_start(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SourceFile {
        SourceFile::from_bytes("models/a.yml", text.into()).unwrap()
    }

    fn position(text: &str, offset: u32) -> (u32, u32) {
        let Position { line, column } = file(text).position(offset);
        (line, column)
    }

    #[test]
    fn the_byte_order_mark_is_not_part_of_the_text() {
        let source = file("\u{FEFF}a: 1");
        assert_eq!(source.text(), "a: 1");
        assert_eq!(source.slice(Span::new(3, 4)), "1");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(position("é\tü: 😀!", 2), (1, 2), "behind a letter of two bytes");
        assert_eq!(position("é\tü: 😀!", 3), (1, 3), "behind a tab");
        assert_eq!(position("é\tü: 😀!", 11), (1, 7), "behind an emoji of four bytes");
        assert_eq!(position("é\tü: 😀!", 9), (1, 6), "inside of the emoji");
    }

    #[test]
    fn columns_can_count_bytes() {
        let source = file("é: a\r\nüb");
        let columns: Vec<_> = [0, 2, 4, 5, 6, 7, 9, 99].map(|offset| source.byte_column(offset)).to_vec();
        assert_eq!(columns, [1, 3, 5, 6, 6, 1, 3, 4]);
    }

    #[test]
    fn a_line_end_stands_behind_its_line() {
        let columns: Vec<_> = (0..6).map(|offset| position("ab\r\nc", offset)).collect();
        assert_eq!(columns, [(1, 1), (1, 2), (1, 3), (1, 3), (2, 1), (2, 2)]);
        assert_eq!(position("a\n", 2), (2, 1));
        assert_eq!(position("", 0), (1, 1));
        assert_eq!(position("ab", 99), (1, 3), "past the end");
    }

    #[test]
    fn lines_are_counted_from_one() {
        let source = file("a\r\nbc\n");
        assert_eq!(source.line_count(), 3);
        assert_eq!(source.line_span(0), None);
        assert_eq!(source.line_span(2).map(|span| source.slice(span)), Some("bc"));
        assert_eq!(source.line_span(3).map(|span| source.slice(span)), Some(""));
        assert_eq!(source.line_span(4), None);
    }

    #[test]
    fn the_first_wrong_byte_is_named_with_its_place() {
        let error = SourceFile::from_bytes("models/a.yml", b"a: b\nc: \xC3\xA9\xE9!\n".to_vec()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "models/a.yml:2:5: not valid UTF-8: unexpected byte 0xE9; save the file as UTF-8"
        );
        let cut_off = SourceFile::from_bytes("a", b"\xEF\xBB\xBFa\xC3".to_vec()).unwrap_err();
        let TextError::NotUtf8 { at, byte, .. } = cut_off else { panic!("{cut_off}") };
        assert_eq!((at, byte), (Position { line: 1, column: 2 }, 0xC3));
    }
}
