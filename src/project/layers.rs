//! Which layer of the project a model is in.

use globset::GlobSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Resource, ResourceType};

/// The layers of a dbt project, from raw to ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    Base,
    Staging,
    Intermediate,
    Marts,
    Reporting,
    /// None of the others; layer rules say nothing about it.
    Other,
}

impl Layer {
    /// Those that a folder or a prefix can mean.
    pub const NAMED: [Self; 5] = [Self::Base, Self::Staging, Self::Intermediate, Self::Marts, Self::Reporting];

    /// The word in config files and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Staging => "staging",
            Self::Intermediate => "intermediate",
            Self::Marts => "marts",
            Self::Reporting => "reporting",
            Self::Other => "other",
        }
    }

    /// Whether people outside the data team read it: marts and reporting.
    pub fn is_served(self) -> bool {
        matches!(self, Self::Marts | Self::Reporting)
    }

    fn default_folders(self) -> &'static [&'static str] {
        match self {
            Self::Base => &["base"],
            Self::Staging => &["staging"],
            Self::Intermediate => &["intermediate"],
            Self::Marts => &["marts", "mart"],
            Self::Reporting => &["reporting", "reports"],
            Self::Other => &[],
        }
    }

    fn default_prefixes(self) -> &'static [&'static str] {
        match self {
            Self::Base => &["base_"],
            Self::Staging => &["stg_"],
            Self::Intermediate => &["int_"],
            Self::Marts => &["fct_", "dim_"],
            Self::Reporting => &["rpt_"],
            Self::Other => &[],
        }
    }
}

impl std::fmt::Display for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// How one layer is recognised.
#[derive(Debug, Clone)]
pub struct LayerRule {
    pub layer: Layer,
    /// Configured folders; where none are, a folder of the layer's usual name anywhere in the path.
    pub paths: Option<GlobSet>,
    pub prefixes: Vec<String>,
}

/// Answers the layer question for all rules alike: by folder first, then by prefix.
#[derive(Debug, Clone)]
pub struct Layers {
    rules: Vec<LayerRule>,
}

impl Default for Layers {
    fn default() -> Self {
        let rule = |layer: Layer| LayerRule {
            layer,
            paths: None,
            prefixes: layer.default_prefixes().iter().map(|&prefix| prefix.to_owned()).collect(),
        };
        Self { rules: Layer::NAMED.into_iter().map(rule).collect() }
    }
}

impl Layers {
    /// Replaces how one layer is recognised; without paths of its own, those it has stay.
    pub fn set(&mut self, mut rule: LayerRule) {
        if let Some(slot) = self.rules.iter_mut().find(|slot| slot.layer == rule.layer) {
            rule.paths = rule.paths.or_else(|| slot.paths.take());
            *slot = rule;
        }
    }

    /// The layer of a model; `Other` for every other resource type.
    pub fn of(&self, resource: &Resource<'_>) -> Layer {
        if resource.kind != ResourceType::Model {
            return Layer::Other;
        }
        self.of_file(&resource.path, &resource.name)
    }

    /// The layer of a model of that path and name.
    pub fn of_file(&self, path: &str, name: &str) -> Layer {
        self.by_folder(path).or_else(|| self.by_prefix(name)).unwrap_or(Layer::Other)
    }

    /// The layer that the folder says. Of several named folders in a path the deepest counts, because
    /// `marts/finance/intermediate/` holds intermediate models. But dbt's base models are the first step of staging: a
    /// folder `base` among marts or intermediate models is what its team calls something else, and in no layer by its folder.
    pub fn by_folder(&self, path: &str) -> Option<Layer> {
        let configured = self.rules.iter().find(|rule| rule.paths.as_ref().is_some_and(|globs| globs.is_match(path)));
        if let Some(rule) = configured {
            return Some(rule.layer);
        }
        let mut named = path.rsplit('/').skip(1).filter_map(|folder| self.named(folder));
        let deepest = named.next()?;
        let above = named.next();
        let is_base_of_something_else =
            deepest == Layer::Base && above.is_some_and(|layer| !matches!(layer, Layer::Base | Layer::Staging));
        (!is_base_of_something_else).then_some(deepest)
    }

    /// The layer whose usual name a folder has.
    fn named(&self, folder: &str) -> Option<Layer> {
        let fits = |rule: &&LayerRule| rule.paths.is_none() && rule.layer.default_folders().contains(&folder);
        self.rules.iter().find(fits).map(|rule| rule.layer)
    }

    /// The layer that the name's prefix says.
    pub fn by_prefix(&self, name: &str) -> Option<Layer> {
        let fits = |rule: &&LayerRule| rule.prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
        self.rules.iter().find(fits).map(|rule| rule.layer)
    }

    /// The layers that a model's folder and its prefix say, where they contradict each other. Two layers may share a
    /// prefix, and base models may lie among the staging models.
    pub fn contradiction(&self, model: &Resource<'_>) -> Option<(Layer, Layer)> {
        let folder = self.by_folder(&model.path)?;
        let prefix = self.by_prefix(&model.name)?;
        let fits = self.prefixes(folder).iter().any(|prefix| model.name.starts_with(prefix.as_str()));
        let is_base_in_staging = (folder, prefix) == (Layer::Staging, Layer::Base);
        (!fits && !is_base_in_staging).then_some((folder, prefix))
    }

    /// The prefixes that a layer's models have.
    pub fn prefixes(&self, layer: Layer) -> &[String] {
        self.rules.iter().find(|rule| rule.layer == layer).map_or(&[], |rule| &rule.prefixes)
    }
}

#[cfg(test)]
mod tests {
    use super::{Layer, Layers};

    #[test]
    fn the_deepest_folder_of_a_layer_counts() {
        let of = |path| Layers::default().by_folder(path);
        assert_eq!(of("models/marts/finance/intermediate/orders.sql"), Some(Layer::Intermediate));
        assert_eq!(of("models/finance/staging/orders.sql"), Some(Layer::Staging));
        assert_eq!(of("models/finance/orders.sql"), None);
    }

    #[test]
    fn base_is_a_layer_only_where_it_is_the_first_step_of_staging() {
        let of = |path| Layers::default().by_folder(path);
        assert_eq!(of("models/base/orders.sql"), Some(Layer::Base));
        assert_eq!(of("models/staging/erp/base/orders.sql"), Some(Layer::Base));
        assert_eq!(of("models/marts/telemetry/base/orders.sql"), None);
        assert_eq!(of("models/intermediate/base/orders.sql"), None);
    }
}
