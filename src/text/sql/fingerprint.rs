//! Tells whether two models have the same SQL.

use super::blank::is_config;
use super::hash::hash;
use super::json::unescape_into;
use super::pieces::{Context, Piece, PieceKind, Pieces};
use crate::text::call::token::skip_quoted;

/// What stands for a model's SQL when models are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint {
    /// Hash of the canonical form: equal for equal SQL, the same on every platform. It is not meant to be stored, as
    /// the canonical form may change from one version to the next.
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

    /// The fingerprint of the text that a JSON string stands for: `escaped` is what a manifest has between the quotes
    /// of a `raw_code`.
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
    last: Last,
    /// Whether the line at hand holds code.
    line: bool,
    /// How many lines before that do.
    lines: u32,
}

/// What the canonical form ends with so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Last {
    /// Nothing, or a byte that needs no space behind it.
    #[default]
    Punctuation,
    /// A byte that blanks separate from another such byte.
    Word,
    /// A space behind such a byte, which goes if no other one follows.
    Space,
}

impl Canonical {
    fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    fn read(&mut self, text: &str) -> Fingerprint {
        // The canonical form is no longer than the text, as each space stands for a blank or a comment.
        self.buffer.resize(self.buffer.len().max(text.len() + 1), 0);
        (self.length, self.last, self.line, self.lines) = (0, Last::Punctuation, false, 0);
        let mut pieces = Pieces::new(text);
        for piece in pieces.by_ref().map_while(Result::ok) {
            self.piece(text, piece);
        }
        self.verbatim(&text.as_bytes()[pieces.position()..]);
        while matches!(self.bytes().last(), Some(b';' | b' ')) {
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

    /// Appends code in lower case with its blanks folded. Nearly all bytes of a project pass here: the loop computes
    /// what a branch would have to guess.
    fn code(&mut self, bytes: &[u8]) {
        self.count_lines(bytes);
        let (mut after_word, mut after_space) =
            (usize::from(self.last == Last::Word), usize::from(self.last == Last::Space));
        let (mut length, room) = (self.length, self.buffer.as_mut_slice());
        for byte in bytes {
            let entry = usize::from(TABLE[*byte as usize]);
            let (is_word, is_blank, is_punctuation) = (entry >> 8 & 1, entry >> 9 & 1, entry >> 10);
            length -= after_space & is_punctuation;
            room[length] = entry as u8;
            length += is_word | is_punctuation | (is_blank & after_word);
            after_space = is_blank & (after_word | after_space);
            after_word = is_word;
        }
        self.length = length;
        self.last = match (after_word, after_space) {
            (1, _) => Last::Word,
            (_, 1) => Last::Space,
            _ => Last::Punctuation,
        };
    }

    /// Counts the lines of code that end within `bytes`.
    fn count_lines(&mut self, bytes: &[u8]) {
        let has_code = |bytes: &[u8]| bytes.iter().any(|byte| !is_blank(*byte));
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

    /// Passes over what has no part in the canonical form but parts words.
    fn blanks(&mut self, bytes: &[u8]) {
        if self.last == Last::Word {
            self.buffer[self.length] = b' ';
            self.length += 1;
            self.last = Last::Space;
        }
        if self.line && memchr::memchr(b'\n', bytes).is_some() {
            self.lines += 1;
            self.line = false;
        }
    }

    /// Appends a block of Jinja, blanks folded and strings in single quotes.
    fn jinja(&mut self, opening: &[u8], code: &[u8], closing: &[u8]) {
        self.push(opening, true);
        self.last = Last::Punctuation;
        let mut position = 0;
        while let Some(&byte) = code.get(position) {
            let rest = &code[position..];
            let length = match byte {
                b'\'' | b'"' => skip_quoted(rest, byte).unwrap_or(rest.len()),
                _ => rest.iter().take_while(|other| is_jinja_word(byte) && is_jinja_word(**other)).count().max(1),
            };
            match byte {
                b'\'' | b'"' => self.jinja_string(&rest[..length]),
                _ if is_blank(byte) => self.blanks(&rest[..length]),
                _ => self.push(&rest[..length], is_jinja_word(byte)),
            }
            position += length;
        }
        self.drop_space();
        self.push(closing, true);
    }

    fn jinja_string(&mut self, literal: &[u8]) {
        self.verbatim(literal);
        let start = self.length - literal.len();
        self.buffer[start] = b'\'';
        self.buffer[self.length - 1] = b'\'';
    }

    /// Appends bytes as they are.
    fn push(&mut self, bytes: &[u8], is_word: bool) {
        if bytes.is_empty() {
            return;
        }
        if !is_word {
            self.drop_space();
        }
        self.buffer[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
        self.last = if is_word { Last::Word } else { Last::Punctuation };
        self.line = true;
    }

    fn drop_space(&mut self) {
        if self.last == Last::Space {
            self.length -= 1;
            self.last = Last::Word;
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Whether blanks beside this byte can be left out.
const fn is_punctuation(byte: u8) -> bool {
    matches!(byte, b',' | b'(' | b')' | b'[' | b']' | b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=')
        || matches!(byte, b'!' | b'|' | b'&' | b'^' | b'~' | b':' | b';' | b'.')
}

fn is_jinja_word(byte: u8) -> bool {
    !is_blank(byte) && !is_punctuation(byte) && !matches!(byte, b'\'' | b'"' | b'{' | b'}')
}

const WORD: u16 = 1 << 8;
const BLANK: u16 = 1 << 9;
const PUNCTUATION: u16 = 1 << 10;

/// For each byte its lower case, a space for every blank, and one of three flags.
const TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let byte = index as u8;
        table[index] = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => BLANK | b' ' as u16,
            _ if is_punctuation(byte) => PUNCTUATION | byte as u16,
            _ => WORD | byte.to_ascii_lowercase() as u16,
        };
        index += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::jinja::testing::template;
    use proptest::prelude::*;

    fn canonical(text: &str) -> String {
        let mut normaliser = Normaliser::new();
        normaliser.fingerprint(text);
        String::from_utf8(normaliser.canonical().to_vec()).expect("whole characters are kept")
    }

    fn lines(text: &str) -> u32 {
        Normaliser::new().fingerprint(text).code_lines
    }

    #[test]
    fn layout_and_case_do_not_matter() {
        let expected = "select a,sum(b)from{{ref('c')}}where a=1";
        for text in [
            "select a,sum(b)from{{ref('c')}}where a=1",
            "SELECT\n\ta ,\r\n  Sum( b )\nfrom{{ ref(\"c\") }}where A = 1 ;\n;\n",
            "-- x\nselect a, /* y */ sum(b)from{{- ref( 'c' ) -}}where a = 1 -- ;",
            "{{ config(materialized='view') }}\n\nselect a,sum(b){# z #}from{{ref('c')}}where a=1",
        ] {
            assert_eq!(canonical(text), expected, "{text}");
        }
    }

    #[test]
    fn words_stay_apart() {
        assert_eq!(canonical("a  b -- c\nd/**/e {{ f }} 'g' \"H\"  i"), "a b d e {{f}} 'g' \"H\" i");
        assert_eq!(canonical("{{ a }}b {{ c  d }}"), "{{a}}b {{c d}}");
    }

    #[test]
    fn what_is_quoted_or_jinja_keeps_its_case_and_blanks() {
        assert_eq!(
            canonical("A 'B  C' \"D  E\" `F` $$G$$ {{ H('I  J') }}"),
            "a 'B  C' \"D  E\" `F` $$G$$ {{H('I  J')}}"
        );
        assert_eq!(canonical("'A {{ B }}C'"), "'A {{B}}C'");
        assert_eq!(canonical("É é"), "É é");
    }

    #[test]
    fn jinja_is_kept_apart_from_sql() {
        assert_eq!(canonical("{% if a  %} B {%- endif %}"), "{%if a%} b {%endif%}");
        assert_eq!(canonical("-- {{ a }}\n/* {% b %} */c"), "c");
        assert_eq!(canonical("{{ config(a=1) }}{{ config.get('b') }}"), "{{config.get('b')}}");
        assert_eq!(canonical("{{ {'a' : [ 1 ] } }}"), "{{{'a':[1]}}}");
    }

    #[test]
    fn different_sql_differs() {
        let different = [
            "select a from b",
            "select ab from b",
            "select 'a' from b",
            "select \"a\" from b",
            "select \"A\" from b",
            "select a from {{ b }}",
            "select a from {{ B }}",
            "select a from {% b %}",
            "select a from 'b'",
            "select a; from b",
            "",
        ];
        let mut normaliser = Normaliser::new();
        let hashes: std::collections::HashSet<_> =
            different.iter().map(|text| normaliser.fingerprint(text).hash).collect();
        assert_eq!(hashes.len(), different.len());
    }

    #[test]
    fn lines_of_code() {
        assert_eq!(lines(""), 0);
        assert_eq!(lines("\n -- a\n\n/* b\n*/\n{# c\n #}\n"), 0);
        assert_eq!(lines("a"), 1);
        assert_eq!(lines("{{ config(\n a=1\n) }}\na\n\n b -- c\n"), 2);
        assert_eq!(lines("'a\nb\n\nc'\n"), 4);
        assert_eq!(lines("{{ a\n\n b }}\n{% if c %} -- d\nd\n"), 4);
        assert_eq!(lines("a /* b\n c */ d\ne"), 3);
    }

    #[test]
    fn unclosed_jinja_still_counts() {
        assert_eq!(canonical("A {{ B 'C"), "a {{ B 'C");
        assert_ne!(canonical("a {{ b"), canonical("a {{ c"));
    }

    #[test]
    fn buffers_do_not_leak_from_one_model_to_the_next() {
        let mut normaliser = Normaliser::new();
        let short = normaliser.fingerprint("select 1");
        normaliser.fingerprint("select 'something much longer', \"that\" leaves the buffer and the line open {{ x");
        assert_eq!(normaliser.fingerprint("select 1"), short);
        assert_eq!(normaliser.fingerprint_of_json(r"SELECT\n\u0031;"), Fingerprint { code_lines: 2, ..short });
    }

    proptest! {
        #[test]
        fn never_panics_and_reads_json_alike(text in template()) {
            let mut normaliser = Normaliser::new();
            let plain = normaliser.fingerprint(&text);
            let json = serde_json::to_string(&text).expect("strings serialise");
            prop_assert_eq!(normaliser.fingerprint_of_json(&json[1..json.len() - 1]), plain);
            prop_assert!(plain.code_lines as usize <= text.split('\n').count());
        }

        #[test]
        fn canonical_form_is_its_own_canonical_form(text in r"([a-cA-C ,()\n;]|'a b'|\{\{ a \}\}|-- x\n){0,20}") {
            let once = canonical(&text);
            prop_assert_eq!(canonical(&once), once);
        }
    }
}
