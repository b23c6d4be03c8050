//! Links between pages lead somewhere.

use std::path::Path;

use regex::Regex;

use super::{pages, read, root};

#[test]
fn relative_links_lead_to_files_and_headings() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("the pattern is valid");
    let mut broken = Vec::new();
    for page in pages() {
        let text = prose(&read(&page));
        for target in link.captures_iter(&text).map(|found| found[1].to_owned()) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, heading) = target.split_once('#').unwrap_or((&target, ""));
            let path = if path.is_empty() { page.clone() } else { page.parent().unwrap_or(Path::new("")).join(path) };
            let is_there = root().join(&path).exists();
            if !is_there || (!heading.is_empty() && !headings(&path).iter().any(|found| found == heading)) {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "broken links:\n{}", broken.join("\n"));
}

#[test]
fn the_book_has_every_page() {
    let summary = read("docs/SUMMARY.md");
    for page in pages() {
        let Ok(inside) = page.strip_prefix("docs") else { continue };
        let inside = inside.to_string_lossy().replace('\\', "/");
        assert!(
            inside == "SUMMARY.md" || summary.contains(&format!("({inside})")),
            "docs/SUMMARY.md does not list {inside}"
        );
    }
}

/// Anchors of a page's headings, as GitHub and mdBook make them.
fn headings(page: &Path) -> Vec<String> {
    let text = read(page);
    let prose = prose(&text);
    let headings = prose.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let anchor = |heading: &str| {
        let kept = heading.to_lowercase().replace(|c: char| !(c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')), "");
        kept.replace(' ', "-")
    };
    headings.map(anchor).collect()
}

/// The text without fenced blocks, in which nothing is a link or a heading.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let outside = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        !fenced && !is_fence
    });
    outside.collect::<Vec<_>>().join("\n")
}
