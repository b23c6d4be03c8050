//! The output of small runs, to the letter: `expected/<project>.<format>`.
//!
//! After a deliberate change, `UPDATE_EXPECTED=1 cargo test --test formats exact` rewrites them: read the difference
//! before committing it.

use std::path::Path;

use super::support::Desk;
use super::{Case, FORMATS};

fn assert_expected(case: &Case) {
    for format in FORMATS {
        let file = format!("{}.{format}", case.name);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/expected").join(&file);
        let found = case.output(format);
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(&path, found).expect("the expected output can be written");
        }
        assert_eq!(found, std::fs::read_to_string(&path).unwrap_or_default(), "{file}");
    }
}

#[test]
fn findings_and_rules_that_found_nothing_or_did_not_run() {
    assert_expected(&Case::new("gym", Desk::gym(), &["gym", "--select", "TST002,EXP001,DOC001"]));
}

#[test]
fn places_in_files_with_more_than_ascii() {
    let desk = Desk::with("spans", "spans");
    assert_expected(&Case::new("spans", desk, &["spans/transform", "--select", "DOC001,DAG002,DAG010"]));
}

#[test]
fn the_output_is_the_same_on_any_number_of_threads() {
    let many = Case::new("shop", Desk::with("shop", "shop"), &["shop", "--preset", "strict", "--today", "2026-01-01"]);
    let single = many.run(&["--threads", "1"]);
    for threads in ["2", "8"] {
        for (format, output) in many.run(&["--threads", threads]) {
            assert_eq!(output, single[format], "{format} with {threads} threads");
        }
    }
}

#[test]
fn only_formats_for_people_are_colored() {
    let case = Case::new("gym", Desk::gym(), &["gym", "--color", "always"]);
    assert!(case.output("full").contains('\u{1b}'));
    for format in FORMATS {
        assert!(!case.output(format).contains('\u{1b}'), "{format}");
    }
}
