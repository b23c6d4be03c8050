//! A first config, from what a project looks like: its folders, its prefixes, its `meta` keys.

use std::collections::BTreeMap;

use crate::project::{Layer, Layers, Meta, Project, Resource, ResourceType};

/// A prefix is a layer's own if at least this share of its models has it; in percent.
const PREFIX_SHARE: usize = 20;

/// Words in the names of `meta` keys that say who is responsible.
const OWNER_WORDS: [&str; 6] = ["owner", "team", "steward", "maintainer", "responsible", "squad"];

/// The text of `dbt-steward.yml`, commented.
pub fn config(project: &Project<'_>, has_codeowners: bool) -> String {
    let models: Vec<&Resource<'_>> = project.own(ResourceType::Model).map(|(_, model)| model).collect();
    let mut text = format!(
        "# dbt-steward for {}. All settings: docs/configuration.md, or `dbt-steward schema config`.\n\n",
        project.name
    );
    text += "# minimal, recommended, strict, or the path of a config to build on\nextends: recommended\n\n";
    text += "# exit with 1 from this severity on: error, warning, info, never\nfail-on: error\n\n";
    text += &layers(&models);
    text += &owners(project, has_codeowners);
    text += RULES;
    text += &overrides(&models);
    text
}

const RULES: &str = "\
# a slug or code with a severity, or a block with severity, options, and what it is limited to
# rules:
#   undocumented-model: error
#   description-pattern: { severity: info, pattern: '^[A-Z].*[.]$', layers: [marts] }

";

/// The layers section: what was recognised as comments, and what differs from the defaults as settings.
fn layers(models: &[&Resource<'_>]) -> String {
    let known = Layers::default();
    let mut text = String::new();
    let mut settings = String::new();
    for layer in Layer::NAMED {
        let members: Vec<&&Resource<'_>> =
            models.iter().filter(|model| known.by_folder(&model.path) == Some(layer)).collect();
        if members.is_empty() {
            continue;
        }
        text += &format!("#   {layer}: {} models by their folder\n", members.len());
        let own = own_prefixes(&members, known.prefixes(layer));
        if !own.is_empty() {
            let all: Vec<String> = known.prefixes(layer).iter().cloned().chain(own).collect();
            settings += &format!("  {layer}: {{ prefixes: {} }}\n", list(&all));
        }
    }
    let unknown = unrecognised_folders(models, &known);
    for (folder, count) in &unknown {
        text += &format!("#   none: {count} models in {folder}\n");
    }
    let head = "# which layer a model is in: by folder first, then by prefix; found here:\n";
    let hint = match unknown.first() {
        Some((folder, _)) => format!("marts: {{ paths: {} }}\n", list(std::slice::from_ref(folder))),
        None => String::new(),
    };
    match settings.is_empty() && hint.is_empty() {
        true => format!("{head}{text}# layers: {{ marts: {{ paths: [models/marts], prefixes: [fct_, dim_] }} }}\n\n"),
        false if settings.is_empty() => format!("{head}{text}# layers:\n#   {hint}\n"),
        false => {
            let hint = if hint.is_empty() { hint } else { format!("  # {hint}") };
            format!("{head}{text}layers:\n{settings}{hint}\n")
        }
    }
}

/// Prefixes that many models of a layer have and that are not expected there.
fn own_prefixes(models: &[&&Resource<'_>], expected: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for model in models {
        if let Some((prefix, _)) = model.name.split_once('_') {
            *counts.entry(format!("{prefix}_")).or_default() += 1;
        }
    }
    let common = |count: usize| count > 1 && count * 100 >= models.len() * PREFIX_SHARE;
    let own = counts.into_iter().filter(|(prefix, count)| common(*count) && !expected.contains(prefix));
    own.map(|(prefix, _)| prefix).collect()
}

/// Folders directly below the models' that belong to no layer, with their number of models; largest first, at most five.
fn unrecognised_folders(models: &[&Resource<'_>], known: &Layers) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for model in models.iter().filter(|model| known.of(model) == Layer::Other) {
        let folders: Vec<&str> = model.path.split('/').collect();
        if folders.len() > 2 {
            *counts.entry(folders[..2].join("/")).or_default() += 1;
        }
    }
    let mut folders: Vec<(String, usize)> = counts.into_iter().collect();
    folders.sort_by_key(|(folder, count)| (std::cmp::Reverse(*count), folder.clone()));
    folders.truncate(5);
    folders
}

fn owners(project: &Project<'_>, has_codeowners: bool) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for resource in project.resources.iter().filter(|resource| project.is_own(resource)) {
        let source_meta = resource.as_source().map(|source| &source.source_meta);
        [Some(&resource.meta), source_meta]
            .into_iter()
            .flatten()
            .for_each(|meta| count_owner_keys(meta, "", &mut counts));
    }
    let mut found: Vec<(String, usize)> = counts.into_iter().collect();
    found.sort_by_key(|(key, count)| (std::cmp::Reverse(*count), key.clone()));
    let mut text = "# who owns a resource: meta, then its group, then CODEOWNERS\nowners:\n".to_owned();
    let keys: Vec<String> = found.iter().map(|(key, _)| key.clone()).collect();
    if keys.is_empty() {
        text += "  meta-keys: [owner]  # no key of meta names an owner yet\n";
    } else {
        let counts: Vec<String> = found.iter().map(|(key, count)| format!("{key} on {count}")).collect();
        text += &format!("  meta-keys: {}  # {} resources\n", list(&keys), counts.join(", "));
    }
    let comment = if has_codeowners { "a CODEOWNERS file was found" } else { "no CODEOWNERS file was found" };
    text += &format!("  codeowners: {has_codeowners}  # {comment}\n");
    text += "  # allowed: [finance, marketing]  # for unknown-owner\n\n";
    text
}

/// Keys whose name says who is responsible, also in nested maps (`ownership.team`).
fn count_owner_keys(meta: &Meta, path: &str, counts: &mut BTreeMap<String, usize>) {
    for (key, value) in meta {
        let full = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let lower = key.to_lowercase();
        if value.is_string() && OWNER_WORDS.iter().any(|word| lower.split(['_', '-']).any(|part| part == *word)) {
            *counts.entry(full.clone()).or_default() += 1;
        }
        if let Some(map) = value.as_object() {
            count_owner_keys(map, &full, counts);
        }
    }
}

fn overrides(models: &[&Resource<'_>]) -> String {
    let head = "# other severities for a part of the project\n";
    let legacy = models.iter().find_map(|model| {
        let folder = model.path.rsplit_once('/')?.0;
        folder.split('/').any(|part| ["legacy", "deprecated", "archive"].contains(&part)).then(|| folder.to_owned())
    });
    let folder = legacy.unwrap_or_else(|| "models/legacy".to_owned());
    let folder = list(&[folder]);
    format!("{head}# overrides:\n#   - {{ paths: {folder}, rules: {{ undocumented-model: 'off' }} }}\n")
}

/// A YAML list on one line; every item is quoted where it has to be.
fn list(items: &[String]) -> String {
    let quoted = items.iter().map(|item| {
        let text = serde_yaml::to_string(item).expect("a string always serialises");
        let plain = text.trim_end().to_owned();
        // In a flow list these end an item, which a plain scalar of a block does not know.
        if plain.contains([',', '[', ']', '{', '}']) && !plain.starts_with(['\'', '"']) {
            format!("'{plain}'")
        } else {
            plain
        }
    });
    format!("[{}]", quoted.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tester::model;

    /// What is left when people take away the `# ` of a section that is commented out.
    fn uncommented(section: &str) -> serde_yaml::Value {
        let from = section.find("# layers:").or_else(|| section.find("# rules:")).expect("it is commented out");
        let lines: Vec<&str> = section[from..].lines().map(|line| line.strip_prefix("# ").unwrap_or(line)).collect();
        serde_yaml::from_str(&lines.join("\n")).expect("it is YAML")
    }

    #[test]
    fn what_is_commented_out_can_be_put_in() {
        let unknown = model("utils", "days");
        let layers = layers(&[&unknown]);
        assert_eq!(uncommented(&layers)["layers"]["marts"]["paths"][0], "models/utils");
        assert_eq!(uncommented(RULES)["rules"]["undocumented-model"], "error");
    }

    #[test]
    fn a_hint_stands_below_settings() {
        let models = ["mart_a", "mart_b"].map(|name| model("marts", name));
        let unknown = model("utils", "days");
        let text = layers(&[&models[0], &models[1], &unknown]);
        let end = "layers:\n  marts: { prefixes: [fct_, dim_, mart_] }\n  # marts: { paths: [models/utils] }\n\n";
        assert!(text.ends_with(end), "{text}");
    }
}
