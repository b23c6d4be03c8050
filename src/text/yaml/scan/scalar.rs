//! Scalars: plain, quoted, and blocks of indented lines.

use std::borrow::Cow;

use super::cursor::Gap;
use super::{Scanner, TokenKind};
use crate::text::yaml::Style;
use crate::text::yaml::error::{self, YamlError};

/// A scalar's text while it is read: borrowed as long as it is what stands in the file.
struct Text<'t> {
    source: &'t str,
    changed: Option<String>,
    /// The source from here on is not yet part of `changed`.
    from: usize,
}

impl<'t> Text<'t> {
    fn new(source: &'t str, from: usize) -> Self {
        Self { source, changed: None, from }
    }

    /// Instead of the source between `from` and `to` there is something else, to be added to what is returned.
    fn replace(&mut self, from: usize, to: usize) -> &mut String {
        let changed = self.changed.get_or_insert_default();
        changed.push_str(&self.source[self.from..from]);
        self.from = to;
        changed
    }

    fn finish(self, to: usize) -> Cow<'t, str> {
        let rest = &self.source[self.from..to];
        match self.changed {
            None => Cow::Borrowed(rest),
            Some(changed) => Cow::Owned(changed + rest),
        }
    }
}

impl<'t> Scanner<'t> {
    pub(super) fn plain(&mut self) -> Result<(), YamlError> {
        self.save_candidate()?;
        self.key_allowed = false;
        let start = self.cursor.at;
        let mut text = Text::new(self.cursor.text, start);
        let mut end = start;
        let mut gap: Option<Gap<'_>> = None;
        while !self.cursor.is_document_indicator() && self.cursor.byte() != Some(b'#') {
            let word = self.cursor.at;
            self.skip_plain_word()?;
            if self.cursor.at > word {
                if let Some(gap) = gap.take().filter(|gap| gap.has_lines) {
                    gap.fold_into(text.replace(end, word));
                }
                end = self.cursor.at;
            }
            if !self.cursor.ends_word(0) || self.cursor.byte().is_none() {
                break;
            }
            let mut next_gap = Gap::default();
            self.skip_plain_gap(&mut next_gap)?;
            gap = Some(next_gap);
            if !self.in_flow() && (self.cursor.column() as isize) <= self.indent {
                break;
            }
        }
        // The scalar was ended by another line, in which a key may start.
        self.key_allowed = gap.is_some_and(|gap| gap.has_lines);
        let text = text.finish(end);
        self.push_until(TokenKind::Scalar { text, style: Style::Plain }, start, end);
        Ok(())
    }

    /// Moves to the end of a word of a plain scalar.
    fn skip_plain_word(&mut self) -> Result<(), YamlError> {
        let in_flow = self.in_flow();
        loop {
            self.cursor.skip_ordinary();
            let Some(byte) = self.cursor.byte() else { return Ok(()) };
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => return Ok(()),
                b':' if self.cursor.ends_word(1) => return Ok(()),
                b':' if in_flow
                    && matches!(self.cursor.byte_after(1), Some(b',' | b'?' | b'[' | b']' | b'{' | b'}')) =>
                {
                    return Err(error::colon_without_space(self.cursor.at));
                }
                b',' | b'[' | b']' | b'{' | b'}' if in_flow => return Ok(()),
                0xC2 | 0xE2 if self.cursor.line_break().is_some() => return Ok(()),
                _ => self.cursor.at += 1,
            }
        }
    }

    fn skip_plain_gap(&mut self, gap: &mut Gap<'t>) -> Result<(), YamlError> {
        let start = self.cursor.at;
        self.cursor.skip_gap(gap);
        if !gap.has_lines {
            return Ok(());
        }
        let skipped = &self.cursor.text[start..self.cursor.at];
        let mut lines = skipped.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
        lines.next();
        let indent = usize::try_from(self.indent + 1).unwrap_or_default();
        if lines.any(|line| line.bytes().take(indent).any(|byte| byte == b'\t')) {
            return Err(error::tab_as_indentation(self.cursor.text, start));
        }
        Ok(())
    }

    pub(super) fn quoted(&mut self, quote: u8) -> Result<(), YamlError> {
        self.save_candidate()?;
        self.key_allowed = false;
        let start = self.cursor.at;
        self.cursor.at += 1;
        let mut text = Text::new(self.cursor.text, self.cursor.at);
        loop {
            if self.cursor.is_document_indicator() || self.cursor.byte().is_none() {
                return Err(error::unclosed_quotes(start));
            }
            let escaped_line_break = self.skip_quoted_word(quote, start, &mut text)?;
            if self.cursor.byte() == Some(quote) {
                break;
            }
            let word_end = self.cursor.at;
            let mut gap = if escaped_line_break { Gap::after_escaped_line_break() } else { Gap::default() };
            self.cursor.skip_gap(&mut gap);
            if gap.has_lines {
                gap.fold_into(text.replace(word_end, self.cursor.at));
            }
        }
        let text = text.finish(self.cursor.at);
        self.cursor.at += 1;
        let style = if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
        self.push(TokenKind::Scalar { text, style }, start);
        Ok(())
    }

    /// Moves to the next blank, line end or closing quote. True when a `\` before the line end says that it does not
    /// count; it is skipped then.
    fn skip_quoted_word(&mut self, quote: u8, start: usize, text: &mut Text<'t>) -> Result<bool, YamlError> {
        loop {
            self.cursor.skip_ordinary();
            let at = self.cursor.at;
            match self.cursor.byte() {
                None | Some(b' ' | b'\t' | b'\n' | b'\r') => return Ok(false),
                Some(b'\'') if quote == b'\'' && self.cursor.byte_after(1) == Some(b'\'') => {
                    self.cursor.at += 2;
                    text.replace(at, at + 2).push('\'');
                }
                Some(byte) if byte == quote => return Ok(false),
                Some(b'\\') if quote == b'"' => {
                    self.cursor.at += 1;
                    if let Some(line_break) = self.cursor.line_break() {
                        self.cursor.skip_line_break(line_break);
                        text.replace(at, self.cursor.at);
                        return Ok(true);
                    }
                    let character = self.escape(start)?;
                    text.replace(at, self.cursor.at).push(character);
                }
                Some(0xC2 | 0xE2) if self.cursor.line_break().is_some() => return Ok(false),
                Some(_) => self.cursor.at += 1,
            }
        }
    }

    /// The character that the escape means whose `\` was read just now.
    fn escape(&mut self, start: usize) -> Result<char, YamlError> {
        let Some(byte) = self.cursor.byte() else { return Err(error::unclosed_quotes(start)) };
        let digits = match byte {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        let simple = match byte {
            b'0' => '\0',
            b'a' => '\u{7}',
            b'b' => '\u{8}',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\u{B}',
            b'f' => '\u{C}',
            b'r' => '\r',
            b'e' => '\u{1B}',
            b' ' | b'"' | b'/' | b'\\' => char::from(byte),
            b'N' => '\u{85}',
            b'_' => '\u{A0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            _ if digits > 0 => '\0',
            _ => return Err(error::unknown_escape(self.cursor.text, self.cursor.at - 1)),
        };
        self.cursor.at += 1;
        if digits == 0 {
            return Ok(simple);
        }
        let code = self.cursor.text.get(self.cursor.at..self.cursor.at + digits);
        let value = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let value = value.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        let character = value.ok_or_else(|| error::unknown_escape(self.cursor.text, self.cursor.at - 2))?;
        self.cursor.at += digits;
        Ok(character)
    }

    // ---- Blocks

    pub(super) fn block_scalar(&mut self) -> Result<(), YamlError> {
        self.drop_candidate()?;
        self.key_allowed = true;
        let start = self.cursor.at;
        let style = if self.cursor.byte() == Some(b'|') { Style::Literal } else { Style::Folded };
        self.cursor.at += 1;
        let Header { chomping, increment } = self.block_header()?;
        let mut block = Block { indent: 0, text: String::new(), end: self.cursor.at, breaks: String::new() };
        self.end_block_header()?;
        if increment > 0 {
            block.indent = usize::try_from(self.indent).unwrap_or_default() + increment;
        }
        self.block_lines(style, chomping, &mut block)?;
        self.push_until(TokenKind::Scalar { text: Cow::Owned(block.text), style }, start, block.end);
        Ok(())
    }

    /// Chomping and indentation behind the `|` or `>`, in any order.
    fn block_header(&mut self) -> Result<Header, YamlError> {
        let mut header = Header { chomping: Chomping::Clip, increment: 0 };
        let mut has_chomping = false;
        for _ in 0..2 {
            match self.cursor.byte() {
                Some(sign @ (b'+' | b'-')) if !has_chomping => {
                    has_chomping = true;
                    header.chomping = if sign == b'+' { Chomping::Keep } else { Chomping::Strip };
                }
                Some(digit @ b'1'..=b'9') if header.increment == 0 => header.increment = usize::from(digit - b'0'),
                _ => break,
            }
            self.cursor.at += 1;
        }
        Ok(header)
    }

    fn end_block_header(&mut self) -> Result<(), YamlError> {
        self.cursor.skip_blanks();
        if self.cursor.byte() == Some(b'#') {
            self.comment();
        }
        match self.cursor.line_break() {
            Some(line_break) => self.cursor.skip_line_break(line_break),
            None if self.cursor.byte().is_none() => {}
            None => return Err(error::text_behind_block_sign(self.cursor.text, self.cursor.at)),
        }
        Ok(())
    }

    fn block_lines(&mut self, style: Style, chomping: Chomping, block: &mut Block) -> Result<(), YamlError> {
        let mut line_end = "";
        let mut after_indented_line = false;
        self.skip_block_indentation(block)?;
        while self.cursor.at - self.cursor.line_start == block.indent && self.cursor.byte().is_some() {
            let is_indented = self.cursor.is_blank();
            let folds = style == Style::Folded && line_end == "\n" && !after_indented_line && !is_indented;
            match (folds, block.breaks.is_empty()) {
                (true, true) => block.text.push(' '),
                (true, false) => {}
                (false, _) => block.text.push_str(line_end),
            }
            block.text.push_str(&block.breaks);
            block.breaks.clear();
            after_indented_line = is_indented;
            let line = self.cursor.skip_line();
            block.text.push_str(line);
            if line.bytes().any(|byte| !matches!(byte, b' ' | b'\t')) {
                block.end = self.cursor.at;
            }
            let line_break = self.cursor.line_break();
            line_end = line_break.map_or("", |line_break| line_break.text);
            line_break.into_iter().for_each(|line_break| self.cursor.skip_line_break(line_break));
            self.skip_block_indentation(block)?;
        }
        if chomping != Chomping::Strip {
            block.text.push_str(line_end);
        }
        if chomping == Chomping::Keep {
            block.text.push_str(&block.breaks);
        }
        Ok(())
    }

    /// Skips empty lines and the indentation of the first line that is not empty. The deepest indentation is that of
    /// the block if it is not known yet.
    fn skip_block_indentation(&mut self, block: &mut Block) -> Result<(), YamlError> {
        let mut deepest = 0;
        loop {
            let column = |scanner: &Self| scanner.cursor.at - scanner.cursor.line_start;
            while (block.indent == 0 || column(self) < block.indent) && self.cursor.byte() == Some(b' ') {
                self.cursor.at += 1;
            }
            deepest = deepest.max(column(self));
            if (block.indent == 0 || column(self) < block.indent) && self.cursor.byte() == Some(b'\t') {
                return Err(error::tab_as_indentation(self.cursor.text, self.cursor.at));
            }
            let Some(line_break) = self.cursor.line_break() else { break };
            block.breaks.push_str(line_break.text);
            self.cursor.skip_line_break(line_break);
        }
        if block.indent == 0 {
            let least = usize::try_from(self.indent + 1).unwrap_or_default().max(1);
            block.indent = deepest.max(least);
        }
        Ok(())
    }
}

struct Header {
    chomping: Chomping,
    /// Columns that the lines are indented more than what is around them; 0 to find out.
    increment: usize,
}

/// What becomes of the line ends at the end of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    /// One stays.
    Clip,
    Keep,
}

/// A block scalar while it is read.
struct Block {
    /// Columns that its lines are indented; 0 as long as it is not known.
    indent: usize,
    text: String,
    /// End of the last line that is not blank.
    end: usize,
    /// Line ends of empty lines that are not yet part of the text.
    breaks: String,
}
