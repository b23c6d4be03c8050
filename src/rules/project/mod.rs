//! PRJ: project and audit trail.

use super::Context;

crate::rules::rules![
    missing_dbt_version_range::MissingDbtVersionRange,
    unpinned_package::UnpinnedPackage,
    unused_package::UnusedPackage,
    missing_package_lock::MissingPackageLock,
    unused_config_path::UnusedConfigPath,
    deprecated_syntax::DeprecatedSyntax,
    secrets_in_project::SecretsInProject,
    duplicate_yaml_key::DuplicateYamlKey,
    orphaned_yaml_entry::OrphanedYamlEntry,
    stale_manifest::StaleManifest,
    unreadable_file::UnreadableFile,
];

/// Why a rule about packages has nothing to look at, if the project asks for none.
fn without_packages(cx: &Context<'_>) -> Option<String> {
    let none = cx.own_files().is_none_or(|own| own.packages.is_empty());
    none.then(|| "the project installs no package".to_owned())
}

/// Whether all packages are known: a manifest has what was installed, files only what is.
fn knows_packages(cx: &Context<'_>) -> bool {
    cx.project.unresolved.is_none() || cx.own_files().is_some_and(|own| own.has_packages)
}

/// Whether a range of versions has an end: `<2.0.0`, or a version by itself.
fn is_bounded(range: &[String]) -> bool {
    let parts = range.iter().flat_map(|part| part.split(',')).map(str::trim);
    parts.filter(|part| !part.is_empty()).any(|part| !part.starts_with('>'))
}

/// Names of the installed packages that have resources; dbt's own macros are in packages, too, which are none.
fn installed<'p>(cx: &Context<'p>) -> std::collections::BTreeSet<&'p str> {
    let project = cx.project;
    let adapter = format!("dbt_{}", project.adapter);
    let all = project.resources.iter().chain(&project.disabled).map(|resource| resource.package.as_str());
    let is_dbt = |name: &str| name == "dbt" || name == adapter || ADAPTERS_OF_ADAPTERS.contains(&name);
    all.filter(|name| *name != project.name.as_str() && !is_dbt(name)).collect()
}

/// Packages of macros that adapters bring along for others.
const ADAPTERS_OF_ADAPTERS: [&str; 4] = ["dbt_postgres", "dbt_spark", "dbt_sqlserver", "dbt_fabric"];
