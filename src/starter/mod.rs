//! A first config, from what a project looks like: its folders, its prefixes, its `meta` keys.

mod layers;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::project::{FileOwners, Project, Resource, ResourceType, owner_keys};
use crate::report::printable;
use crate::words::counted;

/// The text of `dbt-steward.yml`, commented. `codeowners` is the repository's CODEOWNERS, if it has one.
pub fn config(project: &Project<'_>, codeowners: Option<&dyn FileOwners>) -> String {
    let models: Vec<&Resource<'_>> = project.own(ResourceType::Model).map(|(_, model)| model).collect();
    let mut text = format!(
        "# dbt-steward for {}. All settings: docs/configuration.md of dbt-steward.\n\n",
        in_comment(&project.name)
    );
    text += "# minimal, recommended, strict, or the path of a config to build on\nextends: recommended\n\n";
    text += FAIL_ON;
    text += &layers::section(project);
    text += &owners(project, codeowners);
    text += RULES;
    text += &overrides(&models);
    text
}

/// Said and not set: a value here would count for runs that look only at a change, too.
const FAIL_ON: &str = "\
# exit with 1 from this severity on: error, warning, info, never; unless set error, and warning where only a change is
# looked at (hooks, --since)
# fail-on: error

";

const RULES: &str = "\
# a slug or code with a severity, or a block with severity, options, and what it is limited to
rules:
  # undocumented-model: error
  # description-pattern: { severity: info, pattern: '^[A-Z].*[.]$', layers: [marts] }

";

fn owners(project: &Project<'_>, codeowners: Option<&dyn FileOwners>) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for resource in project.resources.iter().filter(|resource| project.is_own(resource)) {
        let source_meta = resource.as_source().map(|source| &source.source_meta);
        let keys = [Some(&resource.meta), source_meta].into_iter().flatten().flat_map(owner_keys);
        keys.for_each(|(key, _)| *counts.entry(key).or_default() += 1);
    }
    let mut found: Vec<(String, usize)> = counts.into_iter().collect();
    found.sort_by_key(|(key, count)| (std::cmp::Reverse(*count), key.clone()));
    let mut text = "# who owns a resource: meta, then its group, then CODEOWNERS\nowners:\n".to_owned();
    let keys: Vec<String> = found.iter().map(|(key, _)| key.clone()).collect();
    if keys.is_empty() {
        text += "  meta-keys: [owner]  # no key of meta names an owner yet\n";
    } else {
        let counts = found.iter().map(|(key, count)| format!("{} on {}", in_comment(key), counted(*count, "resource")));
        text += &format!("  meta-keys: {}  # {}\n", list(&keys), counts.collect::<Vec<_>>().join(", "));
    }
    let (is_of_use, comment) = of_codeowners(project, codeowners);
    text += &format!("  codeowners: {is_of_use}  # {comment}\n");
    text += "  # allowed: [finance, marketing]  # for unknown-owner\n\n";
    text
}

/// Whether CODEOWNERS says who answers for what. Where it names the same people for every file, as a line of `*` does, each
/// model that is ever written would have an owner, and no rule would ask for one again.
fn of_codeowners(project: &Project<'_>, codeowners: Option<&dyn FileOwners>) -> (bool, String) {
    let Some(codeowners) = codeowners else { return (false, "no CODEOWNERS file was found".to_owned()) };
    let own = project.resources.iter().filter(|resource| project.is_own(resource));
    let named: BTreeSet<Option<String>> = own.map(|resource| codeowners.owners(&resource.path)).collect();
    let mut named = named.into_iter();
    match (named.next().flatten(), named.next()) {
        (Some(_), None) => (false, "CODEOWNERS names the same owner for every file".to_owned()),
        (None, None) => (false, "CODEOWNERS names no owner for the project's files".to_owned()),
        _ => (true, "a CODEOWNERS file was found".to_owned()),
    }
}

fn overrides(models: &[&Resource<'_>]) -> String {
    let head = "# other severities for a part of the project\n";
    let legacy = models.iter().find_map(|model| {
        let folder = model.path.rsplit_once('/')?.0;
        folder.split('/').any(|part| ["legacy", "deprecated", "archive"].contains(&part)).then(|| folder.to_owned())
    });
    let folder = legacy.unwrap_or_else(|| "models/legacy".to_owned());
    let folder = list(&[globset::escape(&folder)]);
    format!("{head}# overrides:\n#   - {{ paths: {folder}, rules: {{ undocumented-model: 'off' }} }}\n")
}

/// A name that cannot end the comment that it stands in, nor steer a terminal.
fn in_comment(name: &str) -> Cow<'_, str> {
    printable(name)
}

/// A YAML list on one line; every item is quoted unless it is plainly a word.
fn list(items: &[String]) -> String {
    let quoted = items.iter().map(|item| {
        let is_plain = item.starts_with(|first: char| first.is_ascii_alphabetic())
            && item.chars().all(|part| part.is_ascii_alphanumeric() || "_./-".contains(part))
            && !YAML_WORDS.iter().any(|word| item.eq_ignore_ascii_case(word));
        // A string of JSON is one of YAML.
        if is_plain { item.clone() } else { serde_json::Value::from(item.as_str()).to_string() }
    });
    format!("[{}]", quoted.collect::<Vec<_>>().join(", "))
}

/// Words that YAML does not read as strings.
const YAML_WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
