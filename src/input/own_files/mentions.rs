//! Which of many names the project's texts mention. dbt looks for calls of macros and variables only where it runs them;
//! hooks, disabled resources and names in quotes are to count as well.

use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use super::tree::Tree;
use crate::discover::PROJECT_FILE;
use crate::files::ProjectFile;
use crate::input::project_files::PACKAGE_FILES;
use crate::project::{Detail, PackageOrigin, Project, RequiredPackage};

/// Where names are looked for.
#[derive(Debug)]
pub(super) struct Texts<'t> {
    pub tree: &'t Tree<'t>,
    pub project: &'t Project<'t>,
    /// The folder in which dbt installs packages.
    pub packages: &'t Path,
    /// The packages that are asked for.
    pub required: &'t [RequiredPackage],
}

/// One text of the root project.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnText<'t> {
    pub path: &'t str,
    pub file: &'t ProjectFile,
    pub is_yaml: bool,
}

impl OwnText<'_> {
    pub fn text(&self) -> &str {
        self.file.source.text()
    }
}

impl Texts<'_> {
    /// The places in `names` of those that the root project's files mention or may, by what `counts` takes for a mention.
    pub fn own(
        &self,
        names: &[&str],
        counts: impl Fn(OwnText<'_>, usize, Range<usize>) -> bool + Sync,
    ) -> HashSet<usize> {
        let Some(finder) = finder(names) else { return HashSet::new() };
        // What cannot be read may mention whatever it has the name of.
        let all = || (0..names.len()).collect();
        let in_file = |(path, is_yaml): &(String, bool)| {
            let file = self.tree.file(path)?;
            let file = match file.text() {
                Ok(file) => file,
                Err(problem) => {
                    return Some(problem.readable_part().map_or_else(all, |text| matches(&finder, &text, |_, _| true)));
                }
            };
            let text = OwnText { path, file, is_yaml: *is_yaml };
            Some(matches(&finder, text.text(), |name, range| counts(text, name, range)))
        };
        self.own_paths().par_iter().filter_map(in_file).flatten_iter().collect()
    }

    /// As [`own`](Self::own), in the code and the YAML of packages.
    pub fn packages(&self, names: &[&str], counts: impl Fn(&str, Range<usize>) -> bool + Sync) -> HashSet<usize> {
        let Some(finder) = finder(names) else { return HashSet::new() };
        let resources = self.project.resources.par_iter().chain(&self.project.disabled);
        let in_code = resources.filter(|resource| !self.project.is_own(resource)).filter_map(|resource| {
            // As JSON: a name between quotes is one there, too.
            let code = match &resource.detail {
                Detail::Relation(relation) => relation.raw_code?.get(),
                Detail::Macro(detail) => detail.macro_sql?.get(),
                _ => return None,
            };
            Some(matches(&finder, code, |_, range| counts(code, range)))
        });
        let mut found: HashSet<usize> = in_code.flatten_iter().collect();
        for path in self.package_folders().iter().flat_map(|folder| yaml_below(folder)) {
            let Ok(bytes) = crate::files::read(&path) else { return (0..names.len()).collect() };
            let text = String::from_utf8_lossy(&bytes);
            found.extend(matches(&finder, &text, |_, range| counts(&text, range)));
        }
        found
    }

    /// The paths of the project's code, and of its YAML with `true`.
    pub fn own_paths(&self) -> Vec<(String, bool)> {
        let code = self.tree.code_paths().into_iter().map(|path| (path, false));
        code.chain(self.tree.yaml().into_iter().map(|file| (file.path, true))).collect()
    }

    /// Whether every package that is asked for is at hand, counted as dbt counts them.
    pub fn has_packages(&self) -> bool {
        self.package_folders().len() >= self.required.len()
            && PACKAGE_FILES.iter().all(|name| self.tree.is_readable(name))
    }

    /// The folders of packages that are at hand.
    pub fn package_folders(&self) -> Vec<PathBuf> {
        let installed = std::fs::read_dir(self.packages).into_iter().flatten().flatten().map(|entry| entry.path());
        let local = self.required.iter().filter_map(|package| match &package.origin {
            PackageOrigin::Local { path } => Some(self.tree.root.join(path)),
            _ => None,
        });
        // dbt installs a local package as a link to it.
        let mut folders: Vec<PathBuf> =
            installed.chain(local).filter_map(|folder| folder.canonicalize().ok()).collect();
        folders.retain(|folder| folder.join(PROJECT_FILE).is_file());
        folders.sort();
        folders.dedup();
        folders
    }
}

/// `None` where there is nothing to look for.
pub(super) fn finder(names: &[&str]) -> Option<AhoCorasick> {
    if names.is_empty() { None } else { AhoCorasick::new(names).ok() }
}

fn matches(finder: &AhoCorasick, text: &str, counts: impl Fn(usize, Range<usize>) -> bool) -> HashSet<usize> {
    let mut found = HashSet::new();
    for hit in finder.find_overlapping_iter(text) {
        let name = hit.pattern().as_usize();
        if !found.contains(&name) && counts(name, hit.range()) {
            found.insert(name);
        }
    }
    found
}

/// YAML files of a package, without the packages in it.
fn yaml_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            let name = entry.file_name();
            if kind.is_dir() && !["dbt_packages", "integration_tests", "target"].iter().any(|other| name == *other) {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
                files.push(path);
            }
        }
    }
    files
}

/// Whether a range of a text is a word of its own.
pub(super) fn is_word(text: &str, range: &Range<usize>) -> bool {
    let is_part =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80);
    let bytes = text.as_bytes();
    !is_part(range.start.checked_sub(1).and_then(|at| bytes.get(at))) && !is_part(bytes.get(range.end))
}

/// Whether a range of a text is all that stands between two quotes.
pub(super) fn is_quoted(text: &str, range: &Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let before = range.start.checked_sub(1).and_then(|at| bytes.get(at));
    // In JSON, a double quote has a backslash before it.
    matches!(before, Some(b'\'' | b'"')) && matches!(bytes.get(range.end), Some(b'\'' | b'"' | b'\\'))
}

/// Whether an offset is between `{{` and `}}` or `{%` and `%}`, as far as the text before it tells.
pub(super) fn is_in_jinja(text: &str, at: usize) -> bool {
    let before = &text.as_bytes()[..at];
    let opening = memchr::memmem::rfind(before, b"{{").max(memchr::memmem::rfind(before, b"{%"));
    let closing = memchr::memmem::rfind(before, b"}}").max(memchr::memmem::rfind(before, b"%}"));
    opening > closing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_quotes() {
        let text = "{{ var('a_b') }} a_bc 'a_b'";
        let hits: Vec<_> = text.match_indices("a_b").map(|(at, name)| at..at + name.len()).collect();
        assert_eq!(hits.iter().map(|hit| is_word(text, hit)).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(hits.iter().map(|hit| is_quoted(text, hit)).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(hits.iter().map(|hit| is_in_jinja(text, hit.start)).collect::<Vec<_>>(), [true, false, false]);
    }
}
