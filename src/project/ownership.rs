//! Who owns a resource, and where that was looked for.

use serde_json::Value;

use super::{Detail, Meta, Owner, Project, Resource, ResourceType, is_placeholder};

/// An answer to "who owns this?".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ownership {
    /// The owner's name or address; `None` where no place names one.
    pub name: Option<String>,
    /// Which place named it.
    pub from: Option<OwnerPlace>,
    /// Every place that was looked at, in order, in words: "meta.owner", "group `finance`", "CODEOWNERS".
    pub looked_at: Vec<String>,
}

/// Where an owner can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnerPlace {
    Meta,
    Group,
    Exposure,
    Codeowners,
}

/// Who owns a file, as CODEOWNERS says.
pub trait FileOwners: Send + Sync + std::fmt::Debug {
    /// The owners of a file of the project (path relative to `dbt_project.yml`), joined; `None` where no line fits.
    fn owners(&self, path: &str) -> Option<String>;
}

/// The `owners:` settings that decide who owns what.
#[derive(Debug)]
pub struct Owners {
    /// Keys of `meta` that name an owner, first found wins; a dot goes into nested maps.
    pub meta_keys: Vec<String>,
    /// The repository's CODEOWNERS, if `owners.codeowners` is on and there is one.
    pub codeowners: Option<Box<dyn FileOwners>>,
    /// The only owners allowed; empty allows all.
    pub allowed: Vec<String>,
    /// What every owner must match.
    pub pattern: Option<regex::Regex>,
}

impl Default for Owners {
    fn default() -> Self {
        Self { meta_keys: vec!["owner".to_owned()], codeowners: None, allowed: Vec::new(), pattern: None }
    }
}

impl Owners {
    /// The owner of a resource: `meta`, then its group, then an exposure's own `owner`, then CODEOWNERS.
    pub fn of(&self, project: &Project<'_>, resource: &Resource<'_>) -> Ownership {
        let mut answer = Ownership::default();
        for (looked, name) in self.named(project, resource) {
            answer.looked_at.push(looked.words());
            if answer.name.is_none() && name.is_some() {
                answer.name = name;
                answer.from = Some(looked.place());
            }
        }
        answer
    }

    /// Who that is, without saying where it was looked for.
    pub fn name(&self, project: &Project<'_>, resource: &Resource<'_>) -> Option<String> {
        self.named(project, resource).into_iter().find_map(|(_, name)| name)
    }

    /// Every place that could name an owner of this resource, in order, with what it names.
    fn named<'a>(&'a self, project: &Project<'_>, resource: &'a Resource<'_>) -> Vec<(Looked<'a>, Option<String>)> {
        let mut named = Vec::new();
        for key in &self.meta_keys {
            named.push((Looked::Meta(key), lookup(&resource.meta, key).and_then(owner_name)));
            if let Detail::Source(source) = &resource.detail {
                let name = lookup(&source.source_meta, key).and_then(owner_name);
                named.push((Looked::SourceMeta(key, &source.source_name), name));
            }
        }
        if let Some(name) = &resource.group {
            let owner = project.group(name).and_then(|group| group.as_group().and_then(|group| group.owner.contact()));
            named.push((Looked::Group(Some(name)), owner));
        } else if has_groups(resource.kind) {
            named.push((Looked::Group(None), None));
        }
        if let Detail::Exposure(exposure) = &resource.detail {
            named.push((Looked::Exposure, exposure.owner.contact()));
        }
        if let Some(codeowners) = &self.codeowners {
            let name = project.is_own(resource).then(|| codeowners.owners(&resource.path)).flatten();
            named.push((Looked::Codeowners, name));
        }
        named
    }
}

/// A place that was looked at, with what it is of.
enum Looked<'a> {
    Meta(&'a str),
    SourceMeta(&'a str, &'a str),
    Group(Option<&'a str>),
    Exposure,
    Codeowners,
}

impl Looked<'_> {
    fn place(&self) -> OwnerPlace {
        match self {
            Self::Meta(_) | Self::SourceMeta(..) => OwnerPlace::Meta,
            Self::Group(_) => OwnerPlace::Group,
            Self::Exposure => OwnerPlace::Exposure,
            Self::Codeowners => OwnerPlace::Codeowners,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Meta(key) => format!("meta.{key}"),
            Self::SourceMeta(key, source) => format!("meta.{key} of source `{source}`"),
            Self::Group(Some(name)) => format!("owner of group `{name}`"),
            Self::Group(None) => "group (none set)".to_owned(),
            Self::Exposure => "owner".to_owned(),
            Self::Codeowners => "CODEOWNERS".to_owned(),
        }
    }
}

/// Types that dbt lets belong to a group.
fn has_groups(kind: ResourceType) -> bool {
    use ResourceType::{Analysis, Metric, Model, SavedQuery, Seed, SemanticModel, Snapshot};
    matches!(kind, Model | Seed | Snapshot | Analysis | Metric | SemanticModel | SavedQuery)
}

/// A key of `meta`, going into nested maps at each dot; a key with a dot in it is found as it stands.
pub fn lookup<'m>(meta: &'m Meta, key: &str) -> Option<&'m Value> {
    if let Some(value) = meta.get(key) {
        return Some(value);
    }
    let (first, rest) = key.split_once('.')?;
    lookup(meta.get(first)?.as_object()?, rest)
}

/// An owner as people write it in `meta`: a name, a list of names, or a map with a name or an address.
fn owner_name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!is_placeholder(text)).then(|| text.trim().to_owned()),
        Value::Array(items) => {
            let names: Vec<String> = items.iter().filter_map(owner_name).collect();
            (!names.is_empty()).then(|| names.join(", "))
        }
        Value::Object(map) => {
            ["name", "email", "team", "slack"].iter().find_map(|key| map.get(*key).and_then(owner_name))
        }
        _ => None,
    }
}

impl Owner<'_> {
    /// Name or first address; `None` where neither says anything.
    pub fn contact(&self) -> Option<String> {
        let texts = std::iter::once(&self.name).chain(&self.email);
        texts.map(|text| text.trim()).find(|text| !is_placeholder(text)).map(str::to_owned)
    }
}
