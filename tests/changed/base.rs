//! `--base` and `--downstream`: what another state of the project does not have.

use crate::repository::Repository;
use crate::support::needs::has_programs;
use crate::support::{Desk, fixture};

/// A project whose model `dim` is public, and feeds a dashboard.
fn public() -> Option<Repository> {
    let repository = Repository::with_project("shop")?;
    let desk = &repository.desk;
    desk.write("shop/models/dim.sql", "select id, price from {{ ref('orders') }}\n");
    desk.write(
        "shop/models/dim.yml",
        "models:
  - name: dim
    description: Products.
    config:
      access: public
      materialized: table
      contract: {enforced: true}
    columns:
      - name: id
        data_type: integer
        constraints: [{type: not_null}]
      - name: price
        data_type: numeric
",
    );
    desk.write(
        "shop/models/exposures.yml",
        "exposures:
  - name: board
    type: dashboard
    owner: {email: ada@example.com}
    depends_on: [ref('dim')]
",
    );
    repository.commit("public").branch("work");
    Some(repository)
}

const BREAKING: &str = "ACC030,ACC031,ACC032,ACC033,ACC034,ACC035";

fn breaking(repository: &Repository) -> Vec<String> {
    let arguments = ["shop", "--input", "project", "--select", BREAKING, "--base", "main"];
    let output = repository.desk.json(&arguments);
    let findings = output["findings"].as_array().unwrap().iter();
    let line = |finding: &serde_json::Value| {
        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
        format!("{}:{}:{} {} {}", text("path"), finding["line"], finding["column"], text("code"), text("message"))
    };
    findings.map(line).collect()
}

#[test]
fn what_is_as_it_was_breaks_nothing() {
    let Some(repository) = public() else { return };
    assert_eq!(breaking(&repository), [""; 0]);
}

#[test]
fn a_public_model_that_is_gone_breaks_others() {
    let Some(repository) = public() else { return };
    repository.git(&["rm", "--quiet", "shop/models/dim.sql", "shop/models/dim.yml", "shop/models/exposures.yml"]);
    assert_eq!(breaking(&repository), ["shop/dbt_project.yml:1:7 ACC030 public model `dim` is gone"]);
    // Another name is another model; another version is not.
    repository.git(&["reset", "--quiet", "--hard"]);
    repository.git(&["rm", "--quiet", "shop/models/exposures.yml"]);
    repository.git(&["mv", "shop/models/dim.sql", "shop/models/goods.sql"]);
    let renamed = repository.desk.json(&["shop", "--input", "project", "--select", "ACC030", "--base", "main"]);
    assert_eq!(
        renamed["findings"][0]["evidence"],
        serde_json::json!([
            "it stood in models/dim.sql",
            "`goods` is new and has the same SQL: a model by another name is another one"
        ])
    );
    repository.git(&["mv", "shop/models/goods.sql", "shop/models/dim_v2.sql"]);
    repository.desk.write("shop/models/dim.yml", "models:\n  - name: dim\n    versions: [{v: 2}]\n");
    assert_eq!(breaking(&repository), [""; 0]);
}

#[test]
fn a_public_model_that_is_disabled_or_due_to_go() {
    let Some(repository) = public() else { return };
    repository.git(&["rm", "--quiet", "shop/models/exposures.yml"]);
    repository.desk.edit(
        "shop/models/dim.yml",
        "      access: public\n",
        "      access: public\n      enabled: false\n",
    );
    assert_eq!(
        breaking(&repository),
        ["shop/dbt_project.yml:1:7 ACC030 public model `dim` is disabled in models/dim.sql"]
    );
    repository.git(&["reset", "--quiet", "--hard"]);
    repository.desk.edit(
        "shop/models/dim.yml",
        "    description: Products.\n",
        "    description: Products.\n    deprecation_date: 2020-01-31\n",
    );
    repository.commit("deprecated").git(&["branch", "--force", "main"]);
    repository.git(&["rm", "--quiet", "shop/models/dim.sql", "shop/models/dim.yml", "shop/models/exposures.yml"]);
    assert_eq!(breaking(&repository), [""; 0]);
}

#[test]
fn a_contract_that_promises_less_breaks_others() {
    if !has_programs(&["git"]) {
        return;
    }
    let change = |old: &str, new: &str| {
        let repository = public().expect("git is there");
        repository.desk.edit("shop/models/dim.yml", old, new);
        breaking(&repository)
    };
    assert_eq!(
        change("      - name: price\n        data_type: numeric\n", ""),
        ["shop/models/dim.yml:8:5 ACC031 the contract of model `dim` has lost column `price`"]
    );
    assert_eq!(
        change("numeric", "varchar"),
        ["shop/models/dim.yml:13:20 ACC032 column `price` of model `dim` was `numeric` and is `varchar`"]
    );
    assert_eq!(change("numeric", "DECIMAL"), [""; 0]);
    assert_eq!(
        change("access: public", "access: protected"),
        ["shop/models/dim.yml:5:15 ACC033 model `dim` was public and is protected"]
    );
    assert_eq!(
        change("{enforced: true}", "{enforced: false}"),
        ["shop/models/dim.yml:7:7 ACC034 the contract of model `dim` is enforced no more"]
    );
    assert_eq!(
        change("        constraints: [{type: not_null}]\n", ""),
        ["shop/models/dim.yml:8:5 ACC034 the contract of model `dim` has lost constraint not_null on id"]
    );
}

#[test]
fn a_test_that_names_a_column_which_is_gone() {
    let Some(repository) = public() else { return };
    repository.desk.write(
        "shop/models/lines.yml",
        "models:
  - name: customers
    columns:
      - name: price
        data_tests:
          - relationships: {arguments: {to: ref('dim'), field: price}}
",
    );
    repository.commit("a test").git(&["branch", "--force", "main"]);
    repository.desk.edit("shop/models/dim.yml", "      - name: price\n        data_type: numeric\n", "");
    let found = breaking(&repository);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[1].starts_with("shop/models/lines.yml:6:13 ACC035 data test `relationships_customers_price"),
        "{found:?}"
    );
    assert!(found[1].ends_with("` names column `price`, which `dim` has no more"), "{found:?}");
}

#[test]
fn a_semantic_model_that_names_a_column_which_is_gone() {
    let Some(repository) = public() else { return };
    repository.desk.write(
        "shop/models/semantic.yml",
        "semantic_models:
  - name: products
    model: ref('dim')
    entities:
      - {name: product, type: primary, expr: id}
    dimensions:
      - {name: cents, type: categorical, expr: price * 100}
    measures:
      - {name: price, agg: sum}
      - {name: products, agg: sum, expr: 1}
",
    );
    repository.commit("semantic model").git(&["branch", "--force", "main"]);
    let message = |found: &[String]| found.last().cloned().unwrap_or_default();
    repository.desk.edit("shop/models/dim.yml", "      - name: price\n        data_type: numeric\n", "");
    assert_eq!(
        message(&breaking(&repository)),
        "shop/models/semantic.yml:2:11 ACC035 semantic model `products` names column `price`, which `dim` has no more"
    );
    assert_eq!(breaking(&repository).len(), 2);
    repository.git(&["reset", "--quiet", "--hard"]);
    repository.desk.edit("shop/models/dim.yml", "      - name: id\n", "      - name: key\n");
    assert_eq!(
        message(&breaking(&repository)),
        "shop/models/semantic.yml:2:11 ACC035 semantic model `products` names column `id`, which `dim` has no more"
    );
}

#[test]
fn without_a_base_the_rules_do_not_run_and_say_why() {
    let Some(repository) = public() else { return };
    let run = repository.desk.run(&["check", "shop", "--input", "project", "--select", "ACC033,DOC001", "--verbose"]);
    assert!(
        run.stderr
            .contains("  ACC033 narrowed-access did not run: there is no base to compare with: --base names one\n"),
        "{run:?}"
    );
}

#[test]
fn only_what_the_base_does_not_have_is_reported() {
    let Some(repository) = Repository::with_project("shop") else { return };
    repository.branch("work").desk.write("shop/models/new.sql", "select 1 as id\n");
    assert_eq!(repository.found("DOC001", &["shop"]).len(), 4);
    let expected = ["DOC001 model.shop.new"];
    assert_eq!(repository.found("DOC001", &["shop", "--base", "main"]), expected);
    let run = repository.desk.run(&["check", "shop", "--select", "DOC001", "--base", "main"]);
    assert_eq!(
        run.summary(),
        "shop: 4 models, 3 source tables, 2 data tests
read from the project's files, because former ones are compared with them
only what main does not have
found 1 warning
1 rule ran in …
"
    );
    // The same against a folder.
    repository.git(&["worktree", "add", "--quiet", "released", "main"]);
    assert_eq!(repository.found("DOC001", &["shop", "--base", "released/shop"]), expected);
    // Both limits hold: what has changed, of that what is new.
    repository.desk.edit("shop/models/schema.yml", "  - name: payments\n", "  - name: payments\n    columns: []\n");
    assert_eq!(
        repository.found("DOC001", &["shop", "--since", "main"]),
        ["DOC001 model.shop.new", "DOC001 model.shop.payments"]
    );
    assert_eq!(repository.found("DOC001", &["shop", "--since", "main", "--base", "main"]), expected);
}

#[test]
fn of_a_finding_for_many_those_are_told_that_the_base_does_not_have() {
    let Some(repository) = Repository::with_project("shop") else { return };
    for model in ["a", "b", "c", "d"] {
        repository.desk.write(&format!("shop/models/{model}.sql"), "select 1 as id\n");
    }
    repository.commit("seven models");
    repository.branch("work").desk.write("shop/models/new.sql", "select 1 as id\n");
    let told = |arguments: &[&str]| repository.found("OWN001", &[&["shop"], arguments].concat());
    assert_eq!(told(&[]), ["OWN001 project.shop"]);
    assert_eq!(told(&["--base", "main"]), ["OWN001 model.shop.new"]);
    assert_eq!(told(&["--since", "main", "--downstream"]), ["OWN001 model.shop.new"]);
}

#[test]
fn a_base_tells_what_is_new() {
    let Some(repository) = Repository::with_project("shop") else { return };
    let check = |arguments: &[&str]| {
        let all = ["check", "shop", "--input", "project", "--select", "DOC001", "--format", "concise"];
        repository.desk.run(&[&all, arguments].concat())
    };
    let news = ["--base", "main", "--fail-on", "new-warning"];
    repository.branch("work");
    // Three models are undocumented, and were so before.
    check(&news).prints(0, "");
    repository.desk.write("shop/models/new.sql", "select 1 as id\n");
    let found = "shop/models/new.sql:1:1: DOC001 undocumented-model model `new` has no YAML entry, so nobody can tell what it is\n";
    check(&news).prints(1, found);
    check(&["--base", "main", "--fail-on", "new-error"]).prints(0, found);
    // What only has to do with the change may be old.
    let refusal = "  × fail-on is new-warning, but there is neither a baseline nor a --base to tell what is new
  help: `dbt-steward baseline` records today's findings in shop/dbt-steward-baseline.json; commit
        that file, or compare with a branch or a manifest: --base main\n";
    check(&["--since", "main", "--fail-on", "new-warning"]).refuses(refusal);
    check(&["--since", "main", "--downstream", "--fail-on", "new-warning"]).refuses(refusal);
}

#[test]
fn what_is_in_the_base_or_in_the_baseline_is_not_new() {
    let Some(repository) = Repository::with_project("shop") else { return };
    repository.branch("work").desk.write("shop/models/accepted.sql", "select 1 as id\n");
    let rules = "DOC001,OWN001,SUP005";
    let record = ["baseline", "shop", "--input", "project", "--select", rules];
    assert_eq!(repository.desk.run(&record).code, Some(0));
    // Not in the baseline, but in the base; and the other way round.
    let baseline = "shop/dbt-steward-baseline.json";
    let kept: String = repository
        .desk
        .read(baseline)
        .lines()
        .filter(|line| !line.contains("shop.payments"))
        .fold(String::new(), |text, line| text + line + "\n");
    repository.desk.write(baseline, kept.replace("model.shop.orders", "model.shop.former"));
    let found = |arguments: &[&str]| repository.found(rules, &[&["shop"], arguments].concat());
    assert_eq!(
        found(&[]),
        [
            "SUP005 project.shop",
            "SUP005 project.shop",
            "DOC001 model.shop.orders",
            "OWN001 model.shop.orders",
            "DOC001 model.shop.payments",
            "OWN001 model.shop.payments"
        ]
    );
    assert_eq!(
        found(&["--base", "main", "--no-baseline"]),
        ["DOC001 model.shop.accepted", "OWN001 model.shop.accepted"]
    );
    assert_eq!(found(&["--base", "main"]), [""; 0]);
    repository.desk.write("shop/models/new.sql", "select 1 as id\n");
    let arguments = ["shop", "--input", "project", "--select", rules, "--base", "main", "--fail-on", "new-info"];
    let output = repository.desk.json(&arguments);
    let subjects: Vec<&str> =
        output["findings"].as_array().unwrap().iter().map(|it| it["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects, ["model.shop.new", "model.shop.new"]);
    let stale = &output["summary"]["rules"][2];
    assert_eq!(
        (&stale["code"], &stale["skipped"]),
        (
            &serde_json::json!("SUP005"),
            &serde_json::json!("nothing says whether the base has made entries of the baseline stale already")
        )
    );
    assert_eq!(output["summary"]["baseline"]["fixed"], 2);
}

#[test]
fn a_manifest_may_be_the_base() {
    let desk = Desk::gym();
    std::fs::copy(fixture("no-exposures/target/manifest.json"), desk.path("base.json")).unwrap();
    let base = "base.json";
    assert_eq!(desk.places(&["gym", "--base", base]), [""; 0]);
    desk.write("gym/models/marts/new.sql", "select 1 as id\n");
    let found = desk.places(&["gym", "--select", "DOC001,PRJ001", "--base", base]);
    assert_eq!(found, ["gym/models/marts/new.sql:1:1-1:15 DOC001 model.no_exposures.new"]);
    let output = desk.json(&["gym", "--select", "DOC001,PRJ001", "--base", base]);
    assert_eq!(
        output["summary"]["rules"][1]["skipped"],
        "it could not run on the base: the project's own files are not at hand, only its manifest"
    );
}

#[test]
fn what_a_change_brings_about_elsewhere_is_reported_with_downstream() {
    let Some(repository) = public() else { return };
    let since =
        |more: &[&str]| repository.found("SRC004,EXP002,ACC033,DOC001", &[&["shop", "--since", "main"], more].concat());
    // The only reader of a source is gone; the dashboard's model is private now.
    repository.git(&["rm", "--quiet", "shop/models/payments.sql"]);
    repository.desk.edit("shop/models/schema.yml", "  - name: payments\n", "");
    repository.desk.edit("shop/models/dim.yml", "access: public", "access: private");
    assert_eq!(since(&[]), [""; 0]);
    assert_eq!(
        since(&["--downstream"]),
        ["ACC033 model.shop.dim", "EXP002 exposure.shop.board", "SRC004 source.shop.erp.payments"]
    );
    repository.git(&["add", "--all"]);
    assert_eq!(
        repository.found("SRC004,EXP002,DOC001", &["shop", "--staged", "--downstream"]),
        ["EXP002 exposure.shop.board", "SRC004 source.shop.erp.payments"]
    );
}

#[test]
fn bases_that_cannot_be_used() {
    let Some(repository) = Repository::with_project("shop") else { return };
    let check = |arguments: &[&str]| repository.desk.run(&[&["check", "shop"], arguments].concat());
    check(&["--base", "mian"]).refuses(
        "  × revision `mian` is not known in this repository
  help: git fetch brings what the remote has; a branch of the remote is written `origin/main`\n",
    );
    check(&["--base", "main", "--input", "manifest"]).refuses(
        "  × --input manifest asks for the manifest, and git knows former files only
  help: leave out --input manifest, or give a former manifest: --base FILE\n",
    );
    check(&["--downstream"]).refuses(
        "  × --downstream is given without a state before the change
  help: say what has changed with --since REV or --staged\n",
    );
    repository.git(&["mv", "shop", "other"]);
    repository.commit("moved");
    let run = repository.desk.run(&["check", "other", "--base", "HEAD~1"]);
    assert!(
        run.stderr.ends_with(
            " has no project here: there is no dbt_project.yml
  help: name a revision that has the project in the same folder\n"
        ),
        "{run:?}"
    );
}

#[test]
fn a_version_that_is_gone_is_gone() {
    let Some(repository) = Repository::with_project("shop") else { return };
    let desk = &repository.desk;
    let versions = |first: &str| {
        format!(
            "models:\n  - name: fct\n    config: {{access: public, contract: {{enforced: true}}}}\n    columns: [{{name: id, data_type: integer}}]\n    latest_version: 2\n    versions:\n{first}      - v: 2\n"
        )
    };
    desk.write("shop/models/fct_v1.sql", "select 1 as id\n").write("shop/models/fct_v2.sql", "select 2 as id\n");
    desk.write("shop/models/fct.yml", versions("      - v: 1\n"));
    repository.commit("two versions").branch("work");
    assert_eq!(breaking(&repository), [""; 0]);
    repository.git(&["rm", "--quiet", "shop/models/fct_v1.sql"]);
    desk.write("shop/models/fct.yml", versions(""));
    assert_eq!(breaking(&repository), ["shop/dbt_project.yml:1:7 ACC030 public model `fct.v1` is gone"]);
    let output = desk.json(&["shop", "--input", "project", "--select", "ACC030", "--base", "main"]);
    assert_eq!(
        output["findings"][0]["evidence"],
        serde_json::json!([
            "it stood in models/fct_v1.sql",
            "there is still `fct.v2`, but who pins a version has that one only"
        ])
    );
    // Announced, and the day has passed.
    repository.git(&["reset", "--quiet", "--hard"]);
    desk.write("shop/models/fct.yml", versions("      - v: 1\n        deprecation_date: 2020-01-31\n"));
    repository.commit("announced").git(&["branch", "--force", "main"]);
    repository.git(&["rm", "--quiet", "shop/models/fct_v1.sql"]);
    desk.write("shop/models/fct.yml", versions(""));
    assert_eq!(breaking(&repository), [""; 0]);
}

#[cfg(unix)]
#[test]
fn links_of_a_commit_are_followed_as_those_of_the_working_tree_are() {
    let Some(repository) = Repository::with_project("shop") else { return };
    repository.desk.write("shared.sql", "select 1 as id\n");
    for (target, link) in [("../../shared.sql", "x.sql"), ("x.sql", "y.sql"), ("nowhere.sql", "z.sql")] {
        std::os::unix::fs::symlink(target, repository.desk.path(&format!("shop/models/{link}"))).unwrap();
    }
    repository.commit("links");
    let found = |arguments: &[&str]| repository.found("DOC001,DAG015,PRJ009", &[&["shop"], arguments].concat());
    assert!(found(&[]).contains(&"DOC001 model.shop.x".to_owned()));
    assert_eq!(found(&["--base", "HEAD"]), [""; 0]);
}

#[test]
fn a_folder_that_is_no_project_does_not_hide_a_revision() {
    let Some(repository) = Repository::with_project("") else { return };
    repository.branch("models");
    repository.desk.write("models/b.sql", "select 1 as id\n");
    repository.commit("b").git(&["checkout", "--quiet", "main"]);
    repository.git(&["merge", "--quiet", "--ff-only", "models"]);
    repository.desk.write("models/c.sql", "select 1 as id\n");
    assert_eq!(repository.found("DOC001", &["--base", "models"]), ["DOC001 model.shop.c"]);
    repository.git(&["branch", "--quiet", "--delete", "models"]);
    repository.desk.run(&["check", "--base", "models"]).refuses(
        "  × models is a folder without dbt_project.yml, and no revision either
  help: give a manifest, a project's own folder, or a revision\n",
    );
}

#[test]
fn a_project_is_not_compared_with_itself_nor_with_another() {
    let Some(repository) = Repository::with_project("shop") else { return };
    repository.git(&["branch", "shop"]);
    for base in ["shop", "./shop", "shop/dbt_project.yml"] {
        repository.desk.run(&["check", "shop", "--base", base]).refuses(&format!(
            "  × {base} is the project itself, which has nothing new compared with itself
  help: give another folder, or a manifest of the state before; a branch of that name is written
        `heads/{base}`\n"
        ));
    }
    assert_eq!(repository.found("DOC001", &["shop", "--base", "heads/shop"]), [""; 0]);
    repository.desk.edit("shop/dbt_project.yml", "name: shop", "name: store");
    let message = "  × the base is project `shop`, and this is project `store`
  help: ids have the project's name in them, so all would be new: give a state of this project;
        for the change that renames it, leave out --base or --downstream\n";
    repository.desk.run(&["check", "shop", "--base", "main"]).refuses(message);
    repository.desk.run(&["check", "shop", "--since", "main", "--downstream"]).refuses(message);
}
