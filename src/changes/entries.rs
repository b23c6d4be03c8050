//! Entries of properties YAML, to be held against what they were.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::files::ProjectFile;
use crate::text::SourceFile;
use crate::text::yaml::Node;

/// Section and name: `("models", "fct_orders")`, `("tables", "erp.orders")`.
pub(super) type Key = (&'static str, String);

/// An entry and how it reads.
#[derive(Debug)]
pub(super) struct Unit {
    pub key: Key,
    /// Its lines, counted from 0; comments right above belong to it.
    pub lines: Range<usize>,
    /// Without the indentation that all of it has, so that where it stands makes no difference.
    pub text: String,
    /// The entry of what it tests, for a unit test.
    pub tested: Option<Key>,
}

impl Unit {
    /// What a change of it is about.
    pub fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        std::iter::once(&self.key).chain(&self.tested).cloned()
    }
}

/// The entries of a properties file; `None` where it cannot be read.
pub(super) fn units(file: &ProjectFile) -> Option<Vec<Unit>> {
    let (yaml, entries) = file.yaml().ok()?;
    let text = Text::new(&file.source);
    Some(entries.all(yaml).map(|(section, name, node)| text.unit(section, name, node)).collect())
}

struct Text<'t> {
    file: &'t SourceFile,
    lines: Vec<&'t str>,
}

impl<'t> Text<'t> {
    fn new(file: &'t SourceFile) -> Self {
        Self { file, lines: file.text().lines().collect() }
    }

    fn unit(&self, section: &'static str, name: &str, node: &Node) -> Unit {
        // A source is what it says beside its tables, which are entries of their own.
        let tables = if section == "sources" { node.get("tables").map_or(&[][..], Node::items) } else { &[] };
        let apart: Vec<Range<usize>> = tables.iter().map(|table| self.lines_of(table)).collect();
        let mut text = self.text_of(node, &apart);
        let mut seen = BTreeSet::new();
        self.add_aliases(node, &mut seen, &mut text);
        let model = node.get("model").and_then(Node::as_str).filter(|_| section == "unit_tests");
        let tested = model.map(|model| ("models", model.to_owned()));
        Unit { key: (section, name.to_owned()), lines: self.lines_of(node), text, tested }
    }

    fn line_of(&self, offset: u32) -> usize {
        self.file.position(offset).line as usize - 1
    }

    /// With the comments that stand right above.
    fn lines_of(&self, node: &Node) -> Range<usize> {
        let first = self.line_of(node.span.start);
        let is_comment = |line: &&&str| line.trim_start().starts_with('#');
        let above = self.lines[..first.min(self.lines.len())].iter().rev().take_while(is_comment).count();
        first - above..self.line_of(node.span.end.saturating_sub(1).max(node.span.start)) + 1
    }

    /// The text of a node but for some lines.
    fn text_of(&self, node: &Node, apart: &[Range<usize>]) -> String {
        let lines = self.lines_of(node);
        let first = self.line_of(node.span.start);
        let before = self.file.line_span(first as u32 + 1).map_or(0, |line| (node.span.start - line.start) as usize);
        let kept = lines.filter(|line| !apart.iter().any(|range| range.contains(line)));
        let dedented = kept.filter_map(|index| {
            let line = self.lines.get(index)?;
            // Before the entry's own text stands its dash.
            let text = if index == first { line.get(before..)? } else { dedent(line, before) };
            Some(text.trim_end().to_owned() + "\n")
        });
        dedented.collect()
    }

    /// Adds what aliases bring in from elsewhere, each once.
    fn add_aliases(&self, node: &Node, seen: &mut BTreeSet<u32>, text: &mut String) {
        if node.is_alias() {
            let target = node.target();
            if seen.insert(target.span.start) {
                *text += &self.text_of(target, &[]);
                self.add_aliases(target, seen, text);
            }
            return;
        }
        node.items().iter().for_each(|item| self.add_aliases(item, seen, text));
        let written = node.as_mapping().map_or(&[][..], |mapping| mapping.written());
        written.iter().for_each(|entry| self.add_aliases(&entry.value, seen, text));
    }
}

/// The line with up to `width` blanks less in front.
fn dedent(line: &str, width: usize) -> &str {
    let blanks = line.bytes().take(width).take_while(|byte| *byte == b' ').count();
    &line[blanks..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(String, Range<usize>, String)> {
        let source = SourceFile::from_bytes("models/a.yml", text.as_bytes().to_vec()).unwrap();
        let mut units = units(&ProjectFile::new(source)).unwrap();
        units.sort_by(|a, b| a.key.cmp(&b.key));
        units.into_iter().map(|unit| (format!("{} {}", unit.key.0, unit.key.1), unit.lines, unit.text)).collect()
    }

    #[test]
    fn an_entry_reads_the_same_wherever_it_stands() {
        let here = texts(
            "models:\n  # why\n  - name: a\n    description: x  # y\n    columns:\n      - name: id\n  - name: b\n",
        );
        let there = texts(
            "version: 2\nmodels:\n- name: b\n\n# why\n- name: a\n  description: x  # y\n  columns:\n    - name: id\n",
        );
        assert_eq!(
            here,
            [
                (
                    "models a".to_owned(),
                    1..6,
                    "# why\nname: a\ndescription: x  # y\ncolumns:\n  - name: id\n".to_owned()
                ),
                ("models b".to_owned(), 6..7, "name: b\n".to_owned()),
            ]
        );
        let words = |units: &[(String, Range<usize>, String)]| {
            units.iter().map(|(key, _, text)| (key.clone(), text.clone())).collect::<Vec<_>>()
        };
        assert_eq!(words(&here), words(&there));
    }

    #[test]
    fn a_source_is_apart_from_its_tables() {
        let text = "sources:\n  - name: erp\n    loader: x\n    tables:\n      - name: a\n        # of b\n      - name: b\n    schema: s\n";
        assert_eq!(
            texts(text),
            [
                ("sources erp".to_owned(), 1..8, "name: erp\nloader: x\ntables:\nschema: s\n".to_owned()),
                ("tables erp.a".to_owned(), 4..5, "name: a\n".to_owned()),
                ("tables erp.b".to_owned(), 5..7, "# of b\nname: b\n".to_owned()),
            ]
        );
    }

    #[test]
    fn what_an_alias_names_belongs_to_the_entry() {
        let text = "x: &x\n  owner: ada\nmodels:\n  - name: a\n    meta: *x\n  - name: b\n    config:\n      meta:\n        <<: *x\n";
        let units = texts(text);
        assert_eq!(units[0].2, "name: a\nmeta: *x\nowner: ada\n");
        assert_eq!(units[1].2, "name: b\nconfig:\n  meta:\n    <<: *x\nowner: ada\n");
    }
}
