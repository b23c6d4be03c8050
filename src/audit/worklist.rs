//! The worklist: actions, each of which clears findings: what cannot wait, then by the risk that they take away.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::Serialize;

use super::action::Maker;
use super::ground::Ground;
use super::remedy::Kind;
use super::risk::Risks;
use super::target::{Key, Targets};
use super::{Audit, effect};
use crate::findings::Report;
use crate::project::{ResourceId, ResourceType};

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
    /// What is done to what: `own:group.shop.finance`. An audit has it once.
    pub id: String,
    pub kind: Kind,
    /// What to do: "describe source `erp`".
    pub what: String,
    /// What that does away with: "clears 12 findings on 4 source tables, 1 source; 3 dashboards rest on that".
    pub effect: String,
    /// Whether it cannot wait. Such actions come first, whatever their risk.
    pub urgent: bool,
    /// Why it cannot wait: "a secret is out"; null where it can.
    pub why_urgent: Option<&'static str>,
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
    /// How many defects it does away with: of a finding that stands for many, each of those that it is about.
    pub members: usize,
    /// Findings that are gone once it is done, as positions in `findings`.
    pub clears: Vec<usize>,
    /// Findings that are smaller once it is done, and gone with other actions.
    pub eases: Vec<usize>,
    /// For each of `eases` which of its members it does away with, as positions in `findings[…].members`; none where it
    /// does so only together with other actions.
    pub eases_members: Vec<Vec<usize>>,
    /// What it is about, as unique ids; `source.<project>.<name>` for a source, `project.<name>` for the project.
    pub subjects: Vec<String>,
    /// Exposures that rest on any of that.
    pub dashboards: u32,
    /// Where its findings are, as `path:line`; what is to be edited comes first.
    pub files: Vec<String>,
}

/// What to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstSteps {
    /// Positions in the worklist, in its order.
    pub actions: Vec<usize>,
    /// Positions of actions that would come between these, but are like others that are there already.
    pub passed_over: Vec<usize>,
}

/// How many actions of one kind come first.
const ALIKE: usize = 3;

impl Audit {
    /// What to begin with: the first of the worklist, and of one kind of work at most three, since ten times the same is one
    /// decision. What cannot wait is always there.
    pub fn first_steps(&self, count: usize) -> FirstSteps {
        first_steps(self.worklist.iter().map(|action| (action.work(), action.urgent)), count)
    }
}

/// Of actions, each with its kind of work and whether it is urgent.
fn first_steps<'a>(actions: impl Iterator<Item = (&'a str, bool)>, count: usize) -> FirstSteps {
    let mut steps = FirstSteps { actions: Vec::new(), passed_over: Vec::new() };
    let mut alike: HashMap<&str, usize> = HashMap::new();
    for (at, (work, is_urgent)) in actions.enumerate() {
        if steps.actions.len() == count {
            break;
        }
        let of_kind = alike.entry(work).or_default();
        if *of_kind < ALIKE || is_urgent {
            steps.actions.push(at);
            *of_kind += 1;
        } else {
            steps.passed_over.push(at);
        }
    }
    steps
}

impl Action {
    /// What kind of work it is: the kind, or the rule that says what to do.
    fn work(&self) -> &str {
        self.id.split(':').next().unwrap_or_default()
    }
}

/// Makes the worklist: what cannot wait, then the most risk first.
pub(super) fn worklist(ground: &Ground<'_>, report: &Report, risks: &Risks) -> Vec<Action> {
    let targets = Targets::new(ground, risks);
    let mut parts: BTreeMap<Key, Vec<(usize, f64)>> = BTreeMap::new();
    for (at, defect) in risks.defects.iter().enumerate() {
        let keys = targets.keys(defect);
        let share = 1.0 / keys.len() as f64;
        for key in keys {
            parts.entry(key).or_default().push((at, share));
        }
    }
    let maker = Maker { ground, report, risks };
    let (sets, actions): (Vec<Vec<ResourceId>>, Vec<Action>) =
        parts.into_iter().map(|(key, parts)| maker.action(&key, &parts)).unzip();
    let exposures = ground.project.of_kind(ResourceType::Exposure);
    let dashboards = ground.graph.reach().downstream_of_sets(exposures, &sets);
    let with_dashboards = |(action, dashboards): (Action, u32)| Action {
        effect: effect::with_dashboards(&action.effect, dashboards),
        dashboards,
        ..action
    };
    let mut actions: Vec<Action> = actions.into_iter().zip(dashboards).map(with_dashboards).collect();
    actions
        .sort_by(|a, b| b.urgent.cmp(&a.urgent).then_with(|| b.risk.total_cmp(&a.risk)).then_with(|| a.id.cmp(&b.id)));
    actions
}

#[cfg(test)]
mod tests {
    use super::{FirstSteps, first_steps};

    #[test]
    fn ten_times_the_same_is_one_decision() {
        let of = |works: &[(&'static str, bool)], count| first_steps(works.iter().copied(), count);
        let own = ("own", false);
        let steps = of(&[own, own, own, own, ("test", false), own, ("DAG002", false), own], 5);
        assert_eq!(steps, FirstSteps { actions: vec![0, 1, 2, 4, 6], passed_over: vec![3, 5] });
        // Where there is nothing else, there are fewer than asked for.
        assert_eq!(of(&[own; 6], 5), FirstSteps { actions: vec![0, 1, 2], passed_over: vec![3, 4, 5] });
        // What cannot wait is never passed over.
        let cycle = ("DAG014", true);
        assert_eq!(of(&[cycle; 5], 4), FirstSteps { actions: vec![0, 1, 2, 3], passed_over: vec![] });
        assert_eq!(of(&[], 5), FirstSteps { actions: vec![], passed_over: vec![] });
    }
}
