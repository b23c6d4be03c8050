//! What a project's Jinja sees of the world around it: variables, the environment, the target.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::datum::{Datum, Map, Reason};
use crate::files::read_to_string;
use crate::paths::shown;
use crate::text::yaml;

/// What the caller gives.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `--vars`, which win over all others.
    pub vars: Map,
    /// Environment variables that `env_var()` may read.
    pub variables: BTreeMap<String, String>,
    /// `--target` or `DBT_TARGET`; the profile's own where it is not given.
    pub target: Option<String>,
    /// Where `profiles.yml` is looked for before the project's folder: `--profiles-dir` or `DBT_PROFILES_DIR`.
    pub profiles: Option<PathBuf>,
    /// Where packages are installed, and local ones are looked for, if not in the project: a former state of one has
    /// none of its own.
    pub installed_in: Option<PathBuf>,
}

/// The part of a profile that shows in names: never a secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// `target.name`, `target.schema` and so on.
    pub values: Map,
    /// Where the profile is at hand, and does not have the target that is asked for.
    pub lacking: Option<UnknownTarget>,
}

/// A target that is asked for and that the profile does not have, which dbt refuses as well.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[error("{}: the profile `{profile}` has no target `{target}`", shown(path))]
#[diagnostic(help("--target or DBT_TARGET asks for it; the profile's targets: {}", known.join(", ")))]
pub struct UnknownTarget {
    /// The `profiles.yml`.
    pub path: PathBuf,
    pub profile: String,
    pub target: String,
    pub known: Vec<String>,
}

/// Keys of a profile's output that may be read: what dbt puts into `target`, without credentials.
const PUBLIC: [&str; 12] = [
    "type",
    "schema",
    "dataset",
    "database",
    "dbname",
    "project",
    "catalog",
    "path",
    "threads",
    "location",
    "warehouse",
    "role",
];

impl Environment {
    /// The value of `env_var(name)`.
    pub fn env_var(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }
}

impl Target {
    /// Where there is no profile: every value of it is unknown.
    pub fn unknown(name: Option<&str>) -> Self {
        let mut values = Map::new();
        if let Some(name) = name {
            for key in ["name", "target_name"] {
                values.insert(key, Datum::Text(name.to_owned()));
            }
        }
        Self { values, lacking: None }
    }

    /// A value of the target; unknown unless a profile says it.
    pub fn value(&self, key: &str) -> Datum {
        let missing = || Datum::Unknown(Reason::from(format!("target.{key} stands in a profile that is not at hand")));
        self.values.get(key).cloned().unwrap_or_else(missing)
    }

    /// The adapter's type, such as `snowflake`.
    pub fn adapter(&self) -> Option<&str> {
        self.values.text("type")
    }

    pub fn schema(&self) -> Datum {
        self.value("schema")
    }

    pub fn database(&self) -> Datum {
        self.value("database")
    }
}

/// Reads the profile that the project names from `profiles.yml`, in the folder that is given or in the project's own.
///
/// `render` evaluates the Jinja of a value. A profile in the user's home is left alone: it is another on each machine,
/// and findings are to be the same on all.
pub fn read_target(
    root: &Path,
    profile: Option<&str>,
    environment: &Environment,
    render: &dyn Fn(&Datum) -> Datum,
) -> Target {
    let unknown = || Target::unknown(environment.target.as_deref());
    let Some(profile) = profile else { return unknown() };
    let folders = environment.profiles.iter().map(PathBuf::as_path).chain([root]);
    let mut found = folders.map(|folder| folder.join("profiles.yml")).filter_map(|path| {
        let tree = yaml::parse(&read_to_string(&path).ok()?).ok()?;
        let settings = Datum::from_node(tree.documents.first()?.get(profile)?);
        let target = target(&settings, environment, render);
        Some(Target { lacking: lacking(path, profile, &settings, environment), ..target })
    });
    found.next().unwrap_or_else(unknown)
}

/// Whether the target that is asked for is none of the profile's.
fn lacking(path: PathBuf, name: &str, profile: &Datum, environment: &Environment) -> Option<UnknownTarget> {
    let target = environment.target.clone()?;
    let known: Vec<String> = profile.get("outputs")?.as_map()?.iter().map(|(name, _)| name.to_owned()).collect();
    let is_lacking = !known.is_empty() && !known.contains(&target);
    is_lacking.then(|| UnknownTarget { path, profile: name.to_owned(), target, known })
}

fn target(profile: &Datum, environment: &Environment, render: &dyn Fn(&Datum) -> Datum) -> Target {
    let own = || match profile.get("target").map(render) {
        Some(Datum::Text(name)) => Some(name),
        Some(_) => None,
        None => Some("default".to_owned()),
    };
    let Some(name) = environment.target.clone().or_else(own) else { return Target::unknown(None) };
    let Some(output) = profile.get("outputs").and_then(|outputs| outputs.get(&name)) else {
        return Target::unknown(Some(&name));
    };
    let mut target = Target::unknown(Some(&name));
    for key in PUBLIC {
        if let Some(value) = output.get(key) {
            target.values.insert(key, render(value));
        }
    }
    name_alike(&mut target.values);
    target
}

/// Adapters have their own words for database and schema; dbt has both in `target`.
fn name_alike(values: &mut Map) {
    let adapter = values.text("type").unwrap_or_default().to_owned();
    let words: &[(&str, &str)] = match adapter.as_str() {
        "bigquery" => &[("project", "database"), ("dataset", "schema")],
        "postgres" | "redshift" => &[("dbname", "database")],
        "databricks" => &[("catalog", "database")],
        _ => &[],
    };
    for (theirs, dbts) in words {
        if values.get(dbts).is_none()
            && let Some(value) = values.get(theirs).cloned()
        {
            values.insert(*dbts, value);
        }
    }
    match adapter.as_str() {
        // The file's name without its extension; `memory` where there is none.
        "duckdb" if values.get("database").is_none() => {
            let path = values.text("path").unwrap_or(":memory:").to_owned();
            values.insert("database", duckdb_database(&path));
            if values.get("schema").is_none() {
                values.insert("schema", Datum::Text("main".to_owned()));
            }
        }
        // Spark has no databases.
        "spark" => values.insert("database", Datum::Null),
        // Nor has ClickHouse; what a profile says is the schema once more.
        "clickhouse" => values.insert("database", Datum::Text(String::new())),
        "databricks" if values.get("database").is_none() => {
            values.insert("database", Datum::Text("hive_metastore".to_owned()));
        }
        _ => {}
    }
}

fn duckdb_database(path: &str) -> Datum {
    if path.contains("{{") || path.contains("://") || path.starts_with("md:") {
        return Datum::Unknown(Reason::from("the name of this DuckDB database depends on where it is"));
    }
    let stem = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    Datum::Text(if path == ":memory:" { "memory" } else { stem }.to_owned())
}

/// The values of `var()` for one package: the caller's win, then the root project's, then the package's own. In each
/// file, what stands under a package's name goes before what stands beside it.
#[derive(Debug, Clone, Default)]
pub struct Vars(Map);

impl Vars {
    /// `own` is the package's `vars:`, `None` for the root project itself.
    pub fn new(package: &str, own: Option<&Map>, root: &Map, given: &Map) -> Self {
        let mut all = Map::new();
        for vars in own.into_iter().chain([root]) {
            all.update(vars.clone());
            if let Some(Datum::Map(special)) = vars.get(package) {
                all.update(special.clone());
            }
        }
        all.update(given.clone());
        Self(all)
    }

    pub fn get(&self, name: &str) -> Option<&Datum> {
        self.0.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::datum::testing::map;
    use super::*;

    #[test]
    fn the_root_projects_vars_win_over_a_packages_own() {
        let own = map("a: package\nb: package\nutils: {c: package}");
        let root = map("a: root\nutils: {c: root, d: root}\nshop: {a: shop}");
        let vars = Vars::new("utils", Some(&own), &root, &map("d: given"));
        let value = |name: &str| vars.get(name).map(Datum::to_text);
        assert_eq!(["a", "b", "c", "d"].map(|name| value(name).unwrap()), ["root", "package", "root", "given"]);
        assert_eq!(value("e"), None);
    }

    #[test]
    fn a_profile_gives_names_and_no_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let text = "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: data/shop.duckdb, schema: main, password: x}\n";
        std::fs::write(folder.path().join("profiles.yml"), text).unwrap();
        let read = |target: Option<&str>| {
            let environment = Environment { target: target.map(str::to_owned), ..Environment::default() };
            read_target(folder.path(), Some("shop"), &environment, &Datum::clone)
        };
        let dev = read(None);
        assert_eq!(dev.database(), Datum::Text("shop".to_owned()));
        assert_eq!(dev.values.get("password"), None);
        let other = read(Some("prod"));
        assert_eq!(other.value("name"), Datum::Text("prod".to_owned()));
        assert!(matches!(other.schema(), Datum::Unknown(_)));
        let known = |target: &Target| target.lacking.as_ref().map(|lacking| lacking.known.join(", "));
        assert_eq!([dev, other].map(|target| known(&target)), [None, Some("dev".to_owned())]);
    }
}
