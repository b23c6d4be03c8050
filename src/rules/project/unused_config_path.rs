use std::collections::{HashMap, HashSet};

use crate::project::{ConfigFolder, ConfigSection, OwnFiles, Project, Resource, ResourceType, UnreadableFile};
use crate::rules::{Context, NoOptions, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags configs in `dbt_project.yml` for a package, folder or resource that does not exist.
    ///
    /// As dbt looks for them: below `models:`, `seeds:`, `snapshots:`, `sources:`, `data_tests:` and so on comes the name of
    /// the project or of a package, then folders, then the name of a resource. Disabled resources count. The first part that
    /// fits nothing is shown. A config that is a mapping and has no `+` before it is taken for a folder by dbt, and shows up
    /// here. What is meant for a package that is not installed is not looked at.
    ///
    /// # Why it matters
    /// The config is never applied. A folder was renamed, and its models have lost their schema, their tags or their group:
    /// dbt warns in one line among hundreds and goes on.
    ///
    /// # Example
    /// ```yaml
    /// # dbt_project.yml
    /// name: shop
    /// models:
    ///   shop:
    ///     finances:
    ///       +group: finance
    /// ```
    /// ```sql
    /// -- models/finance/fct_orders.sql
    /// select 1 as order_id
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # dbt_project.yml
    /// name: shop
    /// models:
    ///   shop:
    ///     finance:
    ///       +group: finance
    /// ```
    /// ```sql
    /// -- models/finance/fct_orders.sql
    /// select 1 as order_id
    /// ```
    UnusedConfigPath(NoOptions),
    code = "PRJ005",
    slug = "unused-config-path",
    area = Project,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Project]
}

/// Names of configs that are mappings: without a `+`, dbt takes them for folders.
const MAPPINGS: [&str; 8] = ["meta", "persist_docs", "grants", "column_types", "quoting", "docs", "labels", "contract"];

impl Rule for UnusedConfigPath {
    fn check_project(&self, cx: &mut Context<'_>) {
        let Some(own) = cx.own_files() else { return };
        let packages = super::installed(cx);
        let knows_packages = super::knows_packages(cx);
        for section in own.config_sections.iter().filter(|section| knows_all(section.kind, cx.project)) {
            let used = used(section, cx.project, own);
            for (index, folder) in section.folders.iter().enumerate() {
                let is_first = folder.parent.is_none_or(|parent| used.contains(&parent));
                if used.contains(&index) || !is_first || !folder.sets_anything {
                    continue;
                }
                let is_package = folder.name == cx.project.name.as_str() || packages.contains(folder.name.as_str());
                if folder.parent.is_none() && !is_package && !knows_packages {
                    continue;
                }
                let (path, help) = (path(section, folder), help(folder, cx.project));
                cx.report_at(&folder.spot, format!("`{path}` configures nothing: {}", reason(section, folder)))
                    .part(format!("path:{path}"))
                    .help(help);
            }
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let is_empty =
            cx.own_files().is_some_and(|own| own.config_sections.iter().all(|section| section.folders.is_empty()));
        cx.without_files().or_else(|| is_empty.then(|| "dbt_project.yml configures no folder".to_owned()))
    }
}

/// Whether all resources of a type are known, also those that stand in properties files.
fn knows_all(kind: ResourceType, project: &Project<'_>) -> bool {
    let is_properties = |file: &UnreadableFile| file.path.ends_with(".yml") || file.path.ends_with(".yaml");
    matches!(kind, ResourceType::Model | ResourceType::Seed)
        || project.unresolved.is_none()
        || !project.unreadable.iter().any(is_properties)
}

/// `models.shop.finance`
fn path(section: &ConfigSection, folder: &ConfigFolder) -> String {
    match folder.parent {
        Some(parent) => format!("{}.{}", path(section, &section.folders[parent]), folder.name),
        None => format!("{}.{}", section.name, folder.name),
    }
}

fn reason(section: &ConfigSection, folder: &ConfigFolder) -> String {
    let kind = section.kind.label();
    match folder.parent {
        None => format!("no {kind} is in a package of that name"),
        Some(_) => format!("there is no {kind} and no folder with one of that name"),
    }
}

fn help(folder: &ConfigFolder, project: &Project<'_>) -> String {
    if MAPPINGS.contains(&folder.name.as_str()) {
        return format!("write `+{}:`; without the `+`, dbt takes it for a folder", folder.name);
    }
    match folder.parent {
        None if folder.name != project.name.as_str() => {
            format!("put it below the project's name, `{}:`, or remove it", project.name)
        }
        _ => "name the folder as it is called now, or remove its configs".to_owned(),
    }
}

/// The folders of a section that lead to a resource, by index.
fn used(section: &ConfigSection, project: &Project<'_>, own: &OwnFiles) -> HashSet<usize> {
    let by_name: HashMap<(Option<usize>, &str), usize> = section
        .folders
        .iter()
        .enumerate()
        .map(|(index, folder)| ((folder.parent, folder.name.as_str()), index))
        .collect();
    let mut used = HashSet::new();
    let all = project.all(section.kind).map(|(_, resource)| resource);
    // dbt does not keep the types of disabled resources apart.
    for resource in all.chain(&project.disabled) {
        for name in qualified_names(resource, project, own) {
            let mut at = None;
            for part in &name {
                let Some(&next) = by_name.get(&(at, *part)) else { break };
                used.insert(next);
                at = Some(next);
            }
        }
    }
    used
}

/// What dbt calls a fully qualified name: package, folders, name. Where it depends on how something was defined, all ways.
fn qualified_names<'r>(resource: &'r Resource<'_>, project: &Project<'_>, own: &OwnFiles) -> Vec<Vec<&'r str>> {
    let path = resource.path.strip_prefix("./").unwrap_or(&resource.path);
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let starts: Vec<&str> = if project.is_own(resource) {
        own.resource_paths.iter().filter_map(|start| below(folders, start)).collect()
    } else {
        // Where a package has its models is its own affair: all that may be folders are.
        let cuts = folders.match_indices('/').map(|(at, _)| &folders[at + 1..]);
        cuts.chain([""]).collect()
    };
    let tails = tails(resource, stem);
    let name = |start: &'r str, tail: &[&'r str]| {
        let folders = start.split('/').filter(|folder| !folder.is_empty());
        std::iter::once(&*resource.package).chain(folders).chain(tail.iter().copied()).collect()
    };
    starts.iter().flat_map(|start| tails.iter().map(|tail| name(start, tail))).collect()
}

/// The part of a path below a folder.
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

fn tails<'r>(resource: &'r Resource<'_>, stem: &'r str) -> Vec<Vec<&'r str>> {
    let name = resource.name.as_str();
    match resource.kind {
        ResourceType::Source => {
            vec![resource.as_source().map(|source| source.source_name.as_str()).into_iter().chain([name]).collect()]
        }
        ResourceType::UnitTest => {
            vec![resource.as_unit_test().map(|test| test.model.as_str()).into_iter().chain([name]).collect()]
        }
        _ => vec![vec![name], vec![stem, name]],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{Resource, Text};
    use crate::rules::tester::{lint, lint_without_manifest, model, source};

    fn found(configs: &str, resources: &[Resource<'static>]) -> Vec<String> {
        lint("PRJ005", Value::Null, &[("dbt_project.yml", &format!("name: shop\n{configs}"))], resources)
    }

    #[test]
    fn the_first_part_that_fits_nothing_is_shown() {
        let configs = "models:\n  shop:\n    marts: {+enabled: true, fct_orders: {+tags: a}}\n    mart:\n      finance: {+tags: a}\n  marts: {+tags: a}\nseeds: {shop: {+enabled: true}}\n";
        assert_eq!(
            found(configs, &[model("marts", "fct_orders")]),
            [
                "dbt_project.yml:5:5 `mart`: `models.shop.mart` configures nothing: there is no model and no folder with one of that name",
                "dbt_project.yml:7:3 `marts`: `models.marts` configures nothing: no model is in a package of that name",
                "dbt_project.yml:8:9 `shop`: `seeds.shop` configures nothing: no seed is in a package of that name",
            ]
        );
    }

    #[test]
    fn a_mapping_without_a_plus_is_a_folder() {
        let configs = "models:\n  shop:\n    meta: {owner: finance}\n";
        assert_eq!(found(configs, &[model("marts", "fct_orders")]).len(), 1);
    }

    #[test]
    fn sources_packages_and_empty_folders() {
        let mut foreign = model("staging/crm", "stg_crm__customers");
        foreign.package = Text::from("crm");
        foreign.path = Text::from("src/models/staging/crm/stg_crm__customers.sql");
        let configs = "models:\n  crm: {staging: {crm: {+schema: x}}}\n  shop: {none: {}}\nsources:\n  shop: {erp: {orders: {+enabled: true}}}\n";
        assert_eq!(found(configs, &[foreign, source("erp", "orders")]), [""; 0]);
    }

    #[test]
    fn packages_that_are_not_installed_are_left_alone() {
        let files = [
            ("dbt_project.yml", "name: shop\nmodels: {crm: {+schema: x}}\n"),
            ("packages.yml", "packages: [{package: a/crm, version: 1.0.0}]\n"),
        ];
        let resources = [model("marts", "fct_orders")];
        assert_eq!(lint_without_manifest("PRJ005", &files, &resources), [""; 0]);
        assert_eq!(lint("PRJ005", Value::Null, &files, &resources).len(), 1, "a manifest has what was installed");
    }
}
