//! `--staged`: what the next commit changes.

use std::process::Command;

use crate::repository::Repository;

#[test]
fn only_what_is_staged_is_reported() {
    let Some(repository) = Repository::with_project("") else { return };
    let desk = &repository.desk;
    desk.write("models/orders.sql", "select 1 as id\n");
    repository.git(&["add", "models/orders.sql"]);
    desk.write("models/payments.sql", "select 1 as id\n");
    desk.write("models/new.sql", "select 1 as id\n");
    assert_eq!(repository.found("DOC001", &["--staged"]), ["DOC001 model.shop.orders"]);
    repository.git(&["reset", "--quiet", "--hard"]);
    let run = desk.run(&["check", "--input", "project", "--select", "DOC001", "--staged"]);
    assert!(run.stderr.contains("\nnothing has changed in the index\n"), "{run:?}");
}

#[test]
fn a_staged_deletion_of_properties_is_a_change_of_what_they_described() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.desk.write("models/schema.yml", "models:\n  - name: orders\n    description: One row an order.\n");
    repository.commit("described").git(&["rm", "--quiet", "models/schema.yml"]);
    assert_eq!(repository.found("DOC001", &["--staged"]), ["DOC001 model.shop.orders"]);
}

#[test]
fn the_first_commit_adds_everything() {
    let Some(project) = Repository::with_project("") else { return };
    std::fs::remove_dir_all(project.desk.path(".git")).unwrap();
    std::fs::create_dir(project.desk.path(".git")).unwrap();
    std::fs::write(project.desk.path(".git/no-config"), "").unwrap();
    project.git(&["init", "--quiet"]);
    project.git(&["add", "models/orders.sql", "dbt_project.yml"]);
    assert_eq!(project.found("DOC001", &["--staged"]), ["DOC001 model.shop.orders"]);
}

#[test]
fn a_hook_sees_the_index_of_its_commit() {
    let Some(repository) = Repository::with_project("shop") else { return };
    let steward = env!("CARGO_BIN_EXE_dbt-steward").replace('\\', "/");
    let hook = format!(
        "#!/bin/sh\ncd shop && exec '{steward}' check --input project --staged --quiet --select DOC001 --format concise \
         --fail-on info\n"
    );
    repository.desk.write(".git/hooks/pre-commit", hook);
    make_executable(&repository, ".git/hooks/pre-commit");
    repository.desk.write("shop/models/orders.sql", "select 1 as id\n");
    repository.desk.write("shop/models/payments.sql", "select 1 as id\n");
    repository.git(&["add", "shop/models/payments.sql"]);
    let commit = |arguments: &[&str]| {
        let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgSign=false"];
        let mut git = Command::new("git");
        git.current_dir(repository.desk.path("")).args(identity).args(["commit", "--quiet", "-m", "x"]).args(arguments);
        let output = git.envs(repository.desk.variables()).output().unwrap();
        assert!(!output.status.success(), "the hook refuses it");
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        text.lines()
            .filter(|line| line.contains("DOC001"))
            .map(|line| line.rsplit_once('/').unwrap().1.to_owned())
            .collect::<Vec<_>>()
    };
    let line = |line: u32, model: &str| {
        format!("schema.yml:{line}:11: DOC001 undocumented-model model `{model}` has no description")
    };
    assert_eq!(commit(&[]), [line(7, "payments")]);
    assert_eq!(commit(&["--all"]), [line(2, "orders"), line(7, "payments")]);
    assert_eq!(commit(&["shop/models/orders.sql"]), [line(2, "orders")]);
}

/// Two branches that have changed the same line, one of them with a model that has no description, about to be merged.
fn in_a_merge() -> Option<Repository> {
    let repository = Repository::with_project("dbt")?;
    let desk = &repository.desk;
    repository.branch("topic");
    desk.write("dbt/models/orders.sql", "select 1 as id\n");
    desk.write("dbt/models/topics.sql", "select 1 as id\n");
    repository.commit("topic").git(&["checkout", "--quiet", "main"]);
    desk.write("dbt/models/orders.sql", "select 20 as id\n");
    desk.write("dbt/models/mains.sql", "select 1 as id\n");
    desk.edit("dbt/models/schema.yml", "  - name: payments\n", "  - name: payments\n    columns: []\n");
    repository.commit("main").git(&["checkout", "--quiet", "topic"]);
    Some(repository)
}

#[test]
fn the_commit_of_a_merge_has_changed_what_differs_from_both_sides() {
    let Some(repository) = in_a_merge() else { return };
    let found = || repository.found("DOC001", &["dbt", "--staged"]);
    repository.git_fails(&["merge", "--quiet", "main"]);
    repository.desk.write("dbt/models/orders.sql", "select 300 as id\n");
    repository.git(&["add", "--all"]);
    assert_eq!(found(), ["DOC001 model.shop.orders"]);
    // What only one side has is no news, and the side of the branch is what the branch has changed.
    repository.desk.write("dbt/models/orders.sql", "select 1 as id\n");
    repository.git(&["add", "--all"]);
    let run = repository.desk.run(&["check", "--input", "project", "--select", "DOC001", "dbt", "--staged"]);
    run.prints(0, "");
    assert!(run.stderr.contains("\nnothing has changed in the index\n"), "{run:?}");
    let since = ["DOC001 model.shop.orders", "DOC001 model.shop.topics"];
    assert_eq!(repository.found("DOC001", &["dbt", "--since", "main"]), since);
    repository.commit("merged");
    assert_eq!(repository.found("DOC001", &["dbt", "--since", "main"]), since);
    assert_eq!(found(), [""; 0]);
}

#[test]
fn an_entry_that_a_merge_changes_is_told_from_those_of_both_sides() {
    let Some(repository) = in_a_merge() else { return };
    repository.git_fails(&["merge", "--quiet", "main"]);
    repository.desk.write("dbt/models/orders.sql", "select 20 as id\n");
    repository.desk.edit("dbt/models/schema.yml", "  - name: customers\n", "  - name: customers\n    columns: []\n");
    repository.git(&["add", "--all"]);
    assert_eq!(repository.found("DOC001", &["dbt", "--staged"]), ["DOC001 model.shop.customers"]);
    let everywhere = repository.found("DOC001", &["dbt", "--staged", "--downstream"]);
    assert_eq!(everywhere, ["DOC001 model.shop.customers"], "a merge has no single state before it");
}

#[test]
fn a_hook_that_runs_before_a_merge_is_noted_knows_of_it() {
    let Some(repository) = in_a_merge() else { return };
    repository.git_fails(&["merge", "--quiet", "main"]);
    repository.git(&["checkout", "--quiet", "--ours", "dbt/models/orders.sql"]);
    repository.commit("merged").git(&["checkout", "--quiet", "-b", "more", "topic~1"]);
    repository.desk.write("dbt/models/orders.sql", "select * from {{ source('erp', 'orders') }}\n");
    repository.commit("no conflict any more");
    let steward = env!("CARGO_BIN_EXE_dbt-steward").replace('\\', "/");
    let hook = format!(
        "#!/bin/sh\n'{steward}' check dbt --input project --staged --quiet --select DOC001 --format concise --fail-on info\n"
    );
    repository.desk.write(".git/hooks/pre-merge-commit", hook);
    make_executable(&repository, ".git/hooks/pre-merge-commit");
    repository.git(&["merge", "--quiet", "--no-edit", "main"]);
}

#[cfg(unix)]
fn make_executable(repository: &Repository, path: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(repository.desk.path(path), std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn make_executable(_: &Repository, _: &str) {}
