//! The step that installs a release, from a folder in GitHub's place.

use sha2::{Digest, Sha256};

use super::runner::Job;
use super::support::Desk;

const TARGET: &str = "dbt-steward-x86_64-unknown-linux-musl";

/// A job, and a release of this version: a script in an archive, with its checksum.
fn job() -> Option<Job> {
    let mut job = Job::on(Desk::new())?;
    let desk = &job.desk;
    desk.write(&format!("{TARGET}/dbt-steward"), "#!/bin/sh\necho the release\n");
    let program = desk.path(TARGET).join("dbt-steward");
    std::fs::set_permissions(program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let folder = desk.path(&format!("releases/v{}", env!("CARGO_PKG_VERSION")));
    std::fs::create_dir_all(&folder).unwrap();
    let archive = folder.join(format!("{TARGET}.tar.gz"));
    let mut tar = std::process::Command::new("tar");
    tar.arg("-czf").arg(&archive).arg(TARGET).current_dir(desk.path(""));
    assert!(tar.status().unwrap().success());
    let bytes = std::fs::read(&archive).unwrap();
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(folder.join(format!("{TARGET}.tar.gz.sha256")), format!("{digest}  {TARGET}.tar.gz\n")).unwrap();
    let releases = format!("file://{}", desk.path("releases").display());
    job.set("DBT_STEWARD_RELEASES", releases);
    Some(job)
}

#[test]
fn the_release_of_the_action_s_own_version_is_put_on_the_path() {
    let Some(job) = job() else { return };
    let run = job.step("action/install.sh");
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "the release\n"), "{run:?}");
    let path = job.desk.read("runner/path");
    assert!(std::path::Path::new(path.trim_end()).join("dbt-steward").is_file(), "{path}");
}

#[test]
fn an_archive_with_another_checksum_is_refused() {
    let Some(job) = job() else { return };
    let checksum = format!("releases/v{}/{TARGET}.tar.gz.sha256", env!("CARGO_PKG_VERSION"));
    job.desk.write(&checksum, format!("{}  {TARGET}.tar.gz\n", "0".repeat(64)));
    let run = job.step("action/install.sh");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("is not what its checksum says"), "{run:?}");
    assert_eq!(job.desk.read("runner/path"), "");
}

#[test]
fn what_is_not_there_is_named() {
    let Some(mut job) = job() else { return };
    let run = job.set("INPUT_VERSION", "99.0.0").step("action/install.sh");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stderr.contains("/v99.0.0/dbt-steward-x86_64-unknown-linux-musl.tar.gz cannot be downloaded"),
        "{run:?}"
    );
    let run = job.set("INPUT_VERSION", "").set("RUNNER_ARCH", "RISCV").step("action/install.sh");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("::error title=dbt-steward::there is no release for Linux on RISCV;"), "{run:?}");
}

#[test]
fn a_version_is_a_version() {
    let Some(mut job) = job() else { return };
    for version in ["v0.1.0", "latest", "0.1", "1.0.0/../../x", "1.0.0 x"] {
        let run = job.set("INPUT_VERSION", version).step("action/install.sh");
        assert_eq!(run.code, Some(1), "{version}: {run:?}");
        assert!(run.stderr.contains("::error title=dbt-steward::`version` is to be a release such as"), "{run:?}");
    }
}

#[test]
fn an_installed_program_is_used_as_it_is() {
    let Some(mut job) = job() else { return };
    job.set("INPUT_VERSION", "installed").set("DBT_STEWARD_RELEASES", "file:///nowhere");
    let job = job.with_program();
    let run = job.step("action/install.sh");
    let version = format!("dbt-steward {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!((run.code, run.stdout), (Some(0), version));
}
