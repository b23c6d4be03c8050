//! Where findings point: the exact line, column and end, on files whose bytes make that hard.

mod constructs;
#[path = "../support/mod.rs"]
mod support;

use dbt_steward::findings::Place;
use serde_json::json;

use support::Desk;
use support::site::Site;

fn keys(path: &[&str]) -> Place {
    Place::Key(path.iter().map(|key| (*key).to_owned()).collect())
}

fn group_key(path: &[&str]) -> Place {
    Place::SourceGroupKey(path.iter().map(|key| (*key).to_owned()).collect())
}

fn column_key(column: &str, key: &str) -> Place {
    Place::ColumnKey(column.to_owned(), key.to_owned())
}

fn spans() -> Site {
    Site::fixture("spans/transform")
}

/// A model with its properties in `models/_models.yml`.
fn model(name: &str) -> (String, String, serde_json::Value) {
    (format!("model.shop.{name}"), format!("models/{name}.sql"), json!({"patch_path": "shop://models/_models.yml"}))
}

/// A project of models that are described in one YAML text.
fn described(yaml: &str, names: &[&str]) -> Site {
    let models: Vec<_> = names.iter().map(|name| model(name)).collect();
    let models: Vec<_> = models.iter().map(|(id, path, fields)| (id.as_str(), path.as_str(), fields.clone())).collect();
    let mut files = vec![("models/_models.yml", yaml)];
    files.extend(models.iter().map(|(_, path, _)| (*path, "select 1\n")));
    Site::of(&files, &models)
}

#[test]
fn a_project_in_a_subfolder_from_everywhere() {
    let mut desk = Desk::with("spans", "repo");
    // A folder below the project is all that is reported on, so that the place in the list differs.
    let places = |desk: &Desk, arguments: &[&str]| {
        let places = desk.places(&[arguments, &["--select", "DOC011"]].concat());
        places.into_iter().find(|place| place.contains("models/bom/")).unwrap_or_default()
    };
    let end = "models/bom/_bom.yml:5:15-5:23 DOC011 model.spans.bom_loaves";
    assert_eq!(places(&desk, &["repo/transform"]), format!("repo/transform/{end}"));
    assert_eq!(places(&desk, &["./repo/transform/"]), format!("repo/transform/{end}"));
    assert_eq!(places(&desk, &["repo/transform/models/bom"]), format!("repo/transform/{end}"));
    assert_eq!(places(&desk, &["repo/transform/target/manifest.json"]), format!("repo/transform/{end}"));
    let absolute = desk.path("repo/transform");
    assert_eq!(places(&desk, &[absolute.to_str().unwrap()]), format!("repo/transform/{end}"));
    desk.start = "repo".into();
    assert_eq!(places(&desk, &["transform"]), format!("transform/{end}"));
    desk.start = "repo/transform".into();
    assert_eq!(places(&desk, &[]), end);
    assert_eq!(places(&desk, &["."]), end);
    assert_eq!(places(&desk, &["models"]), end);
    assert_eq!(places(&desk, &["target/manifest.json"]), end);
    desk.start = "repo/transform/models/bom".into();
    assert_eq!(places(&desk, &[]), format!("../../{end}"));
    desk.start = "repo/transform/models".into();
    assert_eq!(places(&desk, &[]), format!("../{end}"));
    assert_eq!(places(&desk, &["bom"]), format!("../{end}"));
    desk.start = "repo/.github".into();
    assert_eq!(places(&desk, &["../transform"]), format!("../transform/{end}"));
}

/// `model-paths` may lead out of the project, into the repository that it is a part of, and no further.
#[test]
fn files_beside_the_project_have_places() {
    let mut desk = Desk::new();
    desk.write("repo/.git/HEAD", "ref: refs/heads/main\n");
    desk.write("repo/shop/dbt_project.yml", "name: shop\nmodel-paths: [models, ../shared/models, ../../elsewhere]\n");
    desk.write("repo/shop/models/a.sql", "select * from {{ ref('b') }}\n");
    desk.write("repo/shared/models/b.sql", "select 1\n");
    desk.write("repo/shared/models/b.yml", "models:\n  - name: b\n    description: ''\n");
    desk.write("repo/shared/models/broken.yml", "models: [\n");
    // Without an entry of its own, `a` might be described in the broken file.
    desk.write("repo/shop/models/a.yml", "models: [{name: a}]\n");
    desk.write("repo/shared/secret.sql", "select 1\n");
    desk.write("elsewhere/c.sql", "select 1\n");
    let select = ["--select", "DOC001,PRJ013"];
    let from = |desk: &Desk, arguments: &[&str]| desk.places(&[arguments, &select].concat());
    let places = |root: &str| {
        let (own, shared) =
            (format!("{root}models"), if root.is_empty() { "../shared/models" } else { "repo/shared/models" });
        vec![
            format!("{shared}/b.yml:3:18-3:20 DOC001 model.shop.b"),
            format!("{shared}/broken.yml:1:9-1:10 PRJ013 project.shop"),
            format!("{own}/a.yml:1:17-1:18 DOC001 model.shop.a"),
        ]
    };
    assert_eq!(from(&desk, &["repo/shop"]), places("repo/shop/"));
    let absolute = desk.path("repo/shop");
    assert_eq!(from(&desk, &[absolute.to_str().unwrap()]), places("repo/shop/"));
    desk.start = "repo/shop".into();
    assert_eq!(from(&desk, &[]), places(""));
}

#[test]
fn a_bare_manifest_names_files_without_a_line() {
    let desk = Desk::new();
    std::fs::copy(support::fixture("spans/transform/target/manifest.json"), desk.path("downloaded.json")).unwrap();
    let places = desk.places(&["downloaded.json", "--select", "DOC001,TST002,DOC006"]);
    assert_eq!(
        places,
        [
            "models/anchors/_anchors.yml:- DOC001 model.spans.anchor_new_shops",
            "models/crlf/_crlf.yml:- DOC001 model.spans.crlf_totals",
            "models/crlf/_crlf.yml:- TST002 source.spans.till.receipts",
            "models/names/_names__models.yml:- DOC001 model.spans.bread",
            "models/names/_names__models.yml:- DOC006 exposure.spans.bread",
            "models/names/_names__sources.yml:- TST002 source.spans.bread.bread",
            "models/names/_names__sources.yml:- TST002 source.spans.counter.bread",
            "models/unicode/_unicode.yml:- DOC001 model.spans.unicode_orders",
            "models/versioned/_versioned.yml:- DOC001 model.spans.prices.v1",
            "models/versioned/price_list.sql:- DOC001 model.spans.price_list",
        ]
    );
}

#[test]
fn lines_that_end_with_cr_lf() {
    let site = spans();
    let receipts = "model.spans.crlf_receipts";
    let yaml = "models/crlf/_crlf.yml";
    assert_eq!(site.entry(receipts), format!("{yaml}:17:11-17:24 crlf_receipts"));
    assert_eq!(site.place(receipts, Place::column("receipt_id")), format!("{yaml}:23:15-23:25 receipt_id"));
    assert_eq!(site.place(receipts, column_key("amount", "description")), format!("{yaml}:28:22-28:24 \"\""));
    assert_eq!(
        site.place(receipts, column_key("receipt_id", "description")),
        format!("{yaml}:24:22-26:19 >-\r\n          Number of the\r\n          receipt.")
    );
    assert_eq!(
        site.place(receipts, keys(&["description"])),
        format!("{yaml}:18:18-21:32 |\r\n      Receipts of the counter.\r\n\r\n      One row for each receipt.")
    );
    let till = "source.spans.till.receipts";
    assert_eq!(site.entry(till), format!("{yaml}:9:15-9:23 receipts"));
    assert_eq!(site.place(till, Place::SourceGroup), format!("{yaml}:5:11-5:15 till"));
    assert_eq!(site.place(till, group_key(&["description"])), format!("{yaml}:6:18-6:39 Sales of the counter."));
    assert_eq!(site.place(till, column_key("amount", "description")), format!("{yaml}:14:26-14:28 ''"));
    assert_eq!(site.parent(receipts, till), "models/crlf/crlf_receipts.sql:6:9-6:35 source('till', 'receipts')");
    assert_eq!(
        site.parent("model.spans.crlf_totals", receipts),
        "models/crlf/crlf_totals.sql:2:9-4:2 ref(\r\n    'crlf_receipts'\r\n)"
    );
}

#[test]
fn a_byte_order_mark() {
    let site = spans();
    let loaves = "model.spans.bom_loaves";
    assert_eq!(site.entry(loaves), "models/bom/_bom.yml:2:11-2:21 bom_loaves");
    assert_eq!(site.place(loaves, Place::column("baked_on")), "models/bom/_bom.yml:5:15-5:23 baked_on");
    assert_eq!(
        site.place(loaves, Place::File),
        "models/bom/bom_loaves.sql:1:1-1:40 select baked_on, count(*) as loaf_count"
    );
    assert_eq!(site.parent(loaves, "model.spans.tab_ovens"), "models/bom/bom_loaves.sql:2:9-2:25 ref('tab_ovens')");
}

#[test]
fn a_tab_is_one_column() {
    let site = spans();
    let ovens = "model.spans.tab_ovens";
    let yaml = "models/tabs/_tabs.yml";
    assert_eq!(site.entry(ovens), format!("{yaml}:3:11-3:20 tab_ovens"));
    assert_eq!(site.place(ovens, keys(&["description"])), format!("{yaml}:4:18-4:41 Ovens\tand\ttheir\tloaves."));
    assert_eq!(site.place(ovens, Place::column("oven_id")), format!("{yaml}:6:15-6:22 oven_id"));
    assert_eq!(
        site.place(ovens, column_key("oven_id", "description")),
        format!("{yaml}:7:22-7:41 Number of the oven.")
    );
    assert_eq!(site.place(ovens, column_key("baked_on", "description")), format!("{yaml}:9:22-9:24 ''"));
    assert_eq!(
        site.parent(ovens, "source.spans.till.receipts"),
        "models/tabs/tab_ovens.sql:8:9-8:35 source('till',\t'receipts')"
    );
}

#[test]
fn columns_count_characters_not_bytes() {
    let site = spans();
    let (cakes, orders) = ("model.spans.unicode_cakes", "model.spans.unicode_orders");
    let yaml = "models/unicode/_unicode.yml";
    assert_eq!(site.place(cakes, keys(&["description"])), format!("{yaml}:6:18-6:37 \"Kuchen – süß 🍰 日本\""));
    assert_eq!(site.place(cakes, Place::column("price")), format!("{yaml}:9:45-9:50 price"));
    assert_eq!(site.place(cakes, column_key("price", "meta")), format!("{yaml}:9:61-9:65 meta"));
    assert_eq!(site.place(cakes, column_key("price", "data_type")), format!("{yaml}:9:92-9:99 decimal"));
    assert_eq!(site.place(cakes, Place::column("größe")), format!("{yaml}:10:37-10:44 \"größe\""));
    assert_eq!(site.place(cakes, column_key("e\u{301}tage", "description")), format!("{yaml}:11:44-11:49 \"N/A\""));
    assert_eq!(site.entry(orders), format!("{yaml}:12:12-12:26 unicode_orders"));
    assert_eq!(site.place(orders, keys(&["description"])), format!("{yaml}:12:41-12:44 \"😀\""));
    assert_eq!(site.place(orders, Place::column("paid")), format!("{yaml}:12:114-12:118 paid"));
    assert_eq!(
        site.parent(cakes, "model.spans.tab_ovens"),
        "models/unicode/unicode_cakes.sql:7:19-7:35 ref('tab_ovens')"
    );
    assert_eq!(site.parent(orders, cakes), "models/unicode/unicode_orders.sql:1:40-1:60 ref('unicode_cakes')");
    assert_eq!(
        site.parent(orders, "model.spans.crlf_receipts"),
        "models/unicode/unicode_orders.sql:1:80-1:100 ref('crlf_receipts')"
    );
}

#[test]
fn anchors_and_merge_keys_lead_to_what_is_written() {
    let site = spans();
    let (shops, closed, new) =
        ("model.spans.anchor_shops", "model.spans.anchor_closed_shops", "model.spans.anchor_new_shops");
    let yaml = "models/anchors/_anchors.yml";
    // A merged key stands where the anchor is, a key of one's own wins.
    assert_eq!(site.place(shops, Place::column("shop_id")), format!("{yaml}:15:15-15:22 shop_id"));
    assert_eq!(
        site.place(shops, column_key("shop_id", "description")),
        format!("{yaml}:5:18-5:37 Number of the shop.")
    );
    assert_eq!(
        site.place(shops, column_key("parent_shop_id", "description")),
        format!("{yaml}:19:22-19:53 Shop to which the shop belongs.")
    );
    assert_eq!(site.place(shops, column_key("loaded_at", "description")), format!("{yaml}:9:18-9:20 \"\""));
    // An alias as a whole list: the items stand at the anchor.
    assert_eq!(site.place(closed, Place::column("shop_id")), format!("{yaml}:15:15-15:22 shop_id"));
    // An alias as the value of a key is a place of its own.
    assert_eq!(site.place(closed, keys(&["description"])), format!("{yaml}:23:18-23:28 *shop_text"));
    // Of two merged mappings the first wins.
    assert_eq!(site.place(new, column_key("opened_at", "description")), format!("{yaml}:9:18-9:20 \"\""));
    assert_eq!(site.place(new, Place::column("opened_at")), format!("{yaml}:29:15-29:24 opened_at"));
}

#[test]
fn one_name_of_several_things() {
    let site = spans();
    let (models, sources) = ("models/names/_names__models.yml", "models/names/_names__sources.yml");
    assert_eq!(site.entry("model.spans.bread"), format!("{models}:4:11-4:16 bread"));
    assert_eq!(site.entry("exposure.spans.bread"), format!("{models}:9:11-9:16 bread"));
    assert_eq!(site.entry("source.spans.bread.bread"), format!("{sources}:6:15-6:20 bread"));
    assert_eq!(site.entry("source.spans.counter.bread"), format!("{sources}:13:15-13:20 bread"));
    let sql = "models/names/bread.sql";
    assert_eq!(
        site.parent("model.spans.bread", "source.spans.bread.bread"),
        format!("{sql}:1:25-1:49 source('bread', 'bread')")
    );
    assert_eq!(
        site.parent("model.spans.bread", "source.spans.counter.bread"),
        format!("{sql}:3:25-3:51 source('counter', 'bread')")
    );
    assert_eq!(site.parent("exposure.spans.bread", "model.spans.bread"), format!("{models}:12:18-12:30 ref('bread')"));
    assert_eq!(site.place("exposure.spans.bread", keys(&["owner", "name"])), format!("{models}:11:19-11:25 Bakery"));
    // What is not there would stand below the key that is.
    assert_eq!(site.place("exposure.spans.bread", keys(&["owner", "email"])), format!("{models}:11:5-11:10 owner"));
    assert_eq!(site.place("exposure.spans.bread", keys(&["url"])), format!("{models}:9:11-9:16 bread"));
}

#[test]
fn versions_share_an_entry() {
    let site = spans();
    let (v1, v2) = ("model.spans.prices.v1", "model.spans.prices.v2");
    let yaml = "models/versioned/_versioned.yml";
    assert_eq!(site.entry(v1), format!("{yaml}:11:12-11:13 1"));
    assert_eq!(site.entry(v2), format!("{yaml}:13:12-13:13 2"));
    assert_eq!(site.place(v1, keys(&["defined_in"])), format!("{yaml}:12:21-12:27 prices"));
    // A key of the version's own, and one that only the model has.
    assert_eq!(
        site.place(v2, keys(&["description"])),
        format!("{yaml}:14:22-14:63 Prices with the day from which they hold.")
    );
    assert_eq!(site.place(v1, keys(&["description"])), format!("{yaml}:11:12-11:13 1"));
    assert_eq!(site.place(v1, Place::column("price")), format!("{yaml}:8:15-8:20 price"));
    assert_eq!(site.place(v2, Place::column("price_id")), format!("{yaml}:6:15-6:23 price_id"));
    assert_eq!(site.place(v2, Place::column("net_price")), format!("{yaml}:18:19-18:28 net_price"));
    assert_eq!(site.place(v2, column_key("valid_from", "description")), format!("{yaml}:20:26-20:36 First day."));
    assert_eq!(site.parent(v2, v1), "models/versioned/prices_v2.sql:2:9-2:27 ref('prices', v=1)");
    assert_eq!(site.parent("model.spans.price_list", v2), "models/versioned/price_list.sql:1:18-1:31 ref('prices')");
    // One list makes a test of each version.
    for test in ["unique_prices_v1_price_id.81779fe588", "unique_prices_v2_price_id.b1138d77fe"] {
        assert_eq!(site.entry(&format!("test.spans.{test}")), format!("{yaml}:7:22-7:28 unique"));
    }
}

#[test]
fn a_version_may_have_tests_and_configs_of_its_own() {
    let yaml = "models:
  - name: prices
    config: {materialized: view}
    data_tests: [row_count]
    versions:
      - v: 1
        config: {materialized: table}
      - v: '2'
        data_tests:
          - row_count
";
    let prices =
        |version: &str| json!({"name": "prices", "version": version, "patch_path": "shop://models/_models.yml"});
    let test = |version: &str| {
        let model = format!("model.shop.prices.v{version}");
        json!({"attached_node": model, "test_metadata": {"name": "row_count"}, "depends_on": {"nodes": [model]}})
    };
    let site = Site::of(
        &[("models/_models.yml", yaml), ("models/prices_v1.sql", "select 1"), ("models/prices_v2.sql", "select 2")],
        &[
            ("model.shop.prices.v1", "models/prices_v1.sql", prices("1")),
            ("model.shop.prices.v2", "models/prices_v2.sql", prices("2")),
            ("test.shop.row_count_prices_v1.a", "models/_models.yml", test("1")),
            ("test.shop.row_count_prices_v2.b", "models/_models.yml", test("2")),
        ],
    );
    let at = |place: &str| format!("models/_models.yml:{place}");
    assert_eq!(site.place("model.shop.prices.v1", Place::config("materialized")), at("7:32-7:37 table"));
    assert_eq!(site.place("model.shop.prices.v2", Place::config("materialized")), at("3:28-3:32 view"));
    assert_eq!(site.entry("model.shop.prices.v2"), at("8:12-8:15 '2'"));
    assert_eq!(site.entry("test.shop.row_count_prices_v1.a"), at("4:18-4:27 row_count"));
    assert_eq!(site.entry("test.shop.row_count_prices_v2.b"), at("10:13-10:22 row_count"));
}

#[test]
fn yaml_in_its_many_shapes() {
    let site = spans();
    let (quoted, long, last) = ("model.spans.shape_quoted", "model.spans.shape_long", "model.spans.shape_last");
    let yaml = "models/shapes/_shapes.yaml";
    assert_eq!(site.entry(quoted), format!("{yaml}:4:11-4:25 'shape_quoted'"));
    assert_eq!(
        site.place(quoted, keys(&["description"])),
        format!("{yaml}:5:18-5:60 'It''s a \"quoted\" text: with # no comment'")
    );
    assert_eq!(site.place(quoted, Place::column("column_a")), format!("{yaml}:7:13-7:23 'column_a'"));
    assert_eq!(site.place(quoted, Place::column("column_b")), format!("{yaml}:8:12-8:20 column_b"));
    assert_eq!(site.place(quoted, column_key("column_b", "description")), format!("{yaml}:9:19-9:21 ''"));
    // A column without the key: the column's name.
    assert_eq!(site.place(quoted, column_key("column_a", "description")), format!("{yaml}:7:13-7:23 'column_a'"));
    assert_eq!(
        site.place(long, keys(&["description"])),
        format!("{yaml}:11:16-14:13 \"A text that goes \\\n    on and on\n\n    and on.\"")
    );
    // A list or mapping is pointed at by its key.
    assert_eq!(site.place(long, keys(&["columns"])), format!("{yaml}:15:3-15:10 columns"));
    assert_eq!(site.place(long, Place::column("gone")), format!("{yaml}:10:9-10:19 shape_long"));
    assert_eq!(site.entry(last), format!("{yaml}:21:9-21:19 shape_last"));
    assert_eq!(site.place(last, Place::column("column_c")), format!("{yaml}:20:11-20:19 column_c"));
    let sql = "models/shapes";
    assert_eq!(site.parent(last, long), format!("{sql}/shape_last.sql:1:47-1:64 ref('shape_long')"));
    assert_eq!(site.parent(quoted, last), format!("{sql}/shape_quoted.sql:1:18-1:35 ref(\"shape_last\")"));
    assert_eq!(site.place(long, Place::File), format!("{sql}/shape_long.sql:1:1-1:16 select 1 as one"));
}

#[test]
fn nothing_declared() {
    let site = spans();
    let (list, path) = ("model.spans.price_list", "models/versioned/price_list.sql");
    let first_line = format!("{path}:1:1-1:34 select * from {{{{ ref('prices') }}}}");
    assert_eq!(site.entry(list), first_line);
    assert_eq!(site.place(list, Place::File), first_line);
    assert_eq!(site.place(list, keys(&["description"])), first_line);
    assert_eq!(site.place(list, Place::column("price")), first_line);
    assert_eq!(site.place(list, Place::config("access")), first_line);
    // Not the first line, but the first that says something.
    let site = Site::of(
        &[("models/late.sql", "\n \t\n  -- Late.\nselect 1\n"), ("models/empty.sql", " \n\n")],
        &[
            ("model.shop.late", "models/late.sql", json!({})),
            ("model.shop.empty", "models/empty.sql", json!({})),
            ("model.shop.gone", "models/gone.sql", json!({})),
        ],
    );
    assert_eq!(site.entry("model.shop.late"), "models/late.sql:3:3-3:11 -- Late.");
    assert_eq!(site.entry("model.shop.empty"), "models/empty.sql:1:1-1:1 ");
    assert_eq!(site.entry("model.shop.gone"), "models/gone.sql:-");
}

#[test]
fn several_documents_and_a_null_description() {
    // dbt refuses both, which does not keep people from writing them.
    let yaml = "models:\n  - name: a\n---\n# The second.\nmodels:\n  - name: b\n    columns:\n      - name: x\n        description:\n      - name: y\n        description: null\n";
    let site = described(yaml, &["a", "b"]);
    assert_eq!(site.entry("model.shop.a"), "models/_models.yml:2:11-2:12 a");
    assert_eq!(site.entry("model.shop.b"), "models/_models.yml:6:11-6:12 b");
    // Nothing to underline but the key.
    assert_eq!(site.place("model.shop.b", column_key("x", "description")), "models/_models.yml:9:9-9:20 description");
    assert_eq!(site.place("model.shop.b", column_key("y", "description")), "models/_models.yml:11:22-11:26 null");
}

#[test]
fn one_model_described_in_two_files() {
    // dbt takes one of them and names it in patch_path.
    let site = Site::of(
        &[
            ("models/a.yml", "models:\n  - name: orders\n"),
            ("models/b.yml", "version: 2\nmodels:\n  - name: orders\n"),
            ("models/orders.sql", "select 1\n"),
        ],
        &[("model.shop.orders", "models/orders.sql", json!({"patch_path": "shop://models/b.yml"}))],
    );
    assert_eq!(site.entry("model.shop.orders"), "models/b.yml:3:11-3:17 orders");
    // Twice in one file, which dbt refuses: the second is told of, all else stands at the first.
    let twice = described("models:\n  - name: orders\n  - name: orders\n    description: x\n", &["orders"]);
    assert_eq!(twice.entry("model.shop.orders"), "models/_models.yml:2:11-2:17 orders");
}

/// Of a key that stands both in an entry and below `config`, dbt takes the latter.
#[test]
fn a_key_below_config_wins() {
    let yaml = "sources:\n  - name: erp\n    loader: a\n    config: {loader: b}\n    tables:\n      - name: orders\n        \
                freshness: {warn_after: {count: 2, period: day}}\n        config: {freshness: null}\n        columns:\n          \
                - {name: id, tags: x, config: {tags: y}}\n";
    let table = json!({"name": "orders", "source_name": "erp", "resource_type": "source"});
    let site = Site::of(&[("models/_s.yml", yaml)], &[("source.shop.erp.orders", "models/_s.yml", table)]);
    let place = |place: Place| site.place("source.shop.erp.orders", place);
    assert_eq!(place(keys(&["freshness"])), "models/_s.yml:8:29-8:33 null");
    assert_eq!(place(keys(&["freshness", "warn_after"])), "models/_s.yml:8:18-8:27 freshness");
    assert_eq!(place(group_key(&["loader"])), "models/_s.yml:4:22-4:23 b");
    assert_eq!(place(column_key("id", "tags")), "models/_s.yml:10:48-10:49 y");
    let desk = Desk::new();
    desk.write("shop/dbt_project.yml", "name: shop\n").write("shop/models/_s.yml", yaml);
    let found = desk.places(&["shop", "--input", "project", "--select", "SRC002"]);
    assert_eq!(found, ["shop/models/_s.yml:8:29-8:33 SRC002 source.shop.erp.orders"]);
}

#[test]
fn windows_paths_in_the_manifest() {
    let site = Site::of(
        &[("models/a/_a.yml", "models:\n  - name: orders\n"), ("models/a/orders.sql", "select 1\n")],
        &[("model.shop.orders", "models\\a\\orders.sql", json!({"patch_path": "shop://models\\a\\_a.yml"}))],
    );
    assert_eq!(site.entry("model.shop.orders"), "models/a/_a.yml:2:11-2:17 orders");
    assert_eq!(site.place("model.shop.orders", Place::File), "models/a/orders.sql:1:1-1:9 select 1");
}
