//! Changes that matter to more than their own files.

use super::{Changes, is_in, is_sql};
use crate::discover::PROJECT_FILE;
use crate::input::project_files::Folders;
use crate::words::counted;

/// What of the changes may matter to resources that have not changed themselves, for people: "dbt_project.yml and 2 macro
/// files". `None` if nothing does.
pub fn unfollowed(changes: &Changes, folders: &Folders) -> Option<String> {
    let there = || changes.files.keys();
    let deleted = || changes.lost.iter().filter(|lost| !lost.is_renamed).map(|lost| &lost.path);
    let is_settings = there().any(|path| path == PROJECT_FILE);
    let is_macro = |path: &&String| is_sql(path) && is_in(path, &folders.macros);
    let macros = there().chain(deleted()).filter(is_macro).count();
    // Tests that are gone are followed to what they tested.
    let is_read = |path: &&String| is_resource(path) && !is_macro(path) && !is_in(path, &folders.tests);
    let deleted = deleted().filter(is_read).count();
    let parts = [
        is_settings.then(|| PROJECT_FILE.to_owned()),
        (macros > 0).then(|| counted(macros, "macro file")),
        (deleted > 0).then(|| counted(deleted, "deleted file")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let (last, others) = parts.split_last()?;
    Some(if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) })
}

/// Whether a file may have held something that others read.
fn is_resource(path: &str) -> bool {
    let path = path.to_lowercase();
    [".sql", ".py", ".csv"].iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::LostFile;

    fn told(there: &[&str], deleted: &[&str]) -> Option<String> {
        let folders = Folders {
            outside: Vec::new(),
            tests: vec!["tests".to_owned()],
            macros: vec!["macros".to_owned(), "./lib/macros/".to_owned()],
        };
        let mut changes = Changes::given(there.iter().map(ToString::to_string));
        let lost = |path: &&str| LostFile { path: (*path).to_owned(), text: None, is_renamed: false };
        changes.lost = deleted.iter().map(lost).collect();
        unfollowed(&changes, &folders)
    }

    #[test]
    fn settings_macros_and_what_is_gone_matter_elsewhere() {
        assert_eq!(told(&["models/a.sql", "models/macros/b.sql", "macros/notes.md", "packages.yml"], &[]), None);
        assert_eq!(told(&[], &["tests/a.sql", "README.md"]), None);
        assert_eq!(told(&["dbt_project.yml"], &[]).as_deref(), Some("dbt_project.yml"));
        assert_eq!(
            told(&["macros/a.sql", "dbt_project.yml"], &["lib/macros/b.sql"]).as_deref(),
            Some("dbt_project.yml and 2 macro files")
        );
        assert_eq!(
            told(&["macros/a.sql", "dbt_project.yml"], &["models/b.sql", "seeds/c.csv"]).as_deref(),
            Some("dbt_project.yml, 1 macro file and 2 deleted files")
        );
    }
}
