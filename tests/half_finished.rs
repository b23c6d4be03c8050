//! Working trees as they are while somebody edits them, read without a manifest: what is broken is reported at its place,
//! the rest is linted, and nothing hangs, panics or reaches outside of the project.

mod support;

use support::Desk;

/// A project with one good model that has a defect of its own, and the files that are being edited.
fn desk(files: &[(&str, &str)]) -> Desk {
    let desk = Desk::new();
    desk.write("shop/dbt_project.yml", "name: shop\nprofile: shop\n");
    desk.write("shop/models/good.sql", "select 1 as id");
    for (path, text) in files {
        desk.write(&format!("shop/{path}"), text);
    }
    desk
}

/// The findings of some rules, but for those about descriptions, after making sure that the rest was linted.
fn found(desk: &Desk, rules: &str) -> Vec<String> {
    let rules = format!("DOC001,{rules}");
    let common = ["check", "shop", "--input", "project", "--format", "concise", "--exit-zero", "--quiet", "--select"];
    let run = desk.run(&[&common[..], &[&rules]].concat());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let is_good = |line: &&str| line.contains(" DOC001 ") && line.contains("`good`");
    assert_eq!(run.stdout.lines().filter(is_good).count(), 1, "the rest is linted: {}", run.stdout);
    run.stdout.lines().filter(|line| !line.contains(" DOC001 ")).map(str::to_owned).collect()
}

/// What is said of a single broken file.
fn unreadable(files: &[(&str, &str)]) -> String {
    let found = found(&desk(files), "PRJ013");
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].replace("PRJ013 unreadable-file ", "")
}

#[test]
fn sql_with_a_tag_that_is_still_open() {
    assert_eq!(
        unreadable(&[("models/edited.sql", "select *\nfrom {{ ref('good'\n")]),
        "shop/models/edited.sql:2:12: models/edited.sql cannot be read: `(` is never closed"
    );
    assert_eq!(
        unreadable(&[("models/edited.sql", "select {% if x %} 1\n")]),
        "shop/models/edited.sql:1:8: models/edited.sql cannot be read: `{% if %}` is never closed with `{% endif %}`"
    );
}

#[test]
fn yaml_in_the_middle_of_a_word() {
    assert_eq!(
        unreadable(&[
            ("models/g.yml", "models:\n  - name: good\n"),
            ("models/p.yml", "models:\n  - name: good\n    description: \"x\n")
        ]),
        "shop/models/p.yml:3:18: models/p.yml cannot be read: the quotes that open here are never closed"
    );
}

#[test]
fn a_macro_that_is_still_open_takes_no_other_with_it() {
    let broken = "{% macro b() %}2{% endmacro %}\n{% macro a() %}{{ 1 }}";
    assert_eq!(
        unreadable(&[("macros/m.sql", broken), ("models/e.sql", "select {{ b() }}")]),
        "shop/macros/m.sql:2:1: macros/m.sql cannot be read: the block `a` is never closed"
    );
}

#[test]
fn a_docs_block_that_is_still_open_takes_no_other_with_it() {
    let docs = "{% docs a %}Alpha.\n{% docs b %}Beta.{% enddocs %}\n{% docs c %}Gamma.\n";
    let described = "models:\n  - {name: seen, description: \"{{ doc('c') }}\"}\n  - name: other\n    columns:\n      \
                     - {name: x, description: \"{{ doc('a') }}\"}\n      - {name: y, description: \"{{ doc('b') }}\"}\n      \
                     - {name: z, description: \"{{ doc('nope') }}\"}\n";
    let (seen, other) = (("models/seen.sql", "select 1 as id"), ("models/other.sql", "select 1 as x, 2 as y, 3 as z"));
    let desk = desk(&[("models/docs.md", docs), ("models/p.yml", described), seen, other]);
    assert_eq!(
        found(&desk, "PRJ013,DAG015,DOC011"),
        [
            "shop/models/docs.md:1:1: PRJ013 unreadable-file models/docs.md cannot be read: the block `a` is never closed",
            "shop/models/docs.md:3:1: PRJ013 unreadable-file models/docs.md cannot be read: the block `c` is never closed",
        ]
    );
    let run = desk.run(&["check", "shop", "--input", "project", "--select", "DOC022", "--exit-zero"]);
    assert_eq!(run.code, Some(2));
    let reason = "DOC022 low-documentation-coverage, because too\n  │ little is known of model `seen` to take a share: \
                  models/docs.md cannot be read\n";
    assert!(run.stderr.contains(reason), "{}", run.stderr);
    desk.write("shop/models/docs.md", "{% docs a %}Alpha.{% enddocs %}\n{% docs b");
    assert_eq!(
        found(&desk, "PRJ013,DAG015"),
        [
            "shop/models/docs.md:2:1: PRJ013 unreadable-file models/docs.md cannot be read: `{%` is never closed with `%}`"
        ]
    );
    // A percent sign in a brace is no tag, and what is whole is known.
    let whole = ["a", "b", "c"].map(|name| format!("{{% docs {name} %}}Text.{{% enddocs %}}\n")).concat();
    desk.write("shop/models/docs.md", whole + "{%, 5\n");
    assert_eq!(
        found(&desk, "PRJ013,DAG015"),
        [
            "shop/models/p.yml:7:32: DAG015 unresolved-reference docs block `nope` does not exist, and dbt refuses the project"
        ]
    );
}

/// The adapter calls them, not the project; and what an adapter brings along is not missing.
#[test]
fn macros_of_adapters() {
    let own = ["set_query_tag", "dbt_snowflake_get_tmp_relation_type", "tblproperties_clause", "of_nobody"];
    let macros = own.map(|name| format!("{{% macro {name}() %}}1{{% endmacro %}}\n")).concat();
    let model = "{% do assert_not_null(1) %}select * from {{ ref('nosuch') }}";
    let desk = desk(&[("macros/m.sql", &macros), ("models/e.sql", model)]);
    assert_eq!(
        found(&desk, "RES001,PRJ013,DAG015"),
        [
            "shop/macros/m.sql:4:10: RES001 unused-macro macro `of_nobody` is called by nothing in the project",
            "shop/models/e.sql:1:45: DAG015 unresolved-reference ref `nosuch` does not exist, and dbt refuses the project",
        ]
    );
}

/// Macros are called by name, and entries of YAML describe them by name: a file that is no text may do either.
#[test]
fn what_a_file_that_is_no_text_calls_or_defines_is_open() {
    let macros = "{% macro used() %}1{% endmacro %}\n{% macro unused() %}2{% endmacro %}\n";
    let desk = desk(&[("macros/m.sql", macros), ("models/p.yml", "macros: [{name: used}, {name: other}]\n")]);
    let gone = "shop/models/p.yml:1:31: PRJ011 orphaned-yaml-entry this describes macro `other`, and there is none";
    let unused = |name: &str| format!("RES001 unused-macro macro `{name}` is called by nothing in the project");
    let (first, second) = (
        format!("shop/macros/m.sql:1:10: {}", unused("used")),
        format!("shop/macros/m.sql:2:10: {}", unused("unused")),
    );
    assert_eq!(found(&desk, "RES001,PRJ011"), [&first, &second, gone]);
    desk.write("shop/models/e.sql", b"select {{ used() }} -- caf\xE9");
    assert_eq!(found(&desk, "RES001,PRJ011"), [&second, gone]);
    desk.write("shop/macros/m.sql", [macros.as_bytes(), b"-- caf\xE9"].concat());
    assert_eq!(found(&desk, "RES001,PRJ011"), [""; 0]);
}

#[test]
fn two_models_of_one_name() {
    assert_eq!(
        unreadable(&[("models/a/x.sql", "select 1"), ("models/b/x.sql", "select 2")]),
        "shop/models/b/x.sql:1:1: models/b/x.sql cannot be read: models/a/x.sql has the model `x` already"
    );
}

#[test]
fn tests_that_are_none() {
    let text = "models:\n  - name: good\n    data_tests:\n      - [a]\n      - unique: 3\n";
    let start =
        "shop/models/p.yml:2:11: PRJ013 unreadable-file models/p.yml cannot be read: a test of `good` cannot be read:";
    assert_eq!(
        found(&desk(&[("models/p.yml", text)]), "PRJ013"),
        [
            format!("{start} a test is a name, or a mapping with one name and its arguments"),
            format!("{start} the arguments of a test are a mapping"),
        ]
    );
}

/// dbt refuses each of these; the rest of the project is linted all the same.
#[test]
fn values_of_wrong_types() {
    let text = "models:\n  - name: good\n    meta: text\n    columns: 5\n    config: {tags: 5, \
                grants: x, contract: true, group: {}, unique_key: {a: b}}\n  - {name: switched, config: {enabled: maybe}}\n  - 7\n  - name: [x]\nsources: 3\nexposures:\n  \
                - name: e\n    owner: Anna\n    depends_on: x\nmetrics: [{name: m, type_params: 4}]\nmacros: [{name: n, \
                arguments: 1}]\nunit_tests: [{name: u, model: [], given: 4}]\nsnapshots: [{name: s, relation: 5}]\n\
                groups: [{name: g, owner: 5}]\nsemantic_models: [{name: a, measures: x, model: 3}]\n\
                saved_queries: [{name: q, query_params: 1, exports: 2}]\n";
    let desk = desk(&[("models/p.yml", text), ("models/switched.sql", "select 1 as id")]);
    let run =
        desk.run(&["check", "shop", "--input", "project", "--exit-zero", "--select", "DOC001", "--format", "concise"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stdout, "shop/models/p.yml:2:11: DOC001 undocumented-model model `good` has no description\n");
}

#[test]
fn templates_without_end() {
    let recursion =
        [("macros/m.sql", "{% macro m(x) %}{{ m(x) }}{% endmacro %}"), ("models/e.sql", "select {{ m(1) }}")];
    assert_eq!(
        unreadable(&recursion),
        "shop/models/e.sql:1:11: models/e.sql cannot be read: too many macros call one another; one may call itself without end"
    );
    let nested = "{% for i in range(100000) %}{% for j in range(100000) %}{{ ref('good') }}{% endfor %}{% endfor %}";
    let found = unreadable(&[("models/e.sql", nested)]);
    assert!(found.ends_with("cannot be read: takes too many steps; a loop or recursion may be without end"), "{found}");
    assert_eq!(
        unreadable(&[("models/e.sql", "{% for i in range(1000000) %}{{ i }}{% endfor %}")]),
        "shop/models/e.sql:1:13: models/e.sql cannot be read: Range too big. The sandbox blocks ranges larger than \
         MAX_RANGE (100000)."
    );
}

#[test]
fn a_file_that_is_no_text() {
    let desk = desk(&[]);
    desk.write("shop/models/e.sql", b"select '\xE9'");
    assert_eq!(
        found(&desk, "PRJ013"),
        [
            "shop/models/e.sql:1:9: PRJ013 unreadable-file models/e.sql cannot be read: not valid UTF-8: unexpected byte \
          0xE9; save the file as UTF-8"
        ]
    );
}

/// Nothing is wrong with a variable that only production has: what depends on it is not known, and so nothing is said.
#[test]
fn a_variable_without_value() {
    let text = "{{ config(materialized=env_var('HOW')) }}\nselect * from {{ ref(env_var('WHENCE')) }}";
    let desk = desk(&[("models/e.sql", text)]);
    let of_good = |line: &String| line.contains("good.sql");
    assert!(found(&desk, "PRJ013,DAG001,PRF").iter().all(of_good));
    let run = desk.run(&["check", "shop", "--input", "project", "--verbose", "--exit-zero", "--select", "DOC001"]);
    let unknown: Vec<&str> = run.stderr.lines().filter(|line| line.contains("env_var")).collect();
    assert_eq!(
        unknown,
        [
            "not known: materialized of model.shop.e: env_var('HOW') has no value here",
            "not known: parents of model.shop.e: ref() of a name that is not known: env_var('WHENCE') has no value here",
        ]
    );
}

#[test]
fn a_template_reaches_nothing_outside() {
    let desk = desk(&[("secret.txt", "s3cret")]);
    let outside = desk.path("made-by-a-template");
    let touch = format!("touch {}", outside.display());
    let attempts = [
        "{% include 'secret.txt' %}".to_owned(),
        "{% import 'secret.txt' as x %}{{ x }}".to_owned(),
        "{% extends '/etc/passwd' %}".to_owned(),
        "{{ ''.__class__.__mro__[1].__subclasses__() }}".to_owned(),
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}".to_owned(),
        format!("{{{{ modules.os.system('{touch}') }}}}"),
        format!("{{{{ modules.subprocess.run('{touch}', shell=true) }}}}"),
        "{{ self._TemplateReference__context }}".to_owned(),
        "{{ lipsum.__globals__['os'].environ }}".to_owned(),
        "{{ load_agate_table('secret.txt') }}{{ write('secret.txt') }}".to_owned(),
        "{{ config.__class__ }}{{ adapter.__init__.__globals__ }}".to_owned(),
    ];
    for (number, attempt) in attempts.iter().enumerate() {
        desk.write(&format!("shop/models/attempt_{number}.sql"), format!("select '{attempt}'"));
    }
    let said = found(&desk, "PRJ013");
    assert!(!outside.exists());
    assert!(said.iter().all(|line| !line.contains("s3cret") && !line.contains("root:")), "{said:?}");
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_are_no_circle() {
    let desk = desk(&[]);
    std::os::unix::fs::symlink(desk.path("shop/models"), desk.path("shop/models/again")).unwrap();
    std::os::unix::fs::symlink("loop.sql", desk.path("shop/models/loop.sql")).unwrap();
    assert_eq!(found(&desk, "PRJ013"), [""; 0]);
}

/// Everything that is said, whatever the rule.
fn everything(desk: &Desk) -> Vec<String> {
    let run = desk.run(&["check", "shop", "--input", "project", "--format", "concise", "--exit-zero"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    run.stdout.lines().map(str::to_owned).collect()
}

/// What is said now and was not before.
fn news(desk: &Desk, before: &[String]) -> Vec<String> {
    everything(desk).into_iter().filter(|line| !before.contains(line)).collect()
}

/// A project that leaves nothing to say: a seed, a source, two models, a dashboard, all described, owned and tested.
fn whole_project() -> Desk {
    let desk = Desk::new();
    desk.write(
        "shop/dbt_project.yml",
        "name: shop\nprofile: shop\nrequire-dbt-version: ['>=1.8.0', '<2.0.0']\nmodels: {shop: {+meta: {owner: shop}}}\n",
    );
    desk.write("shop/models/staging/stg_orders.sql", "select order_id from {{ source('erp', 'orders') }}\n");
    desk.write("shop/models/marts/fct_orders.sql", "select order_id from {{ ref('stg_orders') }}\n");
    let described = |name: &str| {
        format!(
            "  - name: {name}\n    description: One row per order that was paid for.\n    columns:\n      - name: order_id\n        \
             description: Number of the order at the shop.\n        data_tests: [unique, not_null]\n"
        )
    };
    desk.write("shop/models/staging/_staging.yml", format!("models:\n{}", described("stg_orders")));
    desk.write("shop/models/marts/_marts.yml", format!("models:\n{}", described("fct_orders")));
    desk.write(
        "shop/models/staging/_sources.yml",
        "sources:\n  - name: erp\n    description: The shop's ERP, copied every night.\n    meta: {owner: shop}\n    tables:\n      \
         - name: orders\n        description: One row per order as the ERP has it.\n        columns:\n          - name: \
         order_id\n            description: Number of the order at the shop.\n            data_tests: [unique, not_null]\n        \
         config: {freshness: null}\n",
    );
    desk.write(
        "shop/models/marts/_exposures.yml",
        "exposures:\n  - name: weekly\n    type: dashboard\n    description: Orders of the week, for the board.\n    url: \
         https://example.com\n    owner: {name: Shop, email: shop@example.com}\n    depends_on: [ref('fct_orders')]\n",
    );
    desk
}

#[test]
fn of_what_an_unreadable_file_may_say_nothing_is_said() {
    let desk = whole_project();
    let before = everything(&desk);
    for (path, line) in [
        ("models/staging/_staging.yml", "shop/models/staging/_staging.yml:2:1"),
        ("models/marts/_marts.yml", "shop/models/marts/_marts.yml:2:1"),
        ("models/staging/_sources.yml", "shop/models/staging/_sources.yml:2:1"),
        ("models/marts/_exposures.yml", "shop/models/marts/_exposures.yml:2:1"),
    ] {
        let desk = whole_project();
        let text = desk.read(&format!("shop/{path}"));
        desk.write(&format!("shop/{path}"), text.replacen("\n  -", "\n\t-", 1));
        let news = news(&desk, &before);
        assert_eq!(news.len(), 1, "{path}: {news:?}");
        assert!(news[0].starts_with(line) && news[0].contains(" PRJ013 "), "{}", news[0]);
    }
}

#[test]
fn a_misspelt_reference_is_said_once() {
    let desk = whole_project();
    let before = everything(&desk);
    desk.write("shop/models/marts/fct_orders.sql", "select order_id from {{ ref('stg_ordres') }}\n");
    assert_eq!(
        news(&desk, &before),
        [
            "shop/models/marts/fct_orders.sql:1:25: DAG015 unresolved-reference ref `stg_ordres` does not exist, and dbt \
          refuses the project"
        ]
    );
}

#[test]
fn a_docs_block_that_is_not_there() {
    let desk = whole_project();
    let text = "models:\n  - name: fct_orders\n    description: \"{{ doc('nope') }}\"\n    columns:\n      - name: order_id\n        \
                description: \"{{ doc('other') }}\"\n";
    desk.write("shop/models/marts/_marts.yml", text);
    let run = desk.run(&["check", "shop", "--input", "project", "--format", "concise", "--select", "DAG015"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "shop/models/marts/_marts.yml:3:18: DAG015 unresolved-reference docs block `nope` does not exist, and dbt refuses \
             the project",
            "shop/models/marts/_marts.yml:6:22: DAG015 unresolved-reference docs block `other` does not exist, and dbt \
             refuses the project",
        ]
    );
    desk.write("shop/models/docs.md", "{% docs nope %}Orders.{% enddocs %}\n{% docs other %}Number.{% enddocs %}\n");
    assert_eq!(desk.run(&["check", "shop", "--input", "project", "--select", "DAG015"]).stdout, "");
}

#[test]
fn what_packages_may_define_is_open_and_the_summary_says_so() {
    let desk = whole_project();
    desk.write("shop/packages.yml", "packages: [{package: dbt-labs/dbt_utils, version: 1.3.0}]\n");
    desk.write("shop/models/marts/fct_more.sql", "select 1 as x from {{ ref('of_a_package') }}\n");
    desk.write("shop/models/marts/_more.yml", "models: [{name: fct_more, description: \"{{ doc('theirs') }}\"}]\n");
    let check = ["check", "shop", "--input", "project", "--format", "concise", "--select"];
    let run = desk.run(&[&check[..], &["DAG015,DAG001"]].concat());
    assert_eq!(run.stdout, "");
    let last = run.stderr.lines().last().unwrap_or_default();
    assert_eq!(last, "  DAG015: packages of packages.yml are not installed (dbt deps)");
    // What names this very project is certain.
    desk.write("shop/models/marts/fct_more.sql", "select 1 as x from {{ ref('shop', 'gone') }}\n");
    let run = desk.run(&[&check[..], &["DAG015"]].concat());
    assert_eq!(
        run.stdout.trim_end(),
        "shop/models/marts/fct_more.sql:1:23: DAG015 unresolved-reference ref `shop.gone` does not exist, and dbt refuses the \
         project"
    );
}

#[test]
fn tests_that_dbt_project_disables_are_one_finding_there() {
    let desk = whole_project();
    let settings = desk.read("shop/dbt_project.yml");
    desk.write("shop/dbt_project.yml", format!("{settings}data_tests:\n  shop:\n    +enabled: false\n"));
    let run =
        desk.run(&["check", "shop", "--input", "project", "--format", "concise", "--select", "TST001,TST002,TST003"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "shop/dbt_project.yml:7:15: TST001 untested-model `+enabled: false` in dbt_project.yml disables all tests of 2 \
             models: fct_orders, stg_orders",
            "shop/dbt_project.yml:7:15: TST002 untested-source `+enabled: false` in dbt_project.yml disables all tests of 1 \
             source table: erp.orders",
        ]
    );
}

/// What rules conclude from nobody reading something, while a file that reads it is broken.
fn said_of_others(new: &[u8]) -> (Vec<String>, Vec<String>) {
    let desk = Desk::gym();
    desk.write("gym/models/marts/fct_more.sql", "select visit_id from {{ ref('fct_visits') }}\n");
    desk.write("gym/models/staging/stg_other.sql", "select 1 as id\n");
    let file = "gym/models/marts/fct_visits.sql";
    let (text, old) = (desk.read(file), "select");
    assert_eq!(text.matches(old).count(), 1);
    let (before, after) = text.split_once(old).expect("it is in there");
    desk.write(file, [before.as_bytes(), new, after.as_bytes()].concat());
    let check = ["check", "gym", "--input", "project", "--allow-empty", "--format", "concise", "--exit-zero"];
    let run = desk.run(&[&check[..], &["--select", "PRJ013,DAG001,DAG002,DAG019,SRC004,EXP008,EXP009"]].concat());
    let words = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let unknown = desk.run(&[&check[..], &["--select", "DAG002", "--verbose"]].concat());
    let unknown = unknown.stderr.lines().filter(|line| line.contains("which cannot be read")).map(str::to_owned);
    (run.stdout.lines().map(words).collect(), unknown.collect())
}

#[test]
fn of_what_a_broken_model_reads_nobody_says_that_nothing_does() {
    let unknown = "not known: children of 2 resources: models/marts/fct_visits.sql, which cannot be read, may read it";
    // Latin-1 in a comment, and a bracket that is never closed.
    for (new, place) in [(&b"select -- caf\xe9\n"[..], "1:14"), (b"{{ config(x=1 }}select", "1:15")] {
        let (found, said) = said_of_others(new);
        let broken = format!("gym/models/marts/fct_visits.sql:{place}: PRJ013");
        // The defect of another model is one all the same.
        assert_eq!(found, [broken, "gym/models/staging/stg_other.sql:1:1: DAG019".to_owned()]);
        assert_eq!(said, [unknown]);
    }
}

/// A link that leads to itself can be listed by nobody, whoever runs the test.
#[cfg(unix)]
#[test]
fn of_what_may_lie_in_a_folder_that_cannot_be_listed_nothing_is_said() {
    for (folder, code) in [("models/staging", "DAG015"), ("models/marts", "DAG002"), ("models/checks", "TST001")] {
        let desk = whole_project();
        let settings = desk.read("shop/dbt_project.yml");
        let settings = settings.replace(
            "profile: shop",
            "profile: shop\nmodel-paths: [models/staging, models/marts]\ntest-paths: [models/checks]",
        );
        desk.write("shop/dbt_project.yml", format!("{settings}sources: {{shop: {{erp: {{+enabled: true}}}}}}\n"));
        desk.write("shop/models/marts/fct_checked.sql", "select order_id from {{ ref('stg_orders') }}\n");
        desk.write(
            "shop/models/marts/_checked.yml",
            "models: [{name: fct_checked, description: Orders once more, columns: [{name: order_id, description: Its number.}]}]\n",
        );
        desk.write(
            "shop/models/checks/of_orders.sql",
            "select 1 from {{ ref('fct_checked') }} where order_id is null\n",
        );
        let before = everything(&desk);
        std::fs::remove_dir_all(desk.path(&format!("shop/{folder}"))).expect("the folder is ours");
        let name = folder.rsplit('/').next().unwrap_or(folder);
        std::os::unix::fs::symlink(name, desk.path(&format!("shop/{folder}"))).expect("the folder is ours");
        let reason = std::fs::read_dir(desk.path(&format!("shop/{folder}"))).expect_err("it is a loop");
        let expected = format!("shop/{folder}: PRJ013 unreadable-file {folder} cannot be read: {reason}");
        assert_eq!(news(&desk, &before), [expected], "{folder}");
        let run = desk.run(&["check", "shop", "--input", "project", "--verbose", "--exit-zero", "--preset", "strict"]);
        let silent = format!("{code} ");
        let why = format!("did not run: {folder} cannot be read, and what may lie in it counts");
        let is_said = run.stderr.lines().any(|line| line.trim_start().starts_with(&silent) && line.ends_with(&why));
        assert_eq!(is_said, code != "TST001", "{}", run.stderr);
    }
}

#[test]
fn a_name_that_is_used_twice_is_missing_once() {
    let sql = "select * from {{ ref('nosuch') }} as a\njoin {{ ref('nosuch') }} as b using (id)\n";
    let desk = desk(&[("models/e.sql", sql)]);
    let json = desk.json(&["shop", "--input", "project", "--select", "DAG015"]);
    let findings = json["findings"].as_array().expect("there are findings");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((&findings[0]["line"], &findings[0]["column"]), (&1.into(), &18.into()));
    let again = &findings[0]["related"][0];
    assert_eq!((&again["line"], &again["column"], &again["label"]), (&2.into(), &9.into(), &"and here".into()));
}

#[test]
fn a_line_of_seventy_thousand_characters_is_drawn_around_the_place() {
    let filler = "1, ".repeat(25_000);
    let sql = format!("select {filler}x from {{{{ ref('nosuch') }}}}\n");
    let run = desk(&[("models/e.sql", &sql)]).run(&["check", "shop", "--input", "project", "--select", "DAG015"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("models/e.sql:1:75018]"), "{}", run.stdout);
    assert!(run.stdout.contains("1, 1, x from {{ ref('nosuch') }}\n"), "{}", run.stdout);
    assert!(run.stdout.len() < 1_000, "{}", run.stdout.len());
}

#[cfg(unix)]
#[test]
fn a_variable_of_the_environment_may_be_no_text() {
    use std::os::unix::ffi::OsStrExt as _;
    let desk = desk(&[("models/e.sql", "select '{{ env_var('TEXT') }}' as a, '{{ env_var('BYTES', 'none') }}' as b")]);
    let mut command = desk.command(&["check", "shop", "--input", "project", "--quiet", "--select", "PRJ013"]);
    command.env("TEXT", "text").env("BYTES", std::ffi::OsStr::from_bytes(b"caf\xE9"));
    let output = command.output().expect("the program starts");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}
