//! The one domain model: what a dbt project is, whichever way it was read.

mod adapter_macros;
mod build;
mod counts;
mod date;
mod dbt_macros;
mod dbt_version;
mod description;
mod detail;
mod disabled_readers;
mod disabled_tests;
mod docs;
mod groups;
mod ids;
mod json;
mod kinds;
mod layers;
mod metric_inputs;
mod neighbours;
mod own_files;
mod ownership;
mod resource;
mod signature;
mod sql;
mod starts;
mod testing;
mod text;
mod version;

use std::collections::HashSet;
use std::sync::OnceLock;

pub use build::Facts;
pub use counts::Counts;
pub use date::Date;
pub use dbt_macros::{is_macro_of_adapter, is_macro_of_dbt};
pub use dbt_version::{DbtVersion, PlaceInEntry};
pub use description::{is_description, is_placeholder};
pub use detail::{
    Access, DocsBlock, Exposure, Freshness, GenericTest, Group, Macro, Metric, Owner, RefCall, Relation, SavedQuery,
    SemanticModel, Source, Test, UnitTest,
};
pub use disabled_tests::TestSwitch;
use ids::Ids;
pub use json::Json;
pub use layers::{Layer, LayerRule, Layers};
pub use neighbours::{EntryFile, folder};
pub use own_files::{
    Changes, ConfigFolder, ConfigSection, Deprecated, DeprecatedPlace, Deprecation, DocsMention, DuplicateKey, Orphan,
    OwnFiles, PackageOrigin, RequiredPackage, Secret, Spot, UnresolvedReference, Variable,
};
pub use ownership::{FileOwners, OwnerPlace, Owners, Ownership, lookup, owner_keys};
pub use resource::{Column, Constraint, Detail, PackageEntry, Resource, ResourceId, ResourceType, Unknown};
pub use text::Text;

use disabled_readers::DisabledReaders;
use disabled_tests::DisabledTests;
use groups::Groups;
use kinds::Kinds;
use neighbours::Neighbours;
use testing::TestIndex;

/// Free-form `meta`, sorted by key.
pub type Meta = serde_json::Map<String, serde_json::Value>;

/// A dbt project with the packages it has installed.
#[derive(Debug)]
pub struct Project<'a> {
    /// Name of the root project.
    pub name: Text<'a>,
    /// Version of dbt that wrote the manifest.
    pub dbt_version: Text<'a>,
    /// For example `snowflake`; empty where unknown.
    pub adapter: Text<'a>,
    /// Every enabled resource of the project and its packages, sorted by unique id.
    pub resources: Vec<Resource<'a>>,
    /// Disabled resources, and [possible](Project::possible) ones, sorted by unique id; several may share one id.
    pub disabled: Vec<Resource<'a>>,
    /// `depends_on` entries that name nothing enabled, with the resource that has them.
    pub dangling: Vec<(ResourceId, Text<'a>)>,
    /// Files and folders that are at hand and cannot be read. Empty for a bare manifest.
    pub unreadable: Vec<UnreadableFile>,
    /// What the root project's own files say beyond its resources; `None` where they are not at hand, or no rule asks.
    pub own_files: Option<Box<OwnFiles>>,
    /// Names that nothing defines; `None` with a manifest, which dbt writes only if there is none.
    pub unresolved: Option<Vec<UnresolvedReference>>,
    /// Every name that something mentions and nothing at hand defines, certain or not, without what stands before its last
    /// dot and in lower case: `orders` of `crm.Orders`.
    pub unresolved_names: HashSet<String>,
    /// What `dbt_project.yml` says of which tests are enabled; empty where it is not at hand, or no test is disabled.
    pub test_switches: Vec<TestSwitch>,
    /// The state that this one is compared with, if there is one.
    pub base: Option<Box<Project<'a>>>,
    /// When the manifest was written, ISO 8601; empty where none was read.
    pub generated_at: Text<'a>,
    ids: Ids,
    kinds: Kinds,
    parents: Vec<Vec<ResourceId>>,
    tests: TestIndex,
    /// Asked for by findings only, so made when the first one asks.
    neighbours: OnceLock<Neighbours>,
    disabled_tests: OnceLock<DisabledTests>,
    disabled_readers: OnceLock<DisabledReaders>,
    groups: OnceLock<Groups>,
    /// Asked for once the own files are known, by one finding after the other.
    tests_key: OnceLock<&'static str>,
}

/// A file that is there and cannot be read, or a folder of which nobody knows what lies in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableFile {
    /// Relative to `dbt_project.yml`.
    pub path: String,
    pub is_folder: bool,
    /// What it breaks at; `None` if that cannot be said.
    pub span: Option<crate::text::Span>,
    pub message: String,
    /// What to do about it, when that is known.
    pub help: Option<String>,
    /// For a resource that is described more than once.
    pub elsewhere: Option<Box<Elsewhere>>,
}

/// Where a resource is described, beside the place that a problem is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elsewhere {
    pub unique_id: String,
    /// The first description first.
    pub spots: Vec<Spot>,
}

impl<'a> Project<'a> {
    /// The resource with that id.
    pub fn get(&self, id: ResourceId) -> &Resource<'a> {
        &self.resources[id.index()]
    }

    /// A folder of which nobody knows what lies in it, if there is one: what no file at hand mentions may be there.
    pub fn closed_folder(&self) -> Option<&UnreadableFile> {
        self.unreadable.iter().find(|file| file.is_folder)
    }

    /// Such a folder whose resources are not known either: a manifest has those.
    pub fn unread_folder(&self) -> Option<&UnreadableFile> {
        self.closed_folder().filter(|_| self.generated_at.is_empty())
    }

    /// Looks a unique id up among enabled resources.
    pub fn find(&self, unique_id: &str) -> Option<ResourceId> {
        self.ids.find(&self.resources, unique_id)
    }

    /// Every resource with its id, in order of unique id.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (ResourceId, &Resource<'a>)> {
        self.resources.iter().enumerate().map(|(index, resource)| (ResourceId(index as u32), resource))
    }

    /// Resources that may be enabled or not, which is not known: no rule is about them, and none takes them for missing.
    pub fn possible(&self) -> impl Iterator<Item = &Resource<'a>> {
        self.disabled.iter().filter(|resource| resource.is_unknown("enabled"))
    }

    /// Resources of one type, of the root project only.
    pub fn own(&self, kind: ResourceType) -> impl Iterator<Item = (ResourceId, &Resource<'a>)> {
        self.all(kind).filter(|(_, resource)| self.is_own(resource))
    }

    /// Resources of one type, those of packages too, in order of unique id.
    pub fn all(&self, kind: ResourceType) -> impl Iterator<Item = (ResourceId, &Resource<'a>)> {
        self.of_kind(kind).iter().map(|&id| (id, self.get(id)))
    }

    /// Their ids.
    pub fn of_kind(&self, kind: ResourceType) -> &[ResourceId] {
        self.kinds.of(kind)
    }

    /// The ids of several types, in order of unique id.
    pub fn of_kinds<const N: usize>(&self, kinds: [ResourceType; N]) -> Vec<ResourceId> {
        let mut ids = kinds.map(|kind| self.of_kind(kind)).concat();
        ids.sort_unstable();
        ids
    }

    /// Every type that there is something of, with the ids of all of it.
    pub fn kinds(&self) -> impl Iterator<Item = (ResourceType, &[ResourceId])> {
        self.kinds.iter()
    }

    /// Whether the root project, not a package, defines it.
    pub fn is_own(&self, resource: &Resource<'_>) -> bool {
        resource.package == self.name
    }

    /// Direct parents, in dbt's order, without duplicates; what does not exist is in [`Project::dangling`].
    pub fn parents(&self, id: ResourceId) -> &[ResourceId] {
        &self.parents[id.index()]
    }

    /// Data tests and unit tests that belong to a node, in order of their unique ids.
    ///
    /// A data test belongs to its `attached_node`; where the manifest has none, to the node its `model` argument or
    /// first ref names; a singular test to every node it reads. The target of a `relationships` test is not tested by it.
    pub fn tests(&self, id: ResourceId) -> &[ResourceId] {
        self.tests.of(id)
    }

    /// Data tests of a node.
    pub fn data_tests(&self, id: ResourceId) -> impl Iterator<Item = (ResourceId, &Test<'a>)> {
        self.tests(id).iter().filter_map(|&test| Some((test, self.get(test).as_test()?)))
    }

    /// Generic tests of a node: the test's id, the column it stands under, and what it is.
    pub fn generic_tests(&self, id: ResourceId) -> impl Iterator<Item = (ResourceId, &Test<'a>, &GenericTest<'a>)> {
        self.data_tests(id).filter_map(|(test_id, test)| Some((test_id, test, test.generic.as_ref()?)))
    }

    /// Whether a name that nothing defines may be a misspelt one of this resource: then something reads it after all.
    pub fn may_be_meant(&self, resource: &Resource<'_>) -> bool {
        /// Letters that are wrong, in a name of more than twice as many.
        const WRONG: usize = 2;
        if self.unresolved_names.is_empty() {
            return false;
        }
        let name = resource.name.to_lowercase();
        let is_misspelt = |other: &str| strsim::damerau_levenshtein(other, &name) <= WRONG;
        self.unresolved_names.contains(&name)
            || (name.len() > 2 * WRONG && self.unresolved_names.iter().any(|other| is_misspelt(other)))
    }

    /// Resources of which that field is not known, by id: of most projects none.
    pub fn with_unknown(&self, field: &str) -> Vec<ResourceId> {
        self.iter().filter(|(_, resource)| resource.is_unknown(field)).map(|(id, _)| id).collect()
    }

    /// Where a missing entry belongs: the YAML file that describes most resources of the same type in the same folder or,
    /// where each has a file of its own, the one that is called after this resource in the same way. `None` where nothing
    /// shows it.
    pub fn properties_beside(&self, resource: &Resource<'_>) -> Option<EntryFile<'_>> {
        self.neighbours.get_or_init(|| Neighbours::new(self)).of(self, resource)
    }

    /// The same in words; where nothing shows it, a file beside the resource.
    pub fn entry_file_in_words(&self, resource: &Resource<'_>) -> String {
        let beside = || format!("a YAML file beside {}", resource.path);
        self.properties_beside(resource).map_or_else(beside, |file| file.to_string())
    }

    /// The latest version of a versioned model, which may be the model itself; `None` where it has no versions.
    pub fn latest_version(&self, resource: &Resource<'_>) -> Option<ResourceId> {
        let relation = resource.relation()?;
        let (version, latest) = (relation.version.as_ref()?, relation.latest_version.as_ref()?);
        let family = resource.unique_id.strip_suffix(version.as_str())?;
        self.find(&format!("{family}{latest}"))
    }

    /// Whether the model is declared as a MetricFlow time spine (`time_spine:` in its YAML entry, dbt 1.9 on). The name
    /// `metricflow_time_spine` alone makes none: nothing tells such a model from a forgotten one.
    pub fn is_time_spine(&self, resource: &Resource<'_>) -> bool {
        resource.relation().is_some_and(|relation| relation.time_spine)
    }
}
