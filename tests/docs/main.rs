//! Documentation is tested like code: pages are what the source says, commands do what they are shown to do, links lead
//! somewhere, and no rule changes its name unnoticed.

mod commands;
mod dependencies;
mod examples;
#[cfg(unix)]
mod guides;
mod links;
mod rules;
mod schemas;
#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A text file of the repository, with `\n` for line ends.
fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.replace("\r\n", "\n")
}

/// The Markdown files for readers, relative to the repository.
fn pages() -> Vec<PathBuf> {
    let mut pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "fixtures/README.md"].map(PathBuf::from).to_vec();
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).expect("docs is readable") {
            let entry = entry.expect("docs is readable");
            let path = folder.join(entry.file_name());
            match entry.file_type().expect("docs is readable").is_dir() {
                // What `mdbook build` writes is no source.
                true if entry.file_name() != "book" => folders.push(path),
                false if path.extension().is_some_and(|extension| extension == "md") => pages.push(path),
                _ => {}
            }
        }
    }
    pages.sort();
    pages
}

/// Runs the built program.
fn steward(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dbt-steward"));
    command.args(arguments).current_dir(folder).env_remove("DBT_TARGET_PATH").env_remove("NO_COLOR");
    command.output().expect("the program starts")
}

#[test]
fn generated_pages_are_up_to_date() {
    let output = steward(root(), &["generate-docs", "--check"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
