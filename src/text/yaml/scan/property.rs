//! What stands before a value or a document: anchors, aliases, tags and directives.

use super::{Scanner, TokenKind};
use crate::text::Span;
use crate::text::yaml::error::YamlError;

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

impl<'t> Scanner<'t> {
    /// Moves over letters, digits, `_` and `-`.
    fn name(&mut self) -> &'t str {
        let start = self.cursor.at;
        while self.cursor.byte().is_some_and(is_name) {
            self.cursor.at += 1;
        }
        &self.cursor.text[start..self.cursor.at]
    }

    /// What was read since `start`, and the character here.
    fn span_from(&self, start: usize) -> Span {
        let next = self.cursor.text[self.cursor.at..].chars().next().map_or(0, char::len_utf8);
        Span::new(start, self.cursor.at + next)
    }

    pub(super) fn anchor_or_alias(&mut self, sign: u8) -> Result<(), YamlError> {
        self.save_candidate()?;
        self.key_allowed = false;
        let start = self.cursor.at;
        self.cursor.at += 1;
        let name = self.name();
        let followers = [b'?', b':', b',', b']', b'}', b'%', b'@', b'`'];
        let ends = self.cursor.ends_word(0) || self.cursor.byte().is_some_and(|byte| followers.contains(&byte));
        if name.is_empty() || !ends {
            let message = "the name of an anchor or alias has only letters, digits, `_` and `-`";
            return Err(YamlError::new(self.span_from(start), message)
                .with_help("put the value in quotes if it is not meant as an anchor or alias"));
        }
        self.push(if sign == b'*' { TokenKind::Alias(name) } else { TokenKind::Anchor(name) }, start);
        Ok(())
    }

    pub(super) fn tag(&mut self) -> Result<(), YamlError> {
        self.save_candidate()?;
        self.key_allowed = false;
        let start = self.cursor.at;
        let (handle, suffix) = if self.cursor.byte_after(1) == Some(b'<') {
            self.cursor.at += 2;
            let tag = self.uri(start, true)?;
            if self.cursor.byte() != Some(b'>') {
                return Err(self.bad_tag(start));
            }
            self.cursor.at += 1;
            ("", tag)
        } else {
            self.short_tag(start)?
        };
        let ends = self.cursor.ends_word(0) || (self.in_flow() && self.cursor.byte() == Some(b','));
        if !ends {
            return Err(self.bad_tag(start));
        }
        self.push(TokenKind::Tag { handle, suffix }, start);
        Ok(())
    }

    fn bad_tag(&self, start: usize) -> YamlError {
        let message = "this is not the form of a tag";
        YamlError::new(self.span_from(start), message).with_help("put the value in quotes if it starts with a `!`")
    }

    /// Handle and suffix of a tag like `!a`, `!!a`, `!a!b`. The tag `!` alone has no handle.
    fn short_tag(&mut self, start: usize) -> Result<(&'t str, String), YamlError> {
        self.cursor.at += 1;
        self.name();
        if self.cursor.byte() == Some(b'!') {
            self.cursor.at += 1;
            let handle = &self.cursor.text[start..self.cursor.at];
            return Ok((handle, self.uri(start, false)?));
        }
        self.cursor.at = start + 1;
        match self.uri_characters(start, false)? {
            suffix if suffix.is_empty() => Ok(("", "!".to_owned())),
            suffix => Ok(("!", suffix)),
        }
    }

    /// The characters of a tag behind its handle; at least one.
    fn uri(&mut self, start: usize, in_brackets: bool) -> Result<String, YamlError> {
        match self.uri_characters(start, in_brackets)? {
            uri if uri.is_empty() => Err(self.bad_tag(start)),
            uri => Ok(uri),
        }
    }

    fn uri_characters(&mut self, start: usize, in_brackets: bool) -> Result<String, YamlError> {
        let mut bytes = Vec::new();
        while let Some(byte) = self.cursor.byte() {
            let allowed =
                is_name(byte) || b";/?:@&=+$.!~*'()".contains(&byte) || (in_brackets && b",[]".contains(&byte));
            if byte == b'%' {
                let code = self.cursor.text.get(self.cursor.at + 1..self.cursor.at + 3);
                let code = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
                let value = code.and_then(|code| u8::from_str_radix(code, 16).ok());
                bytes.push(value.ok_or_else(|| self.bad_tag(start))?);
                self.cursor.at += 3;
            } else if allowed {
                bytes.push(byte);
                self.cursor.at += 1;
            } else {
                break;
            }
        }
        String::from_utf8(bytes).map_err(|_| self.bad_tag(start))
    }

    pub(super) fn directive(&mut self) -> Result<(), YamlError> {
        self.leave_document()?;
        let start = self.cursor.at;
        self.cursor.at += 1;
        let kind = match self.name() {
            "YAML" => self.version(start)?,
            "TAG" => self.tag_directive(start)?,
            _ => return Err(self.bad_directive(start)),
        };
        self.push(kind, start);
        self.cursor.skip_blanks();
        if self.cursor.byte() == Some(b'#') {
            self.comment();
        }
        match self.cursor.line_break() {
            Some(line_break) => self.cursor.skip_line_break(line_break),
            None if self.cursor.byte().is_none() => {}
            None => return Err(self.bad_directive(start)),
        }
        Ok(())
    }

    fn bad_directive(&self, start: usize) -> YamlError {
        let message = "a line that starts with `%` is a directive: `%YAML 1.1` or `%TAG !handle! prefix`";
        YamlError::new(self.span_from(start), message).with_help("put a value in quotes if it starts with a `%`")
    }

    fn version(&mut self, start: usize) -> Result<TokenKind<'t>, YamlError> {
        self.cursor.skip_blanks();
        let major = self.version_number();
        let has_point = self.cursor.byte() == Some(b'.');
        self.cursor.at += usize::from(has_point);
        let minor = self.version_number();
        // PyYAML knows 1.1 and takes 1.2 for the same.
        if !has_point || major != Some(1) || !matches!(minor, Some(1 | 2)) {
            return Err(self.bad_directive(start));
        }
        Ok(TokenKind::VersionDirective)
    }

    fn version_number(&mut self) -> Option<u32> {
        let start = self.cursor.at;
        while self.cursor.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.cursor.at += 1;
        }
        self.cursor.text[start..self.cursor.at].parse().ok()
    }

    fn tag_directive(&mut self, start: usize) -> Result<TokenKind<'t>, YamlError> {
        self.cursor.skip_blanks();
        let handle_start = self.cursor.at;
        if self.cursor.byte() != Some(b'!') {
            return Err(self.bad_directive(start));
        }
        self.cursor.at += 1;
        let name = self.name();
        if self.cursor.byte() == Some(b'!') {
            self.cursor.at += 1;
        } else if !name.is_empty() {
            return Err(self.bad_directive(start));
        }
        let handle = &self.cursor.text[handle_start..self.cursor.at];
        if !self.cursor.is_blank() {
            return Err(self.bad_directive(start));
        }
        self.cursor.skip_blanks();
        let prefix = self.uri(start, true)?;
        if !self.cursor.ends_word(0) {
            return Err(self.bad_directive(start));
        }
        Ok(TokenKind::TagDirective { handle, prefix })
    }
}
