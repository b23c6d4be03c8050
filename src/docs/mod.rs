//! Documentation from the same source as the behaviour: pages of rules, the catalogue, JSON Schemas.

pub mod catalogue;
pub mod options;
pub mod page;
pub mod schemas;

/// Where the project lives.
pub const REPOSITORY: &str = "https://github.com/dbt-steward/dbt-steward";

/// A rule's page there.
pub fn rule_url(slug: &str) -> String {
    format!("{REPOSITORY}/blob/main/docs/rules/{slug}.md")
}
