//! docs/dependencies.md has every direct dependency, and no other.

use super::read;

#[test]
fn every_crate_has_its_reason() {
    let page = read("docs/dependencies.md");
    let listed = |text: &str| -> Vec<String> {
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        rows.map(|(name, _)| name.to_owned()).collect()
    };
    let (normal, development) = page.split_once("For development only").expect("the page has two tables");
    let mut needed = [section("dependencies"), section("target.'cfg(unix)'.dependencies")].concat();
    needed.sort();
    assert_eq!(listed(normal), needed);
    assert_eq!(listed(development), section("dev-dependencies"));
}

/// Names in a section of Cargo.toml, sorted.
fn section(name: &str) -> Vec<String> {
    let manifest = read("Cargo.toml");
    let lines = manifest.lines().skip_while(|line| *line != format!("[{name}]")).skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let mut names: Vec<String> =
        lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.trim().to_owned()).collect();
    names.sort();
    names
}
