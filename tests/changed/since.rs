//! `--since`: what the branch has changed, committed or not.

use crate::repository::Repository;

fn undocumented(repository: &Repository, arguments: &[&str]) -> Vec<String> {
    let found = repository.found("DOC001", arguments);
    found.into_iter().map(|line| line.trim_start_matches("DOC001 model.shop.").to_owned()).collect()
}

#[test]
fn only_what_the_branch_has_changed_is_reported() {
    let Some(repository) = Repository::with_project("") else { return };
    assert_eq!(undocumented(&repository, &[]), ["orders", "customers", "payments"]);
    repository.branch("work").desk.write("models/customers.sql", "select 1 as id\n");
    repository.commit("customers");
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["customers"]);
    // What has happened on the other branch since is not this branch's doing.
    repository.git(&["checkout", "--quiet", "main"]);
    repository.desk.write("models/payments.sql", "select 2 as id\n");
    repository.commit("payments");
    repository.git(&["checkout", "--quiet", "work"]);
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["customers"]);
}

#[test]
fn of_properties_only_entries_that_read_otherwise_count() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.branch("work").desk.edit(
        "models/schema.yml",
        "  - name: customers\n",
        "  - name: customers\n    columns: []\n",
    );
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["customers"]);
    // Where an entry stands makes no difference, nor does how it is indented.
    repository.git(&["checkout", "--quiet", "models/schema.yml"]);
    repository.desk.write(
        "models/schema.yml",
        "version: 2\n\nmodels:\n- name: payments\n- name: orders\n  columns:\n    - name: id\n      data_tests: [unique, not_null]\n\n- name: customers\n",
    );
    assert_eq!(undocumented(&repository, &["--since", "main"]), [""; 0]);
}

#[test]
fn a_comment_that_is_taken_away_is_a_change_of_its_entry() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.desk.edit("models/schema.yml", "  - name: payments\n", "  # not ours\n  - name: payments\n");
    repository.commit("comment");
    repository.branch("work").desk.edit("models/schema.yml", "  # not ours\n", "");
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["payments"]);
}

#[test]
fn a_deleted_properties_file_is_a_change_of_what_it_described() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.desk.write("models/schema.yml", "models:\n  - name: orders\n    description: One row an order.\n");
    repository.commit("described");
    assert_eq!(undocumented(&repository, &[]), ["customers", "payments"]);
    repository.branch("work");
    std::fs::remove_file(repository.desk.path("models/schema.yml")).unwrap();
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["orders"]);
    repository.commit("gone");
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["orders"]);
}

#[test]
fn an_entry_that_is_gone_is_a_change_of_what_it_described() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.desk.write(
        "models/schema.yml",
        "models:\n  - name: orders\n    description: One row an order.\n  - name: customers\n",
    );
    repository.commit("described");
    repository.branch("work").desk.write("models/schema.yml", "models:\n  - name: customers\n");
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["orders"]);
}

#[test]
fn a_renamed_properties_file_is_no_change_of_its_entries() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.branch("work").git(&["mv", "models/schema.yml", "models/_models.yml"]);
    assert_eq!(undocumented(&repository, &["--since", "main"]), [""; 0]);
    repository.desk.edit("models/_models.yml", "  - name: payments\n", "  - name: payments\n    columns: []\n");
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["payments"]);
    repository.commit("renamed");
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["payments"]);
    // In another folder an entry is at another place, and there are rules about that.
    repository.desk.write("models/sub/_x.yml", "");
    repository.git(&["mv", "--force", "models/_models.yml", "models/sub/_x.yml"]);
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["orders", "customers", "payments"]);
}

#[test]
fn a_renamed_model_is_a_new_one() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.branch("work").git(&["mv", "models/payments.sql", "models/paid.sql"]);
    // The entry that stays behind describes nothing any more, and has not changed.
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["paid"]);
    repository.commit("renamed");
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["paid"]);
}

#[test]
fn a_deleted_model_has_nothing_to_report() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.branch("work").git(&["rm", "--quiet", "models/payments.sql"]);
    let run = repository.desk.run(&["check", "--input", "project", "--select", "DOC001", "--since", "main"]);
    run.prints(0, "");
    let note = "1 deleted file may matter elsewhere: --downstream looks there, too\n";
    assert!(run.stderr.contains(&format!("only what has changed since main: 1 file\n{note}")), "{run:?}");
}

#[test]
fn a_data_test_that_changes_is_a_change_of_what_it_tests() {
    let Some(repository) = Repository::with_project("") else { return };
    let desk = &repository.desk;
    desk.write("tests/adds_up.sql", "select 1 from {{ ref('orders') }} where 1 = 2\n");
    desk.write("tests/sub/known.sql", "select 1 from {{ source('erp', 'payments') }}\n");
    desk.write("tests/generic/is_even.sql", "{% test is_even(model, column_name) %} select 1 {% endtest %}\n");
    repository.commit("tests").branch("work");
    let found = || repository.found("DOC001,DOC003,TST001,TST002", &["--since", "main"]);
    assert_eq!(found(), [""; 0]);
    // Gone: what it tested has a test less.
    repository.git(&["rm", "--quiet", "tests/adds_up.sql", "tests/sub/known.sql", "tests/generic/is_even.sql"]);
    assert_eq!(
        found(),
        ["DOC001 model.shop.orders", "DOC003 source.shop.erp.payments", "TST002 source.shop.erp.payments"]
    );
    repository.commit("gone");
    assert_eq!(found().len(), 3);
    // Another one in its place: both what it tests and what it tested.
    repository.git(&["reset", "--quiet", "--hard", "main"]);
    desk.write("tests/adds_up.sql", "select 1 from {{ ref('customers') }} where 1 = 2\n");
    assert_eq!(found(), ["DOC001 model.shop.orders", "DOC001 model.shop.customers"]);
    // New, or under another name.
    repository.git(&["reset", "--quiet", "--hard", "main"]);
    desk.write("tests/new.sql", "select 1 from {{ ref('customers') }} where 1 = 2\n");
    repository.git(&["mv", "tests/adds_up.sql", "tests/totals.sql"]);
    assert_eq!(found(), ["DOC001 model.shop.orders", "DOC001 model.shop.customers"]);
    // A test that is given by hand is looked at by itself.
    assert_eq!(repository.found("DOC001", &["tests/new.sql"]), [""; 0]);
}

#[test]
fn changes_that_matter_elsewhere_are_told_and_not_followed() {
    let Some(repository) = Repository::with_project("") else { return };
    let desk = &repository.desk;
    desk.write("models/exposures.yml", "exposures:\n  - name: board\n    type: dashboard\n    owner: {email: ada@example.com}\n    depends_on: [ref('orders')]\n");
    desk.write("macros/one.sql", "{% macro one() %}1{% endmacro %}\n");
    repository.commit("a dashboard").branch("work");
    desk.write("dbt_project.yml", "name: shop\nversion: '1.0'\nmodels: {shop: {+access: private}}\n");
    desk.write("macros/one.sql", "{% macro one() %}10{% endmacro %}\n");
    let summary = |arguments: &[&str]| {
        let all = ["check", "--input", "project", "--select", "EXP002", "--exit-zero"];
        repository
            .desk
            .run(&[&all, arguments].concat())
            .summary()
            .lines()
            .skip(2)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let limit = "only what has changed since main: 2 files";
    let note = "dbt_project.yml and 1 macro file may matter elsewhere: --downstream looks there, too";
    assert_eq!(summary(&["--since", "main"])[..3], [limit, note, "no findings"]);
    assert_eq!(
        summary(&["--since", "main", "--downstream"])[..2],
        [&format!("{limit}, and what that has brought about elsewhere"), "found 1 warning"]
    );
    // Who compares with a base, or gives files, asks for something else.
    assert_eq!(
        summary(&["--since", "main", "--base", "main"])[..2],
        [&format!("{limit}, only what main does not have"), "no findings"]
    );
    assert_eq!(summary(&["macros/one.sql"])[..2], ["only what 1 file given is about", "no findings"]);
    repository.git(&["add", "--all"]);
    assert_eq!(summary(&["--staged"])[1], note);
}

/// What is missing, by code, line and message.
#[track_caller]
fn missing(repository: &Repository, arguments: &[&str]) -> Vec<String> {
    let arguments = [&["--input", "project", "--select", "DAG015,PRJ011"], arguments].concat();
    let output = repository.desk.json(&arguments);
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let line = |finding: &serde_json::Value| {
        let (path, code, message) = (text(finding, "path"), text(finding, "code"), text(finding, "message"));
        format!("{path}:{}:{} {code} {message}", finding["line"], finding["column"])
    };
    output["findings"].as_array().unwrap().iter().map(line).collect()
}

/// A project in which much rests on `payments`, and in which something is missing already.
fn resting_on_payments() -> Option<Repository> {
    let repository = Repository::with_project("")?;
    let desk = &repository.desk;
    desk.edit(
        "models/schema.yml",
        "  - name: payments\n",
        "  - name: payments\n    columns:\n      - name: id\n        data_tests: [not_null, unique]\n  - name: never_there\n",
    );
    desk.write("models/fct.sql", "select * from {{ ref('payments') }}\n");
    desk.write("models/broken.sql", "select * from {{ ref('nothing') }}\n");
    repository.commit("more").branch("work");
    Some(repository)
}

#[test]
fn what_misses_a_deleted_model_is_about_the_deletion() {
    let Some(repository) = resting_on_payments() else { return };
    assert_eq!(missing(&repository, &["--since", "main"]), [""; 0]);
    repository.git(&["rm", "--quiet", "models/payments.sql"]);
    let gone = [
        "models/fct.sql:1:18 DAG015 ref `payments` does not exist, and dbt refuses the project",
        "models/schema.yml:7:11 PRJ011 this describes model `payments`, and there is none",
        "models/schema.yml:10:22 DAG015 ref `payments` does not exist, and dbt leaves this test out",
        "models/schema.yml:10:32 DAG015 ref `payments` does not exist, and dbt leaves this test out",
    ];
    assert_eq!(missing(&repository, &["--since", "main"]), gone);
    assert_eq!(missing(&repository, &["--staged"]), gone);
    repository.commit("deleted");
    assert_eq!(missing(&repository, &["--since", "main"]), gone);
    assert_eq!(missing(&repository, &["--staged"]), [""; 0]);
    // All of it, with what was missing before.
    assert_eq!(missing(&repository, &[]).len(), gone.len() + 2);
}

#[test]
fn what_misses_a_former_name_is_about_the_renaming() {
    let Some(repository) = resting_on_payments() else { return };
    repository.git(&["mv", "models/payments.sql", "models/paid.sql"]);
    let found = missing(&repository, &["--staged"]);
    assert_eq!(found.len(), 4, "{found:?}");
    assert_eq!(found[0], "models/fct.sql:1:18 DAG015 ref `payments` does not exist, and dbt refuses the project");
    // In another folder it has its name still.
    repository.git(&["reset", "--quiet", "--hard"]);
    repository.desk.write("models/sub/x.sql", "");
    repository.git(&["mv", "--force", "models/payments.sql", "models/sub/payments.sql"]);
    std::fs::remove_file(repository.desk.path("models/sub/x.sql")).unwrap();
    assert_eq!(missing(&repository, &["--staged"]), [""; 0]);
}

#[test]
fn what_misses_a_version_a_snapshot_or_a_table_is_about_the_deletion() {
    let Some(repository) = Repository::with_project("") else { return };
    let desk = &repository.desk;
    desk.write("models/paid_v1.sql", "select 1 as id\n").write("models/paid_v2.sql", "select 1 as id\n");
    desk.write("models/paid.yml", "models:\n  - name: paid\n    versions: [{v: 1}, {v: 2}]\n");
    desk.write("snapshots/s.sql", "{% snapshot prices %}\nselect 1 as id\n{% endsnapshot %}\n");
    desk.write("models/a.sql", "select * from {{ ref('paid', v=1) }}\n");
    desk.write("models/b.sql", "select * from {{ ref('prices') }}\n");
    repository.commit("more").branch("work");
    repository.git(&["rm", "--quiet", "models/paid_v1.sql", "snapshots/s.sql"]);
    desk.edit("models/sources.yml", "      - name: payments\n", "");
    assert_eq!(
        missing(&repository, &["--since", "main"]),
        [
            "models/a.sql:1:18 DAG015 ref `paid.v1` does not exist, and dbt refuses the project",
            "models/b.sql:1:18 DAG015 ref `prices` does not exist, and dbt refuses the project",
            "models/paid.yml:3:20 PRJ011 this describes model `paid.v1`, and there is none",
            "models/payments.sql:1:18 DAG015 source `erp.payments` does not exist, and dbt refuses the project",
        ]
    );
}

/// A project with a baseline in which the shares of documented models are recorded, by layer.
fn with_shares() -> Option<Repository> {
    let repository = Repository::with_project("")?;
    let desk = &repository.desk;
    desk.write("dbt-steward.yml", "rules:\n  low-documentation-coverage: {min: ratchet, per: layer}\n");
    for (folder, model) in [("staging", "stg_a"), ("staging", "stg_b"), ("marts", "fct_a"), ("marts", "fct_b")] {
        desk.write(&format!("models/{folder}/{model}.sql"), "select 1 as id\n");
        let entry = format!("models:\n  - name: {model}\n    description: One row a thing.\n");
        desk.write(&format!("models/{folder}/{model}.yml"), entry);
    }
    desk.write("models/marts/fct_c.sql", "select 1 as id\n");
    desk.run(&["baseline", "--input", "project", "--select", "DOC022", "--quiet"]).prints(0, "");
    repository.commit("shares").branch("work");
    Some(repository)
}

#[test]
fn a_share_that_falls_is_about_what_counts_in_it() {
    let Some(repository) = with_shares() else { return };
    let desk = &repository.desk;
    let fallen = |arguments: &[&str]| {
        let output = desk.json(&[&["--input", "project", "--select", "DOC022"], arguments].concat());
        let messages =
            output["findings"].as_array().unwrap().iter().map(|it| it["message"].as_str().unwrap().to_owned());
        messages.collect::<Vec<_>>()
    };
    let since = ["--since", "main"];
    assert_eq!(fallen(&since), [""; 0]);
    // Added without a description.
    desk.write("models/marts/fct_d.sql", "select 1 as id\n");
    let marts = |share: &str, percent: &str| {
        [format!("{percent} % of the models in layer `marts` are documented ({share}); it was 66.6 % (2 of 3)")]
    };
    assert_eq!(fallen(&since), marts("2 of 4", "50.0"));
    // Deleted, or moved away: what is left has not changed.
    std::fs::remove_file(desk.path("models/marts/fct_d.sql")).unwrap();
    repository.git(&["rm", "--quiet", "models/marts/fct_a.sql", "models/marts/fct_a.yml"]);
    assert_eq!(fallen(&since), marts("1 of 2", "50.0"));
    assert_eq!(fallen(&["--staged"]), marts("1 of 2", "50.0"));
    repository.commit("fallen").git(&["branch", "--force", "main"]);
    // What does not count in it has nothing to do with it.
    desk.write("models/staging/stg_a.sql", "select 20 as id\n");
    std::fs::remove_file(desk.path("models/staging/stg_b.sql")).unwrap();
    assert_eq!(fallen(&since), [""; 0]);
    assert_eq!(fallen(&[]), marts("1 of 2", "50.0"));
    desk.write("models/marts/fct_b.sql", "select 20 as id\n");
    assert_eq!(fallen(&since), marts("1 of 2", "50.0"));
}

#[test]
fn a_dirty_tree_counts() {
    let Some(repository) = Repository::with_project("") else { return };
    let desk = &repository.desk;
    repository.branch("work");
    // Staged, then changed again; not staged; not known to git; ignored.
    desk.write("models/orders.sql", "select 1 as id\n");
    repository.git(&["add", "models/orders.sql"]);
    desk.write("models/orders.sql", "select 2 as id\n");
    desk.write("models/new one.sql", "select 3 as id\n");
    desk.write("models/ignored.sql", "select 4 as id\n");
    desk.write(".git/info/exclude", "ignored.sql\n");
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["new one", "orders"]);
    assert_eq!(undocumented(&repository, &["--since", "HEAD"]), ["new one", "orders"]);
    repository.commit("all");
    assert_eq!(undocumented(&repository, &["--since", "HEAD"]), [""; 0]);
}

#[test]
fn names_may_hold_anything() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.branch("work");
    repository.desk.write("models/ä ö/ñ (1).sql", "select 1 as id\n");
    repository.desk.write("models/ä ö/schema ü.yml", "models:\n  - name: ñ (1)\n");
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["ñ (1)"]);
    repository.commit("names");
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["ñ (1)"]);
}

#[test]
fn a_project_may_be_a_folder_of_the_repository() {
    let Some(mut repository) = Repository::with_project("analytics/shop") else { return };
    repository.branch("work");
    repository.desk.write("README.md", "elsewhere\n");
    assert_eq!(undocumented(&repository, &["analytics/shop", "--since", "main"]), [""; 0]);
    repository.desk.write("analytics/shop/models/orders.sql", "select 1 as id\n");
    repository.desk.edit(
        "analytics/shop/models/schema.yml",
        "  - name: payments\n",
        "  - name: payments\n    columns: []\n",
    );
    assert_eq!(undocumented(&repository, &["analytics/shop", "--since", "main"]), ["orders", "payments"]);
    repository.commit("work");
    assert_eq!(undocumented(&repository, &["analytics/shop", "--since", "main"]), ["orders", "payments"]);
    repository.desk.start = "analytics/shop/models".into();
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["orders", "payments"]);
}

#[test]
fn models_may_lie_beside_the_project() {
    let Some(repository) = Repository::with_project("dbt/shop") else { return };
    repository.desk.write("dbt/shop/dbt_project.yml", "name: shop\nversion: '1.0'\nmodel-paths: [models, ../shared]\n");
    repository.desk.write("dbt/shared/rates.sql", "select 1 as id\n");
    repository.commit("shared");
    repository.branch("work").desk.write("dbt/shared/rates.sql", "select 20 as id\n");
    assert_eq!(undocumented(&repository, &["dbt/shop", "--since", "main"]), ["rates"]);
}

#[test]
fn nothing_changed_is_clean_and_says_so() {
    let Some(repository) = Repository::with_project("") else { return };
    let run = repository.desk.run(&[
        "check",
        "--input",
        "project",
        "--select",
        "DOC001",
        "--since",
        "main",
        "--fail-on",
        "info",
    ]);
    run.prints(0, "");
    assert_eq!(
        run.summary(),
        "shop: 3 models, 3 source tables, 2 data tests
read from the project's files, because --input asks for it
nothing has changed since main
no findings
1 rule ran in …
"
    );
}

#[test]
fn a_detached_head_is_as_good_as_a_branch() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.branch("work").desk.write("models/customers.sql", "select 1 as id\n");
    repository.commit("customers").git(&["checkout", "--quiet", "--detach"]);
    repository.desk.write("models/orders.sql", "select 1 as id\n");
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["orders", "customers"]);
}

#[test]
fn a_shallow_clone_is_told_what_to_do() {
    let Some(origin) = Repository::with_project("") else { return };
    origin.branch("work").desk.write("models/customers.sql", "select 1 as id\n");
    origin.commit("customers");
    origin.git(&["checkout", "--quiet", "main"]);
    origin.desk.write("models/orders.sql", "select 1 as id\n");
    origin.commit("orders").git(&["checkout", "--quiet", "work"]);
    let url = format!("file://{}", origin.desk.path("").to_string_lossy().replace('\\', "/"));
    let Some(clone) = Repository::empty() else { return };
    clone.git(&["clone", "--quiet", "--depth", "1", "--branch", "work", &url, "shallow"]);
    let check = |revision: &str| clone.desk.run(&["check", "shallow", "--input", "project", "--since", revision]);
    check("origin/main").refuses(
        "  × revision `origin/main` is not known in this shallow clone
  help: fetch the whole history: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` for GitLab,
        `fetchDepth: 0` for Azure, or run git fetch --unshallow; a branch of the remote is written
        `origin/main`\n",
    );
    clone.git_in("shallow", &["fetch", "--quiet", "--depth", "1", "origin", "main:main"]);
    check("main").refuses(
        "  × `main` and HEAD have no common commit in this shallow clone
  help: fetch the whole history: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` for GitLab,
        `fetchDepth: 0` for Azure, or run git fetch --unshallow\n",
    );
    clone.git_in("shallow", &["fetch", "--quiet", "--unshallow"]);
    assert_eq!(undocumented(&clone, &["shallow", "--since", "main"]), ["customers"]);
}

#[test]
fn what_git_cannot_tell_ends_the_run() {
    let Some(repository) = Repository::with_project("") else { return };
    let check = |revision: &str| repository.desk.run(&["check", "--input", "project", &format!("--since={revision}")]);
    for revision in ["mian", "-x", "HEAD:models/orders.sql", "main..work"] {
        check(revision).refuses(&format!(
            "  × revision `{revision}` is not known in this repository
  help: git fetch brings what the remote has; a branch of the remote is written `origin/main`\n"
        ));
    }
    repository.git(&["checkout", "--quiet", "--orphan", "other"]);
    repository.commit("other");
    check("main").refuses(
        "  × `main` and HEAD have no common commit in this repository
  help: their histories are unrelated; name a revision that the current branch comes from\n",
    );
}

#[test]
fn without_repository_or_git_there_is_a_message() {
    let Some(mut repository) = Repository::with_project("shop") else { return };
    std::fs::remove_dir_all(repository.desk.path(".git")).unwrap();
    // Nor may one around the folder for temporary files be taken.
    let folder = repository.desk.path("").to_string_lossy().into_owned();
    repository.desk.set("GIT_CEILING_DIRECTORIES", &folder);
    repository.desk.set("GIT_CONFIG_GLOBAL", &repository.desk.path("none").to_string_lossy());
    repository.desk.run(&["check", "shop", "--since", "main"]).refuses(
        "  × shop is in no git repository
  help: --since, --staged and a revision for --base ask git; give the changed files as arguments
        instead\n",
    );
    repository.desk.set("PATH", &folder);
    let run = repository.desk.run(&["check", "shop", "--since", "main"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    let message = "  × git cannot be started\n  ╰─▶ ";
    let help = "\n  help: install git, or give the changed files as arguments: dbt-steward check models/a.sql\n";
    assert!(run.stderr.starts_with(message) && run.stderr.ends_with(help), "{run:?}");
}

#[test]
fn the_users_configuration_changes_nothing() {
    let Some(repository) = Repository::with_project("dbt/shop") else { return };
    for (name, value) in [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.renames", "false"),
        ("diff.renameLimit", "1"),
        ("diff.external", "false"),
        ("diff.orderFile", "none"),
        ("diff.relative", "true"),
        ("diff.autoRefreshIndex", "false"),
        ("diff.ignoreSubmodules", "none"),
        ("diff.sql.textconv", "false"),
        ("diff.sql.command", "false"),
        ("core.attributesFile", ".git/attributes"),
        ("color.ui", "always"),
        ("core.quotePath", "true"),
        ("core.pager", "false"),
        ("core.fsmonitor", "false"),
        ("status.showUntrackedFiles", "no"),
        ("status.relativePaths", "true"),
        ("submodule.recurse", "true"),
        ("log.showSignature", "true"),
    ] {
        repository.git(&["config", name, value]);
    }
    std::fs::write(repository.desk.path(".git/attributes"), "*.sql diff=sql\n").unwrap();
    repository.branch("work").git(&["mv", "dbt/shop/models/schema.yml", "dbt/shop/models/_é.yml"]);
    repository.desk.write("dbt/shop/models/é.sql", "select 1 as id\n");
    repository.desk.write("dbt/shop/models/customers.sql", "select 1 as id\n");
    // Written anew, and the same as before.
    let same = repository.desk.read("dbt/shop/models/payments.sql");
    std::fs::write(repository.desk.path("dbt/shop/models/payments.sql"), same).unwrap();
    assert_eq!(undocumented(&repository, &["dbt/shop", "--since", "main"]), ["customers", "é"]);
    repository.git(&["add", "--all"]);
    assert_eq!(undocumented(&repository, &["dbt/shop", "--staged"]), ["customers", "é"]);
}

#[test]
fn a_repository_within_the_repository_is_no_change() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.git(&["init", "--quiet", "models/inner"]);
    repository.desk.write("models/inner/x.txt", "x\n");
    let run = repository.desk.run(&["check", "--input", "project", "--select", "DOC001", "--since", "main"]);
    assert!(run.stderr.contains("\nnothing has changed since main\n"), "{run:?}");
}

#[test]
fn variables_that_git_sets_for_hooks_do_not_lead_astray() {
    let Some(mut repository) = Repository::with_project("shop") else { return };
    let Some(other) = Repository::with_project("") else { return };
    repository.branch("work").desk.write("shop/models/orders.sql", "select 1 as id\n");
    for (name, value) in [
        ("GIT_DIR", ".git".to_owned()),
        ("GIT_DIR", other.desk.path(".git").to_string_lossy().into_owned()),
        ("GIT_WORK_TREE", ".".to_owned()),
        ("GIT_INDEX_FILE", "none".to_owned()),
        ("GIT_PREFIX", "shop/".to_owned()),
    ] {
        repository.desk.set(name, &value);
        assert_eq!(undocumented(&repository, &["shop", "--since", "main"]), ["orders"], "{name}={value}");
    }
}

#[test]
fn what_else_stands_in_a_changed_file_is_told_by_line() {
    let Some(repository) = Repository::with_project("") else { return };
    repository
        .desk
        .write("packages.yml", "packages:\n  - git: https://example.com/a.git\n  - git: https://example.com/b.git\n");
    repository.commit("packages");
    let unpinned = |arguments: &[&str]| {
        let arguments = [&["--input", "project", "--select", "PRJ002"], arguments].concat();
        repository.desk.places(&arguments)
    };
    assert_eq!(unpinned(&[]).len(), 2);
    repository.branch("work").desk.edit("packages.yml", "b.git", "other.git");
    let found = unpinned(&["--since", "main"]);
    assert_eq!(found, ["packages.yml:3:10-3:39 PRJ002 project.shop"]);
}

#[test]
fn a_table_of_a_source_is_an_entry_of_its_own() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.branch("work").desk.edit(
        "models/sources.yml",
        "      - name: payments\n",
        "      - name: payments\n        columns: []\n",
    );
    let select = "DOC002,DOC003";
    assert_eq!(repository.found(select, &[]).len(), 4);
    assert_eq!(repository.found(select, &["--since", "main"]), ["DOC003 source.shop.erp.payments"]);
    repository.desk.edit("models/sources.yml", "  - name: erp\n", "  - name: erp\n    loader: x\n");
    assert_eq!(
        repository.found(select, &["--since", "main"]),
        ["DOC002 source.shop.erp", "DOC003 source.shop.erp.payments"]
    );
}

#[test]
fn a_unit_test_that_is_gone_is_a_change_of_its_model() {
    let Some(repository) = Repository::with_project("") else { return };
    repository
        .desk
        .write("models/orders.sql", "select case when id > 1 then 1 end as id from {{ source('erp', 'orders') }}\n");
    repository.desk.write(
        "models/unit.yml",
        "unit_tests:\n  - name: few\n    model: orders\n    given: []\n    expect: {rows: []}\n",
    );
    repository.commit("unit test");
    repository.branch("work").git(&["rm", "--quiet", "models/unit.yml"]);
    assert_eq!(undocumented(&repository, &["--since", "main"]), ["orders"]);
}

#[test]
fn of_a_finding_for_many_those_are_told_that_have_changed() {
    let Some(repository) = Repository::with_project("") else { return };
    for model in ["a", "b", "c", "d"] {
        repository.desk.write(&format!("models/{model}.sql"), "select 1 as id\n");
    }
    repository.commit("seven models");
    repository.branch("work").desk.write("models/b.sql", "select 20 as id\n");
    repository.desk.write("models/e.sql", "select 1 as id\n");
    assert_eq!(repository.found("OWN001", &[]), ["OWN001 project.shop"]);
    let since = &["--since", "main"];
    assert_eq!(repository.found("OWN001", since), ["OWN001 model.shop.b", "OWN001 model.shop.e"]);
    for number in 0..4 {
        repository.desk.write(&format!("models/f{number}.sql"), "select 1 as id\n");
    }
    let output = repository.desk.json(&["--input", "project", "--select", "OWN001", "--since", "main"]);
    let findings = output["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0]["subject"], "project.shop");
    assert_eq!(
        findings[0]["message"],
        "none of the 12 models has an owner; 6 models are in the scope of this run: b, e, f0, f1, f2 and 1 more"
    );
    assert_eq!((&findings[0]["path"], &findings[0]["line"]), (&"models/b.sql".into(), &1.into()));
    repository.git(&["checkout", "--quiet", "models/b.sql"]);
    for model in ["e", "f0", "f1", "f2", "f3"] {
        std::fs::remove_file(repository.desk.path(&format!("models/{model}.sql"))).unwrap();
    }
    assert_eq!(repository.found("OWN001", since), [""; 0]);
}

#[test]
fn the_baseline_is_counted_after_the_limit() {
    let Some(repository) = Repository::with_project("") else { return };
    let desk = &repository.desk;
    desk.run(&["baseline", "--input", "project", "--select", "DOC001", "--quiet"]).prints(0, "");
    repository.commit("baseline").branch("work");
    // New on main, and not this branch's doing.
    desk.write("models/b.sql", "select 1 as id\n").write("models/c.sql", "select 1 as id\n");
    repository.commit("unnoticed").git(&["branch", "--force", "main"]);
    let counts = |arguments: &[&str]| {
        let output = desk.json(&[&["--input", "project", "--select", "DOC001"], arguments].concat());
        let baseline = &output["summary"]["baseline"];
        (baseline["new"].as_u64().unwrap(), baseline["known"].as_u64().unwrap())
    };
    assert_eq!(counts(&[]), (2, 3));
    assert_eq!(counts(&["--since", "main"]), (0, 0));
    desk.write("models/d.sql", "select 1 as id\n").write("models/orders.sql", "select 1 as id\n");
    assert_eq!(counts(&["--since", "main"]), (1, 1));
    assert_eq!(counts(&["--base", "main"]), (1, 3));
}

#[test]
fn a_limited_run_takes_nothing_into_the_baseline() {
    let Some(repository) = Repository::with_project("") else { return };
    let desk = &repository.desk;
    desk.run(&["baseline", "--input", "project", "--select", "DOC001", "--quiet"]).prints(0, "");
    repository.commit("baseline");
    desk.write("models/b.sql", "select 1 as id\n");
    let before = desk.read("dbt-steward-baseline.json");
    let grow = ["check", "--input", "project", "--select", "DOC001", "--update-baseline", "--allow-growth"];
    let refused = |arguments: &[&str], option: &str| {
        let run = desk.run(&[&grow, arguments].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
        let words = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
        assert_eq!(
            words,
            format!(
                "× --allow-growth takes in all that is new in the project, and {option} limits the run to a part of it \
                 help: leave out {option} to take in all that is new; a single finding is accepted where it stands, with \
                 a comment: `steward: ignore[CODE] reason`"
            )
        );
        assert_eq!(desk.read("dbt-steward-baseline.json"), before);
    };
    refused(&["--since", "main"], "--since");
    refused(&["--staged"], "--staged");
    refused(&["--base", "main"], "--base");
    refused(&["models/b.sql"], "the paths given");
    // What is fixed is, wherever it is.
    desk.edit("models/schema.yml", "  - name: payments\n", "  - name: payments\n    description: All of them.\n");
    let shrink = [&grow[..6], &["--since", "HEAD"]].concat();
    let run = desk.run(&shrink);
    assert!(run.stderr.contains("dbt-steward-baseline.json: 1 entry removed\n"), "{run:?}");
}
