//! Semantic models and metrics, in the shape of the manifest: inputs by name become mappings, windows are taken apart.

use super::config::Enabled;
use super::datum::{Datum, Map};
use super::declared_tests::texts;
use super::node::RefArgs;
use super::properties::{Entry, columns, map, maps};
use super::world::World;
use super::yaml_only::YamlResource;

const SEMANTIC_MODELS: [&str; 2] = ["semantic-models", "semantic_models"];

/// A semantic model of its own, and the metrics that its measures ask for with `create_metric`.
pub fn semantic_model(entry: &Entry, world: &World) -> Vec<YamlResource> {
    let mut made = YamlResource::new("semantic_model", &SEMANTIC_MODELS, entry, &entry.name, world);
    for key in ["model", "label", "primary_entity", "entities", "measures", "dimensions"] {
        if let Some(value) = entry.data.value(key) {
            made.data.insert(key, value.clone());
        }
    }
    made.asks.expressions = entry.data.text("model").map(str::to_owned).into_iter().collect();
    let meta = map(made.data.get("config")).get("meta").cloned();
    let enabled = match made.enabled.clone() {
        Enabled::Unknown(reason) => Datum::Unknown(reason),
        known => Datum::Bool(known.is_certain()),
    };
    let mut all = vec![made];
    for measure in maps(entry.data.get("measures")) {
        if measure.get("create_metric") == Some(&Datum::Bool(true)) {
            all.push(metric_of_measure(entry, &measure, meta.as_ref(), enabled.clone(), world));
        }
    }
    all
}

/// What dbt makes of `create_metric: true`.
fn metric_of_measure(
    entry: &Entry,
    measure: &Map,
    meta: Option<&Datum>,
    enabled: Datum,
    world: &World,
) -> YamlResource {
    let name = measure.get("name").map(Datum::to_text).unwrap_or_default();
    let text = |value: String| Datum::Text(value);
    let expr = measure.value("expr").cloned().unwrap_or_else(|| text(name.clone()));
    let params = Map::from_iter([("measure".to_owned(), text(name.clone())), ("expr".to_owned(), expr)]);
    let mut config = Map::from_iter([("enabled".to_owned(), enabled)]);
    if let Some(meta) = meta {
        config.insert("meta", meta.clone());
    }
    let label = measure.value("label").cloned().unwrap_or_else(|| text(name.clone()));
    let description = measure.value("description").filter(|value| value.is_true()).cloned();
    let description = description.unwrap_or_else(|| text(format!("Metric created from measure {name}")));
    let data = Map::from_iter([
        ("name".to_owned(), text(name.clone())),
        ("label".to_owned(), label),
        ("type".to_owned(), text("simple".to_owned())),
        ("type_params".to_owned(), Datum::Map(params)),
        ("description".to_owned(), description),
        ("config".to_owned(), Datum::Map(config)),
    ]);
    metric(&Entry { place: entry.place.clone(), section: "metrics", name, data }, None, world)
}

/// The semantic model and the metrics that an entry of `models:` may hold (dbt 1.12 on).
pub fn of_model(entry: &Entry, world: &World) -> Vec<YamlResource> {
    let settings = match entry.data.get("semantic_model") {
        Some(Datum::Bool(true)) => Map::new(),
        Some(Datum::Map(map)) if map.get("enabled") != Some(&Datum::Bool(false)) => map.clone(),
        _ => return Vec::new(),
    };
    let name = settings.value("name").map_or_else(|| entry.name.clone(), Datum::to_text);
    let mut config = Map::new();
    if let Some(Datum::Map(own)) = settings.get("config") {
        for (key, value) in
            [("meta", own.get("meta")), ("enabled", settings.get("enabled")), ("group", settings.get("group"))]
        {
            if let Some(value) = value.filter(|value| !value.is_null()) {
                config.insert(key, value.clone());
            }
        }
    }
    let mut made = YamlResource::with_config("semantic_model", &SEMANTIC_MODELS, entry, &name, config, world);
    let derived = map(entry.data.get("derived_semantics"));
    made.data.insert("model", Datum::Text(format!("ref('{}')", entry.name)));
    made.data.insert("primary_entity", entry.data.get("primary_entity").cloned().unwrap_or_default());
    made.data.insert("entities", parts(entry, "entity", derived.get("entities")));
    made.data.insert("dimensions", parts(entry, "dimension", derived.get("dimensions")));
    made.asks.refs = vec![RefArgs { package: None, name: entry.name.clone(), version: None }];
    let mut all = vec![made];
    for data in maps(entry.data.get("metrics")) {
        let Some(metric_name) = data.value("name").map(Datum::to_text) else { continue };
        let own = Entry { place: entry.place.clone(), section: "metrics", name: metric_name, data };
        all.push(metric(&own, Some((&name, entry.data.get("agg_time_dimension"))), world));
    }
    all
}

/// Entities or dimensions of columns, then derived ones.
fn parts(entry: &Entry, key: &str, derived: Option<&Datum>) -> Datum {
    let of_columns = columns(entry.data.get("columns")).into_iter().filter_map(|column| {
        let part = column.value(key)?;
        let own = map(Some(part));
        let first = |field: &str| own.value(field).or_else(|| column.get(field)).cloned().unwrap_or_default();
        let kind = part
            .as_text()
            .map_or_else(|| own.get("type").cloned().unwrap_or_default(), |word| Datum::Text(word.to_owned()));
        let (name, column_name) = (first("name"), column.value("name").cloned().unwrap_or_default());
        // By another name than its column's, as dbt 1.12 writes it.
        let expr = if name == column_name { Datum::default() } else { column_name };
        Some(Datum::Map(Map::from_iter([
            ("name".to_owned(), name),
            ("type".to_owned(), kind),
            ("description".to_owned(), first("description")),
            ("expr".to_owned(), expr),
        ])))
    });
    let derived = derived.map(Datum::items).unwrap_or_default().iter().cloned();
    Datum::List(of_columns.chain(derived).collect())
}

/// A metric, in the syntax with `type_params` or in the newer one without. `inside` is the semantic model of the entry
/// that it stands in, and that model's time dimension.
pub fn metric(entry: &Entry, inside: Option<(&str, Option<&Datum>)>, world: &World) -> YamlResource {
    let mut made = YamlResource::new("metric", &["metrics"], entry, &entry.name, world);
    let data = &entry.data;
    let kind = data.text("type").unwrap_or("simple").to_lowercase();
    let older = data.get("type_params").and_then(Datum::as_map);
    let params = match older {
        Some(params) => older_params(&kind, params),
        None => newer_params(&kind, data, inside),
    };
    let config = map(made.data.get("config"));
    if older.is_some() {
        made.data.insert("tags", data.get("tags").cloned().unwrap_or_default());
        let meta = config.get("meta").filter(|meta| meta.is_true()).or_else(|| data.get("meta"));
        made.data.insert("meta", meta.cloned().unwrap_or_default());
    }
    made.asks.measures = measures(&params);
    made.asks.metrics = inputs(&kind, &params);
    made.asks.semantic_model =
        params.get("metric_aggregation_params").and_then(|own| own.get("semantic_model")).map(Datum::to_text);
    made.data.insert("label", data.value("label").cloned().unwrap_or_else(|| Datum::Text(entry.name.clone())));
    made.data.insert("type", Datum::Text(kind));
    made.data.insert("type_params", Datum::Map(params));
    made.data.insert("filter", filter(data.get("filter")));
    made
}

fn older_params(kind: &str, params: &Map) -> Map {
    let get = |key: &str| params.value(key);
    let mut made = Map::new();
    made.insert("measure", measure(get("measure")));
    made.insert("numerator", input(get("numerator")));
    made.insert("denominator", input(get("denominator")));
    made.insert("expr", get("expr").map(|expr| Datum::Text(expr.to_text())).unwrap_or_default());
    made.insert("window", window(get("window")));
    made.insert("grain_to_date", get("grain_to_date").cloned().unwrap_or_default());
    made.insert("metrics", Datum::List(list(get("metrics"))));
    let conversion = get("conversion_type_params").map(|own| {
        let own = map(Some(own));
        let mut made = conversion(&own);
        made.insert("base_measure", measure(own.value("base_measure")));
        made.insert("conversion_measure", measure(own.value("conversion_measure")));
        Datum::Map(made)
    });
    made.insert("conversion_type_params", conversion.unwrap_or_default());
    let cumulative = (kind == "cumulative").then(|| {
        let own = map(get("cumulative_type_params"));
        let first = |key: &str| own.value(key).or_else(|| get(key)).cloned().unwrap_or_default();
        cumulative(window(Some(&first("window"))), first("grain_to_date"), own.value("period_agg"))
    });
    made.insert("cumulative_type_params", cumulative.map(Datum::Map).unwrap_or_default());
    common(&mut made, false, Datum::Null);
    made
}

fn newer_params(kind: &str, data: &Map, inside: Option<(&str, Option<&Datum>)>) -> Map {
    let get = |key: &str| data.value(key);
    let mut made = Map::new();
    made.insert("measure", Datum::Null);
    made.insert("numerator", input(get("numerator")));
    made.insert("denominator", input(get("denominator")));
    made.insert("expr", get("expr").map(|expr| Datum::Text(expr.to_text())).unwrap_or_default());
    made.insert("window", window(get("window")));
    made.insert("grain_to_date", Datum::Null);
    made.insert("metrics", Datum::List(list(get("input_metrics"))));
    let conversion = (kind == "conversion").then(|| {
        let mut made = conversion(data);
        made.insert("base_metric", input(get("base_metric")));
        made.insert("conversion_metric", input(get("conversion_metric")));
        Datum::Map(made)
    });
    made.insert("conversion_type_params", conversion.unwrap_or_default());
    let cumulative = (kind == "cumulative").then(|| {
        let grain = get("grain_to_date").cloned().unwrap_or_default();
        let mut made = cumulative(window(get("window")), grain, get("period_agg"));
        made.insert("metric", input(get("input_metric")));
        Datum::Map(made)
    });
    made.insert("cumulative_type_params", cumulative.unwrap_or_default());
    common(
        &mut made,
        get("join_to_timespine") == Some(&Datum::Bool(true)),
        Datum::Bool(get("hidden") == Some(&Datum::Bool(true))),
    );
    if let (Some(agg), Some((model, time))) = (get("agg"), inside.filter(|_| kind == "simple")) {
        made.insert(
            "metric_aggregation_params",
            Datum::Map(aggregation(agg, model, get("agg_time_dimension").or(time), data)),
        );
    }
    made
}

fn aggregation(agg: &Datum, model: &str, time: Option<&Datum>, data: &Map) -> Map {
    let percentile = data.text("percentile_type").unwrap_or_default().to_lowercase();
    let params = Map::from_iter([
        ("percentile".to_owned(), data.get("percentile").cloned().unwrap_or_default()),
        ("use_discrete_percentile".to_owned(), Datum::Bool(percentile == "discrete")),
        ("use_approximate_percentile".to_owned(), Datum::Bool(percentile == "continuous")),
    ]);
    let non_additive = data.value("non_additive_dimension").map(|own| {
        Datum::Map(Map::from_iter([
            ("name".to_owned(), own.get("name").cloned().unwrap_or_default()),
            ("window_choice".to_owned(), own.get("window_agg").cloned().unwrap_or_default()),
            ("window_groupings".to_owned(), own.get("group_by").cloned().unwrap_or(Datum::List(Vec::new()))),
        ]))
    });
    Map::from_iter([
        ("semantic_model".to_owned(), Datum::Text(model.to_owned())),
        ("agg".to_owned(), agg.clone()),
        ("agg_params".to_owned(), Datum::Map(params)),
        ("agg_time_dimension".to_owned(), time.cloned().unwrap_or_default()),
        ("non_additive_dimension".to_owned(), non_additive.unwrap_or_default()),
        ("expr".to_owned(), Datum::Null),
    ])
}

fn common(made: &mut Map, join_to_timespine: bool, is_private: Datum) {
    made.insert("metric_aggregation_params", Datum::Null);
    made.insert("fill_nulls_with", Datum::Null);
    made.insert("join_to_timespine", Datum::Bool(join_to_timespine));
    made.insert("is_private", is_private);
}

fn conversion(own: &Map) -> Map {
    Map::from_iter([
        ("base_measure".to_owned(), Datum::Null),
        ("conversion_measure".to_owned(), Datum::Null),
        ("base_metric".to_owned(), Datum::Null),
        ("conversion_metric".to_owned(), Datum::Null),
        ("entity".to_owned(), own.get("entity").cloned().unwrap_or_default()),
        (
            "calculation".to_owned(),
            own.value("calculation").cloned().unwrap_or_else(|| Datum::Text("conversion_rate".to_owned())),
        ),
        ("window".to_owned(), window(own.value("window"))),
        ("constant_properties".to_owned(), own.get("constant_properties").cloned().unwrap_or_default()),
    ])
}

fn cumulative(window: Datum, grain_to_date: Datum, period_agg: Option<&Datum>) -> Map {
    Map::from_iter([
        ("window".to_owned(), window),
        ("grain_to_date".to_owned(), grain_to_date),
        ("period_agg".to_owned(), period_agg.cloned().unwrap_or_else(|| Datum::Text("first".to_owned()))),
        ("metric".to_owned(), Datum::Null),
    ])
}

/// A measure by name or with more said of it.
fn measure(value: Option<&Datum>) -> Datum {
    named(value, |own| {
        [
            ("join_to_timespine".to_owned(), own.get("join_to_timespine").cloned().unwrap_or(Datum::Bool(false))),
            ("fill_nulls_with".to_owned(), own.get("fill_nulls_with").cloned().unwrap_or_default()),
        ]
    })
}

/// A metric that another is made of, by name or with more said of it.
fn input(value: Option<&Datum>) -> Datum {
    named(value, |own| {
        [
            ("offset_window".to_owned(), window(own.value("offset_window"))),
            ("offset_to_grain".to_owned(), own.get("offset_to_grain").cloned().unwrap_or_default()),
        ]
    })
}

/// What measures and metrics have in common where they are named, and then what they have not.
fn named(value: Option<&Datum>, rest: impl FnOnce(&Map) -> [(String, Datum); 2]) -> Datum {
    let Some(value) = value else { return Datum::Null };
    let own = map(Some(value));
    let name = own.get("name").cloned().unwrap_or_else(|| Datum::Text(value.to_text()));
    let common = [
        ("name".to_owned(), name),
        ("filter".to_owned(), filter(own.get("filter"))),
        ("alias".to_owned(), own.get("alias").cloned().unwrap_or_default()),
    ];
    Datum::Map(common.into_iter().chain(rest(&own)).collect())
}

fn list(value: Option<&Datum>) -> Vec<Datum> {
    value.map(Datum::items).unwrap_or_default().iter().map(|item| input(Some(item))).collect()
}

fn filter(value: Option<&Datum>) -> Datum {
    let templates: Vec<String> = texts(value).collect();
    if templates.is_empty() {
        return Datum::Null;
    }
    let filters = templates
        .into_iter()
        .map(|text| Datum::Map(Map::from_iter([("where_sql_template".to_owned(), Datum::Text(text))])));
    Datum::Map(Map::from_iter([("where_filters".to_owned(), Datum::List(filters.collect()))]))
}

/// `7 days` → its count and its granularity.
fn window(value: Option<&Datum>) -> Datum {
    let Some(text) = value.and_then(Datum::as_text) else { return Datum::Null };
    let lower = text.to_lowercase();
    let Some((count, granularity)) = lower.split_once(' ') else { return Datum::Null };
    const STANDARD: [&str; 8] = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"];
    let singular = granularity.strip_suffix('s').filter(|word| STANDARD.contains(word)).unwrap_or(granularity);
    Datum::Map(Map::from_iter([
        ("count".to_owned(), count.parse().map_or(Datum::Null, Datum::Int)),
        ("granularity".to_owned(), Datum::Text(singular.to_owned())),
    ]))
}

/// The measures that a metric names itself.
fn measures(params: &Map) -> Vec<String> {
    let conversion = map(params.get("conversion_type_params"));
    let named = [params.get("measure"), conversion.get("base_measure"), conversion.get("conversion_measure")];
    named.into_iter().flatten().filter_map(|measure| Some(measure.get("name")?.to_text())).collect()
}

/// The metrics that a metric is made of, in dbt's order.
fn inputs(kind: &str, params: &Map) -> Vec<String> {
    let conversion = map(params.get("conversion_type_params"));
    let cumulative = map(params.get("cumulative_type_params"));
    let named: Vec<&Datum> = match kind {
        "ratio" => [params.get("numerator"), params.get("denominator")].into_iter().flatten().collect(),
        "derived" => params.get("metrics").map(Datum::items).unwrap_or_default().iter().collect(),
        "cumulative" => cumulative.get("metric").into_iter().collect(),
        "conversion" => {
            [conversion.get("base_metric"), conversion.get("conversion_metric")].into_iter().flatten().collect()
        }
        _ => Vec::new(),
    };
    named.into_iter().filter_map(|input| Some(input.get("name")?.to_text())).collect()
}
