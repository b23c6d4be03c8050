//! Where YAML has `{{ doc('name') }}` and dbt makes no description of it: under a key that it does not read.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use super::mentions::{finder, is_quoted};
use super::tree::YamlFile;
use crate::project::{DocsMention, Project, ResourceType, Spot};
use crate::text::Span;

/// The first mention of each of the root project's docs blocks that dbt has not recorded as used, by name. Where all are
/// used, nothing is looked through.
pub(super) fn mentions(project: &Project<'_>, yaml: &[YamlFile]) -> Vec<DocsMention> {
    if project.own(ResourceType::DocsBlock).next().is_none() || !project.records_docs_blocks() {
        return Vec::new();
    }
    let recorded = project.recorded_docs_blocks();
    let blocks = project.own(ResourceType::DocsBlock).map(|(_, block)| block);
    let unrecorded = blocks.filter(|block| !recorded.contains(block.unique_id.as_str()));
    let names: Vec<&str> = unrecorded.map(|block| block.name.as_str()).collect();
    let Some(finder) = finder(&names) else { return Vec::new() };
    let found: Vec<DocsMention> = yaml
        .par_iter()
        .filter(|file| file.is_properties)
        .flat_map_iter(|file| in_file(file, &names, &finder))
        .collect();
    let mut first: BTreeMap<String, DocsMention> = BTreeMap::new();
    for mention in found {
        first.entry(mention.name.clone()).or_insert(mention);
    }
    first.into_values().collect()
}

fn in_file(file: &YamlFile, names: &[&str], finder: &AhoCorasick) -> Vec<DocsMention> {
    let Some((source, yaml)) = file.parsed() else { return Vec::new() };
    let text = source.text();
    let is_comment = |at: usize| yaml.comments.iter().any(|comment| comment.span.range().contains(&at));
    let section = |at: usize| {
        let mut entries = yaml.documents.first()?.entries();
        let around = entries.find(|entry| entry.value.span.range().contains(&at))?;
        around.key.as_str().map(str::to_owned)
    };
    let hits = finder.find_overlapping_iter(text).map(|hit| (names[hit.pattern().as_usize()], hit.range()));
    let calls = hits.filter(|(_, range)| is_call(text, range) && !is_comment(range.start));
    calls
        .map(|(name, range)| (name, Span::new(range.start, range.end), range.start))
        .map(|(name, span, start)| DocsMention {
            name: name.to_owned(),
            spot: Spot::new(&file.path, span),
            line: source.position(span.start).line,
            section: section(start),
        })
        .collect()
}

/// Whether a name is the last argument of a `doc()`.
fn is_call(text: &str, name: &Range<usize>) -> bool {
    let before = text[..name.start].trim_end_matches(['\'', '"', '\\']).trim_end();
    let is_in_call = || {
        let start = before.rfind("doc").map(|at| &before[at + "doc".len()..]);
        start.is_some_and(|rest| rest.trim_start().starts_with('(') && !rest.contains([')', '\n']))
    };
    is_quoted(text, name) && before.ends_with(['(', ',']) && is_in_call()
}

#[cfg(test)]
mod tests {
    use super::is_call;

    #[test]
    fn a_call_names_the_block_last() {
        for (text, is) in [
            ("description: \"{{ doc('fares') }}\"", true),
            ("description: '{{ doc(\"fares\") }}'", true),
            ("description: '{{ doc( \"shop\", \"fares\" ) }}'", true),
            ("description: \"{{ doc('fares_old') }}\"", false),
            ("description: \"{{ ref('fares') }}\"", false),
            ("- 'fares'", false),
            ("description: \"{{ doc('a') }} of ('fares')\"", false),
        ] {
            let start = text.find("fares").expect("it is in there");
            assert_eq!(is_call(text, &(start..start + "fares".len())), is, "{text}");
        }
    }
}
