//! Which action does away with a defect: what is done, and to what.

use std::collections::{BTreeSet, HashMap};

use super::ground::{Ground, Subject};
use super::remedy::{self, Kind, Per, Remedy};
use super::risk::{Defect, Risks};
use crate::project::{ResourceId, ResourceType};

/// What an action is done to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Target {
    Group(ResourceId),
    Subject(Subject),
    Folder(String, ResourceType),
    /// All that the rule finds.
    Rule,
}

/// What one action takes together: kind, rule where only the rule says what to do, and what it is done to.
pub(super) type Key = (Kind, &'static str, Target);

/// What there is to know of a project to say what is done to what.
pub(super) struct Targets<'a, 'p> {
    ground: &'a Ground<'p>,
    /// By folder and type: how many resources there are, and how many have no owner.
    unowned: HashMap<(&'p str, ResourceType), (usize, usize)>,
    /// The rule by which it is to be decided first whether a resource stays.
    decided: HashMap<ResourceId, &'static str>,
}

impl<'a, 'p> Targets<'a, 'p> {
    pub fn new(ground: &'a Ground<'p>, risks: &Risks) -> Self {
        let mut unowned: HashMap<(&str, ResourceType), (usize, usize)> = HashMap::new();
        for id in ground.scored() {
            let folder = owned_folder(ground.folder(id));
            let counts = unowned.entry((folder, ground.project.get(id).kind)).or_default();
            counts.0 += 1;
            counts.1 += usize::from(ground.owners[id.index()].is_empty() && group_of(ground, id).is_none());
        }
        let mut decided = HashMap::new();
        for defect in risks.defects.iter().filter(|defect| remedy(defect.rule.code).decides) {
            if let Subject::Resource(id) = defect.subject {
                decided.entry(id).or_insert(defect.rule.code);
            }
        }
        Self { ground, unowned, decided }
    }

    /// The actions that together do away with a defect.
    pub fn keys(&self, defect: &Defect) -> Vec<Key> {
        let remedy = remedy(defect.rule.code);
        if let Some(code) = self.decided_first(defect.subject).filter(|_| remedy.kind != Kind::Fix) {
            return vec![(Kind::Fix, code, self.target(self::remedy(code).per, defect.subject))];
        }
        let code = if remedy.kind == Kind::Fix { defect.rule.code } else { "" };
        let targets = match remedy.per {
            Per::SourcesAbove => self.unfresh_sources(defect.subject),
            _ => vec![self.target(remedy.per, defect.subject)],
        };
        targets.into_iter().map(|target| (remedy.kind, code, target)).collect()
    }

    /// The rule by which it is to be decided first whether that stays; of a source, whether all its tables do.
    fn decided_first(&self, subject: Subject) -> Option<&'static str> {
        match subject {
            Subject::Resource(id) => self.decided.get(&id).copied(),
            Subject::Source(at) => {
                let mut codes = self.ground.sources[at].tables.iter().map(|id| self.decided.get(id).copied());
                let first = codes.next().flatten()?;
                codes.all(|code| code == Some(first)).then_some(first)
            }
            Subject::Project => None,
        }
    }

    fn target(&self, per: Per, subject: Subject) -> Target {
        let Subject::Resource(id) = subject else {
            return if subject == Subject::Project { Target::Rule } else { Target::Subject(subject) };
        };
        let resource = self.ground.project.get(id);
        let source = || match resource.as_source() {
            Some(source) => self.ground.subject(&format!("source.{}.{}", resource.package, source.source_name)),
            None => subject,
        };
        match per {
            Per::Itself => Target::Subject(subject),
            Per::Resource | Per::SourcesAbove | Per::Source | Per::Tables => Target::Subject(source()),
            Per::Folder => Target::Folder(self.ground.folder(id).to_owned(), resource.kind),
            Per::Rule => Target::Rule,
            Per::Owner => match resource.kind {
                ResourceType::Group => Target::Group(id),
                ResourceType::Source | ResourceType::Exposure => Target::Subject(source()),
                _ => self.owning(id),
            },
        }
    }

    /// Where one would name the owner: in the group it has, or for the folder, if most in it have none.
    fn owning(&self, id: ResourceId) -> Target {
        if let Some(group) = group_of(self.ground, id) {
            return Target::Group(group);
        }
        let resource = self.ground.project.get(id);
        let folder = owned_folder(self.ground.folder(id));
        let (all, unowned) = self.unowned.get(&(folder, resource.kind)).copied().unwrap_or_default();
        if unowned > 1 && unowned * 2 > all {
            Target::Folder(folder.to_owned(), resource.kind)
        } else {
            Target::Subject(Subject::Resource(id))
        }
    }

    /// The sources above an exposure that have tables which nobody checks; all of them have to be seen to.
    fn unfresh_sources(&self, subject: Subject) -> Vec<Target> {
        let Subject::Resource(id) = subject else { return vec![Target::Subject(subject)] };
        let mut sources = BTreeSet::new();
        for ancestor in self.ground.graph.ancestors(id) {
            let is_unfresh = self.ground.measures.is_fresh(self.ground.node(ancestor)) == Some(false);
            if is_unfresh && self.ground.is_subject(ancestor) {
                sources.insert(self.target(Per::Source, Subject::Resource(ancestor)));
            }
        }
        if sources.is_empty() { vec![Target::Subject(subject)] } else { sources.into_iter().collect() }
    }
}

/// What to do about findings of that rule.
pub(super) fn remedy(code: &str) -> Remedy {
    remedy::of(code).unwrap_or(remedy::OF_POLICY)
}

/// The group that a resource says it belongs to, if there is one of that name.
fn group_of(ground: &Ground<'_>, id: ResourceId) -> Option<ResourceId> {
    let name = ground.project.get(id).group.as_deref()?;
    ground.project.find(&ground.project.group(name)?.unique_id)
}

/// The folder for which one would name an owner, with all below it: the one that dbt reads and two more, as in
/// `models/marts/finance`.
fn owned_folder(folder: &str) -> &str {
    const DEPTH: usize = 3;
    let end = folder.match_indices('/').nth(DEPTH - 1).map_or(folder.len(), |(at, _)| at);
    &folder[..end]
}
