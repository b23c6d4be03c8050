//! Cuts a text into tokens, by the rules of YAML 1.1 as libyaml applies them.
//!
//! The hard part of YAML is that `key: value` shows only at the colon that `key` was one. Whatever could be a key is
//! remembered as a candidate, and when the colon comes a [`TokenKind::Key`], and perhaps the start of a mapping, is put
//! before it: tokens wait in a queue until it is clear that nothing will be put before them.

mod cursor;
mod property;
mod scalar;
mod token;

use std::collections::VecDeque;

use super::error::{self, YamlError};
use super::parse::Comment;
use crate::text::Span;
use cursor::Cursor;
pub(super) use token::{Token, TokenKind};

/// How many characters a key without `?` may have.
const LONGEST_SIMPLE_KEY: usize = 1024;

pub(super) struct Scanner<'t> {
    cursor: Cursor<'t>,
    pub(super) comments: Vec<Comment>,
    queue: VecDeque<Token<'t>>,
    /// How many tokens have left the queue.
    taken: usize,
    ended: bool,
    /// Column of the innermost indented list or mapping; -1 outside of all.
    indent: isize,
    outer_indents: Vec<isize>,
    /// Whether a key without `?` may start here.
    key_allowed: bool,
    /// The latest candidate for a key, outside of brackets and inside of each that is open.
    candidates: Vec<Option<Candidate>>,
}

/// Something that is a key if a colon follows it in the same line.
#[derive(Clone, Copy)]
struct Candidate {
    /// Whether it cannot be anything else, because of its indentation.
    required: bool,
    /// How many tokens come before it.
    number: usize,
    at: usize,
    line: usize,
    column: usize,
}

impl<'t> Scanner<'t> {
    pub fn new(text: &'t str) -> Self {
        Self {
            cursor: Cursor::new(text),
            comments: Vec::new(),
            queue: VecDeque::new(),
            taken: 0,
            ended: false,
            indent: -1,
            outer_indents: Vec::new(),
            key_allowed: true,
            candidates: vec![None],
        }
    }

    /// The next token, which stays the next.
    pub fn peek(&mut self) -> Result<&Token<'t>, YamlError> {
        while self.needs_more() {
            self.fetch()?;
        }
        Ok(self.queue.front().expect("a token was fetched just now"))
    }

    /// Takes the token that [`peek`](Self::peek) has shown.
    pub fn take(&mut self) -> Token<'t> {
        self.taken += 1;
        self.queue.pop_front().expect("only a token that was seen is taken")
    }

    /// Whether there is no token, or one that something may still be put before.
    fn needs_more(&self) -> bool {
        let may_be_key = |candidate: &Option<Candidate>| candidate.is_some_and(|key| key.number == self.taken);
        !self.ended && (self.queue.is_empty() || self.candidates.iter().any(may_be_key))
    }

    fn in_flow(&self) -> bool {
        self.candidates.len() > 1
    }

    fn push(&mut self, kind: TokenKind<'t>, start: usize) {
        self.push_until(kind, start, self.cursor.at);
    }

    fn push_until(&mut self, kind: TokenKind<'t>, start: usize, end: usize) {
        self.queue.push_back(Token { kind, start, end });
    }

    /// Reads at least one token.
    fn fetch(&mut self) -> Result<(), YamlError> {
        self.skip_to_token();
        self.drop_stale_candidates()?;
        let column = self.cursor.column();
        self.close_indented(column as isize);
        let Some(byte) = self.cursor.byte() else { return self.stream_end() };
        if self.cursor.is_line_start() {
            if byte == b'%' {
                return self.directive();
            }
            if self.cursor.is_document_indicator() {
                return self.document_indicator(byte);
            }
        }
        let word_ends = self.cursor.ends_word(1);
        let in_flow = self.in_flow();
        match byte {
            b'[' => self.flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.flow_start(TokenKind::FlowMappingStart),
            b']' => self.flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.flow_end(TokenKind::FlowMappingEnd),
            b',' => self.flow_entry(),
            b'-' if word_ends => self.block_entry(),
            b'?' if in_flow || word_ends => self.explicit_key(),
            b':' if in_flow || word_ends => self.value(),
            b'*' | b'&' => self.anchor_or_alias(byte),
            b'!' => self.tag(),
            b'|' | b'>' if !in_flow => self.block_scalar(),
            b'\'' | b'"' => self.quoted(byte),
            b'-' | b'?' | b':' => self.plain(),
            b'|' | b'>' | b'#' | b'%' | b'@' | b'`' | b'\t' => Err(error::no_token(self.cursor.text, self.cursor.at)),
            _ => self.plain(),
        }
    }

    /// Skips blanks, line ends, comments, and byte-order marks at the start of a line.
    fn skip_to_token(&mut self) {
        loop {
            match self.cursor.byte() {
                Some(b' ') => self.cursor.at += 1,
                // Where a key may start, a tab would be indentation.
                Some(b'\t') if self.in_flow() || !self.key_allowed => self.cursor.at += 1,
                Some(b'#') => self.comment(),
                Some(0xEF) if self.cursor.is_line_start() && self.cursor.rest().starts_with('\u{FEFF}') => {
                    self.cursor.at += '\u{FEFF}'.len_utf8();
                }
                _ => {
                    let Some(line_break) = self.cursor.line_break() else { return };
                    self.cursor.skip_line_break(line_break);
                    self.key_allowed |= !self.in_flow();
                }
            }
        }
    }

    /// Reads the comment that starts here.
    fn comment(&mut self) {
        let start = self.cursor.at;
        let before = &self.cursor.text[self.cursor.line_start..start];
        self.cursor.skip_line();
        self.comments.push(Comment {
            span: Span::new(start, self.cursor.at),
            own_line: before.bytes().all(|byte| matches!(byte, b' ' | b'\t')),
        });
    }

    // ---- Indentation

    /// Ends the lists and mappings that are indented more than `column`.
    fn close_indented(&mut self, column: isize) {
        if self.in_flow() {
            return;
        }
        while self.indent > column {
            self.push(TokenKind::BlockEnd, self.cursor.at);
            self.indent = self.outer_indents.pop().unwrap_or(-1);
        }
    }

    /// Starts a list or mapping at `column` unless it is the one that we are in, before the token of that number.
    fn open_indented(&mut self, column: usize, number: usize, at: usize, kind: TokenKind<'t>) {
        if self.in_flow() || self.indent >= column as isize {
            return;
        }
        self.outer_indents.push(self.indent);
        self.indent = column as isize;
        self.queue.insert(number - self.taken, Token { kind, start: at, end: at });
    }

    /// The number that the next token will have.
    fn next_number(&self) -> usize {
        self.taken + self.queue.len()
    }

    // ---- Candidates for keys

    /// Forgets what cannot be a key any more: it stands in an earlier line or is too long.
    fn drop_stale_candidates(&mut self) -> Result<(), YamlError> {
        let (line, column) = (self.cursor.line, self.cursor.column());
        for candidate in &mut self.candidates {
            let Some(key) = *candidate else { continue };
            if key.line == line && column <= key.column + LONGEST_SIMPLE_KEY {
                continue;
            }
            if key.required {
                return Err(error::key_without_colon(self.cursor.text, key.at));
            }
            *candidate = None;
        }
        Ok(())
    }

    /// Notes that the token that starts here may be a key.
    fn save_candidate(&mut self) -> Result<(), YamlError> {
        if !self.key_allowed {
            return Ok(());
        }
        self.drop_candidate()?;
        let column = self.cursor.column();
        let candidate = Candidate {
            required: !self.in_flow() && self.indent == column as isize,
            number: self.next_number(),
            at: self.cursor.at,
            line: self.cursor.line,
            column,
        };
        *self.candidate() = Some(candidate);
        Ok(())
    }

    fn drop_candidate(&mut self) -> Result<(), YamlError> {
        match self.candidate().take() {
            Some(key) if key.required => Err(error::key_without_colon(self.cursor.text, key.at)),
            _ => Ok(()),
        }
    }

    fn candidate(&mut self) -> &mut Option<Candidate> {
        self.candidates.last_mut().expect("there is one outside of all brackets")
    }

    // ---- Tokens of one character or none

    fn stream_end(&mut self) -> Result<(), YamlError> {
        self.close_indented(-1);
        self.drop_candidate()?;
        self.key_allowed = false;
        self.push(TokenKind::StreamEnd, self.cursor.at);
        self.ended = true;
        Ok(())
    }

    fn document_indicator(&mut self, byte: u8) -> Result<(), YamlError> {
        self.leave_document()?;
        let start = self.cursor.at;
        self.cursor.at += 3;
        self.push(if byte == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd }, start);
        Ok(())
    }

    /// Ends everything that is indented, before a directive or document indicator.
    fn leave_document(&mut self) -> Result<(), YamlError> {
        self.close_indented(-1);
        self.drop_candidate()?;
        self.key_allowed = false;
        Ok(())
    }

    fn push_indicator(&mut self, kind: TokenKind<'t>) {
        let start = self.cursor.at;
        self.cursor.at += 1;
        self.push(kind, start);
    }

    fn flow_start(&mut self, kind: TokenKind<'t>) -> Result<(), YamlError> {
        self.save_candidate()?;
        self.candidates.push(None);
        self.key_allowed = true;
        self.push_indicator(kind);
        Ok(())
    }

    fn flow_end(&mut self, kind: TokenKind<'t>) -> Result<(), YamlError> {
        self.drop_candidate()?;
        if self.in_flow() {
            self.candidates.pop();
        }
        self.key_allowed = false;
        self.push_indicator(kind);
        Ok(())
    }

    fn flow_entry(&mut self) -> Result<(), YamlError> {
        self.drop_candidate()?;
        self.key_allowed = true;
        self.push_indicator(TokenKind::FlowEntry);
        Ok(())
    }

    fn block_entry(&mut self) -> Result<(), YamlError> {
        if !self.in_flow() {
            if !self.key_allowed {
                return Err(error::misplaced_dash(self.cursor.at));
            }
            self.open_here(TokenKind::BlockSequenceStart);
        }
        self.drop_candidate()?;
        self.key_allowed = true;
        self.push_indicator(TokenKind::BlockEntry);
        Ok(())
    }

    fn explicit_key(&mut self) -> Result<(), YamlError> {
        if !self.in_flow() {
            if !self.key_allowed {
                return Err(error::misplaced_question_mark(self.cursor.at));
            }
            self.open_here(TokenKind::BlockMappingStart);
        }
        self.drop_candidate()?;
        self.key_allowed = !self.in_flow();
        self.push_indicator(TokenKind::Key);
        Ok(())
    }

    fn open_here(&mut self, kind: TokenKind<'t>) {
        let column = self.cursor.column();
        self.open_indented(column, self.next_number(), self.cursor.at, kind);
    }

    fn value(&mut self) -> Result<(), YamlError> {
        if let Some(key) = self.candidate().take() {
            let token = Token { kind: TokenKind::Key, start: key.at, end: key.at };
            self.queue.insert(key.number - self.taken, token);
            self.open_indented(key.column, key.number, key.at, TokenKind::BlockMappingStart);
            self.key_allowed = false;
        } else {
            if !self.in_flow() {
                if !self.key_allowed {
                    return Err(error::misplaced_colon(self.cursor.at));
                }
                self.open_here(TokenKind::BlockMappingStart);
            }
            self.key_allowed = !self.in_flow();
        }
        self.push_indicator(TokenKind::Value);
        Ok(())
    }
}
