//! Grouped findings of which a part is out of the question: known to a baseline, suppressed, or not what a run is about.
//!
//! What is left is then said as if there were nothing else: one by one, where it is little. For that the rules are asked
//! once more. An ordinary run, in which groups stay whole, never comes here.

use std::collections::{BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

use crate::config::Settings;
use crate::findings::suppress::{Applied, Suppressions};
use crate::findings::{Atom, Atoms, Finding, Located, Place, Report};
use crate::graph::Graph;
use crate::locate::Locator;
use crate::project::{Project, ResourceId};
use crate::rules::{Findings, Grouping, Instance, run_again};

/// Up to this many findings one by one are no flood; rules mostly think so, too.
const FEW: usize = 5;

/// All that a run is made of.
#[derive(Clone, Copy)]
pub struct Groups<'r> {
    pub project: &'r Project<'r>,
    pub settings: &'r Settings,
    pub instances: &'r [Instance],
    pub locator: &'r Locator,
}

impl Groups<'_> {
    /// Tells apart what is left in a report's groups.
    pub fn tell_apart_in(self, report: &mut Report) {
        self.tell_apart(&mut report.findings, &mut report.superseded);
        report.recount();
    }

    /// Puts findings on what is left in the place of groups that are no longer whole, where those are few. A larger rest
    /// stays one finding, which says what is left, at the place of the first of that. `superseded` gets what gives way to
    /// other findings.
    pub fn tell_apart(self, findings: &mut Vec<Located>, superseded: &mut Atoms) {
        if !findings.iter().any(|located| located.finding.is_part_of_group()) {
            return;
        }
        let (groups, others): (Vec<Located>, Vec<Located>) =
            std::mem::take(findings).into_iter().partition(|located| located.finding.is_part_of_group());
        let codes: HashSet<&'static str> = groups.iter().flat_map(|group| self.codes(group)).collect();
        let apart = self.apart(&codes, groups.iter());
        let index = apart.index();
        let rests: Vec<Rest> = groups.iter().map(|group| apart.rest_of(&group.finding, &index)).collect();
        let mut singles: Vec<Option<Located>> = apart.findings.into_iter().map(Some).collect();
        superseded.append(apart.gave_way);
        *findings = others;
        for (mut group, rest) in groups.into_iter().zip(rests) {
            if rest.is_to_be_told_apart() {
                findings.extend(rest.singles.iter().filter_map(|index| singles[*index].take()));
                continue;
            }
            group.finding.name_members();
            if let Some(first) = rest.singles.first().and_then(|index| singles[*index].as_ref()) {
                move_to(first, &mut group);
            }
            findings.push(group);
        }
        findings.par_sort_unstable_by(|a, b| a.order(b));
        // Where a rule is set up twice, each may have told the same.
        findings.dedup_by(|a, b| codes.contains(a.finding.code) && a.order(b).is_eq());
    }

    /// Suppresses what a comment covers where the rule reports it as one, or would if it were more, and where it would
    /// report a member of a group by itself.
    pub fn suppress_elsewhere(self, all: &Suppressions, applied: &mut Applied) {
        let codes = all.idle_codes(applied);
        if codes.is_empty() {
            return;
        }
        let (mut elsewhere, _) = self.again(&codes, Grouping::Always);
        elsewhere.retain(|finding| finding.members.is_some());
        // Those on the project stand at some key of its file, and `name:` is always one.
        let on_project = elsewhere.iter().filter(|finding| matches!(finding.place, Place::ProjectKey(_)));
        let at_name: Findings = on_project
            .map(|finding| Box::new(Finding { place: Place::ProjectKey(Vec::new()), ..(**finding).clone() }))
            .collect();
        elsewhere.extend(at_name);
        let mut elsewhere = self.located(elsewhere);
        let groups = applied
            .findings
            .iter()
            .filter(|located| located.finding.members.is_some() && codes.contains(located.finding.code));
        elsewhere.extend(self.apart(&codes, groups).findings);
        all.apply_elsewhere(applied, &elsewhere);
    }

    /// The codes of a group's members, as rules have them.
    fn codes(self, group: &Located) -> impl Iterator<Item = &'static str> {
        let codes: BTreeSet<&str> = group.finding.atoms().map(|atom| atom.code).collect();
        let known = self.instances.iter().map(|instance| instance.info.code).filter(|code| codes.contains(code));
        known.collect::<Vec<_>>().into_iter()
    }

    /// The members of groups, each as the finding it would be by itself.
    fn apart<'g>(self, codes: &HashSet<&str>, groups: impl Iterator<Item = &'g Located>) -> Apart {
        let mut only: HashSet<ResourceId> = HashSet::new();
        let mut wanted: HashSet<Atom<'_>> = HashSet::new();
        for atom in groups.flat_map(|group| group.finding.atoms()) {
            only.extend(self.project.find(atom.subject));
            wanted.insert(atom);
        }
        if wanted.is_empty() {
            return Apart::default();
        }
        let (mut found, mut gave_way) = self.again(codes, Grouping::Never { only });
        found.retain(|finding| finding.atoms().all(|atom| wanted.contains(&atom)));
        gave_way.retain(|atom| wanted.contains(&atom));
        found.iter_mut().for_each(|finding| finding.be_its_member());
        let mut findings = self.located(found);
        findings.par_sort_unstable_by(|a, b| a.order(b));
        Apart { findings, gave_way }
    }

    fn again(self, codes: &HashSet<&str>, grouping: Grouping) -> (Findings, Atoms) {
        let graph = Graph::new(self.project);
        run_again(self.project, &graph, self.settings, self.instances, codes, grouping)
    }

    fn located(self, findings: Findings) -> Vec<Located> {
        findings.into_par_iter().map(|finding| self.locator.locate(self.project, finding)).collect()
    }
}

/// Members of groups, told apart.
#[derive(Default)]
struct Apart {
    /// In order of place.
    findings: Vec<Located>,
    /// Those of which there would be no finding, because another takes its place.
    gave_way: Atoms,
}

/// Where findings on each of the members are; none where it gave way.
type Index<'a> = HashMap<Atom<'a>, Vec<usize>>;

/// What is left of one group.
struct Rest {
    /// In order of place.
    singles: BTreeSet<usize>,
    /// Whether all members can be said one by one.
    is_complete: bool,
    /// Whether the group still stands for something that its own rule finds; a group may have taken over all that others
    /// would say, of another severity.
    has_own: bool,
}

impl Apart {
    fn index(&self) -> Index<'_> {
        let mut index: Index<'_> = self.gave_way.iter().map(|atom| (atom, Vec::new())).collect();
        for (at, located) in self.findings.iter().enumerate() {
            located.finding.atoms().for_each(|atom| index.entry(atom).or_default().push(at));
        }
        index
    }

    fn rest_of(&self, group: &Finding, index: &Index<'_>) -> Rest {
        let mut rest = Rest { singles: BTreeSet::new(), is_complete: true, has_own: false };
        for atom in group.atoms() {
            rest.has_own |= atom.code == group.code;
            match index.get(&atom) {
                Some(singles) => rest.singles.extend(singles),
                None => rest.is_complete = false,
            }
        }
        rest
    }
}

impl Rest {
    fn is_to_be_told_apart(&self) -> bool {
        self.is_complete && (self.singles.len() <= FEW || !self.has_own)
    }
}

/// Puts a group where one of its members is.
fn move_to(member: &Located, group: &mut Located) {
    group.location = member.location.clone();
    group.finding.located_in = member.finding.located_in;
    group.finding.place = member.finding.place.clone();
}
