//! One action: what it is called, what it does away with, who does it and where.

use std::collections::{BTreeMap, BTreeSet};

use super::effect::Effect;
use super::ground::{Ground, Subject};
use super::number::tenths;
use super::remedy::{Kind, Per, REACH, Remedy, Work};
use super::risk::{Defect, Risks, kinds};
use super::target::{Key, Target, remedy};
use super::worklist::{Action, Effort};
use crate::findings::{Location, Report};
use crate::project::ResourceId;

/// A file and a line in it.
type Place<'a> = (&'a str, Option<u32>);

/// A defect, and the share of it that the action is about.
pub(super) type Part<'a> = (&'a Defect, f64);

pub(super) struct Maker<'a, 'p> {
    pub ground: &'a Ground<'p>,
    pub report: &'a Report,
    pub risks: &'a Risks,
}

impl Maker<'_, '_> {
    /// The action, and the resources that it is about. `parts` are positions of defects.
    pub fn action(&self, key: &Key, parts: &[(usize, f64)]) -> (Vec<ResourceId>, Action) {
        let (kind, _, target) = key;
        let parts: Vec<Part<'_>> = parts.iter().map(|(at, share)| (&self.risks.defects[*at], *share)).collect();
        let subjects: BTreeSet<Subject> = parts.iter().map(|(defect, _)| defect.subject).collect();
        let rules: BTreeSet<&'static str> = parts.iter().map(|(defect, _)| defect.rule.code).collect();
        let resources: Vec<ResourceId> = subjects.iter().flat_map(|subject| self.resources(*subject)).collect();
        let remedy = self.remedy(key, &parts);
        let places = self.places(key, &parts);
        let edits = self.edits(key, &parts, &remedy, places.len());
        let effect = Effect::new(self.risks, &parts);
        let why_urgent = parts.iter().find_map(|(defect, _)| self.urgent(defect));
        let action = Action {
            id: self.id(key),
            kind: *kind,
            what: self.what(key, &parts, &remedy),
            effect: effect.words(self.ground, target, &subjects, self.only_by_removal(key, &parts)),
            urgent: why_urgent.is_some(),
            why_urgent,
            risk: tenths(parts.iter().map(|(defect, share)| defect.risk * share).sum()),
            effort: effort(edits, remedy.work),
            places: edits,
            is_code: remedy.work == Work::Code,
            owner: self.owner(&self.doing(target, &resources, &remedy)),
            rules: rules.into_iter().collect(),
            members: parts.len(),
            clears: effect.clears,
            eases: effect.eases,
            eases_members: effect.eases_members,
            subjects: subjects.iter().map(|subject| self.unique_id(*subject)).collect(),
            dashboards: 0,
            files: places.into_iter().map(written).collect(),
        };
        (resources, action)
    }

    /// What is done: as the rule says that gave it its name, else as its first one says.
    fn remedy(&self, key: &Key, parts: &[Part<'_>]) -> Remedy {
        if key.0 == Kind::Fix { remedy(key.1) } else { remedy(parts[0].0.rule.code) }
    }

    /// Why a defect cannot wait. What dbt leaves out, it can build the project without.
    fn urgent(&self, defect: &Defect) -> Option<&'static str> {
        // Such a test is no resource: dbt has left it out.
        let is_test = self.report.findings[defect.finding].finding.subject.starts_with("test.");
        remedy(defect.rule.code).urgent.filter(|_| !is_test)
    }

    /// Whether the defect is of the rule that gave the action its name, and not of one that waits for the decision.
    fn is_own(&self, (kind, code, _): &Key, defect: &Defect) -> bool {
        *kind != Kind::Fix || defect.rule.code == *code
    }

    /// How many defects are still there if the thing stays.
    fn only_by_removal(&self, key: &Key, parts: &[Part<'_>]) -> usize {
        let waiting = parts.iter().filter(|(defect, _)| !self.is_own(key, defect));
        waiting.map(|(defect, _)| defect.finding).collect::<BTreeSet<_>>().len()
    }

    /// What to do, in words: "use the 4 source tables in `erp` or remove them".
    fn what(&self, key: &Key, parts: &[Part<'_>], remedy: &Remedy) -> String {
        let own = parts.iter().filter(|(defect, _)| self.is_own(key, defect));
        let subjects: BTreeSet<Subject> = own.map(|(defect, _)| defect.subject).collect();
        let is_named = |(defect, _): &Part<'_>| self.has_named_owner(defect);
        let words = match (&key.2, subjects.len()) {
            _ if key.0 == Kind::Own && parts.iter().all(is_named) => REACH,
            (Target::Subject(_), _) if remedy.per != Per::Tables => remedy.one,
            (_, 1) => remedy.one,
            _ => remedy.many,
        };
        words.replace("{}", &self.words(&key.2, &subjects, remedy))
    }

    /// Whether a defect of ownership is only that the owner, who has a name, cannot be reached.
    fn has_named_owner(&self, defect: &Defect) -> bool {
        let Subject::Resource(id) = defect.subject else { return false };
        let resource = self.ground.project.get(id);
        let owner = resource.as_exposure().map(|it| &it.owner).or_else(|| resource.as_group().map(|it| &it.owner));
        matches!(defect.rule.code, "OWN003" | "OWN006") && owner.is_some_and(|owner| owner.name.non_empty().is_some())
    }

    /// What it is done to: "group `finance`", "the 12 models in `models/staging`", "model `fct_orders`".
    fn words(&self, target: &Target, subjects: &BTreeSet<Subject>, remedy: &Remedy) -> String {
        let several = |place: &str| format!("the {} in `{place}`", kinds(subjects, self.ground));
        match target {
            Target::Group(id) => format!("group `{}`", self.ground.project.get(*id).name),
            Target::Subject(Subject::Source(at)) if remedy.per == Per::Tables => match subjects.first() {
                Some(only) if subjects.len() == 1 => self.ground.words(*only),
                _ => several(self.ground.sources[*at].name),
            },
            Target::Subject(subject) => self.ground.words(*subject),
            Target::Folder(folder, _) => match subjects.first() {
                Some(only) if subjects.len() == 1 => self.ground.words(*only),
                _ => several(folder),
            },
            Target::Rule => "the project".to_owned(),
        }
    }

    /// Where to look, what is to be edited first.
    fn places(&self, key: &Key, parts: &[Part<'_>]) -> Vec<Place<'_>> {
        let mut ranked: BTreeMap<Place<'_>, bool> = BTreeMap::new();
        let mut add = |location, is_later: bool| {
            let rank = ranked.entry(place(location)).or_insert(is_later);
            *rank &= is_later;
        };
        for (defect, _) in parts {
            let located = &self.report.findings[defect.finding];
            let by_readers = remedy(defect.rule.code).by_readers;
            if by_readers {
                located.related.iter().for_each(|(location, _)| add(location, false));
            }
            let is_edited = self.is_own(key, defect) && self.is_edited(&key.2, defect.subject);
            add(&located.location, by_readers || !is_edited);
        }
        let mut places: Vec<(bool, Place<'_>)> = ranked.into_iter().map(|(place, rank)| (rank, place)).collect();
        places.sort_unstable();
        places.into_iter().map(|(_, place)| place).collect()
    }

    /// Whether a subject is what the action is done to, and not something that gains by it.
    fn is_edited(&self, target: &Target, subject: Subject) -> bool {
        match (target, subject) {
            (Target::Subject(Subject::Source(at)), Subject::Resource(id)) => {
                self.ground.sources[*at].tables.contains(&id)
            }
            (Target::Subject(target), subject) => *target == subject,
            _ => true,
        }
    }

    /// How many places there are to edit: one where a group, folder or source says it for all, else one a defect that is
    /// written down by itself.
    fn edits(&self, key: &Key, parts: &[Part<'_>], remedy: &Remedy, places: usize) -> usize {
        let own: BTreeSet<Subject> =
            parts.iter().filter(|(defect, _)| self.is_own(key, defect)).map(|(defect, _)| defect.subject).collect();
        match (key.0, &key.2) {
            (Kind::Own, _) | (Kind::Freshness, Target::Subject(Subject::Source(_))) => 1,
            (Kind::Describe | Kind::Classify, _) => parts.len(),
            (Kind::Test, _) => own.len(),
            _ if remedy.by_readers => {
                self.readers(&own.iter().flat_map(|subject| self.resources(*subject)).collect::<Vec<_>>()).len()
            }
            _ if own.len() < parts.len() && remedy.decides => own.len(),
            _ => places.max(own.len()),
        }
    }

    fn id(&self, (kind, code, target): &Key) -> String {
        let kind = match kind {
            Kind::Own => "own",
            Kind::Describe => "describe",
            Kind::Test => "test",
            Kind::Freshness => "freshness",
            Kind::Classify => "classify",
            Kind::Fix => code,
        };
        match target {
            Target::Group(id) => format!("{kind}:{}", self.ground.project.get(*id).unique_id),
            Target::Subject(subject) => format!("{kind}:{}", self.unique_id(*subject)),
            Target::Folder(folder, of) => format!("{kind}:{folder}/:{}", of.label().replace(' ', "_")),
            Target::Rule => format!("{kind}:project"),
        }
    }

    fn unique_id(&self, subject: Subject) -> String {
        match subject {
            Subject::Resource(id) => self.ground.project.get(id).unique_id.to_string(),
            Subject::Source(at) => self.ground.sources[at].id.clone(),
            Subject::Project => format!("project.{}", self.ground.project.name),
        }
    }

    fn resources(&self, subject: Subject) -> Vec<ResourceId> {
        match subject {
            Subject::Resource(id) => vec![id],
            Subject::Source(at) => self.ground.sources[at].tables.clone(),
            Subject::Project => Vec::new(),
        }
    }

    /// The resources whose owner would do it: those that are edited, else those that the findings are on.
    fn doing(&self, target: &Target, resources: &[ResourceId], remedy: &Remedy) -> Vec<ResourceId> {
        match target {
            _ if remedy.by_readers => self.readers(resources),
            Target::Group(id) => vec![*id],
            Target::Subject(subject) => self.resources(*subject),
            Target::Folder(..) | Target::Rule => resources.to_vec(),
        }
    }

    /// What reads any of these, itself the project's.
    fn readers(&self, resources: &[ResourceId]) -> Vec<ResourceId> {
        let readers = resources.iter().flat_map(|id| self.ground.graph.consumers(*id));
        let readers: BTreeSet<ResourceId> = readers.filter(|id| self.ground.is_subject(*id)).collect();
        readers.into_iter().collect()
    }

    /// The owner of most of them; of equals the first by name.
    fn owner(&self, resources: &[ResourceId]) -> Option<String> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for key in resources.iter().flat_map(|id| &self.ground.owners[id.index()]) {
            *counts.entry(key).or_default() += 1;
        }
        let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
        most.map(|(key, _)| self.ground.owner_name(key))
    }
}

/// A change of code counts three: what others build on it has to be looked at, too.
fn effort(places: usize, work: Work) -> Effort {
    let points = match work {
        Work::Line => places,
        Work::Code => places * 3,
    };
    match points {
        0..=3 => Effort::Small,
        4..=15 => Effort::Medium,
        _ => Effort::Large,
    }
}

fn place(location: &Location) -> Place<'_> {
    (&location.path, location.region.as_ref().map(|region| region.start.line))
}

fn written((path, line): Place<'_>) -> String {
    line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}"))
}
