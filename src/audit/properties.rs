//! What must hold of scores and risks, whatever the project and its findings are.

use std::borrow::Cow;
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Audit, Circumstances, Input, InputKind, Read, audit};
use crate::config::Settings;
use crate::findings::{Atoms, Finding, Located, Location, Place, Report, RuleSummary, Summary};
use crate::project::{Counts, Facts, Project, Resource, ResourceType, Text};
use crate::rules::tester::{exposure, model, reading, resource, source};
use crate::rules::{RuleInfo, find};

/// Rules of each severity and trap, about models, sources, exposures, macros and the project.
const RULES: [&str; 12] = [
    "ACC001", "DAG010", "DOC001", "DOC007", "DOC011", "EXP005", "EXP011", "NAM001", "OWN001", "PRJ001", "PRJ009",
    "TST002",
];

/// A project, as numbers, with findings on it.
#[derive(Debug, Clone)]
struct Case {
    models: usize,
    /// From parent to child; taken modulo the number of models.
    edges: Vec<(usize, usize)>,
    /// The models that each exposure reads.
    exposures: Vec<Vec<usize>>,
    sources: usize,
    /// Rule and subject; taken modulo what there is.
    findings: Vec<(usize, usize)>,
}

fn cases() -> impl Strategy<Value = Case> {
    let number = || 0..64_usize;
    let edges = prop::collection::vec((number(), number()), 0..16);
    let exposures = prop::collection::vec(prop::collection::vec(number(), 0..3), 0..4);
    let findings = prop::collection::vec((number(), number()), 0..24);
    (1..8_usize, edges, exposures, 0..4_usize, findings)
        .prop_map(|(models, edges, exposures, sources, findings)| Case { models, edges, exposures, sources, findings })
}

fn rule(code: &str) -> &'static RuleInfo {
    find(code).expect("the rule is there")
}

fn summary(code: &'static str, skipped: Option<String>) -> RuleSummary {
    let info = rule(code);
    RuleSummary { code, slug: info.slug, info, subjects: 1, findings: 0, undecided: 0, left_alone: Vec::new(), skipped }
}

impl Case {
    /// The resources; `copy` sets the names of several copies apart.
    fn resources(&self, copy: usize) -> Vec<Resource<'static>> {
        let bare: Vec<_> = (0..self.models).map(|at| model("marts", &format!("m{at}_{copy}"))).collect();
        let child = |at: usize| {
            let edges = self.edges.iter().filter(|(_, child)| child % self.models == at);
            let parents: Vec<_> = edges.map(|(parent, _)| &bare[parent % self.models]).collect();
            reading(bare[at].clone(), &parents)
        };
        let mut all: Vec<_> = (0..self.models).map(child).collect();
        for (at, parents) in self.exposures.iter().enumerate() {
            let parents: Vec<_> = parents.iter().map(|parent| &bare[parent % self.models]).collect();
            all.push(reading(exposure(&format!("e{at}_{copy}")), &parents));
        }
        all.extend((0..self.sources).map(|at| source(&format!("s_{copy}"), &format!("t{at}"))));
        all.push(resource(ResourceType::Macro, &format!("macro.shop.x_{copy}"), "macros/x.sql"));
        all
    }

    /// The findings on one copy.
    fn findings(&self, copy: usize) -> Vec<Located> {
        let located = |&(rule_at, subject_at): &(usize, usize)| {
            let info = rule(RULES[rule_at % RULES.len()]);
            let subjects: Vec<String> = self
                .resources(copy)
                .iter()
                .filter(|resource| info.looks_at(resource.kind))
                .map(|resource| resource.unique_id.to_string())
                .collect();
            // Any rule may find something of the project as a whole, as those do that group.
            let subject = match subjects.len() {
                _ if subject_at % 8 == 7 => "project.shop".to_owned(),
                0 => "project.shop".to_owned(),
                count => subjects[subject_at % count].clone(),
            };
            located(info, subject, format!("part:{subject_at}"))
        };
        self.findings.iter().map(located).collect()
    }

    fn audit(&self, copies: usize, change: impl FnOnce(&mut Vec<Located>)) -> Audit {
        let resources = (0..copies).flat_map(|copy| self.resources(copy)).collect();
        let project = Project::from(Facts { name: Text::from("shop"), resources, ..Facts::default() });
        let mut findings: Vec<Located> = (0..copies).flat_map(|copy| self.findings(copy)).collect();
        change(&mut findings);
        let rules = RULES.map(|code| summary(code, None));
        let summary = Summary {
            project: "shop".to_owned(),
            dbt_version: String::new(),
            input: None,
            counts: Counts::of(&project),
            rules: rules.into(),
        };
        let report = Report {
            findings,
            superseded: Atoms::default(),
            suppressed: Vec::new(),
            shares: Vec::new(),
            baseline: None,
            limit: None,
            summary,
        };
        let (settings, circumstances) = (Settings::default(), Circumstances::default());
        audit(&Input {
            project: &project,
            settings: &settings,
            instances: &[],
            report: &report,
            circumstances: &circumstances,
            read: read(),
            has_files: false,
        })
    }
}

fn located(info: &'static RuleInfo, subject: String, part: String) -> Located {
    let finding = Finding {
        code: info.code,
        slug: info.slug,
        severity: info.default.expect("rules that are off find nothing"),
        subject,
        part,
        message: String::new(),
        help: Cow::Borrowed(""),
        evidence: Vec::new(),
        related: Vec::new(),
        located_in: None,
        place: Place::Entry,
        members: None,
        population: None,
    };
    let location = Location { path: "models/x.yml".to_owned(), region: None };
    Located { finding: Box::new(finding), location, related: Vec::new() }
}

/// All scores that do not hang on the names of copies.
fn scores(audit: &Audit) -> BTreeMap<String, Option<f64>> {
    let scores = &audit.scores;
    let mut all = BTreeMap::from([("project".to_owned(), scores.project.score)]);
    all.extend(scores.traps.iter().map(|trap| (format!("trap {}", trap.name), trap.score.score)));
    for (kind, parts) in [("owner", &scores.owners), ("folder", &scores.folders), ("layer", &scores.layers)] {
        all.extend(parts.iter().map(|part| (format!("{kind} {:?}", part.name), part.score.score)));
    }
    all
}

/// Whether a part may have no score: of some traps nobody can tell, if there are no exposures or no owners.
fn may_be_unknown(which: &str) -> bool {
    ["trap serve the business", "trap balance the team"].contains(&which)
}

fn dashboards(audit: &Audit) -> BTreeMap<String, Option<f64>> {
    audit.dashboards.iter().map(|dashboard| (dashboard.id.clone(), dashboard.score.score)).collect()
}

proptest! {
    #[test]
    fn twice_the_same_project_has_the_same_scores(case in cases()) {
        let (once, twice) = (case.audit(1, |_| {}), case.audit(2, |_| {}));
        prop_assert_eq!(scores(&once), scores(&twice));
        let twice = dashboards(&twice);
        for (id, score) in dashboards(&once) {
            prop_assert_eq!(twice[&id], score, "{}", id);
        }
    }

    #[test]
    fn what_is_in_the_project_beside_does_not_change_a_risk(case in cases()) {
        let (once, twice) = (case.audit(1, |_| {}), case.audit(2, |_| {}));
        let risks = |audit: &Audit, copy: &str| -> Vec<f64> {
            let of_copy = audit.findings.iter().filter(|finding| finding.subject.contains(copy));
            of_copy.map(|finding| finding.risk).collect()
        };
        prop_assert_eq!(risks(&once, "_0"), risks(&twice, "_0"));
        prop_assert_eq!(risks(&once, "_0"), risks(&twice, "_1"));
    }

    #[test]
    fn a_finding_fewer_lowers_no_score(case in cases(), gone in 0..24_usize) {
        let before = case.audit(1, |_| {});
        let after = case.audit(1, |findings| {
            if gone < findings.len() {
                findings.remove(gone);
            }
        });
        for (which, score) in scores(&before).into_iter().chain(dashboards(&before)) {
            let after = scores(&after).into_iter().chain(dashboards(&after)).find(|(other, _)| *other == which);
            let (_, after) = after.expect("the same parts have scores");
            prop_assert!(after >= score, "{}: {:?} after {:?}", which, after, score);
        }
        prop_assert!(after.risk <= before.risk);
    }

    #[test]
    fn the_order_of_findings_changes_no_score(case in cases(), turn in 0..24_usize) {
        let straight = case.audit(1, |_| {});
        let turned = case.audit(1, |findings| {
            findings.reverse();
            let length = findings.len().max(1);
            findings.rotate_left(turn % length);
        });
        prop_assert_eq!(scores(&straight), scores(&turned));
        prop_assert_eq!(dashboards(&straight), dashboards(&turned));
        prop_assert_eq!(straight.risk, turned.risk);
    }

    #[test]
    fn scores_are_from_0_to_100_and_100_without_findings_only(case in cases()) {
        let audit = case.audit(1, |_| {});
        for (which, score) in scores(&audit).into_iter().chain(dashboards(&audit)) {
            let Some(score) = score else {
                prop_assert!(may_be_unknown(&which), "{} has resources", which);
                continue;
            };
            prop_assert!((0.0..=100.0).contains(&score), "{}: {}", which, score);
        }
        prop_assert_eq!(audit.scores.project.score == Some(100.0), audit.findings.is_empty());
        let sound = case.audit(1, Vec::clear);
        for (which, score) in scores(&sound) {
            prop_assert!(score == Some(100.0) || score.is_none() && may_be_unknown(&which), "{}: {:?}", which, score);
        }
    }
}

#[test]
fn where_there_is_nothing_there_is_no_score() {
    let project = Project::from(Facts { name: Text::from("shop"), ..Facts::default() });
    let summary = Summary {
        project: "shop".to_owned(),
        dbt_version: String::new(),
        input: None,
        counts: Counts::of(&project),
        rules: vec![summary("DOC001", Some("no model".to_owned()))],
    };
    let report = Report {
        findings: Vec::new(),
        superseded: Atoms::default(),
        suppressed: Vec::new(),
        shares: Vec::new(),
        baseline: None,
        limit: None,
        summary,
    };
    let audit = audit(&Input {
        project: &project,
        settings: &Settings::default(),
        instances: &[],
        report: &report,
        circumstances: &Circumstances::default(),
        read: read(),
        has_files: false,
    });
    assert!(scores(&audit).values().all(Option::is_none), "{:?}", scores(&audit));
    assert!(audit.coverage.project.is_empty());
}

fn read() -> Read {
    Read { kind: InputKind::Manifest, choice: "a manifest, because it was named".to_owned() }
}
