//! The scripts of a release.

use std::path::Path;
use std::process::Command;

use super::runner::Job;
use super::support::Desk;
#[cfg(target_os = "linux")]
use super::support::needs::skip;

// Archives are packed on Linux, with its tar.
#[cfg(target_os = "linux")]
#[test]
fn archives_have_the_binary_of_the_wheel_and_never_differ() {
    let Some(job) = Job::on(Desk::new()) else { return };
    job.desk.write("wheel/dbt_steward-0.1.0.data/scripts/dbt-steward", "the binary");
    job.desk.write("wheel/dbt_steward-0.1.0.dist-info/METADATA", "of no interest");
    std::fs::create_dir_all(job.desk.path("wheels/x86_64-unknown-linux-gnu")).unwrap();
    if !zip(&job, "wheels/x86_64-unknown-linux-gnu/dbt_steward-0.1.0-py3-none-any.whl") {
        return;
    }
    let pack = |out: &str| {
        let mut command = Command::new("bash");
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/release/pack.sh"));
        let output = command.args(["wheels", out]).current_dir(job.desk.path("")).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let sums = pack("first");
    assert_eq!(sums, pack("second"));
    let archive = "dbt-steward-x86_64-unknown-linux-gnu.tar.gz";
    assert_eq!(job.desk.names("first"), ["SHA256SUMS", archive, &format!("{archive}.sha256")]);
    let list = Command::new("tar").arg("-tzf").arg(job.desk.path("first").join(archive)).output().unwrap();
    let listed = String::from_utf8(list.stdout).unwrap();
    let files: Vec<&str> =
        listed.lines().filter_map(|it| it.strip_prefix("dbt-steward-x86_64-unknown-linux-gnu/")).collect();
    assert_eq!(files, ["", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "dbt-steward"]);
}

/// Packs `wheel/` as a wheel is packed; `false` where there is nothing to do that with.
#[cfg(target_os = "linux")]
fn zip(job: &Job, wheel: &str) -> bool {
    let mut python = Command::new("python3");
    python.args(["-m", "zipfile", "-c"]).arg(job.desk.path(wheel)).args(["wheel/."]).current_dir(job.desk.path(""));
    let is_done = python.status().is_ok_and(|status| status.success());
    is_done || skip("DBT_STEWARD_REQUIRE_SHELL", "python3 is not installed")
}

/// Stands in for cargo: knows of version 0.1.0, and notes what it is asked to publish.
const CARGO: &str = r#"#!/usr/bin/env bash
case "$*" in
    "info --quiet --registry crates-io dbt-steward@0.1.0") ;;
    info*) exit 101 ;;
    *) echo "cargo $*" ;;
esac
"#;

#[test]
fn a_crate_that_is_there_already_is_not_published_again() {
    let Some(job) = Job::on(Desk::new()).map(|job| job.with_script_named("cargo", CARGO)) else { return };
    for (version, said) in
        [("0.1.0", "dbt-steward 0.1.0 is published already\n"), ("0.2.0", "cargo publish --locked\n")]
    {
        job.desk.write("Cargo.toml", format!("[package]\nversion = \"{version}\"\n"));
        let run = job.copied_step("release/crate.sh");
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), said), "{run:?}");
    }
}

#[test]
fn a_release_says_what_the_changelog_says_of_its_version() {
    let Some(job) = Job::on(Desk::new()) else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/release/notes.sh");
    std::fs::create_dir_all(job.desk.path(".github/release")).unwrap();
    std::fs::copy(script, job.desk.path(".github/release/notes.sh")).unwrap();
    job.desk.write("Cargo.toml", "[package]\nversion = \"1.2.0\"\n");
    job.desk.write(
        "CHANGELOG.md",
        "# Changelog\n\n## [Unreleased]\n\n- a\n\n## [1.2.0] - 2026-01-01\n\n### Added\n\n- b\n\n## [1.1.0]\n\n- c\n",
    );
    let notes = |tag: &str| {
        let mut command = Command::new("bash");
        let output = command.arg(job.desk.path(".github/release/notes.sh")).arg(tag).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    assert_eq!(notes("v1.2.0"), (Some(0), "\n### Added\n\n- b\n".to_owned(), String::new()));
    let wrong = "the tag is v1.1.0, and Cargo.toml says 1.2.0\n".to_owned();
    assert_eq!(notes("v1.1.0"), (Some(1), String::new(), wrong));
    job.desk.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n- a\n");
    let missing = "CHANGELOG.md has no section \"## [1.2.0]\", or nothing in it\n".to_owned();
    assert_eq!(notes("v1.2.0"), (Some(1), String::new(), missing));
}
