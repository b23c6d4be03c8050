//! Splits SQL with Jinja into code, comments, strings and Jinja.
//!
//! Warehouses disagree on details, and a file does not say which one it is for. Where they do, the reading is chosen
//! that lets less text pass for code, as rules look for defects in code only.

use crate::text::Span;
use crate::text::jinja::{JinjaError, Segment, SegmentKind, Segments};

/// What a stretch of SQL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// Keywords, bare identifiers, numbers, operators and the blanks between them.
    Code,
    /// `"…"` or `` `…` ``: a quoted identifier, or a string in the dialects that quote strings so. Ends on its line.
    Identifier,
    /// `'…'`, `$$…$$` or `$tag$…$tag$`, quotes included.
    String,
    /// `--` to the end of the line, newline excluded; also `//` and `#` when they are the first on their line.
    LineComment,
    /// `/* … */`
    BlockComment,
    /// Jinja's `{{ … }}`
    Expression,
    /// Jinja's `{% … %}`
    Statement,
    /// Jinja's `{# … #}`
    JinjaComment,
}

/// What a piece stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// SQL code.
    Code,
    /// A quoted identifier.
    Identifier,
    /// A string literal.
    String,
    /// A comment of SQL.
    Comment,
}

/// A stretch of SQL. Pieces follow one another without gaps; Jinja within a string or comment splits it in several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// What the piece is.
    pub kind: PieceKind,
    /// All of it, delimiters included.
    pub span: Span,
    /// Of Jinja, what stands between the delimiters; otherwise the same as `span`.
    pub inner: Span,
    /// What SQL makes of the place. Branches of `{% if %}` are read one after the other as if all were rendered.
    pub context: Context,
}

/// How far a comment, string or identifier that has begun reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Code,
    LineComment,
    BlockComment,
    String,
    /// A dollar-quoted string, by the place and length of its opening tag.
    Dollar {
        start: usize,
        length: usize,
    },
    /// By its quote.
    Identifier(u8),
}

/// The pieces of a text in order, and an error instead of the rest where Jinja is never closed.
#[derive(Debug, Clone)]
pub struct Pieces<'t> {
    text: &'t str,
    segments: Segments<'t>,
    state: State,
    /// The part of a text segment that is still to be split.
    rest: std::ops::Range<usize>,
    /// Blanks that Jinja trims off the end of that segment: to the warehouse they are not there, so that a newline
    /// among them does not end a comment.
    trimmed: std::ops::Range<usize>,
}

impl<'t> Pieces<'t> {
    /// The pieces of `text`.
    pub fn new(text: &'t str) -> Self {
        Self { text, segments: Segments::new(text), state: State::Code, rest: 0..0, trimmed: 0..0 }
    }

    /// Where the Jinja that could not be read starts, after an error.
    pub fn position(&self) -> usize {
        self.segments.position()
    }

    fn segment(&mut self, segment: Segment) -> Piece {
        let kind = match segment.kind {
            SegmentKind::Text => return self.start_text(segment),
            SegmentKind::Expression => PieceKind::Expression,
            SegmentKind::Statement => PieceKind::Statement,
            SegmentKind::Comment => PieceKind::JinjaComment,
        };
        Piece { kind, span: segment.span, inner: segment.inner, context: self.context() }
    }

    /// Takes up a text segment and gives its first piece.
    fn start_text(&mut self, segment: Segment) -> Piece {
        let (span, inner) = (segment.span.range(), segment.inner.range());
        self.rest = inner.clone();
        self.trimmed = inner.end..span.end;
        if span.start < inner.start {
            return self.piece(PieceKind::Code, span.start..inner.start);
        }
        self.text_piece()
    }

    /// The next piece of the text segment at hand, which is not used up.
    fn text_piece(&mut self) -> Piece {
        let (start, end) = (self.rest.start, self.rest.end);
        if start == end {
            let trimmed = std::mem::take(&mut self.trimmed);
            return self.piece(PieceKind::Code, trimmed);
        }
        let bytes = &self.text.as_bytes()[..end];
        if self.state == State::Code {
            let opened = find_opening(self.text.as_bytes(), start, end);
            let (opening, state, length) = opened.unwrap_or((end, State::Code, 0));
            if opening > start {
                self.rest.start = opening;
                return self.piece(PieceKind::Code, start..opening);
            }
            self.state = state;
            return self.opened_piece(start, start + length, bytes);
        }
        self.opened_piece(start, start, bytes)
    }

    /// The piece from `start` to where the present state ends, looked for from `from` on, or to the end of `bytes`.
    fn opened_piece(&mut self, start: usize, from: usize, bytes: &[u8]) -> Piece {
        let (kind, context) = (self.state.kind(), self.context());
        let closed = match self.state {
            State::Code => Some(from),
            State::LineComment => memchr::memchr(b'\n', &bytes[from..]).map(|found| from + found),
            State::BlockComment => memchr::memmem::find(&bytes[from..], b"*/").map(|found| from + found + 2),
            State::String => end_of_string(self.text.as_bytes(), from, bytes.len()),
            State::Dollar { start: tag, length } => {
                let tag = &self.text.as_bytes()[tag..tag + length];
                memchr::memmem::find(&bytes[from..], tag).map(|found| from + found + length)
            }
            State::Identifier(quote) => end_of_identifier(bytes, from, quote),
        };
        let end = closed.unwrap_or(bytes.len());
        if closed.is_some() {
            self.state = State::Code;
        }
        self.rest.start = end;
        let span = Span::new(start, end);
        Piece { kind, span, inner: span, context }
    }

    fn piece(&self, kind: PieceKind, range: std::ops::Range<usize>) -> Piece {
        let span = Span::new(range.start, range.end);
        Piece { kind, span, inner: span, context: self.context() }
    }

    fn context(&self) -> Context {
        match self.state {
            State::Code => Context::Code,
            State::LineComment | State::BlockComment => Context::Comment,
            State::String | State::Dollar { .. } => Context::String,
            State::Identifier(_) => Context::Identifier,
        }
    }
}

impl State {
    fn kind(self) -> PieceKind {
        match self {
            Self::Code => PieceKind::Code,
            Self::LineComment => PieceKind::LineComment,
            Self::BlockComment => PieceKind::BlockComment,
            Self::String | Self::Dollar { .. } => PieceKind::String,
            Self::Identifier(_) => PieceKind::Identifier,
        }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Result<Piece, JinjaError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if !self.rest.is_empty() || !self.trimmed.is_empty() {
                let piece = self.text_piece();
                if piece.span.is_empty() {
                    // A comment whose newline comes first has ended without a byte of its own.
                    continue;
                }
                return Some(Ok(piece));
            }
            let segment = match self.segments.next()? {
                Ok(segment) => segment,
                Err(error) => return Some(Err(error)),
            };
            let piece = self.segment(segment);
            if !piece.span.is_empty() {
                return Some(Ok(piece));
            }
        }
    }
}

/// Bytes that may open something other than code.
const OPENING: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"'\"`-/$#";
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
};

/// The first place in `from..end` where a comment, string or quoted identifier opens, what opens there, and the length
/// of what opens it.
fn find_opening(text: &[u8], from: usize, end: usize) -> Option<(usize, State, usize)> {
    let bytes = &text[..end];
    let mut position = from;
    loop {
        position += bytes[position..].iter().position(|byte| OPENING[*byte as usize])?;
        let next = bytes.get(position + 1).copied();
        let opened = match (bytes[position], next) {
            (b'\'', _) => Some((State::String, 1)),
            (quote @ (b'"' | b'`'), _) => Some((State::Identifier(quote), 1)),
            (b'-', Some(b'-')) => Some((State::LineComment, 2)),
            (b'/', Some(b'*')) => Some((State::BlockComment, 2)),
            (b'/', Some(b'/')) => is_first_on_line(text, position).then_some((State::LineComment, 2)),
            // At the start of a line `#>` and `#-` are operators of Postgres rather than comments of BigQuery or MySQL.
            (b'#', next) if !matches!(next, Some(b'>' | b'-')) => {
                is_first_on_line(text, position).then_some((State::LineComment, 1))
            }
            (b'$', _) => dollar_tag(&bytes[from..], position - from)
                .map(|length| (State::Dollar { start: position, length }, length)),
            _ => None,
        };
        if let Some((state, length)) = opened {
            return Some((position, state, length));
        }
        position += 1;
    }
}

fn is_first_on_line(text: &[u8], position: usize) -> bool {
    let before = text[..position].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
    matches!(before, None | Some(b'\n'))
}

/// Length of the `$$` or `$tag$` that opens a string at `position`; `None` for `$1`, `a$b` and the like.
fn dollar_tag(bytes: &[u8], position: usize) -> Option<usize> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if position > 0 && (is_word(bytes[position - 1]) || bytes[position - 1] == b'$') {
        return None;
    }
    let tag = bytes[position + 1..].iter().take(64).take_while(|byte| is_word(**byte)).count();
    let starts_with_digit = bytes.get(position + 1).is_some_and(u8::is_ascii_digit);
    (!starts_with_digit && bytes.get(position + 1 + tag) == Some(&b'$')).then_some(tag + 2)
}

/// The offset behind the quote that closes a string whose content goes on at `from`; `None` when it goes on past `end`.
fn end_of_string(text: &[u8], from: usize, end: usize) -> Option<usize> {
    let bytes = &text[..end];
    let mut position = from;
    loop {
        position += memchr::memchr2(b'\'', b'\\', bytes.get(position..)?)?;
        position += match (bytes[position], bytes.get(position + 1)) {
            (b'\'', Some(b'\'')) => 2,
            (b'\'', _) => return Some(position + 1),
            (_, Some(b'\\')) => 2,
            (_, Some(b'\'')) if !is_escape(text, position) => 1,
            (_, Some(_)) => 2,
            (_, None) => 1,
        };
    }
}

/// Whether the backslash at `position`, before a quote, takes away that quote's meaning, as in Snowflake, BigQuery,
/// Databricks and MySQL, or is an ordinary last character of the string, as in Postgres, Trino and DuckDB.
///
/// A letter or digit behind the quote continues a string (`'it\'s'`). Otherwise the quotes on the rest of the line
/// tell: their number is odd while a string is still open.
fn is_escape(text: &[u8], position: usize) -> bool {
    /// Far enough for lines that people write, and a bound for those that they do not.
    const FURTHEST: usize = 1000;
    let rest = &text[position + 2..];
    if rest.first().is_some_and(u8::is_ascii_alphanumeric) {
        return true;
    }
    let line = rest.iter().take(FURTHEST).take_while(|byte| **byte != b'\n');
    line.filter(|byte| **byte == b'\'').count() % 2 == 1
}

/// The offset behind the quote that closes an identifier, or that of the newline that comes before one.
fn end_of_identifier(bytes: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut position = from;
    loop {
        position += memchr::memchr3(quote, b'\n', b'\\', bytes.get(position..)?)?;
        match bytes[position] {
            b'\n' => return Some(position),
            b'\\' if quote == b'"' => position += 2,
            b'\\' => position += 1,
            _ => return Some(position + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::jinja::testing::template;
    use PieceKind::{BlockComment, Code, Expression, Identifier, JinjaComment, LineComment, Statement, String};
    use proptest::prelude::*;

    fn pieces(text: &str) -> Vec<(PieceKind, &str)> {
        Pieces::new(text)
            .map(|piece| piece.expect("the text is a template"))
            .map(|piece| (piece.kind, &text[piece.span.range()]))
            .collect()
    }

    /// The parts of the text that are code.
    fn code(text: &str) -> std::string::String {
        pieces(text).into_iter().filter(|(kind, _)| *kind == Code).map(|(_, text)| text).collect()
    }

    #[test]
    fn every_kind() {
        assert_eq!(
            pieces("a 'b''c' \"d\" `e` -- f\n/* g */$$h$$ {{ i }}{% j %}{# k #}"),
            [
                (Code, "a "),
                (String, "'b''c'"),
                (Code, " "),
                (Identifier, "\"d\""),
                (Code, " "),
                (Identifier, "`e`"),
                (Code, " "),
                (LineComment, "-- f"),
                (Code, "\n"),
                (BlockComment, "/* g */"),
                (String, "$$h$$"),
                (Code, " "),
                (Expression, "{{ i }}"),
                (Statement, "{% j %}"),
                (JinjaComment, "{# k #}"),
            ]
        );
    }

    #[test]
    fn strings_and_comments_hide_each_other() {
        assert_eq!(code("'--' a -- '\nb /* ' -- */ c \"'\" d '/*' e"), " a \nb  c  d  e");
        assert_eq!(code("a - b / c # d"), "a - b / c # d");
        assert_eq!(code("-- a\r\nb"), "\nb");
        assert_eq!(code("--\nb"), "\nb");
    }

    #[test]
    fn jinja_does_not_end_a_string_or_comment() {
        let text = "'a {{ b }} c' {{ d }} -- {{ e }} f\n{{ g }} /* {% h %} */ \"{{ i }}\"";
        let contexts: Vec<_> = Pieces::new(text)
            .map(|piece| piece.expect("the text is a template"))
            .filter(|piece| matches!(piece.kind, Expression | Statement))
            .map(|piece| piece.context)
            .collect();
        use Context::{Code, Comment, Identifier, String};
        assert_eq!(contexts, [String, Code, Comment, Code, Comment, Identifier]);
        assert_eq!(pieces("'a {{ b }} c' d").last(), Some(&(PieceKind::Code, " d")));
    }

    #[test]
    fn comments_that_only_some_dialects_have() {
        assert_eq!(code("a\n  // it's\n# it's\nb"), "a\n  \n\nb");
        assert_eq!(code("a // b"), "a // b", "a division in DuckDB");
        assert_eq!(code("a\n#>> b\n#- c"), "a\n#>> b\n#- c", "operators of Postgres");
    }

    #[test]
    fn dollar_quotes() {
        assert_eq!(code("a $$it's$$ b $f$it's $$ $f$ c"), "a  b  c");
        assert_eq!(code("$1 a$b$c $2$ d"), "$1 a$b$c $2$ d");
        assert_eq!(code("$$ {{ a }} $$ b"), " b");
    }

    #[test]
    fn backslashes_are_judged_by_the_line() {
        assert_eq!(code(r"a 'it\'s' b"), "a  b");
        assert_eq!(code(r"a '\'' b"), "a  b");
        assert_eq!(code(r"a '\\' b"), "a  b");
        assert_eq!(code(r"split(a, '\') b"), "split(a, ) b");
        assert_eq!(code(r"replace(a, '\', '/') b"), "replace(a, , ) b");
        assert_eq!(code("'\\n' a '\\d+' b"), " a  b");
    }

    #[test]
    fn identifiers_end_on_their_line() {
        assert_eq!(code("\"a\nb 'c' \"d\\\"e\" f"), "\nb   f");
    }

    #[test]
    fn trimmed_line_breaks_end_no_comment() {
        assert_eq!(code("-- a\n {{- b -}} \n c\nd"), "\n  \n \nd");
    }

    #[test]
    fn an_error_ends_the_pieces() {
        let mut pieces = Pieces::new("a {{ b");
        assert!(pieces.next().is_some_and(|piece| piece.is_ok()));
        assert!(pieces.next().is_some_and(|piece| piece.is_err()));
        assert_eq!((pieces.next(), pieces.position()), (None, 2));
    }

    proptest! {
        #[test]
        fn cover_the_text_without_gaps(text in template()) {
            let mut pieces = Pieces::new(&text);
            let mut end = 0;
            for piece in pieces.by_ref().map_while(Result::ok) {
                prop_assert_eq!(piece.span.range().start, end);
                prop_assert!(!piece.span.is_empty());
                prop_assert!(text.get(piece.span.range()).is_some() && text.get(piece.inner.range()).is_some());
                end = piece.span.range().end;
            }
            prop_assert_eq!(pieces.position(), end);
        }
    }
}
