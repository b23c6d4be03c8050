//! Folders that the user may not list: they are one finding each, and nothing is concluded from what they may hold.
//!
//! Nothing is closed to root, so under root the binary is run as another user, with `setpriv`. Where that is not to be had,
//! these tests say that they skip; what is the same for every user is tested in `half_finished.rs`.
#![cfg(unix)]

mod support;

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use support::needs::skip;
use support::{Desk, Run};

/// Runs the binary with some paths closed; `None` where they cannot be closed to anybody that runs it.
fn run_with_closed(desk: &Desk, closed: &[&str], arguments: &[&str]) -> Option<Run> {
    let set = |path: &Path, mode: u32| set_permissions(path, Permissions::from_mode(mode)).expect("the path is ours");
    let modes: Vec<u32> = closed.iter().map(|path| mode(&desk.path(path))).collect();
    closed.iter().for_each(|path| set(&desk.path(path), 0));
    let is_root = std::fs::read_dir(desk.path(closed[0])).is_ok() || std::fs::read(desk.path(closed[0])).is_ok();
    let run = match is_root {
        false => Some(desk.run(arguments)),
        true => {
            set(&desk.path(""), 0o755);
            as_nobody(desk, arguments)
        }
    };
    closed.iter().zip(modes).for_each(|(path, mode)| set(&desk.path(path), mode));
    if run.is_none() {
        skip("DBT_STEWARD_REQUIRE_SHELL", "nothing is closed to root, and setpriv is not to be had");
    }
    run
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("the path is there").permissions().mode()
}

/// From a copy of the binary, for its own folder may be closed to others.
fn as_nobody(desk: &Desk, arguments: &[&str]) -> Option<Run> {
    let binary = desk.path("binary");
    if !binary.exists() {
        // By a process of its own: what another test starts meanwhile would hold a copy open that this process writes, and
        // such a file cannot be run.
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_dbt-steward")).arg(&binary).status();
        assert!(copied.expect("cp starts").success(), "the folder is ours");
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(binary);
    command.args(arguments).current_dir(desk.path("")).env_clear();
    let run = Run::from(command.output().ok()?);
    (!run.stderr.starts_with("setpriv: ")).then_some(run)
}

/// The findings of a run, one a line, and the line that says what was read.
fn found(run: &Run) -> (Vec<&str>, &str) {
    let read_from = run.stderr.lines().find(|line| line.starts_with("read from")).unwrap_or(&run.stderr);
    (run.stdout.lines().collect(), read_from)
}

const RULES: [&str; 4] = ["--format", "concise", "--select", "PRJ,DAG,SRC004,RES"];

fn check<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["check", "gym", "--ignore", "PRJ001"], &RULES[..], more].concat()
}

const CLOSED_STAGING: &str =
    "gym/models/staging: PRJ013 unreadable-file models/staging cannot be read: Permission denied (os error 13)";

#[test]
fn a_closed_folder_is_one_finding_and_no_other() {
    let desk = Desk::gym();
    let Some(run) = run_with_closed(&desk, &["gym/models/staging"], &check(&["--input", "project"])) else { return };
    assert_eq!(found(&run), (vec![CLOSED_STAGING], "read from the project's files, because --input asks for it"));
    assert_eq!(run.code, Some(1));
    let run = run_with_closed(&desk, &["gym/models/staging"], &["check", "gym", "--select", "PRJ013"]);
    let help = "help: let the user who runs dbt-steward list the folder; dbt passes over one that it cannot list, and \
                nothing is said here of what may lie in it";
    assert!(run.is_some_and(|run| run.stdout.split_whitespace().collect::<Vec<_>>().join(" ").contains(help)));
}

#[test]
fn a_manifest_that_cannot_be_compared_is_not_read() {
    let desk = Desk::gym();
    let Some(run) = run_with_closed(&desk, &["gym/models/staging"], &check(&[])) else { return };
    let why = "read from the project's files, because gym/target/manifest.json cannot be compared with models/staging, which \
               cannot be read";
    assert_eq!(found(&run), (vec![CLOSED_STAGING], why));
    let code = "gym/models/staging/gym/stg_gym__visits.sql";
    let run = run_with_closed(&desk, &[code], &check(&[])).expect("it ran before");
    assert!(
        found(&run).1.ends_with("cannot be compared with models/staging/gym/stg_gym__visits.sql, which cannot be read")
    );
}

#[test]
fn a_manifest_that_is_asked_for_is_not_stale_for_what_cannot_be_read() {
    let desk = Desk::gym();
    let arguments = check(&["--input", "manifest"]);
    for closed in ["gym/models/staging/gym", "gym/models/staging", "gym/models/staging/gym/stg_gym__visits.sql"] {
        let Some(run) = run_with_closed(&desk, &[closed], &arguments) else { return };
        let folder = closed.strip_prefix("gym/").expect("all are in the project");
        let line = format!("{closed}: PRJ013 unreadable-file {folder} cannot be read: Permission denied (os error 13)");
        // With a manifest, code is not read.
        let expected = if closed.ends_with(".sql") { vec![] } else { vec![line.as_str()] };
        assert_eq!(found(&run).0, expected);
    }
}

#[test]
fn what_is_closed_is_not_said_to_be_missing() {
    let desk = Desk::gym();
    let closed = ["gym/target"];
    let Some(run) = run_with_closed(&desk, &closed, &["check", "gym", "--input", "manifest"]) else { return };
    run.refuses(
        "  × no permission to read gym/target/manifest.json\n  ╰─▶ Permission denied (os error 13)\n  help: let this user read \
         the file and the folders above it\n",
    );
    let run = run_with_closed(&desk, &closed, &["check", "gym"]).expect("it ran before");
    let why = "read from the project's files, because gym/target/manifest.json cannot be read: no permission to read \
               gym/target/manifest.json\n";
    assert_eq!(run.code, Some(0));
    assert!(run.summary().contains(why), "{}", run.stderr);
    let run = run_with_closed(&desk, &["gym/target"], &check(&["--input", "project"])).expect("it ran before");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let run = run_with_closed(&desk, &["gym"], &["check", "gym"]).expect("it ran before");
    run.refuses(
        "  × gym/dbt_project.yml: cannot be read\n  ╰─▶ Permission denied (os error 13)\n  help: check the permissions of the \
         file and of the folders above it\n",
    );
    let run = run_with_closed(&desk, &["gym/models"], &["check", "gym", "--exit-zero", "--ignore", "PRJ013"]);
    run.expect("it ran before").refuses(
        "  × the project has nothing to look at: models cannot be read: Permission denied (os error 13)\n  help: an empty \
         project is no pass: see that the paths in dbt_project.yml are those of its files;\n        --allow-empty takes it \
         for one\n",
    );
}

#[test]
fn a_given_folder_is_told_of_what_is_closed_in_it() {
    let desk = Desk::gym();
    let arguments = ["check", "gym/models/staging", "--input", "project", "--format", "concise", "--quiet"];
    let Some(run) = run_with_closed(&desk, &["gym/models/staging/gym"], &arguments) else { return };
    let line = "gym/models/staging/gym: PRJ013 unreadable-file models/staging/gym cannot be read: Permission denied (os error \
                13)\n";
    assert_eq!((run.stdout.as_str(), run.code), (line, Some(1)));
}

/// What a closed package defines may be called, named and tested.
#[test]
fn nothing_is_concluded_about_a_closed_package() {
    let desk = Desk::gym();
    desk.write("gym/packages.yml", "packages: [{local: ../kit}]\n");
    desk.write("kit/dbt_project.yml", "name: kit\n");
    desk.write("kit/models/kit_days.sql", "select 1 as day\n");
    desk.write("kit/macros/m.sql", "{% macro cents(x) %}{{ x }} * 100{% endmacro %}\n");
    desk.write("gym/models/marts/fct_days.sql", "select {{ kit.cents('day') }} from {{ ref('kit_days') }}\n");
    for (closed, path) in [("kit", "../kit"), ("kit/models", "../kit/models")] {
        let Some(run) = run_with_closed(&desk, &[closed], &check(&["--input", "project", "--ignore", "PRJ004"])) else {
            return;
        };
        let line = format!("PRJ013 unreadable-file {path} cannot be read: Permission denied (os error 13)");
        let lines = found(&run).0;
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].ends_with(&line), "{lines:?}");
    }
}
