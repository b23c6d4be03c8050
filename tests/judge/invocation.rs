//! What dbt was called with when it wrote a manifest: `--vars`, environment variables, the profile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dbt_steward::input::project_files::{Datum, Environment, Map};
use dbt_steward::text::yaml;

/// For a fixture: what lies in its `invocation/`, as `fixtures/regenerate.sh` has it.
pub fn of_fixture(root: &Path) -> Environment {
    let read = |name: &str| std::fs::read_to_string(root.join("invocation").join(name)).unwrap_or_default();
    let set = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let variables = read("variables.env").lines().filter_map(set).collect();
    Environment { vars: vars(&read("vars.yml")), variables, ..Environment::default() }
}

/// For any project: this process's environment, with `JUDGE_VARS`, `JUDGE_TARGET` and `JUDGE_PROFILES_DIR` for dbt's
/// options of such names.
pub fn of_project() -> Environment {
    let variables: BTreeMap<String, String> = std::env::vars().collect();
    let given = |name: &str| variables.get(name).cloned();
    Environment {
        vars: given("JUDGE_VARS").map(|text| vars(&text)).unwrap_or_default(),
        target: given("JUDGE_TARGET"),
        profiles: given("JUDGE_PROFILES_DIR").map(PathBuf::from),
        installed_in: None,
        variables,
    }
}

fn vars(text: &str) -> Map {
    match yaml::parse(text).expect("valid YAML").documents.first().map(Datum::from_node) {
        Some(Datum::Map(map)) => map,
        _ => Map::new(),
    }
}
