//! Whether a manifest still describes the files it was made of.

use std::collections::HashSet;
use std::path::Path;

use jiff::Timestamp;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::files::Files;
use crate::input::project_files::{Listing, Role};
use crate::paths;
use crate::project::{Changes, Detail, Project, Resource, ResourceType};

/// What dbt reads beside resources; a change of it shows by its time only.
pub const BESIDE: [&str; 5] = ["dbt_project.yml", "packages.yml", "dependencies.yml", "package-lock.yml", "vars.yml"];

/// Says in plain words why the manifest may no longer describe the files, if it may not: `is out of date: models/a.sql has
/// changed since`.
///
/// SQL and Python are compared by their checksums. For YAML, macros, docs blocks and seeds a manifest has none, and the
/// time of their last change has to do. A checkout sets that anew for all files, and then nothing tells whether they have
/// changed: a manifest that somebody else wrote may be of another commit, and the files are never of another one.
///
/// # Errors
/// The first difference.
pub fn is_current(project: &Project<'_>, changes: &Changes, root: &Path, listing: &Listing) -> Result<(), String> {
    let kinds = [(&changes.changed, "has changed since"), (&changes.added, "is new"), (&changes.deleted, "is gone")];
    if let Some((path, what)) = kinds.into_iter().find_map(|(paths, what)| Some((paths.first()?, what))) {
        return Err(format!("is out of date: {path} {what}"));
    }
    let folders = listing.unread.iter().map(|folder| &folder.path);
    if let Some(path) = folders.chain(&changes.unread).next() {
        return Err(format!("cannot be compared with {path}, which cannot be read"));
    }
    let Ok(written) = project.generated_at.parse::<Timestamp>() else {
        return Err("does not say when it was written".to_owned());
    };
    match newer_file(root, listing, written) {
        Some(_) if is_checked_out(root, listing, written) => {
            let why = "is older than this checkout, and has no checksums of YAML";
            Err(format!("{why} (--input manifest reads it all the same)"))
        }
        Some(path) => Err(format!("is out of date: {path} was written to since")),
        None => Ok(()),
    }
}

/// The first file without a checksum that was written to after that time.
fn newer_file(root: &Path, listing: &Listing, written: Timestamp) -> Option<String> {
    let listed = listing.files.iter();
    let timed = listed.filter(|(role, _)| {
        matches!(role, Role::Macro | Role::GenericTest | Role::Seed | Role::Docs | Role::Function | Role::Properties)
    });
    let paths = BESIDE.iter().map(|path| (*path).to_owned()).chain(timed.map(|(_, found)| found.path()));
    paths.collect::<Vec<String>>().into_par_iter().filter(|path| is_newer(root, path, written)).min()
}

/// Whether even all files that have not changed by their checksums were written to since.
fn is_checked_out(root: &Path, listing: &Listing, written: Timestamp) -> bool {
    let has_checksum = |role: Role| matches!(role, Role::Model | Role::Snapshot | Role::Analysis | Role::SingularTest);
    let mut same = listing.files.iter().filter(|(role, _)| has_checksum(*role)).peekable();
    same.peek().is_some() && same.all(|(_, found)| is_newer(root, &found.path(), written))
}

fn is_newer(root: &Path, path: &str, written: Timestamp) -> bool {
    let modified = std::fs::metadata(root.join(path)).and_then(|metadata| metadata.modified());
    modified.ok().and_then(|modified| Timestamp::try_from(modified).ok()).is_some_and(|modified| modified > written)
}

/// Files with SQL or Python that have changed, come or gone since the manifest was written, by checksum and path alone.
pub fn changes(project: &Project<'_>, root: &Path, files: &Files, listing: &Listing) -> Changes {
    let own = project.resources.iter().chain(&project.disabled).filter(|resource| project.is_own(resource));
    let own: Vec<&Resource<'_>> = own.collect();
    // dbt 2.x computes the checksum of snapshots otherwise, and does not list everything that is disabled.
    let is_exact = project.dbt_version.starts_with("1.");
    let states: Vec<(String, State)> = own
        .par_iter()
        .filter(|resource| is_exact || resource.kind != ResourceType::Snapshot)
        .filter_map(|resource| Some((resource.path.to_string(), state(resource, root, files)?)))
        .collect();
    let of = |wanted: State| {
        let fitting = states.iter().filter(|(_, state)| *state == wanted).map(|(path, _)| path.clone());
        sorted(fitting.collect())
    };
    let known: HashSet<&str> = own.iter().map(|resource| resource.path.as_str()).collect();
    let added = if is_exact { added(&known, root, files, listing) } else { Vec::new() };
    Changes { changed: of(State::Changed), deleted: of(State::Deleted), unread: of(State::Unread), added }
}

fn sorted(mut paths: Vec<String>) -> Vec<String> {
    paths.sort_unstable();
    paths.dedup();
    paths
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Same,
    Changed,
    Deleted,
    Unread,
}

/// `None` for what has no file with code of its own.
fn state(resource: &Resource<'_>, root: &Path, files: &Files) -> Option<State> {
    let checksum = match &resource.detail {
        Detail::Relation(relation) => &relation.checksum,
        Detail::Test(test) => &test.checksum,
        _ => return None,
    };
    let path = resource.path.as_str();
    if resource.kind == ResourceType::Seed {
        return Some(match root.join(path).try_exists() {
            Ok(true) => State::Same,
            Ok(false) => State::Deleted,
            Err(_) => State::Unread,
        });
    }
    let has_code = path.ends_with(".sql") || path.ends_with(".py");
    let checksum = checksum.non_empty().filter(|_| has_code)?;
    let Some(file) = files.get(root, path, &paths::shown(&root.join(path))) else { return Some(State::Deleted) };
    Some(match file.text() {
        Ok(file) if has_checksum(file.source.text(), checksum) => State::Same,
        Err(problem) if problem.place.is_none() => State::Unread,
        // What is no text any more has changed.
        _ => State::Changed,
    })
}

/// Whether dbt gives a text that checksum. Up to 1.11 it takes the text without the blanks around it, with line ends as
/// they are or, in 2.x, as line feeds; from 1.12 on, all blanks in a row count as one.
fn has_checksum(text: &str, checksum: &str) -> bool {
    let is = |text: &str| {
        // dbt takes a byte-order mark for a part of the text.
        let marks = [&b""[..], "\u{feff}".as_bytes()];
        marks.iter().any(|mark| hex(&Sha256::new().chain_update(mark).chain_update(text).finalize()) == checksum)
    };
    let words: Vec<&str> = text.split(is_blank).filter(|word| !word.is_empty()).collect();
    let stripped = text.trim_matches(is_blank);
    is(&words.join(" ")) || is(stripped) || stripped.contains('\r') && is(&stripped.replace("\r\n", "\n"))
}

/// What Python's `split` and `strip` take for blank.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Files that would be resources and that the manifest does not know.
fn added(known: &HashSet<&str>, root: &Path, files: &Files, listing: &Listing) -> Vec<String> {
    let roles = [Role::Model, Role::Snapshot, Role::Analysis, Role::SingularTest, Role::Seed];
    let listed = listing.files.iter().filter(|(role, _)| roles.contains(role));
    let unknown = listed.map(|(role, found)| (*role, found.path())).filter(|(_, path)| !known.contains(path.as_str()));
    let says_something = |(role, path): &(Role, String)| {
        if *role == Role::Seed {
            return true;
        }
        let Some(file) = files.get(root, path, &paths::shown(&root.join(path))) else { return false };
        let Ok(file) = file.text() else { return true };
        // A file of snapshots may have none yet.
        if *role == Role::Snapshot { !file.blocks().is_empty() } else { !file.source.text().trim().is_empty() }
    };
    sorted(unknown.filter(says_something).map(|(_, path)| path).collect())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::input::project_files::list;
    use crate::project::{Facts, Text};
    use crate::rules::tester::{model, relation};

    #[test]
    fn checksums_of_all_versions() {
        let text = "\nselect 1,\r\n       2\n";
        for stripped in ["select 1, 2", "select 1,\r\n       2", "select 1,\n       2", "\u{feff}select 1, 2"] {
            assert!(has_checksum(text, &hex(&Sha256::digest(stripped.as_bytes()))), "{stripped:?}");
        }
        assert!(!has_checksum(text, &hex(&Sha256::digest(b"select 1,2"))));
    }

    /// A project with a model and its YAML, of which a manifest was just written.
    fn project(folder: &Path) -> Project<'static> {
        let before = SystemTime::UNIX_EPOCH + Duration::from_secs(3600);
        for (path, text) in
            [("dbt_project.yml", "name: shop"), ("models/a.sql", "select 1\n"), ("models/a.yml", "models: []")]
        {
            std::fs::create_dir_all(folder.join("models")).expect("the folder is writable");
            std::fs::write(folder.join(path), text).expect("the folder is writable");
            let file = std::fs::File::options().write(true).open(folder.join(path)).expect("the file is writable");
            file.set_modified(before).expect("the file has a time");
        }
        let mut made = model(".", "a");
        made.path = Text::from("models/a.sql");
        relation(&mut made).checksum = Text::from(hex(&Sha256::digest(b"select 1")));
        let facts = Facts {
            name: Text::from("shop"),
            dbt_version: Text::from("1.12.0"),
            resources: vec![made],
            ..Facts::default()
        };
        let mut project = Project::from(facts);
        project.generated_at = Text::from("2001-01-01T00:00:00.000000Z");
        project
    }

    #[test]
    fn the_first_difference_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let project = project(folder.path());
        let current = || {
            let listing = list(folder.path());
            let changes = changes(&project, folder.path(), &Files::default(), &listing);
            is_current(&project, &changes, folder.path(), &listing)
        };
        let write =
            |path: &str, text: &str| std::fs::write(folder.path().join(path), text).expect("the folder is writable");
        assert_eq!(current(), Ok(()));
        let outdated = |what: &str| Err(format!("is out of date: {what}"));
        write("models/a.yml", "models: []\n");
        assert_eq!(current(), outdated("models/a.yml was written to since"));
        // As a checkout does it: the time is another one, the text is not.
        write("models/a.sql", "select 1\n");
        let why = "is older than this checkout, and has no checksums of YAML (--input manifest reads it all the same)";
        assert_eq!(current(), Err(why.to_owned()));
        write("models/b.sql", "select 2");
        assert_eq!(current(), outdated("models/b.sql is new"));
        write("models/a.sql", "select 2");
        assert_eq!(current(), outdated("models/a.sql has changed since"));
        std::fs::remove_file(folder.path().join("models/a.sql")).expect("it is there");
        std::fs::remove_file(folder.path().join("models/b.sql")).expect("it is there");
        assert_eq!(current(), outdated("models/a.sql is gone"));
    }
}
