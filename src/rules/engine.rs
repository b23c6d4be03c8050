//! Runs the rules in parallel and puts what they found into one order.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use rayon::iter::Either;
use rayon::prelude::*;

use super::by_name::{self, ByName};
use super::{Context, Instance, Node, RuleInfo, Subject};
use crate::config::Settings;
use crate::findings::{Atoms, Finding, Severity, Share};
use crate::graph::Graph;
use crate::project::{Layer, Project, Resource, ResourceId, ResourceType};
use crate::words;

/// Subjects that one task looks at: so few that they stay in the processor's cache from the first rule to the last.
const CHUNK: usize = 64;

/// When rules report many effects of one cause as one finding.
#[derive(Debug)]
pub enum Grouping {
    /// Where they think it fit.
    AsFits,
    /// Wherever they could, however few there are: what such findings say need not be true, their places and members are.
    Always,
    /// Not at all, and only on these resources.
    Never { only: HashSet<ResourceId> },
}

/// What the rules share: the project and the answers that many of them ask for.
pub struct World<'p> {
    pub(super) project: &'p Project<'p>,
    pub(super) graph: &'p Graph,
    pub(super) settings: &'p Settings,
    pub(super) grouping: Grouping,
    /// The layer of each resource, by id.
    pub(super) layers: Vec<Layer>,
    /// The layers that some folder with models belongs to; gathered when first asked for.
    layers_of_folders: OnceLock<HashSet<Layer>>,
    subjects: Vec<(ResourceType, Vec<ResourceId>)>,
    /// The codes of the rules that run, once that is known.
    running: OnceLock<HashSet<&'static str>>,
    /// The exposures that each resource feeds, by id; gathered when first asked for.
    fed: OnceLock<HashMap<ResourceId, Vec<ResourceId>>>,
    /// Whether of some resource not all parents are known; looked up when first asked for.
    unknown_parents: OnceLock<bool>,
    /// Types of which more than hardly any subjects have an owner; looked up when first asked for.
    owned: OnceLock<Vec<ResourceType>>,
    /// What code reads by name; looked for when first asked for.
    by_name: by_name::Answers,
    /// Shares that rules have measured.
    shares: Mutex<Vec<Share>>,
    /// What rules have left alone, and why, each with the rule's code.
    left_alone: Mutex<Vec<(&'static str, String)>>,
}

/// Findings, each in a place of its own: they are moved and sorted a lot, and there may be a million.
#[allow(clippy::vec_box, reason = "moving 8 bytes instead of 240 halves the memory that collecting and sorting takes")]
pub type Findings = Vec<Box<Finding>>;

/// What a run found, and what it did.
#[derive(Debug)]
pub struct Outcome {
    /// In no useful order yet: sorting needs places, which are resolved later.
    pub findings: Findings,
    /// What findings that gave way to others are known by: were those others repaired, these would be no news.
    pub superseded: Atoms,
    /// Shares that must not fall, by rule and key.
    pub shares: Vec<Share>,
    /// Every rule instance that was asked for, in order of code.
    pub runs: Vec<RuleRun>,
}

/// How one rule fared.
#[derive(Debug)]
pub struct RuleRun {
    pub info: &'static RuleInfo,
    /// Number of resources it looked at.
    pub subjects: usize,
    /// Why it did not run, if so.
    pub skipped: Option<String>,
    /// Of how many resources it could not tell, because something about them is not known.
    pub undecided: usize,
    /// What it left alone, and why; sorted.
    pub left_alone: Vec<String>,
}

/// Runs every instance over the project.
pub fn run<'p>(
    project: &'p Project<'p>,
    graph: &'p Graph,
    settings: &'p Settings,
    instances: &'p [Instance],
) -> Outcome {
    let world = World::new(project, graph, settings, Grouping::AsFits);
    let mut runs: Vec<RuleRun> = instances.iter().map(|instance| world.prepare(instance)).collect();
    let running: Vec<&Instance> =
        instances.iter().zip(&runs).filter(|(_, run)| run.skipped.is_none()).map(|(instance, _)| instance).collect();
    let mut findings = world.check(&running);
    for (instance, run) in instances.iter().zip(&mut runs) {
        let mut context = Context::new(&world, instance);
        instance.rule.finish(&mut context);
        findings.append(&mut context.into_findings());
        run.undecided = instance.rule.undecided();
        if let Some(reason) = instance.rule.idle().filter(|_| run.skipped.is_none()) {
            (run.subjects, run.skipped) = (0, Some(reason));
        }
    }
    world.hand_out_left_alone(&mut runs);
    super::unknown::drop_unfounded(&mut findings, project);
    let (findings, superseded) = without_superseded(findings, instances);
    let mut shares = world.shares.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Of two instances that measure the same thing, the one that finds less covered counts.
    shares.sort_by(|a, b| a.key_order(b).then_with(|| a.compare(b)));
    shares.dedup_by(|a, b| a.key_order(b).is_eq());
    Outcome { findings, superseded, shares, runs }
}

/// Runs the rules with these codes once more, and those that they give way to or that give way to them, to hear the same
/// told otherwise. What gave way to other findings is given back besides.
pub fn run_again<'p>(
    project: &'p Project<'p>,
    graph: &'p Graph,
    settings: &'p Settings,
    instances: &'p [Instance],
    codes: &HashSet<&str>,
    grouping: Grouping,
) -> (Findings, Atoms) {
    let world = World::new(project, graph, settings, grouping);
    let codes = related(codes, instances);
    let runs = |instance: &&Instance| codes.contains(instance.info.code) && world.prepare(instance).skipped.is_none();
    let running: Vec<&Instance> = instances.iter().filter(runs).collect();
    let mut findings = world.check(&running);
    for instance in running {
        let mut context = Context::new(&world, instance);
        instance.rule.finish(&mut context);
        findings.append(&mut context.into_findings());
    }
    super::unknown::drop_unfounded(&mut findings, project);
    without_superseded(findings, instances)
}

/// With all that supersede one of them or are superseded, over any number of steps.
fn related<'c>(codes: &HashSet<&'c str>, instances: &'c [Instance]) -> HashSet<&'c str> {
    let mut related = codes.clone();
    loop {
        let before = related.len();
        for info in instances.iter().map(|instance| instance.info) {
            let family = || info.supersedes.iter().copied().chain([info.code]);
            if family().any(|code| related.contains(code)) {
                related.extend(family());
            }
        }
        if related.len() == before {
            return related;
        }
    }
}

/// The rules that are about resources of that type.
fn about<'p>(kind: ResourceType, instances: &[&'p Instance]) -> Vec<&'p Instance> {
    let is_about = |instance: &&&Instance| instance.info.subjects.contains(&Subject::Resource(kind));
    instances.iter().filter(is_about).copied().collect()
}

/// The codes that each rule supersedes, by its own.
type Superseding = HashMap<&'static str, &'static [&'static str]>;

/// One defect, one finding: where a rule reports a subject, the milder rules that it supersedes keep silent on it.
fn without_superseded(findings: Findings, instances: &[Instance]) -> (Findings, Atoms) {
    let rules = instances.iter().map(|instance| instance.info).filter(|info| !info.supersedes.is_empty());
    let superseding: Superseding = rules.map(|info| (info.code, info.supersedes)).collect();
    let milder: HashSet<&str> = superseding.values().copied().flatten().copied().collect();
    let dropped: HashSet<(&str, &str)> = findings
        .par_iter()
        .filter_map(|finding| Some((superseding.get(finding.code)?, finding)))
        .flat_map_iter(|(codes, finding)| {
            // A finding for a group is about its members; one on the project also takes the place of such others.
            let is_itself = finding.is_silent() || finding.located_in.is_none();
            let subjects = finding.atoms().map(|atom| atom.subject);
            let subjects = subjects.chain(is_itself.then_some(finding.subject.as_str()));
            subjects.flat_map(move |subject| codes.iter().map(move |&code| (code, subject)))
        })
        .collect();
    let is_kept = |finding: &Finding| {
        !milder.contains(finding.code) || !dropped.contains(&(finding.code, finding.subject.as_str()))
    };
    let kept: Vec<bool> = findings.par_iter().map(|finding| is_kept(finding)).collect();
    let either = |(finding, is_kept)| if is_kept { Either::Left(finding) } else { Either::Right(finding) };
    let (mut kept, superseded): (Findings, Findings) = findings.into_par_iter().zip(kept).partition_map(either);
    let (groups, single): (Findings, Findings) = superseded.into_iter().partition(|finding| is_about_others(finding));
    for group in groups {
        hand_over(*group, &mut kept, &superseding);
    }
    kept.retain(|finding| !finding.is_silent());
    let single = single.into_par_iter().filter(|finding| !finding.is_silent());
    let atoms = single.map(|finding| finding.into_atoms()).reduce(Atoms::default, |mut all, more| {
        all.append(more);
        all
    });
    (kept, atoms)
}

/// Whether a finding stands for findings on other subjects than its own.
fn is_about_others(finding: &Finding) -> bool {
    finding.members.is_some() && finding.atoms().any(|atom| atom.subject != finding.subject)
}

/// A finding that speaks for a whole group in place of another speaks for the other's members, too: one more of them is
/// news, which only this finding can tell.
fn hand_over(group: Finding, kept: &mut Findings, superseding: &Superseding) {
    let supersedes = |finding: &Finding| superseding.get(finding.code).is_some_and(|codes| codes.contains(&group.code));
    let heir = kept.iter_mut().find(|finding| finding.subject == group.subject && supersedes(finding));
    if let Some(heir) = heir {
        heir.stands_also_for(group.into_atoms());
    }
}

/// A piece of work.
enum Task<'t, 'p> {
    /// One rule over the project.
    Project(&'p Instance),
    /// All rules that are about such subjects, one after the other: resources of a large project do not fit into any
    /// cache, and fetching them anew for each rule takes longer than the rules do.
    Subjects(&'t [&'p Instance], &'t [ResourceId]),
}

impl<'p> Task<'_, 'p> {
    fn run(self, world: &World<'p>) -> Findings {
        match self {
            Self::Project(instance) => {
                let mut context = Context::new(world, instance);
                instance.rule.check_project(&mut context);
                context.into_findings()
            }
            Self::Subjects(instances, ids) => {
                let check = |instance: &&'p Instance| {
                    let mut context = Context::new(world, instance);
                    for &id in ids {
                        instance.rule.check(Node { id, resource: world.project.get(id) }, &mut context);
                    }
                    context.into_findings()
                };
                instances.iter().flat_map(check).collect()
            }
        }
    }
}

impl<'p> World<'p> {
    fn new(project: &'p Project<'p>, graph: &'p Graph, settings: &'p Settings, grouping: Grouping) -> Self {
        Self {
            project,
            graph,
            settings,
            grouping,
            layers: layers(project, settings),
            layers_of_folders: OnceLock::new(),
            subjects: subjects(project, settings),
            running: OnceLock::new(),
            fed: OnceLock::new(),
            unknown_parents: OnceLock::new(),
            owned: OnceLock::new(),
            by_name: by_name::Answers::default(),
            shares: Mutex::default(),
            left_alone: Mutex::default(),
        }
    }

    /// Runs these rules over all that they are about.
    fn check(&self, running: &[&'p Instance]) -> Findings {
        self.by_name.prepare(self.project, running);
        self.running.get_or_init(|| running.iter().map(|instance| instance.info.code).collect());
        let is_asked = |id: &ResourceId| self.is_asked(*id);
        let by_kind: Vec<(Vec<ResourceId>, Vec<&Instance>)> = self
            .subjects
            .iter()
            .map(|(kind, ids)| (ids.iter().copied().filter(is_asked).collect(), about(*kind, running)))
            .collect();
        // Rules over the project take longest, so they come first.
        let projects = running.iter().map(|instance| Task::Project(instance));
        let subjects =
            by_kind.iter().flat_map(|(ids, instances)| ids.chunks(CHUNK).map(|chunk| Task::Subjects(instances, chunk)));
        let tasks: Vec<Task<'_, '_>> = projects.chain(subjects).collect();
        // One by one and in this order, because they differ in length: a long one that comes last leaves threads idle.
        let tasks = tasks.into_iter().par_bridge();
        tasks.flat_map_iter(|task| task.run(self)).collect()
    }

    /// Whether findings on that resource are wanted.
    pub(super) fn is_asked(&self, id: ResourceId) -> bool {
        match &self.grouping {
            Grouping::Never { only } => only.contains(&id),
            _ => true,
        }
    }

    /// Resources of that type that rules are about.
    pub(super) fn subjects(&self, kind: ResourceType) -> &[ResourceId] {
        self.subjects.iter().find(|(candidate, _)| *candidate == kind).map_or(&[], |(_, ids)| ids)
    }

    /// The exposures that a resource feeds, directly or through others, by id.
    pub(super) fn exposures_fed(&self, id: ResourceId) -> &[ResourceId] {
        let gather = || {
            let mut fed: HashMap<ResourceId, Vec<ResourceId>> = HashMap::new();
            for &exposure in self.project.of_kind(ResourceType::Exposure) {
                for ancestor in self.graph.ancestors(exposure) {
                    fed.entry(ancestor).or_default().push(exposure);
                }
            }
            fed
        };
        self.fed.get_or_init(gather).get(&id).map_or(&[], Vec::as_slice)
    }

    /// Whether some resource may read more than is known.
    pub(super) fn has_unknown_parents(&self) -> bool {
        let is_unknown = |resource: &Resource<'_>| resource.is_unknown("parents") || resource.is_unknown("children");
        let is_any = || self.project.unread_folder().is_some() || self.project.resources.iter().any(is_unknown);
        *self.unknown_parents.get_or_init(is_any)
    }

    /// Whether more than one in twenty subjects of that type have an owner, or any where there are fewer. Where too little is
    /// known of most of them, they may have.
    pub(super) fn are_owned(&self, kind: ResourceType) -> bool {
        let is_owned = |id: &ResourceId| self.settings.owners.name(self.project, self.project.get(*id)).is_some();
        let is_unknown = |id: &&ResourceId| super::unknown::is_field_unknown("OWN", self.project.get(**id));
        // Not in parallel: a thread that waits for others may start a task that asks for this very answer.
        let owned = || {
            let kinds = self.subjects.iter().filter(|(kind, ids)| {
                has_owner(*kind)
                    && (ids.iter().filter(|id| is_owned(id)).nth(ids.len() / 20).is_some()
                        || ids.iter().filter(is_unknown).count() * 2 > ids.len())
            });
            kinds.map(|(kind, _)| *kind).collect()
        };
        self.owned.get_or_init(owned).contains(&kind)
    }

    /// Whether some folder with models belongs to the layer.
    pub(super) fn has_folder(&self, layer: Layer) -> bool {
        let of_folders = || {
            let models = self.project.own(ResourceType::Model);
            models.filter_map(|(_, model)| self.settings.layers.by_folder(&model.path)).collect()
        };
        self.layers_of_folders.get_or_init(of_folders).contains(&layer)
    }

    /// Whether the rule of that code runs.
    pub(super) fn runs(&self, code: &str) -> bool {
        self.running.get().is_some_and(|codes| codes.contains(code))
    }

    /// The severity a finding of that instance on that resource has; `None` where the config leaves it out.
    pub(super) fn severity(&self, instance: &Instance, id: ResourceId) -> Option<Severity> {
        instance.severity_of(self.project, self.settings, self.project.get(id), self.layers[id.index()])
    }

    /// What code reads by name.
    pub(super) fn by_name(&'p self) -> ByName<'p> {
        ByName::new(self.project, &self.by_name)
    }

    /// Notes what a rule has left alone, and why.
    pub(super) fn leave_alone(&self, code: &'static str, what: String) {
        self.left_alone.lock().unwrap_or_else(PoisonError::into_inner).push((code, what));
    }

    /// Gives each rule what its instances have left alone.
    fn hand_out_left_alone(&self, runs: &mut [RuleRun]) {
        let mut all = std::mem::take(&mut *self.left_alone.lock().unwrap_or_else(PoisonError::into_inner));
        all.sort_unstable();
        all.dedup();
        for (code, what) in all {
            if let Some(run) = runs.iter_mut().find(|run| run.info.code == code) {
                run.left_alone.push(what);
            }
        }
    }

    /// Notes a share that a rule has measured.
    pub(super) fn measure(&self, share: Share) {
        self.shares.lock().unwrap_or_else(PoisonError::into_inner).push(share);
    }

    fn prepare(&self, instance: &Instance) -> RuleRun {
        let context = Context::new(self, instance);
        let about_project = instance.info.subjects.contains(&Subject::Project);
        let subjects: usize = self.kinds(instance).map(|kind| self.subjects(kind).len()).sum();
        let skipped = if subjects == 0 && !about_project {
            let kinds: Vec<&str> = self.kinds(instance).map(ResourceType::label).collect();
            Some(format!("the project has no {}", words::either(&kinds)))
        } else {
            let lacks_files = || super::unknown::without_folder(instance.info, self.project);
            let unset = instance.rule.unset(self.settings);
            unset.or_else(|| instance.rule.not_applicable(&context)).or_else(lacks_files)
        };
        RuleRun { info: instance.info, subjects, skipped, undecided: 0, left_alone: Vec::new() }
    }

    fn kinds(&self, instance: &Instance) -> impl Iterator<Item = ResourceType> + use<> {
        instance.info.subjects.iter().filter_map(|subject| match subject {
            Subject::Resource(kind) => Some(*kind),
            Subject::Project => None,
        })
    }
}

/// The layer of each resource; only models are in one.
fn layers(project: &Project<'_>, settings: &Settings) -> Vec<Layer> {
    let models = project.of_kind(ResourceType::Model);
    let of_models: Vec<Layer> = models.par_iter().map(|&id| settings.layers.of(project.get(id))).collect();
    let mut layers = vec![Layer::Other; project.resources.len()];
    for (id, layer) in models.iter().zip(of_models) {
        layers[id.index()] = layer;
    }
    layers
}

/// What rules are about, by type.
fn subjects(project: &Project<'_>, settings: &Settings) -> Vec<(ResourceType, Vec<ResourceId>)> {
    let is_subject = |id: &&ResourceId| settings.is_subject(project, project.get(**id));
    project.kinds().map(|(kind, ids)| (kind, ids.par_iter().filter(is_subject).copied().collect())).collect()
}

/// Whether rules ask who owns resources of that type.
fn has_owner(kind: ResourceType) -> bool {
    use ResourceType::{Metric, Model, SavedQuery, Seed, SemanticModel, Snapshot, Source};
    matches!(kind, Model | Source | Seed | Snapshot | Metric | SemanticModel | SavedQuery)
}

#[cfg(test)]
mod tests {
    use crate::project::{Resource, Text};
    use crate::rules::tester::{exposure, model, reading, recorded};

    #[test]
    fn what_gives_way_is_recorded_with_what_takes_its_place() {
        let orders = model("marts", "orders");
        let weekly = reading(exposure("weekly"), &[&orders]);
        let (atoms, findings) = recorded(&["DOC001", "EXP005"], &[orders.clone(), weekly]);
        assert_eq!(atoms, ["DOC001 model.shop.orders", "EXP005 model.shop.orders"]);
        assert_eq!(findings.len(), 1);
        assert_eq!(recorded(&["DOC001", "EXP005"], &[orders]).0, ["DOC001 model.shop.orders"]);
    }

    /// That many models, of which the first feeds a dashboard.
    fn unowned(count: usize) -> Vec<Resource<'static>> {
        let mut all: Vec<_> = (0..count).map(|number| model("marts", &format!("m{number}"))).collect();
        all.push(reading(exposure("weekly"), &[&all[0]]));
        all
    }

    #[test]
    fn a_group_that_takes_the_place_of_another_speaks_for_both() {
        let (of_five, single) = recorded(&["OWN001", "EXP007"], &unowned(5));
        assert_eq!(single.len(), 5);
        assert_eq!(of_five[0], "EXP007 model.shop.m0");
        let models = ["m0", "m1", "m2", "m3", "m4"].map(|name| format!("OWN001 model.shop.{name}"));
        assert_eq!(of_five[1..], models);
        let (of_six, group) = recorded(&["OWN001", "EXP007"], &unowned(6));
        assert_eq!(group.len(), 1);
        assert_eq!(group[0].code, "EXP007");
        assert_eq!(of_six, [&of_five[..], &["OWN001 model.shop.m5".to_owned()]].concat());
        assert_eq!(group[0].atoms().count(), of_six.len());
        // Where nothing else reports them, a group speaks for its own.
        assert_eq!(recorded(&["EXP007"], &unowned(6)).0, ["EXP007 model.shop.m0"]);
    }

    #[test]
    fn a_member_of_which_too_little_is_known_is_none() {
        let mut all = unowned(6);
        all[3].unknown = Some(Box::new(vec![(Text::from("meta"), Text::from("env_var('TEAM') has no value here"))]));
        let (atoms, findings) = recorded(&["OWN001"], &all);
        assert_eq!((atoms.len(), findings.len()), (5, 1));
        assert!(!atoms.contains(&"OWN001 model.shop.m3".to_owned()), "{atoms:?}");
    }
}
