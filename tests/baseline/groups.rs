//! Whether a rule reports one finding for many or many by themselves depends on numbers. Neither way is news.

use std::fmt::Write;

use crate::support::Desk;
use crate::{FILE, models, new, record, shop};

/// Two states of a project with the same defects, told as one finding in the first and one by one in the second. From
/// either to the other, nothing is new, and nothing is fixed.
fn is_the_same_either_way(rules: &str, grouped: &dyn Fn() -> Desk, single: &dyn Fn() -> Desk) {
    let (one, many) = (grouped(), single());
    let count = |desk: &Desk| new(desk, rules).len();
    assert!(count(&one) < count(&many), "{rules}: {:?} {:?}", new(&one, rules), new(&many, rules));
    record(&one, rules);
    record(&many, rules);
    assert_eq!(one.read(FILE), many.read(FILE), "{rules}");
    let with_baseline = |desk: Desk, other: &Desk| {
        desk.write(FILE, other.read(FILE));
        new(&desk, &format!("{rules},SUP005"))
    };
    assert_eq!(with_baseline(grouped(), &many), [""; 0], "{rules}");
    assert_eq!(with_baseline(single(), &one), [""; 0], "{rules}");
}

/// Seven models, of which the first feeds a dashboard, and one more with an owner where somebody has begun.
fn unowned(has_begun: bool) -> Desk {
    let desk = shop();
    (0..7).for_each(|number| models(&desk, &[(&format!("m{number}"), "select 1 as id")]));
    if has_begun {
        models(&desk, &[("owned", "{{ config(meta={'owner': 'Ana'}) }} select 1 as id")]);
    }
    desk
}

#[test]
fn models_without_owner() {
    is_the_same_either_way("OWN001", &|| unowned(false), &|| unowned(true));
    let with_dashboard = |has_begun| {
        let desk = unowned(has_begun);
        let weekly =
            "exposures:\n  - {name: weekly, type: dashboard, owner: {email: a@b.c}, depends_on: [ref('m0')]}\n";
        desk.write("shop/models/e.yml", weekly);
        desk
    };
    is_the_same_either_way("OWN001,EXP007", &|| with_dashboard(false), &|| with_dashboard(true));
}

#[test]
fn one_more_in_a_group_is_news_and_named() {
    for rules in ["OWN001", "OWN001,EXP007"] {
        let desk = unowned(false);
        desk.write(
            "shop/models/e.yml",
            "exposures:\n  - {name: weekly, type: dashboard, owner: {email: a@b.c}, depends_on: [ref('m0')]}\n",
        );
        record(&desk, rules);
        models(&desk, &[("late", "select 1 as id")]);
        let found = desk.json(&["shop", "--select", rules]);
        assert_eq!(found["findings"].as_array().unwrap().len(), 1, "{found}");
        let evidence = found["findings"][0]["evidence"].as_array().unwrap();
        assert_eq!(evidence.last().unwrap(), "not in the baseline: late", "{rules}");
    }
}

#[test]
fn seeds_and_snapshots_without_owner() {
    let seeds = |has_begun: bool| {
        let desk = shop();
        let mut entries = String::from("seeds:\n");
        (0..6).for_each(|number| {
            desk.write(&format!("shop/seeds/s{number}.csv"), "id\n1\n");
        });
        if has_begun {
            desk.write("shop/seeds/owned.csv", "id\n1\n");
            entries += "  - name: owned\n    config: {meta: {owner: Ana}}\n";
            desk.write("shop/seeds/s.yml", entries);
        }
        desk
    };
    is_the_same_either_way("OWN005", &|| seeds(false), &|| seeds(true));
}

#[test]
fn metrics_without_owner() {
    let metrics = |has_begun: bool| {
        let desk = shop();
        models(&desk, &[("orders", "select 1 as id, 2 as day, 3 as amount")]);
        let mut text = String::from("metrics:\n");
        let metric = |name: &str, config: &str| {
            format!("  - {{name: {name}, label: A, type: derived, type_params: {{expr: '1'}}{config}}}\n")
        };
        (0..6).for_each(|number| text += &metric(&format!("m{number}"), ""));
        if has_begun {
            text += &metric("owned", ", config: {meta: {owner: Ana}}");
        }
        desk.write("shop/models/metrics.yml", text);
        desk
    };
    is_the_same_either_way("OWN004", &|| metrics(false), &|| metrics(true));
}

/// Sources of two tables each, with something that reads them all; `extra` is YAML of more sources.
fn sources(count: usize, extra: &str) -> Desk {
    let desk = shop();
    let mut text = String::from("sources:\n");
    for number in 0..count {
        writeln!(text, "  - {{name: s{number}, tables: [{{name: a}}, {{name: b}}]}}").unwrap();
    }
    desk.write("shop/models/s.yml", text + extra);
    desk
}

#[test]
fn sources_without_owner() {
    let owned = "  - {name: owned, config: {meta: {owner: Ana}}, tables: [{name: a}]}\n";
    is_the_same_either_way("OWN002", &|| sources(6, ""), &|| sources(6, owned));
    // Within a source, as soon as one of its tables has an owner.
    let of_one = "  - {name: mixed, tables: [{name: a}, {name: b}]}\n";
    let mixed = "  - {name: mixed, tables: [{name: a}, {name: b}, {name: c, config: {meta: {owner: Ana}}}]}\n";
    is_the_same_either_way("OWN002", &|| sources(0, of_one), &|| sources(0, mixed));
}

#[test]
fn columns_without_description() {
    let columns = |count: usize| {
        let desk = shop();
        models(&desk, &[("a", "select 1 as id")]);
        let columns: String = (0..count).map(|number| format!("{{name: c{number}}}, ")).collect();
        desk.write("shop/models/m.yml", format!("models:\n  - {{name: a, columns: [{columns}]}}\n"));
        desk
    };
    let desk = columns(6);
    assert_eq!(new(&desk, "DOC011").len(), 1);
    record(&desk, "DOC011");
    assert!(desk.read(FILE).contains(
        "\"model.shop.a\": [\"column:c0\", \"column:c1\", \"column:c2\", \"column:c3\", \"column:c4\", \"column:c5\"],\n"
    ));
    let fewer = columns(5);
    assert_eq!(new(&fewer, "DOC011").len(), 5);
    fewer.write(FILE, desk.read(FILE));
    assert_eq!(new(&fewer, "DOC011"), [""; 0]);
    // And one more, beyond what is recorded one by one.
    let few = columns(5);
    record(&few, "DOC011");
    let many = columns(6);
    many.write(FILE, few.read(FILE));
    let found = many.json(&["shop", "--select", "DOC011"]);
    assert_eq!(found["findings"].as_array().unwrap().len(), 1);
    assert_eq!(found["findings"][0]["evidence"].as_array().unwrap().last().unwrap(), "not in the baseline: a.c5");
}

/// A source of these tables (YAML), each read by both of two models, or by those that `readers` says.
fn read_source(tables: &[(&str, &[&str])]) -> Desk {
    let desk = shop();
    let list: String = tables.iter().map(|(table, _)| format!("      - {table}\n")).collect();
    desk.write("shop/models/s.yml", format!("sources:\n  - name: erp\n    tables:\n{list}"));
    for reader in ["stg_x", "stg_y", "stg_z"] {
        let mut sql = String::from("select 1 as id\n");
        for (table, readers) in tables {
            if readers.contains(&reader) {
                let name = table.trim_start_matches("{name: ").split([',', '}']).next().unwrap();
                writeln!(sql, "union all select id from {{{{ source('erp', '{name}') }}}}").unwrap();
            }
        }
        models(&desk, &[(reader, &sql)]);
    }
    desk
}

#[test]
fn tables_without_freshness() {
    let checked = "{name: c, config: {loaded_at_field: at, freshness: {warn_after: {count: 1, period: day}}}}";
    let (a, b) = (("{name: a}", &["stg_x"][..]), ("{name: b}", &["stg_x"][..]));
    is_the_same_either_way("SRC001", &|| read_source(&[a, b]), &|| read_source(&[a, b, (checked, &["stg_x"])]));
}

#[test]
fn tables_without_loader() {
    let (a, b) = (("{name: a}", &["stg_x"][..]), ("{name: b}", &["stg_x"][..]));
    // A source may be declared piece by piece.
    let loaded = || {
        let desk = read_source(&[a, b]);
        desk.write("shop/models/more.yml", "sources:\n  - {name: erp, loader: fivetran, tables: [{name: c}]}\n");
        desk
    };
    is_the_same_either_way("SRC003", &|| read_source(&[a, b]), &loaded);
}

#[test]
fn tables_with_the_same_readers() {
    let of = |last: &[&'static str]| {
        let tables = ["{name: a}", "{name: b}", "{name: c}", "{name: d}", "{name: e}"];
        let mut all: Vec<(&str, &[&str])> = tables.iter().map(|table| (*table, &["stg_x", "stg_y"][..])).collect();
        all.push(("{name: f}", last));
        read_source(&all)
    };
    is_the_same_either_way("SRC005", &|| of(&["stg_x", "stg_y"]), &|| of(&["stg_x", "stg_z"]));
}

#[test]
fn tables_that_a_mart_reads() {
    let reading = |tables: &[&str]| {
        let desk = shop();
        desk.write("shop/models/s.yml", "sources:\n  - {name: erp, tables: [{name: a}, {name: b}]}\n");
        let reads: Vec<String> = tables.iter().map(|table| format!("{{{{ source('erp', '{table}') }}}}")).collect();
        models(&desk, &[("marts/fct_x", &format!("select 1 as id from {}", reads.join(" join ")))]);
        desk
    };
    let both = reading(&["a", "b"]);
    record(&both, "DAG010");
    assert!(
        both.read(FILE)
            .contains("\"model.shop.fct_x\": [\"parent:source.shop.erp.a\", \"parent:source.shop.erp.b\"],\n")
    );
    let one = reading(&["a"]);
    one.write(FILE, both.read(FILE));
    assert_eq!(new(&one, "DAG010"), [""; 0]);
    let one = reading(&["a"]);
    record(&one, "DAG010");
    both.write(FILE, one.read(FILE));
    let found = both.json(&["shop", "--select", "DAG010"]);
    assert_eq!(
        found["findings"][0]["evidence"].as_array().unwrap().last().unwrap(),
        "not in the baseline: fct_x (erp.b)"
    );
}

#[test]
fn models_built_on_one_without_origin() {
    let desk = |second: &str| {
        let desk = shop();
        models(&desk, &[("a", "select * from lake.targets"), ("b", second)]);
        desk.write(
            "shop/models/e.yml",
            "exposures:\n  - {name: weekly, type: dashboard, owner: {email: a@b.c}, depends_on: [ref('b')]}\n",
        );
        desk
    };
    is_the_same_either_way("EXP008", &|| desk("select * from {{ ref('a') }}"), &|| {
        desk("select * from {{ ref('a') }} join lake.days on true")
    });
}

#[test]
fn steps_between_the_same_models() {
    let desk = |own: &str, more: &str| {
        let desk = shop();
        let ctes = "select * from {{ ref('step_1') }} join {{ ref('step_2') }} join {{ ref('base') }}";
        models(
            &desk,
            &[
                ("base", "select 1 as id"),
                ("other", "select 1 as id"),
                ("step_1", "{{ config(materialized='view') }} select * from {{ ref('base') }}"),
                ("step_2", &format!("{{{{ config(materialized='view') }}}} select * from {{{{ ref('base') }}}} {own}")),
                ("end", &format!("{ctes} {more}")),
            ],
        );
        desk
    };
    let other = "join {{ ref('other') }}";
    is_the_same_either_way("DAG005", &|| desk("", other), &|| desk(other, other));
}

#[test]
fn a_knot_that_comes_apart() {
    let knot = |of_c: &str| {
        let desk = shop();
        models(
            &desk,
            &[
                ("a", "select * from {{ ref('b') }}"),
                ("b", &format!("select * from {{{{ ref('a') }}}} {of_c}")),
                ("c", "select * from {{ ref('d') }}"),
                ("d", "select * from {{ ref('c') }} join {{ ref('b') }}"),
            ],
        );
        desk
    };
    is_the_same_either_way("DAG014", &|| knot("join {{ ref('c') }}"), &|| knot(""));
}

#[test]
fn what_a_public_model_lacks() {
    let public = |columns: &str| {
        let desk = shop();
        models(&desk, &[("a", "select 1 as id")]);
        desk.write(
            "shop/models/m.yml",
            format!("models:\n  - name: a\n    config: {{access: public}}\n    {columns}\n"),
        );
        desk
    };
    let both = public("columns: [{name: id}, {name: day}]");
    record(&both, "ACC005");
    assert!(both.read(FILE).contains("\"model.shop.a\": [\"column:day\", \"column:id\", \"description\"],\n"));
    let less = public("columns: [{name: id}]");
    less.write(FILE, both.read(FILE));
    assert_eq!(new(&less, "ACC005"), [""; 0]);
    let more = public("columns: [{name: id}, {name: day}, {name: email}]");
    more.write(FILE, both.read(FILE));
    let found = more.json(&["shop", "--select", "ACC005"]);
    assert_eq!(found["findings"][0]["evidence"].as_array().unwrap().last().unwrap(), "not in the baseline: a.email");
}
