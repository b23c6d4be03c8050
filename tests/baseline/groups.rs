//! Whether a rule reports one finding for many or many by themselves depends on numbers. Neither way is news.

use std::fmt::Write;

use crate::support::Desk;
use crate::{FILE, check, models, new, record, shop};

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

/// What of the second state is new against the first, a line each with its place; and nothing is once it is recorded.
#[track_caller]
fn is_new(rules: &str, before: &Desk, after: &Desk, expected: &[&str]) {
    before.run(&["baseline", "shop", "--select", rules, "--force"]);
    after.write(FILE, before.read(FILE));
    let run = check(after, rules, &["--fail-on", "new-info"]);
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), expected, "{}", run.stderr);
    assert_eq!(run.code, Some(1));
    check(after, rules, &["--update-baseline", "--allow-growth"]).prints(0, "");
    let recorded = after.read(FILE);
    check(after, rules, &["--fail-on", "info"]).prints(0, "");
    after.run(&["baseline", "shop", "--select", rules, "--force"]);
    assert_eq!(after.read(FILE), recorded);
}

#[test]
fn one_more_in_a_group_is_news_at_its_place() {
    for rules in ["OWN001", "OWN001,EXP007"] {
        let desk = |more: &[&str]| {
            let desk = unowned(false);
            more.iter().for_each(|name| models(&desk, &[(name, "select 1 as id")]));
            let weekly =
                "exposures:\n  - {name: weekly, type: dashboard, owner: {email: a@b.c}, depends_on: [ref('m0')]}\n";
            desk.write("shop/models/e.yml", weekly);
            desk
        };
        is_new(
            rules,
            &desk(&[]),
            &desk(&["late", "later"]),
            &[
                "shop/models/late.sql:1:1: OWN001 unowned-model model `late` has no owner",
                "shop/models/later.sql:1:1: OWN001 unowned-model model `later` has no owner",
            ],
        );
    }
}

/// Seven models without an owner of which the first feeds a dashboard, and as many more as are named; all of these feed it.
fn feeding(more: &[&str]) -> Desk {
    let desk = unowned(false);
    more.iter().for_each(|name| models(&desk, &[(name, "select 1 as id")]));
    let refs: String = more.iter().map(|name| format!(", ref('{name}')")).collect();
    desk.write(
        "shop/models/e.yml",
        format!(
            "exposures:\n  - {{name: weekly, type: dashboard, owner: {{email: a@b.c}}, depends_on: [ref('m0'){refs}]}}\n"
        ),
    );
    desk
}

#[test]
fn what_is_new_in_a_group_is_by_the_rule_that_says_it() {
    is_new(
        "OWN001,EXP007",
        &feeding(&[]),
        &feeding(&["late"]),
        &[
            "shop/models/late.sql:1:1: EXP007 unowned-dashboard-model model `late` feeds dashboard `weekly` and has no owner",
        ],
    );
    // Where all that is left is another rule's, that rule says it, of its own severity, however much it is.
    let names = ["n0", "n1", "n2", "n3", "n4", "n5"];
    let after = feeding(&[]);
    names.iter().for_each(|name| models(&after, &[(name, "select 1 as id")]));
    let expected =
        names.map(|name| format!("shop/models/{name}.sql:1:1: OWN001 unowned-model model `{name}` has no owner"));
    is_new("OWN001,EXP007", &feeding(&[]), &after, &expected.each_ref().map(String::as_str));
}

#[test]
fn many_more_in_a_group_stay_one_finding_and_stand_at_the_first() {
    let more = ["n0", "n1", "n2", "n3", "n4", "n5"];
    let desk = || {
        let desk = unowned(false);
        more.iter().for_each(|name| models(&desk, &[(name, "select 1 as id")]));
        desk
    };
    is_new(
        "OWN001",
        &unowned(false),
        &desk(),
        &[
            "shop/models/n0.sql:1:1: OWN001 unowned-model none of the 13 models has an owner; 6 models are not in the baseline: \
           n0, n1, n2, n3, n4 and 1 more",
        ],
    );
}

#[test]
fn a_new_column_is_shown_where_it_is() {
    let columns = |names: &[&str]| {
        let desk = shop();
        models(&desk, &[("fct_orders", "select 1 as id")]);
        let columns: String = names.iter().map(|name| format!("      - name: {name}\n")).collect();
        desk.write("shop/models/m.yml", format!("models:\n  - name: fct_orders\n    columns:\n{columns}"));
        desk
    };
    let old: Vec<String> = (0..13).map(|number| format!("c{number}")).collect();
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    let after = columns(&[&old[..], &["brand_new"]].concat());
    is_new(
        "DOC011",
        &columns(&old),
        &after,
        &[
            "shop/models/m.yml:17:15: DOC011 undocumented-column column `brand_new` of model `fct_orders` has no description",
        ],
    );
    // In a format that shows message and place, and nothing else.
    let before = columns(&old);
    record(&before, "DOC011");
    after.write(FILE, before.read(FILE));
    let run = after.run(&["check", "shop", "--select", "DOC011", "--format", "github"]);
    assert_eq!(
        run.stdout,
        "::notice file=shop/models/m.yml,line=17,endLine=17,col=15,endColumn=24,title=DOC011 undocumented-column::column \
         `brand_new` of model `fct_orders` has no description%0Ahelp: say what the value means, in which unit or format, \
         and when it is null; one docs block serves all columns of that meaning\n"
    );
    let found = after.json(&["shop", "--select", "DOC011"]);
    assert_eq!(found["summary"]["baseline"]["new"], 1);
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
    is_new(
        "OWN002",
        &sources(6, ""),
        &sources(7, ""),
        &["shop/models/s.yml:8:12: OWN002 unowned-source source `s6` has no owner, nor has any of its 2 tables"],
    );
    is_new(
        "OWN002",
        &sources(6, ""),
        &sources(6, "  - {name: s5, tables: [{name: c}]}\n"),
        &["shop/models/s.yml:8:32: OWN002 unowned-source source table `s5.c` has no owner"],
    );
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
    assert_eq!(new(&many, "DOC011"), ["DOC011 column `c5` of model `a` has no description"]);
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
    is_new(
        "SRC001",
        &read_source(&[a, b]),
        &read_source(&[a, b, ("{name: c}", &["stg_x"])]),
        &["shop/models/s.yml:6:16: SRC001 source-without-freshness nothing checks how fresh source table `erp.c` is"],
    );
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
    let after = read_source(&[a, b, ("{name: c}", &["stg_x"])]);
    is_new(
        "SRC003",
        &read_source(&[a, b]),
        &after,
        &["shop/models/s.yml:6:16: SRC003 source-without-loader source table `erp.c` does not say what loads it"],
    );
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
    is_new(
        "SRC005",
        &of(&["stg_x"]),
        &of(&["stg_x", "stg_y"]),
        &["shop/models/s.yml:9:16: SRC005 source-fanout 2 models read source table `erp.f` directly"],
    );
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
    is_new(
        "DAG010",
        &reading(&["a"]),
        &both,
        &[
            "shop/models/marts/fct_x.sql:1:54: DAG010 downstream-on-source marts model `fct_x` reads source table `erp.b` directly",
        ],
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
    let before = || {
        let desk = shop();
        models(&desk, &[("a", "select * from lake.targets")]);
        desk.write(
            "shop/models/e.yml",
            "exposures:\n  - {name: weekly, type: dashboard, owner: {email: a@b.c}, depends_on: [ref('a')]}\n",
        );
        desk
    };
    is_new(
        "EXP008",
        &before(),
        &desk("select * from {{ ref('a') }}"),
        &[
            "shop/models/b.sql:1:1: EXP008 orphaned-dashboard-model model `b` feeds dashboard `weekly`, but nothing that it is built on rests on \
           a source or seed",
        ],
    );
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
    let before = || {
        let desk = desk("", "");
        models(&desk, &[("end", "select * from {{ ref('step_1') }} join {{ ref('base') }}")]);
        desk
    };
    is_new(
        "DAG005",
        &before(),
        &desk("", ""),
        &[
            "shop/models/end.sql:1:43: DAG005 rejoining-upstream model `end` reads `step_2`, which nothing else reads, and also what \
           `step_2` is made from: base",
        ],
    );
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
    // What cannot be said one by one stays as it is, and says what is new about it.
    let of_two = || {
        let desk = knot("");
        models(&desk, &[("c", "select 1 as id"), ("d", "select 1 as id")]);
        desk
    };
    is_new(
        "DAG014",
        &of_two(),
        &knot("join {{ ref('c') }}"),
        &[
            "shop/models/a.sql:1:18: DAG014 dependency-cycle model `a` depends on itself, in a knot of 4 resources; 2 models are not in \
           the baseline: c, d",
        ],
    );
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
    is_new(
        "ACC005",
        &both,
        &public("columns: [{name: id}, {name: day}, {name: email}]"),
        &[
            "shop/models/m.yml:4:47: ACC005 undocumented-public-model column `email` of public model `a` has no description",
        ],
    );
    is_new(
        "ACC005",
        &public("columns: [{name: id, description: The key.}]"),
        &public("columns: []"),
        &["shop/models/m.yml:4:5: ACC005 undocumented-public-model model `a` is public, but declares no column"],
    );
}

#[test]
fn layers_that_are_named_otherwise() {
    let marts = |names: &[&str]| {
        let desk = shop();
        names.iter().for_each(|name| models(&desk, &[(&format!("marts/{name}"), "select 1 as id")]));
        desk
    };
    let six = ["a", "b", "c", "d", "e", "f"];
    is_the_same_either_way("NAM001", &|| marts(&six), &|| marts(&[&six[..], &["fct_x", "fct_y"]].concat()));
    is_new(
        "NAM001",
        &marts(&six),
        &marts(&[&six[..], &["g"]].concat()),
        &[
            "shop/models/marts/g.sql:1:1: NAM001 model-name the name of marts model `g` does not begin with `fct_` or `dim_`",
        ],
    );
}

#[test]
fn models_for_which_a_policy_has_no_answer() {
    let desk = |names: &[&str]| {
        let desk = shop();
        desk.write(
            "shop/dbt-steward.yml",
            "policies:\n  retention:\n    require: resource.meta.days <= 365\n    resource-types: [model]\n    message: x\n",
        );
        names.iter().for_each(|name| models(&desk, &[(name, "select 1 as id")]));
        desk
    };
    is_new(
        "POL",
        &desk(&["a", "b"]),
        &desk(&["a", "b", "c"]),
        &[
            "shop/models/c.sql:1:1: POL/retention retention policy `retention` has no answer for model `c`: `<=` compares null with an \
           int",
        ],
    );
}

/// Models with the same column, written once and repeated by aliases, or written in each.
fn with_a_column(names: &[&str], has_anchor: bool) -> Desk {
    let desk = shop();
    let mut yaml = "models:\n".to_owned();
    for (at, name) in names.iter().enumerate() {
        models(&desk, &[(name, "select 1 as id")]);
        let column = match (has_anchor, at) {
            (false, _) => "{name: id}",
            (true, 0) => "&id {name: id}",
            (true, _) => "*id",
        };
        writeln!(yaml, "  - {{name: {name}, columns: [{column}]}}").expect("a string takes all");
    }
    desk.write("shop/models/m.yml", yaml);
    desk
}

#[test]
fn a_column_that_models_share_by_an_alias() {
    let names = ["a", "b", "c"];
    is_the_same_either_way("DOC011", &|| with_a_column(&names, true), &|| with_a_column(&names, false));
    assert_eq!(
        new(&with_a_column(&names, true), "DOC011"),
        ["DOC011 column `id` of model `a` has no description (shared by 3 models)"]
    );
    is_new(
        "DOC011",
        &with_a_column(&names, true),
        &with_a_column(&["a", "b", "c", "d"], true),
        &["shop/models/m.yml:2:36: DOC011 undocumented-column column `id` of model `d` has no description"],
    );
}
