//! Who owns a resource, and where that was looked for.

use serde_json::Value;

use super::{Meta, Owner, Project, Resource, ResourceType, is_placeholder};

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
        for looked in self.places(resource) {
            answer.looked_at.push(looked.words());
            if answer.name.is_none() {
                answer.name = self.named(project, resource, &looked);
                answer.from = answer.name.is_some().then(|| looked.place());
            }
        }
        answer
    }

    /// Who that is, without saying where it was looked for.
    pub fn name(&self, project: &Project<'_>, resource: &Resource<'_>) -> Option<String> {
        self.places(resource).find_map(|looked| self.named(project, resource, &looked))
    }

    /// Every place that could name an owner of this resource, in order.
    fn places<'a>(&'a self, resource: &'a Resource<'_>) -> impl Iterator<Item = Looked<'a>> {
        let in_meta = self.meta_keys.iter().flat_map(|key| {
            let source = resource.as_source().map(|source| Looked::SourceMeta(key, &source.source_name));
            [Some(Looked::Meta(key)), source].into_iter().flatten()
        });
        let group = match &resource.group {
            Some(name) => Some(Looked::Group(Some(name))),
            None => has_groups(resource.kind).then_some(Looked::Group(None)),
        };
        let exposure = resource.as_exposure().map(|_| Looked::Exposure);
        let codeowners = self.codeowners.as_ref().map(|_| Looked::Codeowners);
        in_meta.chain(group).chain(exposure).chain(codeowners)
    }

    /// The owner that such a place names.
    fn named(&self, project: &Project<'_>, resource: &Resource<'_>, place: &Looked<'_>) -> Option<String> {
        match place {
            Looked::Meta(key) => lookup(&resource.meta, key).and_then(owner_name),
            Looked::SourceMeta(key, _) => lookup(&resource.as_source()?.source_meta, key).and_then(owner_name),
            Looked::Group(name) => project.group((*name)?)?.as_group()?.owner.contact(),
            Looked::Exposure => resource.as_exposure()?.owner.contact(),
            Looked::Codeowners => self.codeowners.as_ref().filter(|_| project.is_own(resource))?.owners(&resource.path),
        }
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

/// Words in the names of `meta` keys that say who is responsible.
const OWNER_WORDS: [&str; 6] = ["owner", "team", "steward", "maintainer", "responsible", "squad"];

/// The keys of `meta` whose name says that they name who is responsible, and that do: each with the name. Nested maps are
/// gone into (`ownership.team`), but for a map that is itself an owner.
pub fn owner_keys(meta: &Meta) -> Vec<(String, String)> {
    fn gather(meta: &Meta, path: &str, found: &mut Vec<(String, String)>) {
        for (key, value) in meta {
            let full = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let name = if says_owner(key) { owner_name(value) } else { None };
            match (name, value.as_object()) {
                (Some(name), _) => found.push((full, name)),
                (None, Some(map)) => gather(map, &full, found),
                (None, None) => {}
            }
        }
    }
    let mut found = Vec::new();
    gather(meta, "", &mut found);
    found
}

/// Whether a part of the key is such a word, or its plural.
fn says_owner(key: &str) -> bool {
    let key = key.to_lowercase();
    let is_word = |part: &str| {
        OWNER_WORDS.contains(&part) || part.strip_suffix('s').is_some_and(|one| OWNER_WORDS.contains(&one))
    };
    key.split(['_', '-']).any(is_word)
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
