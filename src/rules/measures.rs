//! What the rules call documented, tested, owned and so on, for those who count it: the same predicates, under the same
//! options of the same instances, so that a coverage never says anything else than the findings.

use std::borrow::Cow;

use super::access::{SensitiveOptions, can_have_contract, may_hold_data};
use super::documentation::{Undescribed, undescribed_columns};
use super::ownership::{UnownedExposureOptions, missing_keys};
use super::sources::freshness_state;
use super::testing::{UntestedModelOptions, UntestedSourceOptions};
use super::{Instance, Node};
use crate::config::Settings;
use crate::project::{Access, Column, Project, ResourceType, is_description};

/// Answers for one project and the rules that the config sets up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measures<'p> {
    pub project: &'p Project<'p>,
    pub settings: &'p Settings,
    pub instances: &'p [Instance],
}

/// A column with personal data, known or suspected.
#[derive(Debug, Clone)]
pub(crate) struct SensitiveColumn<'p> {
    pub column: &'p Column<'p>,
    /// What its name looks like: "an e-mail address"; `None` where only its classification tells.
    pub looks_like: Option<Cow<'static, str>>,
    /// What classifies it; `None` where nothing does.
    pub classification: Option<String>,
}

impl<'p> Measures<'p> {
    /// Whether the description counts as one.
    pub fn is_documented(&self, node: Node<'_>) -> bool {
        let code = match node.kind {
            ResourceType::Source => "DOC003",
            ResourceType::Seed => "DOC004",
            ResourceType::Snapshot => "DOC005",
            ResourceType::Exposure => "DOC006",
            ResourceType::Metric => "DOC009",
            ResourceType::SemanticModel | ResourceType::SavedQuery => "DOC010",
            _ => "DOC001",
        };
        is_description(&node.description, &node.name, self.options::<Undescribed>(code, node).min_length)
    }

    /// Declared columns without description.
    pub fn undocumented_columns(&self, node: Node<'p>) -> usize {
        let min_length = self.options::<Undescribed>("DOC011", node).min_length;
        undescribed_columns(node, min_length, self.project).len()
    }

    /// Whether a place names an owner; of an exposure, whether its owner has all that is required.
    pub fn is_owned(&self, node: Node<'_>) -> bool {
        match node.resource.as_exposure() {
            Some(exposure) => {
                let options = self.options::<UnownedExposureOptions>("OWN003", node);
                missing_keys(&options, &exposure.owner).is_empty()
            }
            None => self.settings.owners.name(self.project, node.resource).is_some(),
        }
    }

    /// Whether it has as many tests as its rule wants; `None` for types that have none.
    pub fn is_tested(&self, node: Node<'_>) -> Option<bool> {
        let min = match node.kind {
            ResourceType::Model => self.options::<UntestedModelOptions>("TST001", node).min,
            ResourceType::Source => self.options::<UntestedSourceOptions>("TST002", node).min,
            ResourceType::Seed | ResourceType::Snapshot => 1,
            _ => return None,
        };
        Some(self.project.tests(node.id).len() >= min)
    }

    /// Whether something checks how fresh a source table is; `None` for what is no such table, and where freshness is
    /// switched off, which is a decision.
    pub fn is_fresh(&self, node: Node<'_>) -> Option<bool> {
        freshness_state(node.resource.as_source()?)
    }

    /// Whether a contract is enforced; `None` for what cannot have one.
    pub fn is_contracted(&self, node: Node<'_>) -> Option<bool> {
        let relation = node.resource.relation().filter(|_| node.kind == ResourceType::Model)?;
        can_have_contract(relation).then_some(relation.contract_enforced)
    }

    /// Whether any project may build on it.
    pub fn is_public(&self, node: Node<'_>) -> bool {
        node.kind == ResourceType::Model && node.resource.access() == Access::Public
    }

    /// The columns with personal data, known or suspected, in the order of the YAML.
    pub fn sensitive_columns(&self, node: Node<'p>) -> Vec<SensitiveColumn<'p>> {
        use ResourceType::{Model, Seed, Snapshot, Source};
        if node.resource.columns.is_empty()
            || !may_hold_data(node)
            || !matches!(node.kind, Model | Source | Seed | Snapshot)
        {
            return Vec::new();
        }
        let options = self.options::<SensitiveOptions>("ACC020", node);
        let of_all = options.classification_of_all(node);
        let sensitive = |column: &'p Column<'p>| {
            let looks_like = options.looks_like(column);
            let own = options.classification(column);
            // `pii: false` on a column whose name tells nothing says that it is harmless.
            let is_harmless = |text: &String| text.ends_with(": false");
            if looks_like.is_none() && own.as_ref().is_none_or(is_harmless) {
                return None;
            }
            let classification = own.or_else(|| of_all.clone());
            Some(SensitiveColumn { column, looks_like, classification })
        };
        node.resource.columns.iter().filter_map(sensitive).collect()
    }

    /// The options that hold for the resource: those of the first instance of the rule that is about it, else the
    /// defaults.
    fn options<T: Clone + Default + 'static>(&self, code: &str, node: Node<'_>) -> T {
        let layer = || self.settings.layers.of(node.resource);
        let owner = || self.settings.owners.name(self.project, node.resource);
        let is_about = |instance: &&Instance| {
            let scope = &instance.scope;
            instance.info.code == code && (scope.is_everything() || scope.includes(node.resource, layer(), owner))
        };
        let options = self.instances.iter().find(is_about).and_then(Instance::options::<T>);
        options.cloned().unwrap_or_default()
    }
}
