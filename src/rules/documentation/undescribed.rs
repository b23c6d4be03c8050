//! What the rules about missing descriptions share: when one is missing, and how to say so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::project::{ResourceType, folder, is_placeholder};
use crate::rules::{Context, Node};
use crate::words::counted;

/// Options of rules that ask for a description.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Fewest characters that count as a description.
    pub min_length: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_length: 4 }
    }
}

/// Longest quotation of a description in a message, in characters.
const QUOTED: usize = 60;

/// Reports a resource without description and says why its text, if any, does not count. `say` is what a description
/// of it should tell, as an imperative: "say in a sentence what one row is".
pub(super) fn report(node: Node<'_>, min_length: usize, say: &'static str, cx: &mut Context<'_>) {
    if cx.is_described(node, min_length) {
        return;
    }
    let named = format!("{} `{}`", node.kind.label(), node.label());
    let rests_on_it = cx.exposure_evidence(node.id);
    let finding = if !node.has_entry() {
        let help = add_entry(node, cx);
        // A macro shares its file with others; everything else is the file.
        let place = if node.kind == ResourceType::Macro { Place::Entry } else { Place::File };
        cx.report(node, place, format!("{named} has no YAML entry, so nobody can tell what it is")).help(help)
    } else {
        cx.report(node, Place::key("description"), format!("{named} {}", complaint(&node.description, &node.name)))
            .help(say)
    };
    if let Some(line) = rests_on_it {
        finding.evidence(line);
    }
}

/// What is the matter with a text that does not count as description of something called `name`.
pub(super) fn complaint(text: &str, name: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        "has no description".to_owned()
    } else if is_placeholder(text) || text.eq_ignore_ascii_case(name) {
        format!("is described as \"{text}\", which says nothing")
    } else if text.starts_with("{{") {
        format!("is described by `{}`, but there is no such docs block", quoted(text))
    } else {
        let length = counted(text.chars().count(), "character");
        format!("is described in {length} (\"{}\"), which is too short to say much", quoted(text))
    }
}

/// A text's beginning, on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        // In bytes, at least as many as characters: enough to tell whether the text goes on.
        if line.len() > 4 * QUOTED {
            break;
        }
        line.extend([if line.is_empty() { "" } else { " " }, word]);
    }
    if line.chars().count() <= QUOTED {
        return line;
    }
    let cut: String = line.chars().take(QUOTED).collect();
    format!("{}...", cut.trim_end())
}

/// Where the entry belongs and what it looks like.
fn add_entry(node: Node<'_>, cx: &Context<'_>) -> String {
    let key = node.kind.properties_key().unwrap_or("models");
    let entry = format!("add `- name: {}` with a `description:` under `{key}:`", node.name);
    match cx.project.properties_beside(node.resource) {
        Some(file) => format!("{entry} in {file}"),
        None => format!("{entry} in a new file {}", usual_file(&node.path, key)),
    }
}

/// The name that dbt's own guide gives to a folder's properties: `models/marts/_marts__models.yml`.
fn usual_file(path: &str, key: &str) -> String {
    let folder = folder(path);
    let last = folder.rsplit('/').next().unwrap_or_default();
    if last.is_empty() || last == key {
        return format!("{folder}/_{key}.yml").trim_start_matches('/').to_owned();
    }
    format!("{folder}/_{last}__{key}.yml")
}

#[cfg(test)]
mod tests {
    use super::{complaint, quoted, usual_file};

    #[test]
    fn says_what_is_the_matter() {
        assert_eq!(complaint("  ", "orders"), "has no description");
        assert_eq!(complaint("Orders", "orders"), "is described as \"Orders\", which says nothing");
        assert_eq!(
            complaint("abc", "orders"),
            "is described in 3 characters (\"abc\"), which is too short to say much"
        );
        assert_eq!(complaint("x", "orders"), "is described in 1 character (\"x\"), which is too short to say much");
        assert_eq!(
            complaint("{{ doc('orders') }}", "orders"),
            "is described by `{{ doc('orders') }}`, but there is no such docs block"
        );
    }

    #[test]
    fn quotes_one_line() {
        assert_eq!(quoted("two\n  lines"), "two lines");
        let long = "word ".repeat(20);
        assert_eq!(quoted(&long), format!("{}...", "word ".repeat(12).trim_end()));
    }

    #[test]
    fn names_files_as_dbt_does() {
        assert_eq!(usual_file("models/marts/fct_orders.sql", "models"), "models/marts/_marts__models.yml");
        assert_eq!(usual_file("seeds/countries.csv", "seeds"), "seeds/_seeds.yml");
        assert_eq!(usual_file("countries.csv", "seeds"), "_seeds.yml");
    }
}
