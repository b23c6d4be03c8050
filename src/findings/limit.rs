//! What a run was limited to, so that a report which is silent does not pass for a clean project.

use crate::words::counted;

/// What findings are limited to. Several limits hold at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limit {
    /// The revision since which the change counts.
    pub since: Option<String>,
    /// Whether it is what the next commit changes.
    pub staged: bool,
    /// How many files were given.
    pub given_files: usize,
    /// The folders that were given, as they are shown.
    pub given_folders: Vec<String>,
    /// The state whose findings are left out.
    pub base: Option<String>,
    /// Whether what the change has brought about elsewhere is reported, too.
    pub downstream: bool,
    /// What of the change may matter to resources that have not changed, for people, where nothing looks there.
    pub unfollowed: Option<String>,
    /// Files that have changed or were given.
    pub files: usize,
    /// Resources that have changed, or that the files given are about; tests are not counted.
    pub resources: usize,
}

impl Limit {
    /// Whether there is no limit.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// For people: "only what has changed since main: 3 files".
    pub fn described(&self) -> String {
        let parts = [self.change(), self.given(), self.base(), self.elsewhere()];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(", ")
    }

    /// The description, and what to know besides, a line each.
    pub fn lines(&self) -> Vec<String> {
        let note = |what| format!("{what} may matter elsewhere: --downstream looks there, too");
        std::iter::once(self.described()).chain(self.unfollowed.as_ref().map(note)).collect()
    }

    fn change(&self) -> Option<String> {
        let since = self.since.as_ref().map(|revision| format!("since {revision}"));
        let since = since.or_else(|| self.staged.then(|| "in the index".to_owned()))?;
        Some(match self.files {
            0 => format!("nothing has changed {since}"),
            count => format!("only what has changed {since}: {}", counted(count, "file")),
        })
    }

    fn given(&self) -> Option<String> {
        let files = (self.given_files > 0).then(|| counted(self.given_files, "file"));
        match (files, self.given_folders.as_slice()) {
            (None, []) => None,
            (None, [folder]) => Some(format!("only what is in {folder}")),
            (None, folders) => Some(format!("only what is in {} folders", folders.len())),
            (Some(files), []) if self.given_files == 1 => Some(format!("only what {files} given is about")),
            (Some(files), []) => Some(format!("only what {files} given are about")),
            (Some(files), folders) => {
                Some(format!("only what {files} and {} given are about", counted(folders.len(), "folder")))
            }
        }
    }

    fn base(&self) -> Option<String> {
        self.base.as_ref().map(|base| format!("only what {base} does not have"))
    }

    fn elsewhere(&self) -> Option<String> {
        self.downstream.then(|| "and what that has brought about elsewhere".to_owned())
    }

    /// Two projects' as one.
    pub(super) fn with(mut self, other: Self) -> Self {
        self.given_files += other.given_files;
        self.given_folders.extend(other.given_folders);
        self.files += other.files;
        self.resources += other.resources;
        Self {
            since: self.since.or(other.since),
            staged: self.staged || other.staged,
            base: self.base.or(other.base),
            unfollowed: self.unfollowed.or(other.unfollowed),
            downstream: self.downstream || other.downstream,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Limit;

    #[test]
    fn all_limits_are_named() {
        let limit = Limit {
            since: Some("main".to_owned()),
            files: 2,
            given_folders: vec!["models/marts".to_owned()],
            downstream: true,
            ..Limit::default()
        };
        assert_eq!(
            limit.described(),
            "only what has changed since main: 2 files, only what is in models/marts, and what that has brought about \
             elsewhere"
        );
        let given = |given_files, folders: &[&str]| {
            let given_folders = folders.iter().map(|folder| (*folder).to_owned()).collect();
            Limit { given_files, given_folders, ..Limit::default() }.described()
        };
        assert_eq!(given(1, &["a"]), "only what 1 file and 1 folder given are about");
        assert_eq!(given(0, &["a", "b"]), "only what is in 2 folders");
    }
}
