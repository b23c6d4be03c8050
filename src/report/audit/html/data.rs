//! What the page's script works with: the findings, the worklist and the lineage, as lists by column. Texts that come back
//! are there once and meant by their number; a text that names its subject has [`SUBJECT`] for it, so that thousands of
//! messages are a few dozen.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::picture::{Item, Picture};
use crate::audit::{Audit, Effort, PartScore};
use crate::findings::Severity;
use crate::report::printable_lines;

/// Stands for the subject's name in a text. No text has it of itself, because control characters are made visible.
const SUBJECT: &str = "\u{1}";

/// Texts by number.
#[derive(Default)]
struct Texts {
    texts: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Texts {
    fn number(&mut self, text: &str) -> usize {
        self.insert(shown(text))
    }

    /// Of a text in which a name may come up.
    fn number_about(&mut self, text: &str, name: &str) -> usize {
        let parts: Vec<_> = text.split(name).map(printable_lines).collect();
        self.insert(parts.join(SUBJECT))
    }

    fn insert(&mut self, text: String) -> usize {
        if let Some(number) = self.numbers.get(&text) {
            return *number;
        }
        let number = self.texts.len();
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }
}

#[derive(Serialize)]
struct Data<'a> {
    rules: Vec<Rule<'a>>,
    owners: Vec<String>,
    layers: Vec<String>,
    folders: Vec<String>,
    nodes: Nodes,
    /// Parent, child, parent, child …
    edges: Vec<usize>,
    groups: Vec<Group>,
    findings: Findings,
    actions: Actions,
    /// Findings of owners, folders and layers that no resource of the lineage leads to, such as those on groups.
    others: Others,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    new: Vec<usize>,
}

/// Findings by the name of the part; `-` is what has no owner.
#[derive(Serialize)]
struct Others {
    owner: BTreeMap<String, Vec<usize>>,
    folder: BTreeMap<String, Vec<usize>>,
    layer: BTreeMap<String, Vec<usize>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    code: &'a str,
    slug: &'a str,
    summary: &'a str,
    trap: &'a str,
}

#[derive(Serialize)]
struct Nodes {
    name: Vec<String>,
    id: Vec<String>,
    path: Vec<String>,
    layer: Vec<usize>,
    folder: Vec<usize>,
    owner: Vec<Option<usize>>,
    severity: Vec<u8>,
    score: Vec<Option<f64>>,
    dashboards: Vec<u32>,
    downstream: Vec<u32>,
    gaps: Vec<u8>,
    findings: Vec<Vec<usize>>,
    group: Vec<usize>,
    rank: Vec<u32>,
    row: Vec<u32>,
}

/// A group and its view: positions of resources as they are, groups as numbers below zero.
#[derive(Serialize)]
struct Group {
    label: String,
    parent: usize,
    size: usize,
    severity: u8,
    items: Vec<i64>,
    columns: Vec<u32>,
    rows: Vec<u32>,
    edges: Vec<usize>,
    inside: usize,
    more: usize,
}

#[derive(Default, Serialize)]
struct Findings {
    texts: Vec<String>,
    rule: Vec<usize>,
    severity: Vec<u8>,
    /// Position of the resource; a text by number, less than zero, for what is not in the lineage.
    subject: Vec<i64>,
    message: Vec<usize>,
    help: Vec<usize>,
    path: Vec<usize>,
    line: Vec<Option<u32>>,
    risk: Vec<f64>,
    why: Vec<usize>,
}

#[derive(Serialize)]
struct Actions {
    what: Vec<String>,
    /// Texts by number: many have the same.
    effect: Vec<usize>,
    effects: Vec<String>,
    owner: Vec<Option<String>>,
    risk: Vec<f64>,
    /// Why those that cannot wait cannot.
    urgent: Vec<Option<&'static str>>,
    effort: Vec<u8>,
    places: Vec<usize>,
    dashboards: Vec<u32>,
    clears: Vec<Vec<usize>>,
    eases: Vec<Vec<usize>>,
}

/// The data as JSON that is safe within `<script>`.
pub fn data(audit: &Audit, picture: &Picture) -> String {
    let nodes = &audit.lineage.nodes;
    let (mut layers, mut folders) = (Texts::default(), Texts::default());
    let data = Data {
        rules: rules(audit),
        owners: audit.owners.owners.iter().map(|owner| shown(&owner.name)).collect(),
        nodes: Nodes {
            name: nodes.name.iter().map(shown).collect(),
            id: nodes.id.iter().map(shown).collect(),
            path: nodes.path.iter().map(shown).collect(),
            layer: nodes.layer.iter().map(|layer| layers.number(layer)).collect(),
            folder: nodes.path.iter().map(|path| folders.number(folder(path))).collect(),
            owner: nodes.owner.clone(),
            severity: nodes.severity.iter().map(|severity| level(*severity)).collect(),
            score: nodes.score.clone(),
            dashboards: nodes.dashboards.clone(),
            downstream: nodes.downstream.clone(),
            gaps: nodes.gaps.clone(),
            findings: nodes.findings.clone(),
            group: picture.group_of.clone(),
            rank: picture.ranks.clone(),
            row: picture.rows.clone(),
        },
        edges: audit.lineage.edges.iter().flat_map(|(parent, child)| [*parent, *child]).collect(),
        groups: groups(picture),
        findings: findings(audit),
        actions: actions(audit),
        others: others(audit),
        new: audit.comparison.as_ref().map(|comparison| comparison.new.clone()).unwrap_or_default(),
        layers: layers.texts,
        folders: folders.texts,
    };
    script_safe(&serde_json::to_string(&data).expect("plain values always serialise"))
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Nothing in JSON but its strings has these characters, and there escapes mean the same.
fn script_safe(json: &str) -> String {
    let mut safe = String::with_capacity(json.len() + json.len() / 64);
    for character in json.chars() {
        match character {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            _ => safe.push(character),
        }
    }
    safe
}

fn shown(text: impl AsRef<str>) -> String {
    printable_lines(text.as_ref()).into_owned()
}

/// Severities as numbers: 0 none, 1 info, 2 warning, 3 error.
fn level(severity: Option<Severity>) -> u8 {
    match severity {
        None => 0,
        Some(Severity::Info) => 1,
        Some(Severity::Warning) => 2,
        Some(Severity::Error) => 3,
    }
}

fn rules(audit: &Audit) -> Vec<Rule<'_>> {
    let rules = audit.rules.iter();
    rules.map(|it| Rule { code: it.code, slug: it.slug, summary: &it.summary, trap: it.trap }).collect()
}

fn groups(picture: &Picture) -> Vec<Group> {
    let item = |item: &Item| match item {
        Item::Node(node) => *node as i64,
        Item::Group(group) => -(*group as i64),
    };
    let group = |group: &super::picture::Group| Group {
        label: shown(&group.label),
        parent: group.parent,
        size: group.nodes.len(),
        severity: level(group.severity),
        items: group.view.items.iter().map(item).collect(),
        columns: group.view.columns.clone(),
        rows: group.view.rows.clone(),
        edges: group.view.edges.iter().flat_map(|(from, to, weight)| [*from, *to, *weight]).collect(),
        inside: group.view.inside,
        more: group.view.left_out,
    };
    picture.groups.iter().map(group).collect()
}

fn findings(audit: &Audit) -> Findings {
    let rules: HashMap<&str, usize> = audit.rules.iter().map(|rule| rule.code).zip(0..).collect();
    let nodes: HashMap<&str, usize> = audit.lineage.nodes.id.iter().map(String::as_str).zip(0..).collect();
    let mut texts = Texts::default();
    let mut columns = Findings::default();
    for finding in &audit.findings {
        let node = nodes.get(finding.subject.as_str());
        let name = node.map(|at| audit.lineage.nodes.name[*at].as_str()).filter(|name| !name.is_empty());
        let mut number = |text: &str| match name {
            Some(name) => texts.number_about(text, name),
            None => texts.number(text),
        };
        columns.message.push(number(&finding.message));
        columns.help.push(number(&finding.help));
        columns.why.push(texts.number(&finding.why));
        columns.path.push(texts.number(&finding.path));
        columns.subject.push(match node {
            Some(at) => *at as i64,
            None => -1 - texts.number(&finding.subject) as i64,
        });
        columns.rule.push(rules.get(finding.code).copied().unwrap_or_default());
        columns.severity.push(level(Some(finding.severity)));
        columns.line.push(finding.line);
        columns.risk.push(finding.risk);
    }
    Findings { texts: texts.texts, ..columns }
}

fn actions(audit: &Audit) -> Actions {
    let all = &audit.worklist;
    let mut effects = Texts::default();
    Actions {
        what: all.iter().map(|action| shown(&action.what)).collect(),
        effect: all.iter().map(|action| effects.number(&action.effect)).collect(),
        effects: effects.texts,
        owner: all.iter().map(|action| action.owner.as_ref().map(shown)).collect(),
        risk: all.iter().map(|action| action.risk).collect(),
        urgent: all.iter().map(|action| action.why_urgent).collect(),
        effort: all.iter().map(|action| effort(action.effort)).collect(),
        places: all.iter().map(|action| action.places).collect(),
        dashboards: all.iter().map(|action| action.dashboards).collect(),
        clears: all.iter().map(|action| action.clears.clone()).collect(),
        eases: all.iter().map(|action| action.eases.clone()).collect(),
    }
}

fn others(audit: &Audit) -> Others {
    let nodes = &audit.lineage.nodes;
    let owner = |node: usize| nodes.owner[node].map_or("-", |at| audit.owners.owners[at].name.as_str());
    Others {
        owner: of_parts(audit, &audit.scores.owners, owner),
        folder: of_parts(audit, &audit.scores.folders, |node| folder(&nodes.path[node])),
        layer: of_parts(audit, &audit.scores.layers, |node| nodes.layer[node]),
    }
}

/// The findings of each part less those that its resources lead to.
fn of_parts<'a>(
    audit: &'a Audit,
    parts: &[PartScore],
    part_of: impl Fn(usize) -> &'a str,
) -> BTreeMap<String, Vec<usize>> {
    let mut led_to: HashMap<&str, BTreeSet<usize>> = HashMap::new();
    for (node, findings) in audit.lineage.nodes.findings.iter().enumerate() {
        led_to.entry(part_of(node)).or_default().extend(findings);
    }
    let others = |part: &PartScore| {
        let name = part.name.as_deref().unwrap_or("-");
        let known = led_to.get(name);
        let is_other = |finding: &usize| !known.is_some_and(|known| known.contains(finding));
        let others: Vec<usize> = part.score.all.iter().copied().filter(is_other).collect();
        (!others.is_empty()).then(|| (shown(name), others))
    };
    parts.iter().filter_map(others).collect()
}

fn effort(effort: Effort) -> u8 {
    match effort {
        Effort::Small => 0,
        Effort::Medium => 1,
        Effort::Large => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::{Texts, script_safe};

    #[test]
    fn no_text_ends_the_script() {
        let json = serde_json::to_string("</script><!--&\u{2028}").unwrap();
        let safe = script_safe(&json);
        assert_eq!(safe, r#""\u003c/script\u003e\u003c!--\u0026\u2028""#);
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), "</script><!--&\u{2028}");
    }

    #[test]
    fn texts_are_there_once_and_harmless() {
        let mut texts = Texts::default();
        assert_eq!([texts.number("a"), texts.number("b\u{1b}"), texts.number("a")], [0, 1, 0]);
        assert_eq!(texts.number_about("model `x` reads \u{1}x", "x"), 2);
        assert_eq!(texts.texts, ["a", "b\\u{1b}", "model `\u{1}` reads \\u{1}\u{1}"]);
    }
}
