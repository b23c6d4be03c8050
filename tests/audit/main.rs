//! `dbt-steward audit`: its numbers, counted a second time here, and what it does with good and bad input.

#[path = "../../benches/generate.rs"]
mod generate;
#[path = "../support/mod.rs"]
mod support;

mod numbers;
mod output;
mod page;
mod repairs;
mod time;
mod traps;
mod worklist;

use serde_json::Value;
use support::{Desk, fixture};

/// The audit of `fixtures/shop`, by its manifest, on a fixed day.
pub fn shop() -> Value {
    audit(&["--input", "manifest"])
}

/// An audit of `fixtures/shop` as JSON.
pub fn audit(arguments: &[&str]) -> Value {
    let run = Desk::new().run(
        &[&["audit", &fixture("shop").to_string_lossy(), "--format", "json", "--today", "2026-01-01"], arguments]
            .concat(),
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    serde_json::from_str(&run.stdout).expect("an audit is JSON")
}

/// The findings of `check` on the same project.
pub fn check() -> Value {
    Desk::new().json(&[&fixture("shop").to_string_lossy(), "--input", "manifest", "--today", "2026-01-01"])
}

/// The manifest of `fixtures/shop`.
pub fn manifest() -> Value {
    let text =
        std::fs::read_to_string(fixture("shop").join("target/manifest.json")).expect("the fixture has a manifest");
    serde_json::from_str(&text).expect("a manifest is JSON")
}

/// Holds a text against a file in tests/audit/expected.
#[track_caller]
pub fn as_expected(name: &str, text: &str) {
    let path = format!("{}/tests/audit/expected/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, text).expect("the repository is writable");
    }
    let expected = std::fs::read_to_string(&path).expect("the expected audit is there").replace("\r\n", "\n");
    assert_eq!(text, expected, "UPDATE_EXPECTED=1 renews {path}");
}

/// The items of a list.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}
