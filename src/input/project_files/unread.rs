//! What cannot be read may say anything. Code may reference whatever it has the name of.

use std::collections::{HashMap, HashSet};

use super::files::{Read, Role};
use super::node::Node;
use super::sources::SourceTable;

/// All that is there and cannot be read.
#[derive(Debug, Default)]
pub struct Unread {
    /// By project, a properties file.
    pub properties: HashMap<usize, String>,
    pub code: Vec<UnreadCode>,
    /// A Markdown file of any project, which may define every docs block.
    pub docs: Option<String>,
}

/// A file, or a part of one, whose references are not known.
#[derive(Debug)]
pub struct UnreadCode {
    /// Relative to its project.
    pub path: String,
    /// As much of it as is text; `None` where not even the bytes are at hand.
    pub text: Option<String>,
}

impl UnreadCode {
    /// A file with code that is no text, or not to be read.
    pub fn of(read: &Read) -> Option<Self> {
        let is_code = matches!(read.role, Role::Macro | Role::Model | Role::Snapshot);
        let problem = read.file.as_ref().filter(|_| is_code)?.text().err()?;
        Some(Self { path: read.found.path(), text: problem.readable_part() })
    }

    /// A node whose template is broken.
    pub fn of_node(node: &Node) -> Option<Self> {
        let is_broken = node.may_be_enabled() && node.calls.error.is_some();
        is_broken.then(|| Self { path: node.path.clone(), text: Some(node.code.clone()) })
    }

    /// The unique ids of what it may reference: of all whose names stand in it.
    pub fn may_reference<'n>(&self, nodes: &'n [Node], sources: &'n [SourceTable]) -> Vec<&'n str> {
        let words = self.text.as_deref().map(|text| (text, words(text)));
        let has = |name: &str| match &words {
            Some((text, words)) => words.contains(name) || (!is_word(name) && text.contains(name)),
            None => true,
        };
        let nodes = nodes.iter().filter(|node| node.kind.is_refable() && has(&node.name));
        let sources = sources.iter().filter(|table| has(&table.source) && has(&table.name));
        nodes.map(|node| node.unique_id.as_str()).chain(sources.map(|table| table.unique_id.as_str())).collect()
    }
}

impl From<Node> for UnreadCode {
    /// A node that is left out.
    fn from(node: Node) -> Self {
        Self { path: node.path, text: Some(node.code) }
    }
}

fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn is_word(name: &str) -> bool {
    name.chars().all(is_part_of_word)
}

fn words(text: &str) -> HashSet<&str> {
    text.split(|character| !is_part_of_word(character)).collect()
}
