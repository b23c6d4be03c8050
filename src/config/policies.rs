//! `policies:` of a config, from its YAML tree to rules, every error at its place, also inside of an expression.

use std::sync::Arc;

use super::error::ConfigError;
use super::file::{Level, SELECTOR_KEYS};
use super::read::Reader;
use crate::findings::Severity;
use crate::rules::policy::{At, Definition, Example, Expectation, Part, Policy, PolicyError, Registered};
use crate::rules::{self, Scope};
use crate::text::yaml::{Entry, Node, Value, nearest};
use crate::text::{SourceFile, Span};

/// The keys of a policy that are not selectors.
pub const POLICY_KEYS: [&str; 7] = ["when", "require", "message", "help", "severity", "at", "examples"];

/// A policy of a config, and what the config says of it besides.
#[derive(Debug, Clone)]
pub struct ConfigPolicy {
    pub rule: Registered,
    /// `None` is off.
    pub severity: Option<Severity>,
    pub examples: Arc<[Example]>,
    /// The file that has it, and where its name stands there.
    pub source: Arc<SourceFile>,
    pub span: Span,
}

impl Reader<'_> {
    pub(super) fn policies(&mut self, node: Option<&Node>) -> Result<Vec<ConfigPolicy>, ConfigError> {
        let Some(node) = node.filter(|node| !node.is_null()) else { return Ok(Vec::new()) };
        if node.as_mapping().is_none() {
            return Err(self.wrong(node.span, "`policies:` is a map from a policy's name to what it requires"));
        }
        node.entries().map(|entry| self.policy(entry)).collect()
    }

    fn policy(&mut self, entry: &Entry) -> Result<ConfigPolicy, ConfigError> {
        let (name, block) = (self.policy_name(&entry.key)?, &entry.value);
        if block.as_mapping().is_none() {
            let help = "for example `{require: \"resource.owner != ''\", message: \"{resource.name} has no owner\"}`";
            let message = "a policy is a block with `require:` and `message:`";
            return Err(ConfigError::at(self.source, block.span, message, Some(help.to_owned())));
        }
        self.check_keys(block, &[&POLICY_KEYS[..], &SELECTOR_KEYS].concat())?;
        let severity = match block.get("severity") {
            Some(severity) => self.typed::<Level>(severity)?.severity(),
            None => Some(Severity::Warning),
        };
        let scope = self.scope(block)?;
        let rule = self.register(entry, name, block, severity, scope)?;
        let examples = self.examples(block.get("examples"))?.into();
        Ok(ConfigPolicy { rule, severity, examples, source: self.source.clone(), span: entry.key.span })
    }

    /// A name as rules have it, and not the name of one.
    fn policy_name<'n>(&self, key: &'n Node) -> Result<&'n str, ConfigError> {
        let name = key.as_str().unwrap_or_default();
        let is_word =
            |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !name.split('-').all(is_word) {
            let message = format!("`{name}` is no name for a policy");
            let help = "lower-case words with hyphens, such as `marts-have-owners`";
            return Err(ConfigError::at(self.source, key.span, message, Some(help.to_owned())));
        }
        match rules::find(name) {
            Some(rule) => {
                let message = format!("`{name}` is the rule {}; choose another name", rule.code);
                Err(self.wrong(key.span, message))
            }
            None => Ok(name),
        }
    }

    fn register(
        &self,
        entry: &Entry,
        name: &str,
        block: &Node,
        severity: Option<Severity>,
        scope: Scope,
    ) -> Result<Registered, ConfigError> {
        let required = |key: &str| {
            self.text(block, key)?.ok_or_else(|| self.wrong(entry.key.span, format!("policy `{name}` has no `{key}:`")))
        };
        let line = self.source.position(entry.key.span.start).line;
        let definition = Definition {
            name,
            when: self.text(block, "when")?,
            require: required("require")?,
            message: required("message")?,
            help: self.text(block, "help")?,
            severity,
            at: self.at(block.get("at"))?,
            scope,
            origin: format!("{}:{line}", self.source.path()),
            text: self.block_text(entry),
        };
        Policy::register(definition).map_err(|error| self.bad_expression(block, error))
    }

    fn text<'n>(&self, block: &'n Node, key: &str) -> Result<Option<&'n str>, ConfigError> {
        let Some(node) = block.get(key) else { return Ok(None) };
        match node.as_str().filter(|text| !text.trim().is_empty()) {
            Some(text) => Ok(Some(text)),
            None => {
                Err(self
                    .wrong(if node.span.is_empty() { block.span } else { node.span }, format!("`{key}:` is a text")))
            }
        }
    }

    fn at(&self, node: Option<&Node>) -> Result<At, ConfigError> {
        let Some(node) = node else { return Ok(At::default()) };
        let word = node.as_str().unwrap_or_default();
        At::from_word(word).ok_or_else(|| {
            let help = match nearest(word, At::words()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "it is one of {}, or a key such as `meta.owner`",
                    At::words().collect::<Vec<_>>().join(", ")
                ),
            };
            ConfigError::at(self.source, node.span, format!("`{word}` is no place in a resource"), Some(help))
        })
    }

    /// The lines of a policy, without the indentation that they share.
    fn block_text(&self, entry: &Entry) -> String {
        let text = self.source.text();
        let start = text[..entry.key.span.start as usize].rfind('\n').map_or(0, |end| end + 1);
        let indent = entry.key.span.start as usize - start;
        let lines = text[start..entry.value.span.end as usize].lines();
        let without_indent = |line: &str| line.get(indent..).unwrap_or_else(|| line.trim_start()).to_owned();
        lines.map(without_indent).collect::<Vec<_>>().join("\n")
    }

    fn bad_expression(&self, block: &Node, PolicyError { part, error }: PolicyError) -> ConfigError {
        let key = match part {
            Part::When => "when",
            Part::Require => "require",
            Part::Message => "message",
            Part::Help => "help",
        };
        let span = block.get(key).map_or(block.span, |node| node.span_within(self.source.text(), error.range));
        ConfigError::at(self.source, span, error.message, error.help)
    }

    fn examples(&self, node: Option<&Node>) -> Result<Vec<Example>, ConfigError> {
        let Some(node) = node.filter(|node| !node.is_null()) else { return Ok(Vec::new()) };
        if node.as_mapping().is_none() {
            return Err(self.wrong(node.span, "`examples:` is a map with `pass:`, `fail:` and `skip:`"));
        }
        self.check_keys(node, &Expectation::ALL.map(|(key, _)| key))?;
        let mut examples = Vec::new();
        for (key, expectation) in Expectation::ALL {
            let Some(list) = node.get(key) else { continue };
            if !matches!(list.value(), Value::Sequence(_)) {
                return Err(self.wrong(list.span, format!("`{key}:` is a list of resources")));
            }
            for item in list.items() {
                let example = Example::new(expectation, item);
                examples.push(
                    example.map_err(|error| ConfigError::at(self.source, error.span, error.message, error.help))?,
                );
            }
        }
        Ok(examples)
    }
}
