//! Lists and mappings by indentation.

use super::node::{Collection, Place};
use super::{Parsed, Parser};
use crate::text::yaml::error::YamlError;
use crate::text::yaml::scan::TokenKind;

impl Parser<'_> {
    pub(super) fn block_sequence(&mut self, _start: usize) -> Result<Collection, YamlError> {
        self.scanner.take();
        let mut sequence = Collection::sequence();
        loop {
            match self.peek()? {
                TokenKind::BlockEntry => {}
                TokenKind::BlockEnd => break,
                _ => return Err(self.unexpected("another `- item` in line with the items above")),
            }
            let dash = self.scanner.take();
            let item = match self.peek()? {
                TokenKind::BlockEntry | TokenKind::BlockEnd => self.empty(dash.end)?,
                _ => self.node(Place::Block)?,
            };
            sequence.size.add(item);
        }
        self.scanner.take();
        Ok(sequence)
    }

    /// A list below a key whose dashes are not indented more than the key: no token starts or ends it.
    pub(super) fn indentless_sequence(&mut self, _start: usize) -> Result<Collection, YamlError> {
        let mut sequence = Collection::sequence();
        while matches!(self.peek()?, TokenKind::BlockEntry) {
            let dash = self.scanner.take();
            let item = match self.peek()? {
                TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                    self.empty(dash.end)?
                }
                _ => self.node(Place::Block)?,
            };
            sequence.size.add(item);
        }
        Ok(sequence)
    }

    pub(super) fn block_mapping(&mut self, start: usize) -> Result<Collection, YamlError> {
        self.scanner.take();
        let mut mapping = Collection::mapping();
        loop {
            match self.peek()? {
                TokenKind::Key => {}
                TokenKind::BlockEnd => break,
                _ => return Err(self.unexpected("another `key: value` in line with the keys above")),
            }
            let sign = self.scanner.take();
            let key = match self.peek()? {
                TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => self.empty(sign.end)?,
                _ => self.key(Place::BlockOfKey, start)?,
            };
            mapping.size.add(key);
            let value = self.block_value()?;
            mapping.size.add(value);
        }
        self.scanner.take();
        Ok(mapping)
    }

    fn block_value(&mut self) -> Parsed {
        if !matches!(self.peek()?, TokenKind::Value) {
            let key_end = self.last_end();
            return self.empty(key_end);
        }
        let colon = self.scanner.take();
        match self.peek()? {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => self.empty(colon.end),
            _ => self.node(Place::BlockOfKey),
        }
    }

    /// End of the node that was read last.
    pub(super) fn last_end(&self) -> usize {
        self.nodes.last().map_or(0, |node| node.span.end as usize)
    }
}
