//! Which packages the project asks for, and whether they are pinned.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;

use super::mentions::{OwnText, Texts, is_word};
use super::settings;
use super::tree::Tree;
use crate::discover::PROJECT_FILE;
use crate::files::read_to_string;
use crate::input::project_files::PACKAGE_FILES;
use crate::project::{DbtVersion, OwnFiles, PackageOrigin, RequiredPackage, Spot};
use crate::text::yaml::{self, Node};

/// The file in which `dbt deps` notes what it has installed.
const LOCK: &str = "package-lock.yml";

/// Notes the packages.
pub(super) fn read(tree: &Tree<'_>, own: &mut OwnFiles) {
    own.has_lock = tree.file(LOCK).is_some();
    let locked = tree.with_document(LOCK, addresses).unwrap_or_default();
    for path in PACKAGE_FILES {
        tree.with_document(path, |document| {
            let Some(entry) = document.entry("packages").filter(|entry| !entry.value.items().is_empty()) else {
                return;
            };
            own.packages_at.get_or_insert_with(|| Spot::new(path, entry.key.span));
            own.packages.extend(entry.value.items().iter().filter_map(|item| package(path, item, &locked)));
        });
    }
}

/// Installed packages that the project's files mention somewhere else than where they are asked for.
pub(super) fn named(texts: &Texts<'_>) -> Vec<String> {
    let all = texts.project.resources.iter().filter(|resource| !texts.project.is_own(resource));
    let names: BTreeSet<&str> = all.map(|resource| resource.package.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let counts = |own: OwnText<'_>, _: usize, range: Range<usize>| {
        !PACKAGE_FILES.contains(&own.path) && is_word(own.text(), &range)
    };
    let mut found: Vec<String> = texts.own(&names, counts).into_iter().map(|index| names[index].to_owned()).collect();
    found.sort_unstable();
    found
}

/// The oldest dbt that all packages at hand let in; `None` where none of them says.
pub(super) fn oldest_dbt(texts: &Texts<'_>) -> Option<DbtVersion> {
    let oldest = |folder: PathBuf| {
        let text = read_to_string(&folder.join(PROJECT_FILE)).ok()?;
        let yaml = yaml::parse(&text).ok()?;
        DbtVersion::lowest(&settings::required_dbt(yaml.documents.first()?.get("require-dbt-version")?))
    };
    texts.package_folders().into_iter().filter_map(oldest).max()
}

/// What the lock file names: packages of the hub and addresses.
fn addresses(document: &Node) -> Vec<String> {
    let items = document.get("packages").map_or(&[][..], Node::items);
    let address =
        |item: &Node| ["package", "git", "tarball"].iter().find_map(|key| item.get(key)?.as_str().map(str::to_owned));
    items.iter().filter_map(address).collect()
}

fn package(path: &str, item: &Node, locked: &[String]) -> Option<RequiredPackage> {
    let text = |key: &str| item.get(key).and_then(Node::as_str).map(str::to_owned);
    let made = |value: &Node, origin: PackageOrigin| RequiredPackage {
        spot: Spot::new(path, value.span),
        origin,
        is_locked: value.as_str().is_some_and(|address| locked.iter().any(|other| other == address)),
    };
    if let Some(name) = item.get("package") {
        let version = item.get("version");
        let listed =
            version.map_or(&[][..], Node::items).iter().chain(version.filter(|version| version.as_scalar().is_some()));
        let versions = listed.filter_map(Node::as_str).map(str::to_owned).collect();
        return Some(made(name, PackageOrigin::Hub { name: name.as_str()?.to_owned(), versions }));
    }
    if let Some(url) = item.get("git") {
        let revision = text("revision").filter(|revision| !revision.is_empty());
        return Some(made(url, PackageOrigin::Git { url: url.as_str()?.to_owned(), revision }));
    }
    if let Some(address) = item.get("private") {
        return Some(made(
            address,
            PackageOrigin::Git { url: address.as_str()?.to_owned(), revision: text("revision") },
        ));
    }
    if let Some(address) = item.get("tarball") {
        return Some(made(address, PackageOrigin::Tarball));
    }
    let folder = item.get("local")?;
    Some(made(folder, PackageOrigin::Local { path: folder.as_str()?.to_owned() }))
}
