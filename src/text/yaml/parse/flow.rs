//! Lists and mappings in brackets.

use super::node::{Collection, Place, Properties};
use super::{Parsed, Parser};
use crate::text::yaml::error::{self, YamlError};
use crate::text::yaml::scan::TokenKind;

impl Parser<'_> {
    pub(super) fn flow_sequence(&mut self, start: usize) -> Result<Collection, YamlError> {
        self.scanner.take();
        let mut sequence = Collection::sequence();
        let mut is_first = true;
        while !matches!(self.peek()?, TokenKind::FlowSequenceEnd) {
            self.flow_separator(is_first, start, ']')?;
            is_first = false;
            let span = self.peek_span()?;
            let item = match self.peek()? {
                TokenKind::FlowSequenceEnd => break,
                TokenKind::Key => self.collection(Properties::default(), span, Self::pair)?,
                _ => self.node(Place::Flow)?,
            };
            sequence.size.add(item);
        }
        Ok(sequence.ending_at(self.scanner.take().end))
    }

    /// The comma between two items or entries.
    fn flow_separator(&mut self, is_first: bool, start: usize, close: char) -> Result<(), YamlError> {
        if matches!(self.peek()?, TokenKind::StreamEnd) {
            return Err(error::unclosed_bracket(start));
        }
        if is_first {
            return Ok(());
        }
        if matches!(self.peek()?, TokenKind::FlowEntry) {
            self.scanner.take();
            return Ok(());
        }
        let open = &self.text[start..=start];
        let at = self.peek_span()?.start as usize;
        let above = if self.text[start..at].contains(['\n', '\r']) { " above" } else { "" };
        Err(self.unexpected(&format!("`,` or `{close}`: the `{open}`{above} is still open")))
    }

    /// A mapping with one entry and no brackets, as an item of a list in brackets: `[a: b]`.
    fn pair(&mut self, start: usize) -> Result<Collection, YamlError> {
        let sign = self.scanner.take();
        let mut pair = Collection::mapping();
        let key = match self.peek()? {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // libyaml, whose users we read with, drops this token.
                self.scanner.take();
                self.empty(sign.end)?
            }
            _ => self.key(Place::Flow, start)?,
        };
        pair.size.add(key);
        let value = self.flow_value()?;
        pair.size.add(value);
        Ok(pair)
    }

    pub(super) fn flow_mapping(&mut self, start: usize) -> Result<Collection, YamlError> {
        self.scanner.take();
        let mut mapping = Collection::mapping();
        let mut is_first = true;
        while !matches!(self.peek()?, TokenKind::FlowMappingEnd) {
            self.flow_separator(is_first, start, '}')?;
            is_first = false;
            match self.peek()? {
                TokenKind::FlowMappingEnd => break,
                TokenKind::Key => {
                    let sign = self.scanner.take();
                    let key = match self.peek()? {
                        TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => self.empty(sign.end)?,
                        _ => self.key(Place::Flow, start)?,
                    };
                    mapping.size.add(key);
                    let value = self.flow_value()?;
                    mapping.size.add(value);
                }
                _ => {
                    let key = self.key(Place::Flow, start)?;
                    mapping.size.add(key);
                    let end = self.last_end();
                    let value = self.empty(end)?;
                    mapping.size.add(value);
                }
            }
        }
        Ok(mapping.ending_at(self.scanner.take().end))
    }

    fn flow_value(&mut self) -> Parsed {
        if !matches!(self.peek()?, TokenKind::Value) {
            let key_end = self.last_end();
            return self.empty(key_end);
        }
        let colon = self.scanner.take();
        match self.peek()? {
            TokenKind::FlowEntry | TokenKind::FlowSequenceEnd | TokenKind::FlowMappingEnd => self.empty(colon.end),
            _ => self.node(Place::Flow),
        }
    }
}
