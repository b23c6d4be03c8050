//! Tells whether two models have the same SQL.

use super::blank::is_config;
use super::hash::hash;
use super::json::unescape_into;
use super::pieces::{Context, Piece, PieceKind, Pieces};
use crate::text::call::token::skip_quoted;

/// What stands for a model's SQL when models are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint {
    /// Hash of the canonical form: equal for equal SQL, the same on every platform. It is not meant to be stored, as the
    /// canonical form may change from one version to the next.
    pub hash: u128,
    /// Number of lines that hold code (Jinja counts, comments, blank lines and `config` do not).
    pub code_lines: u32,
}

/// Brings SQL with Jinja into a canonical form; keeps its buffers from one model to the next.
///
/// In the canonical form comments (SQL's and Jinja's), `{{ config(…) }}` and trailing semicolons are gone, letters
/// outside of quotes and Jinja are in lower case, blanks are one space between words and none beside punctuation, and
/// Jinja's delimiters lose their `-`. Strings, quoted identifiers and names in Jinja stay as they are, as their case
/// matters; only the quotes of Jinja's strings become single ones.
#[derive(Debug, Default)]
pub struct Normaliser {
    unescaped: String,
    canonical: Canonical,
}

impl Normaliser {
    /// A normaliser with empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The fingerprint of a model's raw code. Jinja that is never closed counts as plain text to the end.
    pub fn fingerprint(&mut self, text: &str) -> Fingerprint {
        self.canonical.read(text)
    }

    /// The fingerprint of the text that a JSON string stands for: `escaped` is what a manifest has between the quotes of
    /// a `raw_code`.
    pub fn fingerprint_of_json(&mut self, escaped: &str) -> Fingerprint {
        unescape_into(escaped, &mut self.unescaped);
        self.canonical.read(&self.unescaped)
    }

    /// The canonical form of the text that was read last.
    pub fn canonical(&self) -> &[u8] {
        self.canonical.bytes()
    }
}

/// The canonical form under construction.
#[derive(Debug, Default)]
struct Canonical {
    /// Room for the canonical form of the longest text so far.
    buffer: Vec<u8>,
    /// How many bytes of the buffer are the canonical form.
    length: usize,
    /// Whether blanks were passed over since the last byte.
    gap: bool,
    /// Whether the last byte was of a kind that blanks separate from the next such byte.
    after_word: bool,
    /// Whether the line at hand holds code.
    line: bool,
    /// How many lines before that do.
    lines: u32,
}

impl Canonical {
    fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    fn read(&mut self, text: &str) -> Fingerprint {
        // The canonical form is no longer than the text: each space stands for a blank or a comment.
        self.buffer.resize(self.buffer.len().max(text.len() + 1), 0);
        (self.length, self.gap, self.after_word, self.line, self.lines) = (0, false, false, false, 0);
        let mut pieces = Pieces::new(text);
        for piece in pieces.by_ref().map_while(Result::ok) {
            self.piece(text, piece);
        }
        self.verbatim(&text.as_bytes()[pieces.position()..]);
        while self.bytes().last() == Some(&b';') {
            self.length -= 1;
        }
        Fingerprint { hash: hash(self.bytes()), code_lines: self.lines + u32::from(self.line) }
    }

    fn piece(&mut self, text: &str, piece: Piece) {
        let (whole, inner) = (&text.as_bytes()[piece.span.range()], &text.as_bytes()[piece.inner.range()]);
        match piece.kind {
            PieceKind::Code => self.code(whole),
            PieceKind::Identifier | PieceKind::String => self.verbatim(whole),
            PieceKind::Expression if piece.context != Context::Comment && !is_config(text, piece) => {
                self.jinja(b"{{", inner, b"}}");
            }
            PieceKind::Statement if piece.context != Context::Comment => self.jinja(b"{%", inner, b"%}"),
            _ => self.blanks(whole),
        }
    }

    /// Appends code in lower case with its blanks folded. Nearly all bytes of a project pass here, so that the loop
    /// computes what a branch would have to guess.
    fn code(&mut self, bytes: &[u8]) {
        self.count_lines(bytes);
        let (mut gap, mut after_word) = (self.gap, self.after_word);
        let room = &mut self.buffer[self.length..];
        let mut length = 0;
        for byte in bytes {
            let class = CLASSES[*byte as usize];
            let (is_blank, is_word) = (class & BLANK != 0, class & WORD != 0);
            room[length] = b' ';
            length += usize::from(gap & after_word & is_word);
            room[length] = byte.to_ascii_lowercase();
            length += usize::from(!is_blank);
            after_word = (after_word & is_blank) | is_word;
            gap = is_blank;
        }
        (self.gap, self.after_word) = (gap, after_word);
        self.length += length;
    }

    /// Counts the lines of code that end within `bytes`.
    fn count_lines(&mut self, bytes: &[u8]) {
        let has_code = |bytes: &[u8]| bytes.iter().any(|byte| CLASSES[*byte as usize] & BLANK == 0);
        let mut start = 0;
        for newline in memchr::memchr_iter(b'\n', bytes) {
            self.lines += u32::from(self.line || has_code(&bytes[start..newline]));
            self.line = false;
            start = newline + 1;
        }
        self.line = self.line || has_code(&bytes[start..]);
    }

    /// Appends a string or quoted identifier as it is.
    fn verbatim(&mut self, bytes: &[u8]) {
        self.push(bytes, true);
        let newlines = memchr::memchr_iter(b'\n', bytes).count();
        self.lines += u32::try_from(newlines).expect("source files are below 4 GiB");
    }

    /// Passes over what has no part in the canonical form.
    fn blanks(&mut self, bytes: &[u8]) {
        self.gap = true;
        if self.line && memchr::memchr(b'\n', bytes).is_some() {
            self.lines += 1;
            self.line = false;
        }
    }

    /// Appends a block of Jinja, blanks folded and strings in single quotes.
    fn jinja(&mut self, opening: &[u8], code: &[u8], closing: &[u8]) {
        self.push(opening, true);
        self.after_word = false;
        let mut position = 0;
        while let Some(&byte) = code.get(position) {
            let rest = &code[position..];
            let class = CLASSES[byte as usize];
            let length = match byte {
                b'\'' | b'"' => skip_quoted(rest, byte).unwrap_or(rest.len()),
                _ => rest.iter().take_while(|byte| is_alike(class, **byte)).count().max(1),
            };
            match byte {
                b'\'' | b'"' => self.jinja_string(&rest[..length]),
                _ if class & BLANK != 0 => self.blanks(&rest[..length]),
                _ => self.push(&rest[..length], class & WORD != 0 && !matches!(byte, b'{' | b'}')),
            }
            position += length;
        }
        self.gap = false;
        self.push(closing, true);
    }

    fn jinja_string(&mut self, literal: &[u8]) {
        self.verbatim(literal);
        let start = self.length - literal.len();
        self.buffer[start] = b'\'';
        self.buffer[self.length - 1] = b'\'';
    }

    /// Appends bytes as they are, behind a space where blanks separate two words.
    fn push(&mut self, bytes: &[u8], is_word: bool) {
        if bytes.is_empty() {
            return;
        }
        if self.gap && self.after_word && is_word {
            self.buffer[self.length] = b' ';
            self.length += 1;
        }
        self.buffer[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
        (self.gap, self.after_word, self.line) = (false, is_word, true);
    }
}

/// Whether a byte of Jinja goes together with one of `class` before it.
fn is_alike(class: u8, byte: u8) -> bool {
    let both = class & CLASSES[byte as usize];
    !matches!(byte, b'\'' | b'"' | b'{' | b'}') && both & (WORD | BLANK) != 0
}

const WORD: u8 = 1;
const BLANK: u8 = 2;

const CLASSES: [u8; 256] = {
    let mut classes = [WORD; 256];
    let punctuation = b",()[]+-*/%<>=!|&^~:;.";
    let mut index = 0;
    while index < punctuation.len() {
        classes[punctuation[index] as usize] = 0;
        index += 1;
    }
    classes[b' ' as usize] = BLANK;
    classes[b'\t' as usize] = BLANK;
    classes[b'\r' as usize] = BLANK;
    classes[b'\n' as usize] = BLANK;
    classes
};
