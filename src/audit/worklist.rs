//! The worklist: actions, each of which clears findings, by the risk that they take away.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::Serialize;

use super::ground::{Ground, Subject};
use super::number::tenths;
use super::remedy::{self, Kind, Per, Remedy, Work};
use super::risk::{Defect, Risks, kinds};
use crate::findings::{Location, Report};
use crate::project::{ResourceId, ResourceType};
use crate::rules::RuleInfo;
use crate::words::counted;

/// How much work an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// Up to 3 points.
    Small,
    /// Up to 15 points.
    Medium,
    /// More.
    Large,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Action {
    /// The same in every run, as long as what it is done to keeps its name: `own:group:finance`.
    pub id: String,
    pub kind: Kind,
    /// What to do: "describe source `erp`".
    pub what: String,
    /// What that does away with: "clears 12 findings on 4 source tables, 1 source; 3 dashboards rest on that".
    pub effect: String,
    /// The risk that it takes away, one decimal.
    pub risk: f64,
    pub effort: Effort,
    /// How many places there are to edit.
    pub places: usize,
    /// What has to be edited most: a line of YAML, or SQL that others build on.
    pub is_code: bool,
    /// Who would do it: the owner of most of what it is about; null where nobody is named.
    pub owner: Option<String>,
    /// Codes of the rules whose findings it clears.
    pub rules: Vec<&'static str>,
    /// Findings that are gone once it is done, as positions in `findings`.
    pub clears: Vec<usize>,
    /// Findings that are smaller once it is done, and gone with other actions.
    pub eases: Vec<usize>,
    /// What it is about, as unique ids; `source.<project>.<name>` for a source, `project.<name>` for the project.
    pub subjects: Vec<String>,
    /// Exposures that rest on any of that.
    pub dashboards: u32,
    /// Where its findings are, as `path:line`.
    pub files: Vec<String>,
}

/// What an action is done to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Target {
    Group(ResourceId),
    Subject(Subject),
    Folder(String, ResourceType),
    /// All that the rule finds.
    Rule,
}

/// What one action takes together: kind, rule where only the rule says what to do, and what it is done to.
type Key = (Kind, &'static str, Target);

/// The part of an action: defects, each with the share of it that the action is about.
#[derive(Default)]
struct Parts {
    defects: Vec<(usize, f64)>,
}

/// Makes the worklist, the most risk first.
pub(super) fn worklist(ground: &Ground<'_>, report: &Report, risks: &Risks) -> Vec<Action> {
    let maker = Maker::new(ground, report, risks);
    let mut parts: BTreeMap<Key, Parts> = BTreeMap::new();
    for (at, defect) in risks.defects.iter().enumerate() {
        let keys = maker.keys(defect);
        let share = 1.0 / keys.len() as f64;
        for key in keys {
            parts.entry(key).or_default().defects.push((at, share));
        }
    }
    let mut actions: Vec<(Vec<ResourceId>, Action)> =
        parts.into_iter().map(|(key, parts)| maker.action(&key, &parts.defects)).collect();
    let exposures: Vec<ResourceId> =
        ground.project.iter().filter(|(_, it)| it.kind == ResourceType::Exposure).map(|(id, _)| id).collect();
    let sets: Vec<Vec<ResourceId>> = actions.iter_mut().map(|(ids, _)| std::mem::take(ids)).collect();
    let dashboards = ground.graph.reach().downstream_of_sets(&exposures, &sets);
    let mut actions: Vec<Action> = actions
        .into_iter()
        .zip(dashboards)
        .map(|((_, action), dashboards)| Action {
            effect: with_dashboards(&action.effect, dashboards),
            dashboards,
            ..action
        })
        .collect();
    actions.sort_by(|a, b| b.risk.total_cmp(&a.risk).then_with(|| a.id.cmp(&b.id)));
    actions
}

fn with_dashboards(effect: &str, dashboards: u32) -> String {
    match dashboards {
        0 => effect.to_owned(),
        1 => format!("{effect}; 1 dashboard rests on that"),
        _ => format!("{effect}; {dashboards} dashboards rest on that"),
    }
}

struct Maker<'a, 'p> {
    ground: &'a Ground<'p>,
    report: &'a Report,
    risks: &'a Risks,
    /// By folder and type: how many resources there are, and how many have no owner.
    unowned: HashMap<(&'p str, ResourceType), (usize, usize)>,
}

impl<'a, 'p> Maker<'a, 'p> {
    fn new(ground: &'a Ground<'p>, report: &'a Report, risks: &'a Risks) -> Self {
        let mut unowned: HashMap<(&str, ResourceType), (usize, usize)> = HashMap::new();
        for id in ground.scored() {
            let folder = owned_folder(ground.folder(id));
            let counts = unowned.entry((folder, ground.project.get(id).kind)).or_default();
            counts.0 += 1;
            counts.1 += usize::from(ground.owners[id.index()].is_empty() && group_of(ground, id).is_none());
        }
        Self { ground, report, risks, unowned }
    }

    /// The actions that together do away with a defect.
    fn keys(&self, defect: &Defect) -> Vec<Key> {
        let remedy = remedy(defect.rule);
        let code = if remedy.kind == Kind::Fix { defect.rule.code } else { "" };
        let targets = match remedy.per {
            Per::SourcesAbove => self.unfresh_sources(defect.subject),
            _ => vec![self.target(remedy.per, defect.subject)],
        };
        targets.into_iter().map(|target| (remedy.kind, code, target)).collect()
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
            Per::Resource | Per::SourcesAbove | Per::Source => Target::Subject(source()),
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

    /// The action, and the resources that it is about.
    fn action(&self, key: &Key, parts: &[(usize, f64)]) -> (Vec<ResourceId>, Action) {
        let (kind, _, target) = key;
        let defects: Vec<(&Defect, f64)> = parts.iter().map(|(at, share)| (&self.risks.defects[*at], *share)).collect();
        let subjects: BTreeSet<Subject> = defects.iter().map(|(defect, _)| defect.subject).collect();
        let rules: BTreeSet<&'static str> = defects.iter().map(|(defect, _)| defect.rule.code).collect();
        let remedy = remedy(defects[0].0.rule);
        let (clears, eases) = self.cleared(&defects);
        let findings = clears.iter().chain(&eases).copied();
        let places: BTreeSet<(&str, Option<u32>)> =
            findings.map(|finding| place(&self.report.findings[finding].location)).collect();
        let edits = self.edits(target, &defects, places.len());
        let resources: Vec<ResourceId> = subjects.iter().flat_map(|subject| self.resources(*subject)).collect();
        let what = remedy.words.replace("{}", &self.words(target, &subjects));
        let action = Action {
            id: self.id(key),
            kind: *kind,
            what,
            effect: self.clearing(target, &clears, &eases, &subjects),
            risk: tenths(defects.iter().map(|(defect, share)| defect.risk * share).sum()),
            effort: effort(edits, remedy.work),
            places: edits,
            is_code: remedy.work == Work::Code,
            owner: self.owner(&self.doing(target, &resources)),
            rules: rules.into_iter().collect(),
            clears,
            eases,
            subjects: subjects.iter().map(|subject| self.unique_id(*subject)).collect(),
            dashboards: 0,
            files: places.into_iter().map(written).collect(),
        };
        (resources, action)
    }

    /// Findings of which the action clears every defect, and those of which others have to clear some.
    fn cleared(&self, defects: &[(&Defect, f64)]) -> (Vec<usize>, Vec<usize>) {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for (defect, share) in defects {
            *counts.entry(defect.finding).or_default() += usize::from(*share == 1.0);
        }
        let (clears, eases): (Vec<_>, Vec<_>) =
            counts.into_iter().partition(|(finding, count)| *count == self.risks.of(*finding).len());
        let findings = |counts: Vec<(usize, usize)>| counts.into_iter().map(|(finding, _)| finding).collect();
        (findings(clears), findings(eases))
    }

    /// How many places there are to edit: one where a group, folder or source says it for all, else one a defect that is
    /// written down by itself.
    fn edits(&self, target: &Target, defects: &[(&Defect, f64)], places: usize) -> usize {
        let kind = remedy(defects[0].0.rule).kind;
        match (kind, target) {
            (Kind::Own, _) => 1,
            (Kind::Freshness, Target::Subject(Subject::Source(_))) => 1,
            (Kind::Describe | Kind::Classify, _) => defects.len(),
            (Kind::Test, _) => defects.iter().map(|(defect, _)| defect.subject).collect::<BTreeSet<_>>().len(),
            _ => places.max(defects.iter().map(|(defect, _)| defect.subject).collect::<BTreeSet<_>>().len()),
        }
    }

    /// "clears 3 findings and eases 1 on 21 models".
    fn clearing(&self, target: &Target, clears: &[usize], eases: &[usize], subjects: &BTreeSet<Subject>) -> String {
        // What the words before say already is not said again.
        let on = match target {
            Target::Folder(..) => String::new(),
            _ if subjects.len() == 1 => String::new(),
            _ => format!(" on {}", kinds(subjects, self.ground)),
        };
        match (clears.len(), eases.len()) {
            (clears, 0) => format!("clears {}{on}", counted(clears, "finding")),
            (0, eases) => format!("eases {}{on}", counted(eases, "finding")),
            (clears, eases) => format!("clears {} and eases {eases}{on}", counted(clears, "finding")),
        }
    }

    /// What it is done to: "group `finance`", "the 12 models in `models/staging`",
    /// "model `fct_orders`".
    fn words(&self, target: &Target, subjects: &BTreeSet<Subject>) -> String {
        match target {
            Target::Group(id) => format!("group `{}`", self.ground.project.get(*id).name),
            Target::Subject(subject) => self.ground.words(*subject),
            Target::Folder(folder, _) => match (subjects.len(), subjects.first()) {
                (1, Some(subject)) => self.ground.words(*subject),
                _ => format!("the {} in `{folder}`", kinds(subjects, self.ground)),
            },
            Target::Rule => "the project".to_owned(),
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
    fn doing(&self, target: &Target, resources: &[ResourceId]) -> Vec<ResourceId> {
        match target {
            Target::Group(id) => vec![*id],
            Target::Subject(subject) => self.resources(*subject),
            Target::Folder(..) | Target::Rule => resources.to_vec(),
        }
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

/// The table knows the program's rules; a policy says itself what it wants.
fn remedy(rule: &RuleInfo) -> Remedy {
    let of_policy =
        Remedy { kind: Kind::Fix, per: Per::Resource, work: Work::Line, words: "bring {} in line with the policy" };
    remedy::of(rule.code).unwrap_or(of_policy)
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

fn place(location: &Location) -> (&str, Option<u32>) {
    (&location.path, location.region.as_ref().map(|region| region.start.line))
}

fn written((path, line): (&str, Option<u32>)) -> String {
    line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}"))
}
