//! Where findings about each of dbt's constructs point: the exact line, column and end.

use dbt_steward::findings::Place;
use serde_json::json;

use super::support::Desk;
use super::support::site::Site;
use super::{column_key, group_key, keys, model, spans};

#[test]
fn configs_wherever_they_are_set() {
    let yaml = "models:
  - name: a
    config:
      materialized: view
      access: public
  - name: b
    access: private
    config: {tags: [x]}
";
    let mut models: Vec<(String, String, serde_json::Value)> =
        ["a", "b", "c", "d"].iter().map(|name| model(name)).collect();
    models[2].2 = json!({});
    models[3] = ("model.shop.d".to_owned(), "models/d.py".to_owned(), json!({"language": "python"}));
    let models: Vec<_> = models.iter().map(|(id, path, fields)| (id.as_str(), path.as_str(), fields.clone())).collect();
    let site = Site::of(
        &[
            ("models/_models.yml", yaml),
            ("models/a.sql", "{{ config(\n    materialized='table',\n    grants={'select': ['x']}\n) }}\nselect 1\n"),
            ("models/b.sql", "select 1 -- {{ config(materialized='table') }}\n"),
            ("models/c.sql", "{{ config({'materialized': 'table', 'tags': ['a', 'b']}) }}\nselect 1\n"),
            (
                "models/d.py",
                "def model(dbt, session):\n    dbt.config(materialized=\"table\")\n    return dbt.ref(\"c\")\n",
            ),
        ],
        &models,
    );
    let place = |name: &str, config: &str| site.place(&format!("model.shop.{name}"), Place::config(config));
    // What the file says wins, for dbt as for us.
    assert_eq!(place("a", "materialized"), "models/a.sql:2:5-2:25 materialized='table'");
    assert_eq!(place("a", "grants"), "models/a.sql:3:5-3:29 grants={'select': ['x']}");
    assert_eq!(place("a", "access"), "models/_models.yml:5:15-5:21 public");
    assert_eq!(place("a", "contract"), "models/_models.yml:2:11-2:12 a");
    assert_eq!(place("b", "access"), "models/_models.yml:7:13-7:20 private");
    assert_eq!(place("b", "tags"), "models/_models.yml:8:14-8:18 tags");
    // dbt renders Jinja within SQL comments.
    assert_eq!(place("b", "materialized"), "models/b.sql:1:23-1:43 materialized='table'");
    assert_eq!(place("c", "materialized"), "models/c.sql:1:12-1:35 'materialized': 'table'");
    assert_eq!(place("c", "tags"), "models/c.sql:1:37-1:55 'tags': ['a', 'b']");
    assert_eq!(
        place("c", "access"),
        "models/c.sql:1:1-1:60 {{ config({'materialized': 'table', 'tags': ['a', 'b']}) }}"
    );
    assert_eq!(place("d", "materialized"), "models/d.py:2:16-2:36 materialized=\"table\"");
    assert_eq!(site.parent("model.shop.d", "model.shop.c"), "models/d.py:3:12-3:24 dbt.ref(\"c\")");
}

#[test]
fn references_in_sql() {
    let sql = "{# {{ ref('a') }} #}
{% set parents = [ref('a'), ref('b')] %}
{% raw %}{{ ref('c') }}{% endraw %}
select '{{ \"ref('c')\" }}' from {{ ref('c') }}
join {{ ref('c') }} on true -- again
join {{ ref('shop', 'd') }} join {{ ref('tools', 'e') }}
join {{ ref('v', v=1) }} join {{ ref('v', version=2) }} join {{ ref('v') }}
join {{ source('raw', 'a') }} join {{ source('raw', 'b') }}
";
    let version = |number: &str| json!({"name": "v", "version": number});
    let table = |name: &str| json!({"name": name, "source_name": "raw"});
    let site = Site::of(
        &[("models/x.sql", sql)],
        &[
            ("model.shop.x", "models/x.sql", json!({})),
            ("model.shop.a", "models/a.sql", json!({})),
            ("model.shop.b", "models/b.sql", json!({})),
            ("model.shop.c", "models/c.sql", json!({})),
            ("model.shop.d", "models/d.sql", json!({})),
            ("model.shop.e", "models/e.sql", json!({})),
            ("model.tools.e", "models/e.sql", json!({})),
            ("model.shop.v.v1", "models/v_v1.sql", version("1")),
            ("model.shop.v.v2", "models/v_v2.sql", version("2")),
            ("model.shop.v.v3", "models/v_v3.sql", version("3")),
            ("source.shop.raw.a", "models/_s.yml", table("a")),
            ("source.shop.raw.b", "models/_s.yml", table("b")),
        ],
    );
    let parent = |id: &str| site.parent("model.shop.x", id).replace("models/x.sql:", "");
    assert_eq!(parent("model.shop.a"), "2:19-2:27 ref('a')");
    assert_eq!(parent("model.shop.b"), "2:29-2:37 ref('b')");
    assert_eq!(parent("model.shop.c"), "4:35-4:43 ref('c')");
    assert_eq!(parent("model.shop.d"), "6:9-6:25 ref('shop', 'd')");
    assert_eq!(parent("model.tools.e"), "6:37-6:54 ref('tools', 'e')");
    // That call names another package's model: nothing to point at, so the file.
    assert_eq!(parent("model.shop.e"), "1:1-1:21 {# {{ ref('a') }} #}");
    assert_eq!(parent("model.shop.v.v1"), "7:9-7:22 ref('v', v=1)");
    assert_eq!(parent("model.shop.v.v2"), "7:34-7:53 ref('v', version=2)");
    // The latest version is what a ref without one means.
    assert_eq!(parent("model.shop.v.v3"), "7:65-7:73 ref('v')");
    assert_eq!(parent("source.shop.raw.a"), "8:9-8:27 source('raw', 'a')");
    assert_eq!(parent("source.shop.raw.b"), "8:39-8:57 source('raw', 'b')");
}

#[test]
fn references_in_yaml() {
    let yaml = "exposures:
  - name: weekly
    description: Not ref('a') at all.
    depends_on:
      - ref('b')
      - ref('v', v=2)
      - \"ref('v', v='1')\"
      - source('raw', 't')
      - metric('revenue')
snapshots:
  - name: history
    relation: ref('b')
    data_tests:
      - relationships: {arguments: {to: ref('a'), field: id}}
semantic_models:
  - name: orders
    model: \"{{ ref('b') }}\"
";
    let site = Site::of(
        &[("models/_e.yml", yaml)],
        &[
            ("exposure.shop.weekly", "models/_e.yml", json!({})),
            ("snapshot.shop.history", "models/_e.yml", json!({"patch_path": "shop://models/_e.yml"})),
            ("semantic_model.shop.orders", "models/_e.yml", json!({})),
            ("model.shop.a", "models/a.sql", json!({})),
            ("model.shop.b", "models/b.sql", json!({})),
            ("model.shop.v.v1", "models/v_v1.sql", json!({"name": "v", "version": 1})),
            ("model.shop.v.v2", "models/v_v2.sql", json!({"name": "v", "version": 2})),
            ("source.shop.raw.t", "models/_s.yml", json!({"name": "t", "source_name": "raw"})),
            ("metric.shop.revenue", "models/_m.yml", json!({})),
        ],
    );
    let parent = |child: &str, id: &str| site.parent(child, id).replace("models/_e.yml:", "");
    let weekly = "exposure.shop.weekly";
    assert_eq!(parent(weekly, "model.shop.b"), "5:9-5:17 ref('b')");
    assert_eq!(parent(weekly, "model.shop.v.v1"), "7:9-7:26 \"ref('v', v='1')\"");
    assert_eq!(parent(weekly, "model.shop.v.v2"), "6:9-6:22 ref('v', v=2)");
    assert_eq!(parent(weekly, "source.shop.raw.t"), "8:9-8:27 source('raw', 't')");
    assert_eq!(parent(weekly, "metric.shop.revenue"), "9:9-9:26 metric('revenue')");
    // A mention in a text is no reference, and a test's is the test's.
    assert_eq!(parent(weekly, "model.shop.a"), "2:11-2:17 weekly");
    assert_eq!(parent("snapshot.shop.history", "model.shop.a"), "11:11-11:18 history");
    assert_eq!(parent("snapshot.shop.history", "model.shop.b"), "12:15-12:23 ref('b')");
    assert_eq!(parent("semantic_model.shop.orders", "model.shop.b"), "17:12-17:28 \"{{ ref('b') }}\"");
}

#[test]
fn a_python_model() {
    let site = Site::fixture("shop");
    let segments = "model.shop.rpt_customer_segments";
    let path = "models/reporting/marketing/rpt_customer_segments.py";
    assert_eq!(
        site.parent(segments, "model.shop.rpt_customer_value"),
        format!("{path}:4:17-4:46 dbt.ref(\"rpt_customer_value\")")
    );
    assert_eq!(site.place(segments, Place::config("materialized")), format!("{path}:2:16-2:36 materialized=\"table\""));
    assert_eq!(site.place(segments, Place::File), format!("{path}:1:1-1:25 def model(dbt, session):"));
}

#[test]
fn snapshots() {
    let site = Site::fixture("shop");
    let (in_sql, in_yaml) = ("snapshot.shop.snap_product_prices", "snapshot.shop.snap_crm_customers");
    let sql = "snapshots/snap_product_prices.sql";
    assert_eq!(site.entry(in_sql), format!("{sql}:1:13-1:32 snap_product_prices"));
    assert_eq!(site.place(in_sql, keys(&["description"])), format!("{sql}:1:13-1:32 snap_product_prices"));
    assert_eq!(site.place(in_sql, Place::config("strategy")), format!("{sql}:6:9-6:25 strategy='check'"));
    assert_eq!(
        site.parent(in_sql, "model.shop.stg_erp__products"),
        format!("{sql}:12:9-12:33 ref('stg_erp__products')")
    );
    let yaml = "snapshots/_snapshots.yml";
    assert_eq!(site.entry(in_yaml), format!("{yaml}:4:11-4:29 snap_crm_customers"));
    assert_eq!(
        site.parent(in_yaml, "model.shop.stg_crm__customers"),
        format!("{yaml}:6:15-6:40 ref('stg_crm__customers')")
    );
    assert_eq!(site.place(in_yaml, Place::config("unique_key")), format!("{yaml}:8:19-8:30 customer_id"));
    assert_eq!(site.place(in_yaml, Place::File), format!("{yaml}:1:1-1:11 version: 2"));
}

#[test]
fn macros_and_their_arguments() {
    let site = Site::fixture("shop");
    let argument = |macro_name: &str, name: &str| {
        site.place(&format!("macro.shop.{macro_name}"), Place::Argument(name.to_owned()))
    };
    // Without an entry, in the code; with one, in the entry.
    assert_eq!(site.entry("macro.shop.cents_to_euros"), "macros/cents_to_euros.sql:1:10-1:24 cents_to_euros");
    assert_eq!(argument("cents_to_euros", "column_name"), "macros/cents_to_euros.sql:1:25-1:36 column_name");
    assert_eq!(site.entry("macro.shop.safe_divide"), "macros/_macros.yml:4:11-4:22 safe_divide");
    assert_eq!(argument("safe_divide", "denominator"), "macros/_macros.yml:10:15-10:26 denominator");
    assert_eq!(site.place("macro.shop.safe_divide", Place::File), "macros/safe_divide.sql:1:10-1:21 safe_divide");
    assert_eq!(
        site.place("macro.shop.mask_text", keys(&["description"])),
        "macros/_macros.yml:17:18-17:75 Keeps the first character of a text and hides the others."
    );
    // Several in one file, and generic tests, which dbt names `test_…`.
    let sql = "{% macro a(x) %}{% endmacro %}\n{%- macro b(x,\n    y = 'a, b', z=none) -%}{%- endmacro -%}\n{% test positive(model, column_name) %}select 1{% endtest %}\n";
    let site = Site::of(
        &[("macros/m.sql", sql), ("macros/_m.yml", "macros:\n  - name: b\n    arguments:\n      - name: x\n")],
        &[
            ("macro.shop.a", "macros/m.sql", json!({})),
            ("macro.shop.b", "macros/m.sql", json!({"patch_path": "shop://macros/_m.yml"})),
            ("macro.shop.test_positive", "macros/m.sql", json!({})),
        ],
    );
    let argument = |id: &str, name: &str| site.place(id, Place::Argument(name.to_owned()));
    assert_eq!(site.entry("macro.shop.a"), "macros/m.sql:1:10-1:11 a");
    assert_eq!(site.place("macro.shop.b", Place::File), "macros/m.sql:2:11-2:12 b");
    assert_eq!(argument("macro.shop.b", "x"), "macros/_m.yml:4:15-4:16 x");
    assert_eq!(argument("macro.shop.b", "y"), "macros/m.sql:3:5-3:6 y");
    assert_eq!(argument("macro.shop.b", "z"), "macros/m.sql:3:17-3:18 z");
    // A key that is missing would stand in the entry, not in the code.
    assert_eq!(site.place("macro.shop.b", keys(&["description"])), "macros/_m.yml:2:11-2:12 b");
    assert_eq!(site.place("macro.shop.a", keys(&["description"])), "macros/m.sql:1:10-1:11 a");
    assert_eq!(site.entry("macro.shop.test_positive"), "macros/m.sql:4:9-4:17 positive");
    assert_eq!(argument("macro.shop.test_positive", "column_name"), "macros/m.sql:4:25-4:36 column_name");
}

#[test]
fn docs_blocks() {
    let site = Site::fixture("shop");
    let path = "models/_shared_columns.md";
    assert_eq!(site.entry("doc.shop.order_id"), format!("{path}:3:9-3:17 order_id"));
    assert_eq!(site.place("doc.shop.warehouse_zone", Place::File), format!("{path}:47:9-47:23 warehouse_zone"));
}

#[test]
fn a_source_spread_over_two_entries() {
    let yaml = "sources:
  - name: erp
    description: Orders.
    config: {loader: airbyte}
    tables:
      - name: orders
  - name: erp
    loader: fivetran
    tables:
      - name: lines
        columns: [{name: line_id}]
";
    let table = |name: &str| json!({"name": name, "source_name": "erp"});
    let site = Site::of(
        &[("models/_s.yml", yaml)],
        &[
            ("source.shop.erp.orders", "models/_s.yml", table("orders")),
            ("source.shop.erp.lines", "models/_s.yml", table("lines")),
        ],
    );
    let place =
        |id: &str, place: Place| site.place(&format!("source.shop.erp.{id}"), place).replace("models/_s.yml:", "");
    assert_eq!(place("orders", Place::Entry), "6:15-6:21 orders");
    assert_eq!(place("lines", Place::Entry), "10:15-10:20 lines");
    assert_eq!(place("orders", Place::SourceGroup), "2:11-2:14 erp");
    assert_eq!(place("lines", Place::SourceGroup), "7:11-7:14 erp");
    assert_eq!(place("orders", group_key(&["loader"])), "4:22-4:29 airbyte");
    assert_eq!(place("lines", group_key(&["loader"])), "8:13-8:21 fivetran");
    assert_eq!(place("lines", group_key(&["description"])), "7:11-7:14 erp");
    assert_eq!(place("lines", Place::column("line_id")), "11:26-11:33 line_id");
}

#[test]
fn generic_tests_in_all_their_forms() {
    let yaml = "models:
  - name: a
    tests:
      - unique:
          column_name: id
      - tools.rows_equal:
          arguments: {count: 5}
      - tools.rows_equal: {count: 7}
    columns:
      - name: id
        data_tests:
          - not_null
          - unique
          - name: state_is_known
            test_name: accepted_values
            arguments:
              values: [open, closed]
          - accepted_values: {values: ['yes', no], name: flag_is_known}
          - accepted_values:
              values: [1, 2]
      - name: email
        data_tests:
          - not_null: {config: {where: 'x > 0'}}
          - not_null:
              config: {where: 'y > 0'}
          - not_null
";
    let attached = |column: serde_json::Value, name: &str, kwargs: serde_json::Value| {
        let (namespace, name) = name.split_once('.').map_or((None, name), |(namespace, name)| (Some(namespace), name));
        json!({
            "attached_node": "model.shop.a",
            "column_name": column,
            "depends_on": {"nodes": ["model.shop.a"]},
            "test_metadata": {"name": name, "namespace": namespace, "kwargs": kwargs},
        })
    };
    let with = |mut test: serde_json::Value, key: &str, value: serde_json::Value| {
        test[key] = value;
        test
    };
    let id = || json!("id");
    let where_is = |text: &str| with(attached(json!("email"), "not_null", json!({})), "config", json!({"where": text}));
    let cases = [
        ("model_unique", attached(json!(null), "unique", json!({"column_name": "id"})), "4:9-4:15 unique"),
        ("rows_5", attached(json!(null), "tools.rows_equal", json!({"count": 5})), "6:9-6:25 tools.rows_equal"),
        ("rows_7", attached(json!(null), "tools.rows_equal", json!({"count": 7})), "8:9-8:25 tools.rows_equal"),
        ("not_null_id", attached(id(), "not_null", json!({"column_name": "id"})), "12:13-12:21 not_null"),
        ("unique_id", attached(id(), "unique", json!({"column_name": "id"})), "13:13-13:19 unique"),
        (
            "state_is_known",
            attached(id(), "accepted_values", json!({"values": ["open", "closed"]})),
            "15:24-15:39 accepted_values",
        ),
        (
            "flag_is_known",
            attached(id(), "accepted_values", json!({"values": ["yes", false]})),
            "18:13-18:28 accepted_values",
        ),
        ("numbers", attached(id(), "accepted_values", json!({"values": [1, 2]})), "19:13-19:28 accepted_values"),
        ("where_x", where_is("x > 0"), "23:13-23:21 not_null"),
        ("where_y", where_is("y > 0"), "24:13-24:21 not_null"),
        ("where_none", attached(json!("email"), "not_null", json!({})), "26:13-26:21 not_null"),
    ];
    let ids: Vec<String> = cases.iter().map(|(name, ..)| format!("test.shop.{name}.0a1b2c3d4e")).collect();
    let mut resources = vec![("model.shop.a", "models/a.sql", json!({"patch_path": "shop://models/_models.yml"}))];
    for ((name, test, _), id) in cases.iter().zip(&ids) {
        resources.push((id.as_str(), "models/_models.yml", with(test.clone(), "name", json!(name))));
    }
    let site = Site::of(&[("models/_models.yml", yaml), ("models/a.sql", "select 1\n")], &resources);
    for ((name, _, place), id) in cases.iter().zip(&ids) {
        assert_eq!(site.entry(id), format!("models/_models.yml:{place}"), "{name}");
        // A test has no other place.
        assert_eq!(site.place(id, keys(&["config", "severity"])), format!("models/_models.yml:{place}"), "{name}");
    }
}

#[test]
fn a_test_of_old_manifests_names_no_node_it_is_attached_to() {
    let yaml = "models:\n  - name: a\n  - name: b\n    columns:\n      - name: a_id\n        tests:\n          - relationships: {to: ref('a'), field: id}\n";
    let site = Site::of(
        &[("models/_models.yml", yaml)],
        &[
            ("model.shop.a", "models/a.sql", json!({"patch_path": "shop://models/_models.yml"})),
            ("model.shop.b", "models/b.sql", json!({"patch_path": "shop://models/_models.yml"})),
            (
                "test.shop.relationships_b.x",
                "models/_models.yml",
                json!({
                    "column_name": "a_id",
                    "depends_on": {"nodes": ["model.shop.a", "model.shop.b"]},
                    "test_metadata": {
                        "name": "relationships",
                        "kwargs": {"to": "ref('a')", "field": "id", "model": "{{ get_where_subquery(ref('b')) }}"},
                    },
                }),
            ),
        ],
    );
    assert_eq!(site.entry("test.shop.relationships_b.x"), "models/_models.yml:7:13-7:26 relationships");
}

#[test]
fn singular_tests() {
    let site = Site::fixture("shop");
    let (described, bare) = ("test.shop.assert_no_payment_before_order", "test.shop.assert_margin_below_one");
    assert_eq!(site.entry(described), "tests/_tests.yml:4:11-4:41 assert_no_payment_before_order");
    assert_eq!(
        site.place(described, keys(&["description"])),
        "tests/_tests.yml:5:18-5:46 Nobody pays before ordering."
    );
    assert_eq!(
        site.parent(described, "model.shop.stg_erp__orders"),
        "tests/assert_no_payment_before_order.sql:3:15-3:37 ref('stg_erp__orders')"
    );
    let path = "tests/assert_margin_below_one.sql";
    assert_eq!(site.entry(bare), format!("{path}:1:1-1:30 {{{{ config(severity='warn') }}}}"));
    assert_eq!(site.place(bare, Place::config("severity")), format!("{path}:1:11-1:26 severity='warn'"));
}

#[test]
fn what_is_defined_in_yaml_only() {
    let site = Site::fixture("shop");
    for (id, place) in [
        ("group.shop.finance", "models/_groups.yml:4:11-4:18 finance"),
        ("metric.shop.revenue", "models/semantic/_metrics.yml:4:11-4:18 revenue"),
        ("semantic_model.shop.payments", "models/semantic/_semantic_models.yml:40:11-40:19 payments"),
        ("saved_query.shop.sales_by_country", "models/semantic/_saved_queries.yml:19:11-19:27 sales_by_country"),
        ("function.shop.net_of_tax", "functions/_functions.yml:2:11-2:21 net_of_tax"),
        ("seed.shop.budget_2025", "seeds/_seeds.yml:16:11-16:22 budget_2025"),
    ] {
        assert_eq!(site.entry(id), place);
    }
    assert_eq!(site.place("group.shop.logistics", keys(&["owner", "email"])), "models/_groups.yml:19:5-19:10 owner");
    assert_eq!(
        site.entry("unit_test.shop.fct_orders.orders_without_payment_count_as_unpaid").split(' ').nth(1),
        Some("orders_without_payment_count_as_unpaid")
    );
}

#[test]
fn semantic_models_and_metrics_inside_a_model() {
    // As dbt 1.12 has them: the semantic model may have a name of its own or take the model's.
    let yaml = "models:
  - name: fct_parcels
    semantic_model:
      name: parcels
      enabled: true
    metrics:
      - name: parcel_count
  - name: fct_visits
    semantic_model:
      enabled: true
";
    let site = Site::of(
        &[("models/_m.yml", yaml)],
        &[
            ("semantic_model.shop.parcels", "models/_m.yml", json!({})),
            ("semantic_model.shop.fct_visits", "models/_m.yml", json!({})),
            ("metric.shop.parcel_count", "models/_m.yml", json!({})),
        ],
    );
    assert_eq!(site.entry("semantic_model.shop.parcels"), "models/_m.yml:4:13-4:20 parcels");
    assert_eq!(site.entry("semantic_model.shop.fct_visits"), "models/_m.yml:8:11-8:21 fct_visits");
    assert_eq!(site.entry("metric.shop.parcel_count"), "models/_m.yml:7:15-7:27 parcel_count");
}

#[test]
fn keys_of_the_project_file() {
    let site = spans();
    let key = |path: &[&str]| site.project_place(Place::ProjectKey(path.iter().map(|key| (*key).to_owned()).collect()));
    assert_eq!(key(&[]), "dbt_project.yml:1:7-1:12 spans");
    assert_eq!(key(&["version"]), "dbt_project.yml:2:10-2:17 \"1.0.0\"");
    assert_eq!(key(&["models", "spans", "+materialized"]), "dbt_project.yml:8:20-8:24 view");
    // What is missing: the last key on the way, or the name.
    assert_eq!(key(&["models", "spans", "+access"]), "dbt_project.yml:7:3-7:8 spans");
    assert_eq!(key(&["require-dbt-version"]), "dbt_project.yml:1:7-1:12 spans");
    assert_eq!(site.project_place(Place::Entry), "dbt_project.yml:1:7-1:12 spans");
    assert_eq!(site.project_place(Place::Span("models/gone.yml".to_owned(), None)), "models/gone.yml:-");
}

#[test]
fn resources_of_an_installed_package() {
    let desk = Desk::with("shop", "shop");
    desk.write("with.yml", "packages: {include: [shop_toolkit]}\n");
    let select = ["shop", "--config", "with.yml", "--select", "DOC001"];
    let places = || {
        let found = desk.places(&select);
        found.into_iter().filter(|place| place.contains("shop_toolkit")).collect::<Vec<_>>()
    };
    // Not installed here (`dbt deps` would): the path alone.
    assert_eq!(
        places(),
        [
            "shop/dbt_packages/shop_toolkit/models/toolkit_public_holidays.sql:- DOC001 model.shop_toolkit.toolkit_public_holidays",
            "shop/dbt_packages/shop_toolkit/models/toolkit_working_days.sql:- DOC001 model.shop_toolkit.toolkit_working_days",
        ]
    );
    super::support::copy(&desk.path("shop/packages/shop_toolkit"), &desk.path("shop/dbt_packages/shop_toolkit"));
    let found = places();
    assert_eq!(found.len(), 2);
    assert!(
        found[0].starts_with("shop/dbt_packages/shop_toolkit/models/toolkit_public_holidays.sql:1:1-1:"),
        "{found:?}"
    );
    // Without the setting they are not looked at.
    assert!(!desk.run(&["check", "shop", "--select", "DOC001"]).stdout.contains("shop_toolkit"));
}

/// dbt lets a package describe a model of the project, and the file with that is not the project's.
#[test]
fn an_entry_in_a_package_leads_to_the_resource_itself() {
    let orders = "model.shop.orders";
    let of_package = json!({"patch_path": "snowplow://models/schema.yml"});
    let yaml = "models:\n  - name: orders\n    columns: [{name: id}]\n";
    let files = [("models/orders.sql", "select 1\n"), ("models/schema.yml", yaml)];
    let site = Site::of(&files, &[(orders, "models/orders.sql", of_package)]);
    for place in [Place::Entry, keys(&["description"]), column_key("id", "description")] {
        assert_eq!(site.place(orders, place), "models/orders.sql:1:1-1:9 select 1");
    }
    let own = json!({"patch_path": "shop://models/schema.yml"});
    let site = Site::of(&files, &[(orders, "models/orders.sql", own)]);
    assert_eq!(site.place(orders, Place::Entry), "models/schema.yml:2:11-2:17 orders");
}

#[test]
fn places_of_related_resources_and_one_file_twice() {
    let site = spans();
    let mut located = site.located("model.spans.bread", Place::Entry);
    assert_eq!(located.location.display(), "fixtures/spans/transform/models/names/_names__models.yml:4:11");
    located.location.region = None;
    assert_eq!(located.location.display(), "fixtures/spans/transform/models/names/_names__models.yml");
}

#[test]
fn a_parent_that_code_reads_through_a_variable_or_a_macro() {
    let sql = "-- {{ 'till' }} 'till'\n{% for name in [\"shops\", 'till'] %}\nselect * from {{ source('erp', name) }}\n{% endfor %}\n";
    let files = [
        ("models/looped.sql", sql),
        ("models/hidden.sql", "\nselect * from {{ newest() }}\n"),
        ("models/_models.yml", "models:\n  - name: looped\n  - name: hidden\n"),
    ];
    let patch = json!({"patch_path": "shop://models/_models.yml"});
    let source = json!({"source_name": "erp", "name": "till"});
    let resources = [
        ("model.shop.looped", "models/looped.sql", patch.clone()),
        ("model.shop.hidden", "models/hidden.sql", patch),
        ("source.shop.erp.till", "models/_models.yml", source),
    ];
    let site = Site::of(&files, &resources);
    let till = "source.shop.erp.till";
    assert_eq!(site.parent("model.shop.looped", till), "models/looped.sql:2:26-2:32 'till'");
    assert_eq!(site.parent("model.shop.hidden", till), "models/hidden.sql:2:1-2:29 select * from {{ newest() }}");
}
