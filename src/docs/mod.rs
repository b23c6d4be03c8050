//! Documentation from the same source as the behaviour: pages of rules, the catalogue, JSON Schemas.

pub mod catalogue;
pub mod options;
pub mod page;
pub mod schemas;

/// Where the project lives: `repository` in Cargo.toml, which also says it to the registries, and from which the GitHub
/// Action takes where releases are.
pub const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// A rule's page there.
pub fn rule_url(slug: &str) -> String {
    format!("{REPOSITORY}/blob/main/docs/rules/{slug}.md")
}
