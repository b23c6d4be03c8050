//! What data tests in SQL are about: such a test is a part of what it tests, as one in YAML is.

use std::collections::HashSet;

use super::Changes;
use crate::project::{Detail, Project, Resource, ResourceId, ResourceType};
use crate::text::jinja;

/// What tests that have changed are about.
#[derive(Debug)]
pub(super) struct Tested {
    /// What those name that read otherwise now, or are gone.
    formerly: HashSet<Name>,
    /// Whether git has told of changes. Tests that somebody gives by hand are looked at by themselves.
    is_asked: bool,
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Name {
    Node(String),
    /// Source and table.
    Table(String, String),
}

impl Tested {
    pub fn new(changes: &Changes) -> Self {
        let calls = changes.former_tests.iter().flat_map(|text| jinja::calls_before_error(text).0);
        let named = calls.filter_map(|call| match (call.as_ref(), call.as_source()) {
            (Some(node), _) => Some(Name::Node(node.name.to_owned())),
            (None, Some(source)) => Some(Name::Table(source.source.to_owned(), source.table.to_owned())),
            (None, None) => None,
        });
        Self { formerly: named.collect(), is_asked: changes.base.is_some() }
    }

    /// The resources that tests have been about, or are about if they are among the `changed`.
    pub fn of(&self, changed: &[ResourceId], project: &Project<'_>) -> Vec<ResourceId> {
        if !self.is_asked {
            return Vec::new();
        }
        let singular = |id: &&ResourceId| project.get(**id).as_test().is_some_and(|test| test.generic.is_none());
        let now = changed.iter().filter(singular).flat_map(|id| project.parents(*id)).copied();
        let formerly = project.iter().filter(|(_, resource)| self.names(resource)).map(|(id, _)| id);
        now.chain(formerly).filter(|id| project.is_own(project.get(*id))).collect()
    }

    fn names(&self, resource: &Resource<'_>) -> bool {
        let name = || resource.name.to_string();
        match (&resource.detail, resource.kind) {
            _ if self.formerly.is_empty() => false,
            (Detail::Source(source), _) => self.formerly.contains(&Name::Table(source.source_name.to_string(), name())),
            (_, ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot) => {
                self.formerly.contains(&Name::Node(name()))
            }
            _ => false,
        }
    }
}
