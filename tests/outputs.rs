//! Where output is written: never over what is read, through links, and with the mode of the file that is there.

mod support;

use support::Desk;

/// Every file of the desk with what is in it, so that nothing is changed unseen.
fn kept(desk: &Desk, files: &[&str]) -> Vec<String> {
    files.iter().map(|file| desk.read(file)).collect()
}

#[test]
fn no_output_takes_the_place_of_what_is_read() {
    let desk = Desk::gym();
    desk.write("c.yml", "extends: base.yml\n").write("base.yml", "fail-on: never\n");
    desk.run(&["baseline", "gym", "--quiet"]);
    desk.write("gym/target/run_results.json", "{}");
    let files = [
        ("gym/target/manifest.json", "the manifest"),
        ("gym/target/run_results.json", "an artifact of dbt"),
        ("gym/dbt_project.yml", "a file of the project"),
        ("gym/profiles.yml", "a file of the project"),
        ("gym/models/marts/_marts__models.yml", "a file of the project"),
        ("gym/models/marts/../marts/fct_visits.sql", "a file of the project"),
        ("c.yml", "the config"),
        ("base.yml", "the config"),
        ("gym/dbt-steward-baseline.json", "the baseline"),
    ];
    let paths = files.map(|(path, _)| path);
    let before = kept(&desk, &paths);
    for (path, what) in files {
        let message =
            format!("  × {path} is {what}, and would be overwritten\n  help: name another file to write to\n");
        desk.run(&["check", "gym", "--config", "c.yml", "-o", path]).refuses(&message);
        let format = format!("json={path}");
        desk.run(&["check", "gym", "--config", "c.yml", "--input", "project", "--format", &format]).refuses(&message);
        if what != "the baseline" {
            desk.run(&["audit", "gym", "--config", "c.yml", "-o", path, "--quiet"]).refuses(&message);
            desk.run(&["badge", "gym", "--config", "c.yml", "-o", path]).refuses(&message);
            for force in ["--force", "--quiet"] {
                desk.run(&["baseline", "gym", "--config", "c.yml", "--baseline", path, force]).refuses(&message);
            }
        }
    }
    desk.run(&["check", "gym/target/manifest.json", "-o", "gym/target/manifest.json"]).refuses(
        "  × gym/target/manifest.json is the manifest, and would be overwritten\n  help: name another file to write to\n",
    );
    assert_eq!(kept(&desk, &paths), before);
}

#[test]
fn what_was_written_before_may_be_written_again() {
    let desk = Desk::gym();
    for path in ["findings.json", "gym/findings.json", "gym/target/findings.json", "gym/models/report.md"] {
        for _ in 0..2 {
            desk.run(&["check", "gym", "--exit-zero", "--quiet", "--format", "markdown", "-o", path]).prints(0, "");
        }
        assert!(desk.read(path).contains("no_exposures"), "{path}");
    }
}

/// With --force, a baseline is replaced, whatever state it is in; what never was one is not.
#[test]
fn only_a_baseline_is_replaced_by_one() {
    let desk = Desk::gym();
    let record = |path: &str| desk.run(&["baseline", "gym", "--force", "--quiet", "--baseline", path]);
    desk.write("notes.json", "{\"notes\": 1}")
        .write("blank.json", "\n")
        .write("b/dbt-steward-baseline.json", "<<<<<<< ours");
    let run = record("notes.json");
    assert_eq!((run.code, desk.read("notes.json").as_str()), (Some(2), "{\"notes\": 1}"));
    assert!(run.stderr.contains("notes.json"), "{}", run.stderr);
    for path in ["blank.json", "b/dbt-steward-baseline.json", "blank.json"] {
        record(path).prints(0, "");
        assert!(desk.read(path).contains("\"project\": \"no_exposures\""), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_a_mode_is_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let desk = Desk::gym();
    desk.write("d/real.json", "old");
    let mode = |path: &str| std::fs::metadata(desk.path(path)).expect("it is there").permissions().mode() & 0o777;
    std::fs::set_permissions(desk.path("d/real.json"), PermissionsExt::from_mode(0o600)).expect("the file is ours");
    for (target, link) in [("d/real.json", "link.json"), ("link.json", "again.json"), ("d/new.json", "dangling.json")] {
        symlink(target, desk.path(link)).expect("the folder is ours");
        desk.write("d/real.json", "old");
        desk.run(&["check", "gym", "--exit-zero", "--quiet", "--format", "json", "-o", link]).prints(0, "");
        assert!(desk.path(link).is_symlink(), "{link}");
        let real = if target == "d/new.json" { target } else { "d/real.json" };
        assert!(desk.read(real).starts_with('{'), "{link}");
    }
    assert_eq!(mode("d/real.json"), 0o600);
    assert_eq!(desk.names("d"), ["new.json", "real.json"]);
    symlink("loop.json", desk.path("loop.json")).expect("the folder is ours");
    let run = desk.run(&["check", "gym", "-o", "loop.json"]);
    assert_eq!((run.code, desk.path("loop.json").is_symlink()), (Some(2), true), "{}", run.stderr);
}

/// `-o /dev/stdout > findings.json`, with a link of our own in place of the system's.
#[cfg(target_os = "linux")]
#[test]
fn what_leads_to_stdout_is_stdout() {
    let desk = Desk::gym();
    std::os::unix::fs::symlink("/proc/self/fd/1", desk.path("stdout")).expect("the folder is ours");
    let file = std::fs::File::create(desk.path("findings.json")).expect("the folder is ours");
    let mut command = desk.command(&["check", "gym", "--exit-zero", "--quiet", "--format", "json", "-o", "stdout"]);
    assert!(command.stdout(file).status().expect("the binary starts").success());
    assert!(desk.path("stdout").is_symlink());
    assert!(desk.read("findings.json").starts_with('{'));
}
