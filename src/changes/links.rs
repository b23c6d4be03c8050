//! Symbolic links of a commit: what they lead to, within the commit.

use std::collections::HashMap;

use super::checkout::Entry;
use super::git::{Git, GitError, parts};

/// Links that are followed one after the other; as many as operating systems do.
const MOST: usize = 40;

/// The files that links to files lead to: the id of each with the path of the link. What leads out of the commit, to a
/// folder or in a circle is left out, as it is when the working tree is read.
///
/// # Errors
/// When git cannot tell.
pub(super) fn resolve(git: &Git, commit: &str, links: Vec<Entry>) -> Result<Vec<(String, String)>, GitError> {
    if links.is_empty() {
        return Ok(Vec::new());
    }
    let listed = git.bytes(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
    let all: Vec<Entry> = parts(&listed).filter_map(|line| Entry::of_any(&line)).collect();
    let ids: Vec<String> = all.iter().filter(|entry| entry.is_link).map(|entry| entry.id.clone()).collect();
    let targets = git.objects(&ids)?;
    let targets = targets.into_iter().map(|bytes| String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default());
    let targets: HashMap<String, String> = ids.into_iter().zip(targets).collect();
    let mut tree = Tree::default();
    for entry in all {
        match entry.is_link {
            true => tree.links.insert(entry.path, targets.get(&entry.id).cloned().unwrap_or_default()),
            false => tree.files.insert(entry.path, entry.id),
        };
    }
    Ok(links.into_iter().filter_map(|link| Some((tree.find(&link.path)?, link.path))).collect())
}

/// The files of a commit.
#[derive(Debug, Default)]
struct Tree {
    /// Ids by path.
    files: HashMap<String, String>,
    /// What links say, by path.
    links: HashMap<String, String>,
}

impl Tree {
    /// The id of the file at the end of all links.
    fn find(&self, path: &str) -> Option<String> {
        let mut left: Vec<String> = path.rsplit('/').map(str::to_owned).collect();
        let mut place: Vec<String> = Vec::new();
        let mut followed = 0;
        while let Some(part) = left.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    place.pop()?;
                    continue;
                }
                _ => place.push(part),
            }
            let Some(target) = self.links.get(&place.join("/")) else { continue };
            followed += 1;
            if followed > MOST || target.starts_with('/') {
                return None;
            }
            place.pop();
            left.extend(target.rsplit('/').map(str::to_owned));
        }
        self.files.get(&place.join("/")).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn links_are_followed_within_the_commit() {
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let tree = Tree {
            files: map(&[("shared.sql", "1f"), ("dbt/models/a.sql", "2e")]),
            links: map(&[
                ("dbt/models/x.sql", "../../shared.sql"),
                ("dbt/models/y.sql", "./x.sql"),
                ("other", "dbt/models"),
                ("dbt/models/z.sql", "../../other/a.sql"),
                ("out.sql", "../shared.sql"),
                ("absolute.sql", "/shared.sql"),
                ("circle.sql", "circle.sql"),
                ("nowhere.sql", "none.sql"),
            ]),
        };
        assert_eq!(tree.find("dbt/models/x.sql").as_deref(), Some("1f"));
        assert_eq!(tree.find("dbt/models/y.sql").as_deref(), Some("1f"));
        assert_eq!(tree.find("dbt/models/z.sql").as_deref(), Some("2e"));
        for path in ["out.sql", "absolute.sql", "circle.sql", "nowhere.sql", "other"] {
            assert_eq!(tree.find(path), None, "{path}");
        }
    }
}
