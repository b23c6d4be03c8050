//! Paths of `dbt_project.yml` that lead to the same files: dbt finds these twice, and refuses the project.

use std::collections::BTreeMap;
use std::path::Path;

use super::node::Kind;
use super::problem::Problem;
use super::project_file::Paths;
use crate::discover::PROJECT_FILE;
use crate::files::Files;
use crate::paths::shown;
use crate::text::Span;
use crate::text::yaml::Node;

/// Keys of `dbt_project.yml` that have such paths.
const KEYS: [&str; 9] = [
    "model-paths",
    "source-paths",
    "seed-paths",
    "data-paths",
    "snapshot-paths",
    "analysis-paths",
    "macro-paths",
    "test-paths",
    "function-paths",
];

/// Pairs of paths, each with a file that is found by both.
#[derive(Debug, Default)]
pub struct Overlaps(BTreeMap<(String, String), String>);

/// Whether two paths, each relative to the project, lead to one file.
pub fn is_same_file(a: &str, b: &str) -> bool {
    parts(a) == parts(b)
}

/// Where nodes of a kind are looked for.
pub fn searched(paths: &Paths, kind: Kind) -> &[String] {
    match kind {
        Kind::Model => &paths.models,
        Kind::Seed => &paths.seeds,
        Kind::Snapshot => &paths.snapshots,
        Kind::Analysis => &paths.analyses,
        Kind::Test => &paths.tests,
        Kind::Function => &paths.functions,
        _ => &[],
    }
}

impl Overlaps {
    /// Notes a file that was read a second time, if it was: `false` where there is one path only that leads to it.
    pub fn note(&mut self, searched: &[String], path: &str) -> bool {
        let file = parts(path);
        let mut leading = searched.iter().filter(|folder| file.starts_with(&parts(folder)));
        let (Some(first), Some(second)) = (leading.next(), leading.next()) else { return false };
        self.0.entry((first.clone(), second.clone())).or_insert_with(|| file.join("/"));
        true
    }

    /// What is wrong with each second path.
    pub fn problems(&self, root: &Path, files: &Files) -> Vec<Problem> {
        let problem = |((first, second), file): (&(String, String), &String)| {
            let span = span(root, files, first, second);
            let message = format!(
                "`{second}` leads to files that `{first}` leads to already, and dbt refuses to find {file} twice"
            );
            let help = "leave one of the two paths out".to_owned();
            Problem { help: Some(help), ..Problem::new(0, PROJECT_FILE, span, message) }
        };
        self.0.iter().map(problem).collect()
    }
}

/// Where the second path stands, behind the first where one key has both.
fn span(root: &Path, files: &Files, first: &str, second: &str) -> Option<Span> {
    let file = files.get(root, PROJECT_FILE, &shown(&root.join(PROJECT_FILE)))?;
    let document = file.text().ok()?.tree().ok()?.documents.first()?;
    let lists = || KEYS.iter().map(|key| document.get(key).map_or(&[][..], Node::items));
    let is = |item: &Node, path: &str| {
        item.as_str().is_some_and(|text| text.trim_end_matches('/') == path.trim_end_matches('/'))
    };
    let behind = lists().find_map(|items| {
        let at = items.iter().position(|item| is(item, first))?;
        items[at + 1..].iter().find(|item| is(item, second))
    });
    behind.or_else(|| lists().flatten().find(|item| is(item, second))).map(|item| item.span)
}

/// A path without what leads nowhere: `./models/` is `models`.
pub fn parts(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match parts.last() {
            Some(last) if part == ".." && *last != ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts
}
