//! What config a resource ends up with: `dbt_project.yml` by folder, properties YAML, and `config()` in the file.
//!
//! The rules are dbt-core's (1.12): each source of config is laid over the one before. Most keys are replaced; tags,
//! packages and hooks are added; `meta`, `docs` and `quoting` are merged key by key; so are `grants`, whose lists
//! are replaced unless the privilege begins with a `+`.

use super::datum::{Datum, Map, Reason};

/// Whether dbt takes a resource into the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enabled {
    Yes,
    No,
    /// It depends on something that is not at hand: nothing is concluded about the resource, nor from its being there or not.
    Unknown(Reason),
}

impl Enabled {
    /// What a config says that is put together.
    pub fn of(config: &Map) -> Self {
        match config.get("enabled") {
            Some(Datum::Bool(false)) => Self::No,
            Some(Datum::Unknown(reason)) => Self::Unknown(reason.clone()),
            _ => Self::Yes,
        }
    }

    /// Whether it certainly is.
    pub fn is_certain(&self) -> bool {
        *self == Self::Yes
    }
}

/// How a value meets the one that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Merge {
    Replace,
    Append,
    Update,
    AppendByKey,
}

fn merge_of(key: &str) -> Merge {
    match key {
        "tags" | "pre-hook" | "pre_hook" | "post-hook" | "post_hook" | "packages" => Merge::Append,
        "meta" | "docs" | "column_types" | "quoting" | "contract" => Merge::Update,
        "grants" => Merge::AppendByKey,
        _ => Merge::Replace,
    }
}

/// The levels of a section of `dbt_project.yml` (`models:` and the like) that apply to a resource: the section itself,
/// then one for each part of the fully qualified name, as far as there are any. Keys with a `+` are config, and so are
/// keys without one that hold no mapping.
pub fn levels<'a>(section: &'a Map, fqn: &'a [String]) -> impl Iterator<Item = Map> + 'a {
    let mut next = Some(section);
    let mut names = fqn.iter();
    std::iter::from_fn(move || {
        let level = next?;
        next = names.next().and_then(|name| level.get(name)).and_then(Datum::as_map);
        Some(own_config(level))
    })
}

fn own_config(level: &Map) -> Map {
    level
        .iter()
        .filter_map(|(key, value)| match key.strip_prefix('+') {
            Some(name) => Some((name.trim().to_owned(), value.clone())),
            None => (value.as_map().is_none()).then(|| (key.to_owned(), value.clone())),
        })
        .collect()
}

/// Lays `more` over `config`.
pub fn lay_over(config: &mut Map, more: Map) {
    for (key, value) in more {
        let key = canonical(key);
        let merged = match (config.remove(&key), merge_of(&key)) {
            (None | Some(Datum::Null), Merge::Append) => Datum::List(value.into_list()),
            (Some(old), Merge::Append) => append(old, value),
            (Some(Datum::Map(old)), Merge::Update) => update(old, value),
            (Some(Datum::Map(old)), Merge::AppendByKey) => append_by_key(old, value),
            (None, Merge::AppendByKey) => append_by_key(Map::new(), value),
            (_, _) => value,
        };
        config.insert(key, merged);
    }
}

/// dbt goes no further with an `enabled` that is neither true nor false; here it is not known then.
pub fn check_enabled(config: &mut Map) {
    if let Some(value) = config.value("enabled")
        && value.as_bool().is_none()
        && value.unknown().is_none()
    {
        let reason = format!("`enabled` is `{}`, which is neither true nor false", value.to_text());
        config.insert("enabled", Datum::Unknown(Reason::from(reason)));
    }
}

/// Names that credentials translate to dbt's own, and hooks in either spelling.
fn canonical(key: String) -> String {
    match key.as_str() {
        "pre_hook" => "pre-hook".to_owned(),
        "post_hook" => "post-hook".to_owned(),
        // BigQuery's words for them; dbt translates them there (and `catalog` on Databricks).
        "project" => "database".to_owned(),
        "dataset" => "schema".to_owned(),
        _ => key,
    }
}

fn append(old: Datum, more: Datum) -> Datum {
    // A list of which a part is unknown is known in the rest, but nobody could say whether a tag is missing.
    match (old, more) {
        (Datum::Unknown(reason), _) | (_, Datum::Unknown(reason)) => Datum::Unknown(reason),
        (old, more) => {
            let mut items = old.into_list();
            items.extend(more.into_list());
            Datum::List(items)
        }
    }
}

fn update(mut old: Map, more: Datum) -> Datum {
    match more {
        Datum::Map(more) => {
            old.update(more);
            Datum::Map(old)
        }
        other => other,
    }
}

fn append_by_key(old: Map, more: Datum) -> Datum {
    let Datum::Map(more) = more else { return more };
    let mut all: Map = old.into_iter().map(|(key, value)| (key, Datum::List(value.into_list()))).collect();
    for (key, value) in more {
        let (name, extends) = key.strip_prefix('+').map_or((key.as_str(), false), |name| (name, true));
        let list = match all.remove(name).filter(|_| extends) {
            Some(old) => append(old, value),
            None => Datum::List(value.into_list()),
        };
        all.insert(name, list);
    }
    Datum::Map(all)
}

#[cfg(test)]
mod tests {
    use super::super::datum::testing::map;
    use super::*;

    fn merged(layers: &[&str]) -> String {
        let mut config = Map::new();
        layers.iter().for_each(|layer| lay_over(&mut config, map(layer)));
        serde_json::to_string(&config).unwrap()
    }

    #[test]
    fn each_key_meets_the_former_one_in_its_own_way() {
        assert_eq!(merged(&["materialized: view", "materialized: table"]), r#"{"materialized":"table"}"#);
        assert_eq!(merged(&["tags: a", "tags: [b, a]"]), r#"{"tags":["a","b","a"]}"#);
        assert_eq!(merged(&["meta: {a: 1, b: 1}", "meta: {b: 2}"]), r#"{"meta":{"a":1,"b":2}}"#);
        assert_eq!(
            merged(&["grants: {select: a, insert: [b]}", "grants: {+select: [c], insert: d}"]),
            r#"{"grants":{"select":["a","c"],"insert":["d"]}}"#
        );
        assert_eq!(merged(&["pre_hook: a", "pre-hook: b"]), r#"{"pre-hook":["a","b"]}"#);
    }

    #[test]
    fn enabled_is_a_truth_value_or_not_known() {
        for (text, is_known) in
            [("enabled: true", true), ("enabled: 'True'", false), ("enabled: null", true), ("a: 1", true)]
        {
            let mut config = map(text);
            check_enabled(&mut config);
            assert_eq!(config.get("enabled").is_none_or(|value| value.unknown().is_none()), is_known, "{text}");
        }
    }

    #[test]
    fn levels_follow_the_folders() {
        let section = map("+tags: all\nshop:\n  schema: s\n  marts:\n    +materialized: table\n    meta: {a: 1}\n");
        let fqn = ["shop", "marts", "core", "fct"].map(str::to_owned);
        let found: Vec<String> = levels(&section, &fqn).map(|map| serde_json::to_string(&map).unwrap()).collect();
        assert_eq!(found, [r#"{"tags":"all"}"#, r#"{"schema":"s"}"#, r#"{"materialized":"table"}"#]);
    }
}
