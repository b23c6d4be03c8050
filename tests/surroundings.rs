//! What a run is told of the world around a project, and what it finds there: targets, profiles, threads, owners, pipes.

mod support;

use support::needs::has_programs;
use support::{Desk, Run};

/// A project of one model with a profile that has two targets.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("dbt_project.yml", "name: p\nprofile: p\n");
    desk.write("models/a.sql", "select 1 as id\n");
    desk.write("profiles.yml", "p:\n  target: dev\n  outputs:\n    dev: {type: duckdb}\n    prod: {type: duckdb}\n");
    desk
}

/// What is said of files that cannot be read.
fn unreadable(desk: &Desk) -> Run {
    desk.run(&["check", "--quiet", "--format", "concise", "--select", "PRJ013"])
}

/// A run that has one finding.
fn check(desk: &Desk, more: &[&str]) -> Run {
    desk.run(&[&["check", "--quiet", "--format", "concise", "--select", "OWN001"], more].concat())
}

const UNOWNED: &str = "models/a.sql:1:1: OWN001 unowned-model model `a` has no owner\n";

#[test]
fn a_target_is_one_of_the_profile() {
    let mut desk = desk();
    check(&desk, &["--target", "prod"]).prints(0, UNOWNED);
    let refusal = "  × profiles.yml: the profile `p` has no target `nosuch`\n  \
        help: --target or DBT_TARGET asks for it; the profile's targets: dev, prod\n";
    check(&desk, &["--target", "nosuch"]).refuses(refusal);
    desk.run(&["init", "--stdout", "--target", "nosuch"]).refuses(refusal);
    desk.set("DBT_TARGET", "nosuch");
    check(&desk, &[]).refuses(refusal);
    check(&desk, &["--target", "dev"]).prints(0, UNOWNED);
}

/// The profile may be in the home of who runs dbt, and then nobody knows its targets.
#[test]
fn any_target_will_do_where_no_profile_is_at_hand() {
    let desk = desk();
    desk.write("profiles.yml", "other:\n  outputs:\n    dev: {type: duckdb}\n");
    check(&desk, &["--target", "nosuch"]).prints(0, UNOWNED);
    desk.write("profiles.yml", "p:\n  outputs: \"{{ env_var('OUTPUTS') }}\"\n");
    check(&desk, &["--target", "nosuch"]).prints(0, UNOWNED);
}

/// Another state of the project may have had other targets.
#[test]
fn a_base_need_not_have_the_target() {
    let desk = desk();
    desk.write("was/dbt_project.yml", "name: p\nprofile: p\n");
    desk.write("was/models/a.sql", "select 1 as id\n");
    desk.write("was/profiles.yml", "p:\n  outputs:\n    dev: {type: duckdb}\n");
    check(&desk, &["--target", "prod", "--base", "was"]).prints(0, "");
}

#[test]
fn a_folder_for_profiles_is_there() {
    let mut desk = desk();
    desk.write("ci/profiles.yml", "p:\n  outputs:\n    ci: {type: duckdb}\n");
    check(&desk, &["--profiles-dir", "ci", "--target", "ci"]).prints(0, UNOWNED);
    for path in ["none", "ci/profiles.yml"] {
        check(&desk, &["--profiles-dir", path]).refuses(&format!(
            "  × --profiles-dir: there is no folder {path}\n  \
             help: give the folder in which profiles.yml is, or leave --profiles-dir out\n"
        ));
    }
    desk.set("DBT_PROFILES_DIR", "none");
    check(&desk, &[]).refuses(
        "  × DBT_PROFILES_DIR: there is no folder none\n  \
         help: give the folder in which profiles.yml is, or leave DBT_PROFILES_DIR out\n",
    );
    check(&desk, &["--profiles-dir", "ci"]).prints(0, UNOWNED);
}

#[test]
fn a_variable_that_is_empty_is_not_set() {
    let mut desk = desk();
    desk.set("DBT_PROFILES_DIR", "").set("DBT_TARGET", "");
    check(&desk, &[]).prints(0, UNOWNED);
}

#[test]
fn an_option_that_is_empty_says_so() {
    let desk = desk();
    for (option, value) in
        [("--base", "PATH|REV"), ("--since", "REV"), ("--target", "NAME"), ("--profiles-dir", "FOLDER")]
    {
        let refusal = format!(
            "error: a value is required for '{option} <{value}>' but none was supplied\n\nFor more information, try '--help'.\n"
        );
        check(&desk, &[option, ""]).refuses(&refusal);
    }
}

/// A thousand threads take seconds to do nothing, and a million cannot be had.
#[test]
fn absurd_numbers_of_threads_are_not_started() {
    let mut desk = desk();
    check(&desk, &["--threads", "1024"]).prints(0, UNOWNED);
    desk.set("RAYON_NUM_THREADS", "1000000");
    check(&desk, &[]).prints(0, UNOWNED);
    assert_eq!(desk.run(&["init"]).stderr, "wrote dbt-steward.yml; next: dbt-steward check\n");
}

#[test]
fn owners_that_cannot_be_read_are_not_passed_over() {
    let desk = desk();
    desk.write("dbt-steward.yml", "owners: {codeowners: true}\n");
    desk.write("CODEOWNERS", "\u{FEFF}* @data\n");
    check(&desk, &[]).prints(0, "");
    desk.write("CODEOWNERS", b"# the team\n* @\xE9quipe\n");
    let refusal = "  × CODEOWNERS:2:4: not valid UTF-8: unexpected byte 0xE9; save the file as UTF-8\n";
    check(&desk, &[]).refuses(refusal);
    desk.run(&["init", "--stdout"]).refuses(refusal);
    desk.write("dbt-steward.yml", "owners: {codeowners: false}\n");
    check(&desk, &[]).prints(0, UNOWNED);
}

/// What dbt reads beside `dbt_project.yml` keeps it from running if it is there and cannot be read.
#[test]
fn a_file_beside_the_project_file_that_cannot_be_read() {
    for name in ["packages.yml", "dependencies.yml", "selectors.yml", "vars.yml"] {
        let desk = desk();
        desk.write(name, "packages: [\n");
        let broken = format!(
            "{name}:1:11: PRJ013 unreadable-file {name} cannot be read: the bracket that opens here is never closed\n"
        );
        unreadable(&desk).prints(1, &broken);
        desk.write(name, b"# \xE9\n");
        let broken = format!(
            "{name}:1:3: PRJ013 unreadable-file {name} cannot be read: not valid UTF-8: unexpected byte 0xE9; save the file as UTF-8\n"
        );
        unreadable(&desk).prints(1, &broken);
    }
}

/// Which packages there are is not known then, nor what their macros do.
#[test]
fn packages_that_may_be_missing_are_not_said_to_be() {
    let desk = desk();
    desk.write("models/a.sql", "select {{ dbt_utils.star(ref('orders')) }} from {{ ref('orders') }}\n");
    desk.write("packages.yml", "packages: [\n");
    let found = desk.run(&["check", "--quiet", "--format", "concise", "--select", "PRJ", "--ignore", "PRJ001"]).stdout;
    assert_eq!(
        found,
        "packages.yml:1:11: PRJ013 unreadable-file packages.yml cannot be read: the bracket that opens here is never closed\n"
    );
}

/// Nobody may ever write to a pipe, and `/dev/zero` has no end.
#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_no_file_of_a_project() {
    if !has_programs(&["mkfifo", "sh"]) {
        return;
    }
    for name in ["packages.yml", "dependencies.yml", "vars.yml", "profiles.yml", ".dbtignore"] {
        let desk = desk();
        let _ = std::fs::remove_file(desk.path(name));
        // Whoever opens the pipe for reading would be given something that shows, so that no run waits for ever.
        let (text, target) = match name {
            "profiles.yml" => ("p: {outputs: {dev: {type: duckdb}}}", &["--target", "nosuch"][..]),
            ".dbtignore" => ("*", &[][..]),
            _ => ("{}", &[][..]),
        };
        let writer = format!("mkfifo {name} && echo made && while true; do echo '{text}' > {name} || exit; done");
        let mut writer = std::process::Command::new("sh")
            .args(["-c", &writer])
            .current_dir(desk.path(""))
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("the shell starts");
        let mut made = [0; 5];
        std::io::Read::read_exact(writer.stdout.as_mut().expect("it is piped"), &mut made).expect("the pipe is made");
        let run = desk.run(&[&["check", "--quiet", "--format", "concise", "--select", "PRJ013"], target].concat());
        writer.kill().expect("it is ours");
        writer.wait().expect("it has ended");
        let refused = format!(
            "{name}: PRJ013 unreadable-file {name} cannot be read: this is a pipe or a device, and should be a file\n"
        );
        let is_beside = !matches!(name, "profiles.yml" | ".dbtignore");
        run.prints(i32::from(is_beside), if is_beside { &refused } else { "" });
    }
    desk()
        .run(&["check", "--manifest", "/dev/zero"])
        .refuses("  × /dev/zero:1:1: this is not JSON: it starts with the byte 0x00\n  help: give the folder of a dbt project, or the manifest.json that `dbt parse` writes into\n        target/\n");
}
