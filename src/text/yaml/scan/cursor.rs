//! A place in the text that moves forward and knows its line and column.

/// The characters that YAML 1.1 takes for a line end, other than `\r\n`: `\n`, `\r`, U+0085, U+2028, U+2029.
/// The last two stay what they are when lines are folded, the others become `\n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LineBreak {
    /// Length in bytes.
    pub length: usize,
    /// What it is in a scalar's text.
    pub text: &'static str,
}

/// A place in the text.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'t> {
    pub text: &'t str,
    /// Offset in bytes.
    pub at: usize,
    /// Line, counted from 0.
    pub line: usize,
    /// Offset of the first byte of the line.
    pub line_start: usize,
    /// An offset in this line, and its column: columns are counted on from here, so that a long line is counted once.
    counted: (usize, usize),
}

impl<'t> Cursor<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 0, line_start: 0, counted: (0, 0) }
    }

    /// The text from here on.
    pub fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// The byte here, or `None` at the end.
    pub fn byte(&self) -> Option<u8> {
        self.byte_after(0)
    }

    /// The byte `distance` bytes further.
    pub fn byte_after(&self, distance: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + distance).copied()
    }

    /// The column here, in characters counted from 0.
    pub fn column(&mut self) -> usize {
        let (at, column) = self.counted;
        let characters = self.text.as_bytes()[at..self.at].iter().filter(|byte| !is_continuation(**byte)).count();
        self.counted = (self.at, column + characters);
        self.counted.1
    }

    /// Whether a line starts here.
    pub fn is_line_start(&self) -> bool {
        self.at == self.line_start
    }

    pub fn is_blank(&self) -> bool {
        matches!(self.byte(), Some(b' ' | b'\t'))
    }

    /// The line end here, if there is one.
    pub fn line_break(&self) -> Option<LineBreak> {
        self.line_break_after(0)
    }

    fn line_break_after(&self, distance: usize) -> Option<LineBreak> {
        let (length, text) = match self.text.as_bytes().get(self.at + distance..)? {
            [b'\r', b'\n', ..] => (2, "\n"),
            [b'\n' | b'\r', ..] => (1, "\n"),
            [0xC2, 0x85, ..] => (2, "\n"),
            [0xE2, 0x80, 0xA8, ..] => (3, "\u{2028}"),
            [0xE2, 0x80, 0xA9, ..] => (3, "\u{2029}"),
            _ => return None,
        };
        Some(LineBreak { length, text })
    }

    /// Whether a blank, a line end or the end of the text is `distance` bytes further.
    pub fn ends_word(&self, distance: usize) -> bool {
        match self.byte_after(distance) {
            None | Some(b' ' | b'\t' | b'\n' | b'\r') => true,
            Some(0xC2 | 0xE2) => self.line_break_after(distance).is_some(),
            Some(_) => false,
        }
    }

    /// Moves over the line end here.
    pub fn skip_line_break(&mut self, line_break: LineBreak) {
        self.at += line_break.length;
        self.line += 1;
        self.line_start = self.at;
        self.counted = (self.at, 0);
    }

    /// Moves over bytes that mean nothing but themselves in any scalar.
    pub fn skip_ordinary(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|&byte| !ORDINARY[byte as usize]).unwrap_or(rest.len());
    }

    pub fn skip_blanks(&mut self) {
        while self.is_blank() {
            self.at += 1;
        }
    }

    /// Moves to the end of the line, and gives what was skipped.
    pub fn skip_line(&mut self) -> &'t str {
        let start = self.at;
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                None | Some(b'\n' | b'\r') => break,
                Some(0xC2 | 0xE2) if self.line_break().is_some() => break,
                Some(_) => self.at += 1,
            }
        }
        &self.text[start..self.at]
    }

    /// Whether `---` or `...` stands here as a word at the start of a line.
    pub fn is_document_indicator(&self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        self.is_line_start() && (rest.starts_with(b"---") || rest.starts_with(b"...")) && self.ends_word(3)
    }

    /// Moves over blanks and line ends between two parts of a scalar.
    pub fn skip_gap(&mut self, gap: &mut Gap<'t>) {
        let start = self.at;
        loop {
            if self.is_blank() {
                self.at += 1;
            } else if let Some(line_break) = self.line_break() {
                gap.add_line_break(line_break);
                self.skip_line_break(line_break);
            } else {
                break;
            }
        }
        if !gap.has_lines {
            gap.blanks = &self.text[start..self.at];
        }
    }
}

/// Bytes that neither end a word of a scalar nor mean anything else than themselves there.
static ORDINARY: [bool; 256] = {
    let mut ordinary = [true; 256];
    let mut special = b" \t\n\r:,[]{}'\"\\\xC2\xE2".as_slice();
    while let [first, rest @ ..] = special {
        ordinary[*first as usize] = false;
        special = rest;
    }
    ordinary
};

/// Whether a byte is not the first of its character.
fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// Blanks and line ends between two parts of a scalar.
#[derive(Debug, Default)]
pub(super) struct Gap<'t> {
    /// Whether the parts stand in different lines. Then the blanks do not count.
    pub has_lines: bool,
    blanks: &'t str,
    first_break: &'static str,
    further_breaks: String,
}

impl Gap<'_> {
    /// The gap behind a `\` at the end of a line: that line end does not count.
    pub fn after_escaped_line_break() -> Self {
        Self { has_lines: true, ..Self::default() }
    }

    fn add_line_break(&mut self, line_break: LineBreak) {
        if self.has_lines {
            self.further_breaks.push_str(line_break.text);
        } else {
            self.first_break = line_break.text;
            self.has_lines = true;
        }
    }

    /// Adds to a text what this gap folds to: one line end is a space, more are one less.
    pub fn fold_into(&self, text: &mut String) {
        if !self.has_lines {
            text.push_str(self.blanks);
        } else if self.first_break == "\n" {
            text.push_str(if self.further_breaks.is_empty() { " " } else { &self.further_breaks });
        } else {
            text.push_str(self.first_break);
            text.push_str(&self.further_breaks);
        }
    }
}
