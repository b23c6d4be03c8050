//! `hook`: what pre-commit calls. tests/packaging/ runs it under the real one.

use crate::repository::Repository;

/// The findings on undocumented models, as `CODE subject`, of a run of the hook with these arguments.
#[track_caller]
fn found(repository: &Repository, arguments: &[&str]) -> Vec<String> {
    let options = ["hook", "--input", "project", "--select", "DOC001", "--quiet", "--format", "csv"];
    let run = repository.desk.run(&[&options, arguments].concat());
    assert!(matches!(run.code, Some(0 | 1)), "{run:?}");
    let names = run.stdout.lines().skip(1).filter_map(|line| line.split_once("model.shop."));
    names.map(|(_, rest)| rest.split(',').next().expect("a cell").to_owned()).collect()
}

#[test]
fn files_of_the_commit_are_held_to_what_is_staged() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.desk.edit("models/schema.yml", "  - name: payments\n", "  - name: payments\n    docs: {show: true}\n");
    repository.git(&["add", "models/schema.yml"]);
    assert_eq!(found(&repository, &["models/schema.yml"]), ["payments"]);
    repository.git(&["rm", "--quiet", "--force", "models/schema.yml"]);
    assert_eq!(found(&repository, &[]), ["customers", "orders", "payments"], "no name is passed of what is deleted");
}

#[test]
fn other_files_count_as_a_whole() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.desk.write("models/payments.sql", "select 1 as id\n");
    repository.git(&["add", "models/payments.sql"]);
    let files = ["models/payments.sql", "models/orders.sql", "README.md"];
    repository.desk.write("README.md", "");
    assert_eq!(found(&repository, &files), ["orders", "payments"]);
    assert_eq!(found(&repository, &["models/schema.yml"]), ["orders", "customers", "payments"]);
}

#[test]
fn between_two_commits_the_branch_counts() {
    let Some(mut repository) = Repository::with_project("") else { return };
    repository.branch("topic").desk.write("models/payments.sql", "select 1 as id\n");
    repository.commit("changed");
    repository.desk.set("PRE_COMMIT_FROM_REF", "main").set("PRE_COMMIT_TO_REF", "HEAD");
    assert_eq!(found(&repository, &["models/payments.sql"]), ["payments"]);
    let run = repository.desk.run(&["hook", "--since", "nowhere", "models/payments.sql"]);
    assert_eq!(run.code, Some(2), "what the arguments say comes first: {run:?}");
    assert!(run.stderr.contains("revision `nowhere` is not known"), "{run:?}");
}

#[test]
fn a_folder_is_the_project_and_files_of_others_are_not_its_business() {
    let Some(repository) = Repository::with_project("shop") else { return };
    repository.desk.write("gym/dbt_project.yml", "name: gym\n").write("gym/models/visits.sql", "select 1 as id\n");
    repository.commit("another project");
    let files = ["gym/models/visits.sql", "shop/models/orders.sql"];
    assert_eq!(found(&repository, &[&["./shop/"], &files[..]].concat()), ["orders"]);
    assert_eq!(repository.desk.run(&["hook", "shop", files[0]]).code, Some(0));
    let run = repository.desk.run(&["hook", "shop", "gym"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("two folders are given: shop and gym\n"), "{run:?}");
}
