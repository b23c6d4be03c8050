//! The rules: one file each, holding documentation, metadata, options, check and example together.
//!
//! To add a rule, write `src/rules/<area>/<slug>.rs` and name it in that area's `mod.rs`. CONTRIBUTING.md walks through it.

pub(crate) mod by_name;
mod context;
pub(crate) mod coverage;
mod declare;
mod engine;
/// The rule that CONTRIBUTING.md adds as an example: the page shows this very file.
#[cfg(test)]
mod example;
pub(crate) mod generated;
pub(crate) mod hard_coded;
mod info;
mod instance;
mod meaning;
pub(crate) mod measures;
mod pattern;
#[cfg(test)]
pub(crate) mod tester;
pub(crate) mod unknown;

pub mod access;
pub mod documentation;
pub mod exposures;
pub mod lineage;
pub mod metrics;
pub mod naming;
pub mod ownership;
pub mod performance;
pub mod policy;
pub mod project;
pub mod resources;
pub mod sources;
pub mod suppression;
pub mod testing;

pub use context::{Context, Node, SourceGroup};
pub use engine::{Findings, Grouping, Outcome, RuleRun, run, run_again};
pub use info::{Area, BuildError, NoOptions, Rule, RuleInfo, Subject, Trap};
pub use instance::{Instance, Scope};
pub use meaning::meaning;
pub use pattern::Pattern;

pub(crate) use declare::{declare_rule, rules};

/// Why a rule could not tell anything: what it asks for may be in a package. The summary says so in its last line.
pub const PACKAGES_ARE_MISSING: &str = "packages of packages.yml are not installed (dbt deps)";

/// Every rule, by code.
pub fn all() -> Vec<&'static RuleInfo> {
    let areas = [
        access::RULES,
        documentation::RULES,
        exposures::RULES,
        lineage::RULES,
        metrics::RULES,
        naming::RULES,
        ownership::RULES,
        performance::RULES,
        project::RULES,
        resources::RULES,
        sources::RULES,
        suppression::RULES,
        testing::RULES,
    ];
    let mut rules = areas.concat();
    rules.sort_unstable_by_key(|rule| rule.code);
    rules
}

/// Rules outside of these areas that ask for what only the root project's own files say, be it how old dbt may be.
#[rustfmt::skip]
const NEED_OWN_FILES: [&str; 10] = [
    "DAG002", "DAG015", "DOC023", "NAM005", "SRC001", "TST001", "TST002", "TST003", "TST004", "TST005",
];

/// Whether any of the instances asks for what only the root project's own files say. Gathering it is not for nothing.
pub fn need_own_files(instances: &[Instance]) -> bool {
    let needs =
        |info: &RuleInfo| matches!(info.area, Area::Project | Area::Resources) || NEED_OWN_FILES.contains(&info.code);
    instances.iter().any(|instance| needs(instance.info))
}

/// The rule with that code (in any case) or slug, of those that are part of the program.
pub fn find(name: &str) -> Option<&'static RuleInfo> {
    named(name, all())
}

/// The rule with that code (in any case) or slug.
pub fn named(name: &str, rules: impl IntoIterator<Item = &'static RuleInfo>) -> Option<&'static RuleInfo> {
    rules.into_iter().find(|rule| rule.code.eq_ignore_ascii_case(name) || rule.slug == name)
}

/// The rule whose code or slug is most like `name`, if one is near, of those that are part of the program.
pub fn suggest(name: &str) -> Option<&'static RuleInfo> {
    suggest_among(name, all())
}

/// The rule whose code or slug is most like `name`, if one is near.
pub fn suggest_among(name: &str, rules: impl IntoIterator<Item = &'static RuleInfo>) -> Option<&'static RuleInfo> {
    let name = name.to_lowercase();
    let likeness = |rule: &&'static RuleInfo| {
        strsim::jaro_winkler(&name, rule.slug).max(strsim::jaro_winkler(&name, &rule.code.to_lowercase()))
    };
    // From the end, because of equals `max_by` takes the last, and the first of an area is the better guess.
    let rules: Vec<_> = rules.into_iter().collect();
    let nearest = rules.into_iter().rev().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(&nearest) > 0.8).then_some(nearest)
}
