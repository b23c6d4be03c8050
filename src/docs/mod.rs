//! Documentation from the same source as the behaviour: pages of rules, the catalogue, JSON Schemas.

pub mod catalogue;
pub mod options;
pub mod page;
pub mod policies;
pub mod schemas;

use crate::rules::policy::PREFIX;

/// Where the project lives: `repository` in Cargo.toml, which also says it to the registries, and from which the GitHub
/// Action takes where releases are.
pub const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// A rule's page there. A policy has none: it stands in the config, and the page is the one about policies.
pub fn rule_url(code: &str, slug: &str) -> String {
    match code.starts_with(PREFIX) {
        true => format!("{REPOSITORY}/blob/main/docs/policies.md"),
        false => format!("{REPOSITORY}/blob/main/docs/rules/{slug}.md"),
    }
}
