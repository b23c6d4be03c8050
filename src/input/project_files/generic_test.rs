//! A generic test as properties YAML declares it: its name, its arguments and its config, as dbt-core 1.12 makes them.

use md5::{Digest, Md5};

use super::datum::{Datum, Map};

/// Keys that are config where they stand among the arguments.
const CONFIG: [&str; 15] = [
    "severity",
    "tags",
    "enabled",
    "where",
    "limit",
    "warn_if",
    "error_if",
    "fail_calc",
    "store_failures",
    "store_failures_as",
    "sql_header",
    "meta",
    "database",
    "schema",
    "alias",
];

/// From this length on a test's name is cut and ends in a hash.
const LONGEST_NAME: usize = 63;

/// What a test is declared on.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The model's, seed's or snapshot's name, or the table's.
    pub name: &'a str,
    /// The name of the source, for a source table.
    pub source: Option<&'a str>,
    /// The version, for a versioned model.
    pub version: Option<&'a str>,
}

/// A declared test.
#[derive(Debug, Clone, PartialEq)]
pub struct GenericTest {
    pub name: String,
    /// The package of the test, where it is given.
    pub namespace: Option<String>,
    /// Arguments, with `model` and `column_name`.
    pub kwargs: Map,
    pub config: Map,
    pub description: Datum,
    /// The test's own name, which the unique id and the fully qualified name hold.
    pub full_name: String,
    /// The last part of the unique id.
    pub hash: String,
}

/// Why an item of `data_tests:` is no test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotATest {
    /// Neither a name nor a mapping with one key.
    Form,
    /// The arguments are no mapping.
    Arguments,
    /// dbt gives the argument `model` itself.
    Model,
    /// The name is none.
    Name,
}

impl GenericTest {
    /// Reads one item of `data_tests:`. `nested` is dbt's flag `require_generic_test_arguments_property`: whether
    /// `arguments:` is a key of its own. `render` evaluates the Jinja of a config value.
    pub fn new(
        item: &Datum,
        target: Target<'_>,
        column: Option<&str>,
        nested: bool,
        render: &mut dyn FnMut(&str) -> Datum,
    ) -> Result<Self, NotATest> {
        let (test, mut args) = split(item)?;
        if let Some(column) = column {
            args.insert("column_name", Datum::Text(column.to_owned()));
        }
        if nested && let Some(Datum::Map(arguments)) = args.remove("arguments") {
            args.update(arguments);
        }
        if args.get("model").is_some() {
            return Err(NotATest::Model);
        }
        args.insert("model", Datum::Text(target.model()));
        let (namespace, name) = names(&test).ok_or(NotATest::Name)?;
        let config = take_config(&mut args, render);
        let description = args.remove("description").unwrap_or_default();
        let given = args.remove("name").map(|name| name.to_text());
        let full_name = given.unwrap_or_else(|| synthesized(&target.prefix(namespace, name), &args));
        let hash = hash(&full_name, namespace, name, &args);
        let (name, namespace) = (name.to_owned(), namespace.map(str::to_owned));
        Ok(Self { name, namespace, kwargs: args, config, description, full_name, hash })
    }
}

impl Target<'_> {
    /// The argument `model`, which dbt renders to the relation to test.
    fn model(&self) -> String {
        let Self { name, .. } = self;
        let relation = match (self.source, self.version) {
            (Some(source), _) => format!("source('{source}', '{name}')"),
            (None, Some(version)) => format!("ref('{name}', version='{version}')"),
            (None, None) => format!("ref('{name}')"),
        };
        format!("{{{{ get_where_subquery({relation}) }}}}")
    }

    fn prefix(&self, namespace: Option<&str>, test: &str) -> String {
        let namespace = namespace.map(|name| format!("{name}_")).unwrap_or_default();
        let version = self.version.map(|version| format!("_v{version}")).unwrap_or_default();
        match self.source {
            Some(source) => format!("{namespace}source_{test}_{source}_{}", self.name),
            None => format!("{namespace}{test}_{}{version}", self.name),
        }
    }
}

/// Name and arguments: `unique`, `{unique: {…}}` or `{test_name: unique, …}`.
fn split(item: &Datum) -> Result<(String, Map), NotATest> {
    let map = match item {
        Datum::Text(name) => return Ok((name.clone(), Map::new())),
        Datum::Map(map) => map,
        _ => return Err(NotATest::Form),
    };
    if let Some(name) = map.get("test_name") {
        let mut args = map.clone();
        args.remove("test_name");
        return Ok((name.as_text().ok_or(NotATest::Name)?.to_owned(), args));
    }
    let mut entries = map.iter();
    let (Some((name, arguments)), None) = (entries.next(), entries.next()) else { return Err(NotATest::Form) };
    match arguments {
        Datum::Map(args) => Ok((name.to_owned(), args.clone())),
        _ => Err(NotATest::Arguments),
    }
}

/// `dbt_utils.recency` → its package and its name; only what Python takes for names at the start counts.
fn names(test: &str) -> Option<(Option<&str>, &str)> {
    let word = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        (end > 0 && !text.starts_with(|c: char| c.is_ascii_digit())).then_some(end)
    };
    let end = word(test)?;
    let after = test[end..].strip_prefix('.').and_then(|rest| Some((rest, word(rest)?)));
    Some(match after {
        Some((rest, length)) => (Some(&test[..end]), &rest[..length]),
        None => (None, &test[..end]),
    })
}

/// Takes the config out of the arguments: keys of the former spelling, then what stands under `config:`.
fn take_config(args: &mut Map, render: &mut dyn FnMut(&str) -> Datum) -> Map {
    let given = args.remove("config");
    let has_config = given.is_some();
    let mut nested = match given {
        Some(Datum::Map(map)) => map,
        _ => Map::new(),
    };
    let mut config = Map::new();
    for key in CONFIG {
        // What Python takes for false counts only where there is no `config:` to look into.
        let direct = args.remove(key).filter(|value| value.is_true() || !has_config);
        let value = direct.or_else(|| nested.remove(key)).unwrap_or_default();
        config.insert(key, value);
    }
    config.update(nested);
    let mut rendered = |value: Datum| match value {
        Datum::Text(text) => super::keypath::rendered(text, render),
        other => other,
    };
    config.into_iter().map(|(key, value)| (key, rendered(value))).filter(|(_, value)| !value.is_null()).collect()
}

/// The name that dbt makes of a test and its arguments.
fn synthesized(prefix: &str, args: &Map) -> String {
    let mut keys: Vec<&str> = args.keys().filter(|key| *key != "model").collect();
    keys.sort_unstable();
    let mut parts = Vec::new();
    for key in keys {
        match args.get(key) {
            Some(Datum::List(items)) => parts.extend(items.iter().map(|item| clean(&item.to_text()))),
            Some(Datum::Map(map)) => parts.extend(map.iter().map(|(_, value)| clean(&value.to_text()))),
            Some(value) => parts.push(clean(&value.to_text())),
            None => {}
        }
    }
    format!("{prefix}_{}", parts.join("__"))
}

/// Runs of anything but ASCII letters, digits and `_` become one `_`.
fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut in_run = false;
    for character in text.chars() {
        let kept = character.is_ascii_alphanumeric() || character == '_';
        if kept {
            cleaned.push(character);
        } else if !in_run {
            cleaned.push('_');
        }
        in_run = !kept;
    }
    cleaned
}

impl GenericTest {
    /// The name in the warehouse, where the full one is too long for it: its start and a hash.
    pub fn short_name(&self, target: Target<'_>) -> Option<String> {
        if self.full_name.chars().count() <= LONGEST_NAME {
            return None;
        }
        let identifier: String = target.prefix(self.namespace.as_deref(), &self.name).chars().take(30).collect();
        Some(format!("{identifier}_{}", md5(&self.full_name)))
    }
}

fn hash(full_name: &str, namespace: Option<&str>, name: &str, kwargs: &Map) -> String {
    let text = |value: &str| Datum::Text(value.to_owned());
    let metadata = Map::from_iter([
        ("kwargs".to_owned(), hashable(&Datum::Map(kwargs.clone()))),
        ("name".to_owned(), text(name)),
        ("namespace".to_owned(), text(namespace.unwrap_or("None"))),
    ]);
    let mut all = full_name.to_owned();
    Datum::Map(metadata).represent(&mut all);
    let digest = md5(&all);
    digest[digest.len() - 10..].to_owned()
}

/// Keys sorted on every level, and every value a text.
fn hashable(value: &Datum) -> Datum {
    match value {
        Datum::Map(map) => {
            let mut entries: Vec<(String, Datum)> =
                map.iter().map(|(key, value)| (key.to_owned(), hashable(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Datum::Map(entries.into_iter().collect())
        }
        Datum::List(items) => Datum::List(items.iter().map(hashable).collect()),
        other => Datum::Text(other.to_text()),
    }
}

fn md5(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::datum::testing::datum;
    use super::*;

    const ORDERS: Target<'_> = Target { name: "orders", source: None, version: None };

    fn built(text: &str, target: Target<'_>, column: Option<&str>) -> Result<GenericTest, NotATest> {
        GenericTest::new(&datum(text), target, column, true, &mut |text| Datum::Text(format!("<{text}>")))
    }

    /// Names and hashes as dbt-core 1.12 gives them.
    #[test]
    fn names_and_hashes_are_dbts() {
        let erp = |name| Target { name, source: Some("erp"), version: None };
        let cases = [
            (
                "unique",
                Target { name: "all_days", ..ORDERS },
                Some("date_day"),
                "unique_all_days_date_day",
                "c146a1fded",
            ),
            (
                "unique",
                Target { name: "dim_customers", source: None, version: Some("1") },
                Some("customer_id"),
                "unique_dim_customers_v1_customer_id",
                "cea60a0517",
            ),
            (
                "accepted_values: {arguments: {values: [open, paid, shipped, closed, cancelled]}}",
                Target { name: "stg_erp__orders", ..ORDERS },
                Some("order_status"),
                "accepted_values_stg_erp__orders_order_status__open__paid__shipped__closed__cancelled",
                "4eddd0927b",
            ),
            (
                "shop_toolkit.unique_combination_of_columns: {combination_of_columns: [order_id, line_number]}",
                erp("order_lines"),
                None,
                "shop_toolkit_source_unique_combination_of_columns_erp_order_lines_order_id__line_number",
                "1202f1f2d2",
            ),
        ];
        for (text, target, column, name, hash) in cases {
            let test = built(text, target, column).expect("a test");
            assert_eq!((test.full_name.as_str(), test.hash.as_str()), (name, hash));
        }
    }

    #[test]
    fn a_long_name_is_cut_and_hashed() {
        let target = Target { name: "stg_erp__orders", ..ORDERS };
        let text = "accepted_values: {values: [open, paid, shipped, closed, cancelled]}";
        let test = built(text, target, Some("order_status")).expect("a test");
        assert_eq!(test.short_name(target).unwrap(), "accepted_values_stg_erp__order_0a1d485a29849bcc4f809229b71be6c3");
        assert_eq!(built("unique", ORDERS, Some("id")).unwrap().short_name(ORDERS), None);
    }

    #[test]
    fn config_stands_among_the_arguments_or_by_itself() {
        let text = "unique: {severity: warn, name: my_test, description: Why, config: {where: \"{{ x }}\", tags: a}}";
        let test = built(text, ORDERS, Some("id")).expect("a test");
        assert_eq!(
            serde_json::to_string(&test.config).unwrap(),
            r#"{"severity":"warn","tags":"a","where":"<{{ x }}>"}"#
        );
        assert_eq!((test.full_name.as_str(), test.description.to_text().as_str()), ("my_test", "Why"));
        assert_eq!(test.kwargs.keys().collect::<Vec<_>>(), ["column_name", "model"]);
    }

    #[test]
    fn false_among_the_arguments_counts_without_a_config_beside_it() {
        let config =
            |text: &str| serde_json::to_string(&built(text, ORDERS, Some("id")).expect("a test").config).unwrap();
        assert_eq!(config("unique: {enabled: false}"), r#"{"enabled":false}"#);
        assert_eq!(config("unique: {enabled: false, config: {limit: 1}}"), r#"{"limit":1}"#);
    }

    #[test]
    fn what_is_no_test_is_said_to_be_none() {
        assert_eq!(built("[unique]", ORDERS, None), Err(NotATest::Form));
        assert_eq!(built("{unique: {}, not_null: {}}", ORDERS, None), Err(NotATest::Form));
        assert_eq!(built("unique: id", ORDERS, None), Err(NotATest::Arguments));
        assert_eq!(built("unique: {model: x}", ORDERS, None), Err(NotATest::Model));
        assert_eq!(built("1st: {}", ORDERS, None), Err(NotATest::Name));
    }
}
