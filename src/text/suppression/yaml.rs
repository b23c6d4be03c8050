//! Suppressions in YAML: `# …` on the line at which a key or an item begins, or right above it.

use super::{Covers, Directive, parse::parse};
use crate::text::Span;
use crate::text::line_index::LineIndex;
use crate::text::yaml::{Comment, Node, Value, Yaml};

/// The suppressions of a file. `yaml` is what its text was parsed to.
pub fn in_yaml(text: &str, yaml: &Yaml) -> Vec<Directive> {
    let mut units = Vec::new();
    yaml.documents.iter().for_each(|document| add_units(text, document, &mut units));
    let file = File { text, index: LineIndex::new(text), comments: &yaml.comments, units };
    let directives = yaml.comments.iter().flat_map(|comment| {
        parse(text, comment.span.start as usize + 1..comment.span.end as usize).into_iter().map(|parsed| {
            let covers = if parsed.is_for_file { Covers::File } else { file.covered(comment) };
            Directive { covers, ..parsed.directive }
        })
    });
    directives.collect()
}

/// An entry of a mapping with its value, or an item of a list.
struct Unit {
    span: Span,
    /// Whether the value may end in the midst of a line, where a comment then belongs to it: a scalar, or brackets.
    is_closed: bool,
}

fn add_units(text: &str, node: &Node, units: &mut Vec<Unit>) {
    if node.is_alias() {
        return;
    }
    match node.value() {
        Value::Scalar(_) => {}
        Value::Sequence(items) => {
            for item in items {
                units.push(Unit { span: item.span, is_closed: is_closed(text, item) });
                add_units(text, item, units);
            }
        }
        Value::Mapping(mapping) => {
            for entry in mapping.written() {
                let (key, value) = (entry.key.span, entry.value.span);
                let span = Span { start: key.start, end: key.end.max(value.end) };
                units.push(Unit { span, is_closed: is_closed(text, &entry.value) });
                add_units(text, &entry.value, units);
            }
        }
    }
}

fn is_closed(text: &str, node: &Node) -> bool {
    let has_brackets = text.as_bytes().get(node.span.start as usize).is_some_and(|byte| matches!(byte, b'[' | b'{'));
    node.is_alias() || node.as_scalar().is_some() || has_brackets
}

struct File<'t> {
    text: &'t str,
    index: LineIndex,
    comments: &'t [Comment],
    units: Vec<Unit>,
}

impl File<'_> {
    fn covered(&self, comment: &Comment) -> Covers {
        let line = self.index.line_of(comment.span.start);
        let before = self.before(line, comment.span.start);
        // A dash alone begins the item that stands below it.
        if comment.own_line || before.trim().bytes().all(|byte| byte == b'-') {
            return self.below(line).map_or(Covers::Nothing, |line| self.beginning_on(line).unwrap_or(Covers::Nothing));
        }
        let ended = || self.ending_at(line, comment.span.start);
        self.beginning_on(line).or_else(ended).unwrap_or(Covers::Nothing)
    }

    /// What of a line stands before an offset in it.
    fn before(&self, line: u32, offset: u32) -> &str {
        let start = self.index.start(line).unwrap_or_default();
        &self.text[start as usize..offset as usize]
    }

    /// The line right below, other comments aside; `None` where that one is empty.
    fn below(&self, line: u32) -> Option<u32> {
        let is_comment = |line: u32| {
            let span = self.index.span(self.text, line);
            self.comments.iter().any(|other| {
                other.own_line
                    && span.is_some_and(|line| line.start <= other.span.start && other.span.start <= line.end)
            })
        };
        let found = (line + 1..self.index.count()).find(|line| !is_comment(*line))?;
        let span = self.index.span(self.text, found)?;
        (!self.text[span.range()].trim().is_empty()).then_some(found)
    }

    /// From the start of a line to the end of all that begins on it; `None` where nothing does.
    fn beginning_on(&self, line: u32) -> Option<Covers> {
        let span = self.index.span(self.text, line)?;
        let begins = |unit: &&Unit| span.start <= unit.span.start && unit.span.start <= span.end;
        let end = self.units.iter().filter(begins).map(|unit| unit.span.end).max()?;
        Some(Covers::Span(Span { start: span.start, end: end.max(span.end) }))
    }

    /// The innermost unit that has its end, or goes on, where the comment begins.
    fn ending_at(&self, line: u32, comment: u32) -> Option<Covers> {
        let before = self.before(line, comment);
        let last = comment as usize - (before.len() - before.trim_end().len()) - 1;
        let has = |unit: &&Unit| unit.is_closed && unit.span.range().contains(&last);
        let innermost = self.units.iter().filter(has).min_by_key(|unit| unit.span.len())?;
        Some(Covers::Span(Span { start: innermost.span.start, end: comment }))
    }
}
