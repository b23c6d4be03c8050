//! What a test needs beyond Rust. Where it is missing the test is skipped and says so, or fails where a variable says that it
//! must be there, as it does in `.ci/run`.

use std::io::Write;
use std::path::{Path, PathBuf};

/// Whether these programs are on the PATH. `DBT_STEWARD_REQUIRE_SHELL=1` makes it a failure that one is not.
pub fn has_programs(names: &[&str]) -> bool {
    let missing = names.iter().find(|name| !is_installed(name));
    missing.is_none_or(|name| skip("DBT_STEWARD_REQUIRE_SHELL", &format!("{name} is not installed")))
}

/// The corpus of real manifests, which lies beside the repository. `DBT_STEWARD_REQUIRE_CORPUS=1` makes it a failure that it
/// does not.
pub fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let is_there = folder.is_dir() || skip("DBT_STEWARD_REQUIRE_CORPUS", &format!("{} is not there", folder.display()));
    is_there.then_some(folder)
}

/// Says that the test which is running is skipped, and why; `false`, to go on with.
pub fn skip(required_by: &str, why: &str) -> bool {
    assert!(std::env::var_os(required_by).is_none(), "{why}");
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    // What `eprintln!` prints is kept from whoever runs the tests, unless the test fails.
    let _ = writeln!(std::io::stderr(), "skipped: {test}: {why}");
    false
}

fn is_installed(program: &str) -> bool {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(&file).is_file())
}
