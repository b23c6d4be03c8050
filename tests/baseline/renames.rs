//! A renamed resource keeps its entries.

use serde_json::json;

use crate::support::Desk;
use crate::{FILE, check, models, new, record, shop, told};

const RULES: &str = "DOC001,TST001,OWN001,DAG010,DAG008,DOC011,SUP005";

/// A mart that reads a source and that another model reads, with columns nobody has described.
fn before(mart: &str) -> Desk {
    let desk = shop();
    desk.write("shop/models/s.yml", "sources:\n  - {name: erp, tables: [{name: orders}]}\n");
    models(
        &desk,
        &[
            (&format!("marts/{mart}"), "select * from {{ source('erp', 'orders') }}"),
            ("marts/fct_other", "select 1 as id"),
            ("staging/stg_x", "select 1 as id"),
        ],
    );
    let columns = "[{name: id}, {name: day}]";
    desk.write("shop/models/m.yml", format!("models:\n  - name: {mart}\n    columns: {columns}\n"));
    desk
}

#[test]
fn renaming_a_model_is_one_finding() {
    let desk = before("fct_orders");
    record(&desk, RULES);
    let renamed = before("order_lines");
    renamed.write(FILE, desk.read(FILE));
    let found = renamed.json(&["shop", "--select", RULES]);
    assert_eq!(found["findings"].as_array().unwrap().len(), 1, "{found}");
    let finding = &found["findings"][0];
    assert_eq!(
        finding["message"],
        "`order_lines` was `fct_orders`, by what is found about it: 6 baseline entries hold for it"
    );
    assert_eq!((&finding["code"], &finding["subject"]), (&json!("SUP005"), &json!("model.shop.order_lines")));
    assert_eq!((&finding["path"], &finding["line"]), (&json!("shop/models/m.yml"), &json!(2)));
    assert_eq!(found["summary"]["baseline"]["fixed"], 0);
    let run = check(&renamed, RULES, &["--update-baseline", "--fail-on", "new-info"]);
    run.prints(0, "");
    assert_eq!(told(&run)[1], "shop/dbt-steward-baseline.json: 1 new name followed");
    let expected = before("order_lines");
    record(&expected, RULES);
    assert_eq!(renamed.read(FILE), expected.read(FILE));
}

#[test]
fn what_has_become_worse_is_new() {
    let desk = before("fct_orders");
    record(&desk, RULES);
    let renamed = before("order_lines");
    renamed.write(FILE, desk.read(FILE));
    let columns = "[{name: id}, {name: day}, {name: amount}]";
    renamed.write("shop/models/m.yml", format!("models:\n  - name: order_lines\n    columns: {columns}\n"));
    assert_eq!(
        new(&renamed, RULES),
        [
            "SUP005 `order_lines` was `fct_orders`, by what is found about it: 6 baseline entries hold for it",
            "DOC011 column `amount` of model `order_lines` has no description"
        ]
    );
}

#[test]
fn edges_of_others_are_carried_over() {
    let project = |parent: &str| {
        let desk = shop();
        models(
            &desk,
            &[
                (&format!("staging/{parent}"), "select 1 as id"),
                ("staging/stg_reader", &format!("select * from {{{{ ref('{parent}') }}}}")),
                ("staging/stg_second", &format!("select * from {{{{ ref('{parent}') }}}}")),
            ],
        );
        desk
    };
    let desk = project("stg_orders");
    record(&desk, "DAG008");
    assert!(desk.read(FILE).contains("\"model.shop.stg_reader\": [\"parent:model.shop.stg_orders\"],\n"));
    let renamed = project("stg_order_lines");
    renamed.write(FILE, desk.read(FILE));
    assert_eq!(
        new(&renamed, "DAG008,SUP005"),
        ["SUP005 `stg_order_lines` was `stg_orders`, by what is found about it: 2 baseline entries hold for it"]
    );
    check(&renamed, "DAG008,SUP005", &["--update-baseline", "--fail-on", "info"]).prints(0, "");
    assert!(renamed.read(FILE).contains("\"model.shop.stg_reader\": [\"parent:model.shop.stg_order_lines\"],\n"));
}

#[test]
fn two_may_change_their_names_at_once() {
    let project = |parent: &str, child: &str| {
        let desk = shop();
        let reads = format!("select * from {{{{ ref('{parent}') }}}}");
        models(&desk, &[(&format!("staging/{parent}"), "select 1 as id"), (&format!("staging/{child}"), &reads)]);
        desk
    };
    let rules = "DOC001,TST001,DAG008,SUP005";
    let desk = project("orders", "lines");
    record(&desk, rules);
    let renamed = project("stg_orders", "stg_lines");
    renamed.write(FILE, desk.read(FILE));
    assert_eq!(
        new(&renamed, rules),
        [
            "SUP005 `stg_lines` was `lines`, by what is found about it: 3 baseline entries hold for it",
            "SUP005 `stg_orders` was `orders`, by what is found about it: 3 baseline entries hold for it"
        ]
    );
}

#[test]
fn where_it_could_be_either_it_is_neither() {
    let desk = shop();
    models(&desk, &[("old", "select 1 as id")]);
    record(&desk, "DOC001,TST001");
    std::fs::remove_file(desk.path("shop/models/old.sql")).unwrap();
    models(&desk, &[("one", "select 1 as id"), ("two", "select 1 as id")]);
    let found = new(&desk, "DOC001,TST001,SUP005");
    assert_eq!(found.len(), 6, "{found:?}");
    assert_eq!(found.iter().filter(|line| line.starts_with("SUP005") && line.ends_with("fixed")).count(), 2);
    // The one that ends alike is it.
    let desk = shop();
    desk.write("shop/models/s.yml", "sources:\n  - {name: erp, tables: [{name: a}, {name: b}]}\n");
    record(&desk, "DOC003,OWN002,TST002");
    desk.write("shop/models/s.yml", "sources:\n  - {name: shop_erp, tables: [{name: a}, {name: b}]}\n");
    assert_eq!(
        new(&desk, "DOC003,OWN002,TST002,SUP005"),
        [
            "SUP005 `shop_erp.a` was `erp.a`, by what is found about it: 3 baseline entries hold for it",
            "SUP005 `shop_erp.b` was `erp.b`, by what is found about it: 3 baseline entries hold for it"
        ]
    );
}

#[test]
fn a_single_entry_needs_a_name_that_is_alike() {
    let renamed = |new_name: &str| {
        let desk = shop();
        models(&desk, &[("fct_orders", "select 1 as id")]);
        record(&desk, "DOC001");
        std::fs::remove_file(desk.path("shop/models/fct_orders.sql")).unwrap();
        models(&desk, &[(new_name, "select 1 as id")]);
        new(&desk, "DOC001,SUP005")
    };
    assert_eq!(
        renamed("fct_order_lines"),
        ["SUP005 `fct_order_lines` was `fct_orders`, by what is found about it: 1 baseline entry holds for it"]
    );
    assert_eq!(renamed("weather").len(), 2);
}

/// A neglected model, and what it is called.
fn neglected(name: &str, columns: &str) -> Desk {
    let desk = shop();
    models(&desk, &[(&format!("marts/{name}"), "select 1 as id"), ("marts/fct_other", "select 1 as id")]);
    desk.write("shop/models/m.yml", format!("models:\n  - name: {name}\n    columns: [{columns}]\n"));
    desk
}

/// What is new when the first goes and the second comes.
fn after_exchange(old: &Desk, new: &Desk) -> Vec<String> {
    record(old, RULES);
    new.write(FILE, old.read(FILE));
    crate::new(new, RULES)
}

#[test]
fn what_any_neglected_model_has_makes_no_rename() {
    let (old, new) = (neglected("fct_old_legacy", ""), neglected("dim_payroll", ""));
    let found = after_exchange(&old, &new);
    let payroll = |code: &str, what: &str| format!("{code} model `dim_payroll` {what}");
    assert_eq!(
        found[3..],
        [payroll("DOC001", "has no description"), payroll("OWN001", "has no owner"), payroll("TST001", "has no test"),],
        "{found:?}"
    );
    assert!(found[..3].iter().all(|line| line.starts_with("SUP005") && line.ends_with("is fixed")), "{found:?}");
    assert_eq!(check(&new, RULES, &["--fail-on", "new-warning"]).code, Some(1));
    check(&new, RULES, &["--update-baseline", "--exit-zero", "--quiet"]);
    assert!(!new.read(FILE).contains("dim_payroll"));
    assert!(!new.read(FILE).contains("fct_old_legacy"));
    // With two columns of the kind that every model has, neither.
    let common = "{name: id}, {name: created_at}";
    let found = after_exchange(&neglected("fct_old_legacy", common), &neglected("dim_payroll", common));
    assert!(!found.iter().any(|line| line.contains(" was ")), "{found:?}");
    // What has the same in many columns is the same.
    let own = "{name: badge}, {name: salary}, {name: grade}";
    assert_eq!(
        after_exchange(&neglected("fct_old_legacy", own), &neglected("dim_payroll", own)),
        ["SUP005 `dim_payroll` was `fct_old_legacy`, by what is found about it: 6 baseline entries hold for it"]
    );
}

#[test]
fn of_several_the_one_with_a_name_that_is_alike_is_it() {
    let (old, new) = (neglected("fct_orders", ""), neglected("fct_order_lines", ""));
    models(&new, &[("marts/dim_payroll", "select 1 as id")]);
    let found = after_exchange(&old, &new);
    let renamed =
        "SUP005 `fct_order_lines` was `fct_orders`, by what is found about it: 3 baseline entries hold for it";
    assert_eq!(found.iter().filter(|line| line.starts_with("SUP005")).collect::<Vec<_>>(), [renamed]);
    assert_eq!(found.iter().filter(|line| line.contains("dim_payroll")).count(), 3, "{found:?}");
}

#[test]
fn files_are_followed_as_well() {
    let desk = shop();
    desk.write("shop/dbt_project.yml", "name: shop\nrequire-dbt-version: '>=1.8.0'\n");
    models(&desk, &[("a", "select 1 as id")]);
    let twice = "models:\n  - name: a\n    description: One.\n    description: Two.\n    columns:\n      - name: id\n        tests: [unique]\n";
    desk.write("shop/models/a.yml", twice);
    let rules = "PRJ010,PRJ006,SUP005";
    record(&desk, rules);
    assert!(desk.read(FILE).contains("\"model.shop.a\": [\"kind:tests\"],\n"), "{}", desk.read(FILE));
    std::fs::create_dir(desk.path("shop/models/marts")).unwrap();
    for file in ["a.sql", "a.yml"] {
        std::fs::rename(desk.path(&format!("shop/models/{file}")), desk.path(&format!("shop/models/marts/{file}")))
            .unwrap();
    }
    assert_eq!(
        new(&desk, rules),
        ["SUP005 `models/marts/a.yml` was `models/a.yml`, by what is found about it: 1 baseline entry holds for it"]
    );
}

#[test]
fn entries_may_move_to_other_files() {
    let project = |files: &[(&str, &[&str])]| {
        let desk = shop();
        desk.write("shop/dbt_project.yml", "name: shop\nrequire-dbt-version: '>=1.8.0'\n");
        models(&desk, &[("a", "select 1 as id"), ("b", "select 1 as id")]);
        for (file, names) in files {
            let entry = |name: &&str| {
                format!("  - name: {name}\n    meta: {{x: 1}}\n    columns: [{{name: id, tests: [unique]}}]\n")
            };
            let entries: String = names.iter().map(entry).collect();
            desk.write(&format!("shop/models/{file}.yml"), format!("models:\n{entries}"));
        }
        desk
    };
    let rules = "PRJ006,SUP005";
    let before = project(&[("schema", &["a", "b"])]);
    record(&before, rules);
    for files in [&[("_shop__models", &["a", "b"][..])][..], &[("schema", &["a"][..]), ("b", &["b"][..])][..]] {
        let after = project(files);
        after.write(FILE, before.read(FILE));
        assert_eq!(new(&after, rules), [""; 0]);
        record_anew(&after, rules);
        assert_eq!(after.read(FILE), before.read(FILE));
    }
    // One more entry is new by itself, at its place.
    let after = project(&[("schema", &["a", "b", "c"])]);
    after.write(FILE, before.read(FILE));
    let run = check(&after, "PRJ006,SUP005", &[]);
    assert_eq!(
        run.stdout.lines().collect::<Vec<_>>(),
        [
            "shop/models/schema.yml:9:5: PRJ006 deprecated-syntax `meta` is a config and stands outside of `config:`",
            "shop/models/schema.yml:10:26: PRJ006 deprecated-syntax `tests` is the former name of `data_tests:`",
        ]
    );
}

fn record_anew(desk: &Desk, rules: &str) {
    assert_eq!(desk.run(&["baseline", "shop", "--select", rules, "--force"]).code, Some(0));
}
