//! How much there is of what: the counts of summaries.

use std::collections::HashSet;

use rayon::prelude::*;
use serde::Serialize;

use crate::words::counted;

use super::{Project, Resource, ResourceType};

/// Enabled resources of the root project, by type; `package_models` are models of installed packages, `disabled_models`
/// those of the root project that are not there to be looked at.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Counts {
    pub models: usize,
    pub seeds: usize,
    pub snapshots: usize,
    pub data_tests: usize,
    pub unit_tests: usize,
    pub source_tables: usize,
    pub exposures: usize,
    pub metrics: usize,
    pub semantic_models: usize,
    pub saved_queries: usize,
    pub groups: usize,
    pub macros: usize,
    pub package_models: usize,
    pub disabled_models: usize,
}

impl Project<'_> {
    /// How many resources of the root project are [possible](Project::possible), in a sentence; `None` where none is.
    pub fn left_out(&self) -> Option<String> {
        let own = self
            .possible()
            .filter(|it| self.is_own(it) && !matches!(it.kind, ResourceType::Test | ResourceType::UnitTest));
        let ids: HashSet<&str> = own.map(|it| it.unique_id.as_str()).filter(|id| self.find(id).is_none()).collect();
        let (are, they) = if ids.len() == 1 { ("is", "it is") } else { ("are", "they are") };
        let count = counted(ids.len(), "resource");
        (!ids.is_empty()).then(|| format!("{count} {are} left out, because whether {they} enabled is not known"))
    }
}

impl Counts {
    /// Adds another project's.
    pub fn add(&mut self, other: &Self) {
        self.models += other.models;
        self.seeds += other.seeds;
        self.snapshots += other.snapshots;
        self.data_tests += other.data_tests;
        self.unit_tests += other.unit_tests;
        self.source_tables += other.source_tables;
        self.exposures += other.exposures;
        self.metrics += other.metrics;
        self.semantic_models += other.semantic_models;
        self.saved_queries += other.saved_queries;
        self.groups += other.groups;
        self.macros += other.macros;
        self.package_models += other.package_models;
        self.disabled_models += other.disabled_models;
    }

    /// Counts a project's resources.
    pub fn of(project: &Project<'_>) -> Self {
        let own = |kind| project.of_kind(kind).par_iter().filter(|id| project.is_own(project.get(**id))).count();
        let models = own(ResourceType::Model);
        let is_model = |it: &&Resource<'_>| it.kind == ResourceType::Model && project.is_own(it);
        // A model may be there several times, and one of them enabled.
        let disabled = project
            .disabled
            .iter()
            .filter(|it| is_model(it) && !it.is_unknown("enabled"))
            .map(|it| it.unique_id.as_str());
        let disabled_models = disabled.filter(|id| project.find(id).is_none()).collect::<HashSet<_>>().len();
        Self {
            models,
            seeds: own(ResourceType::Seed),
            snapshots: own(ResourceType::Snapshot),
            data_tests: own(ResourceType::Test),
            unit_tests: own(ResourceType::UnitTest),
            source_tables: own(ResourceType::Source),
            exposures: own(ResourceType::Exposure),
            metrics: own(ResourceType::Metric),
            semantic_models: own(ResourceType::SemanticModel),
            saved_queries: own(ResourceType::SavedQuery),
            groups: own(ResourceType::Group),
            macros: own(ResourceType::Macro),
            package_models: project.of_kind(ResourceType::Model).len() - models,
            disabled_models,
        }
    }
}
