//! The closing lines on stderr: what was looked at, what was found, what did not run and why.

use std::fmt::Write;
use std::time::Duration;

use super::printable;
use super::skipped::Skipped;
use crate::findings::suppress::Suppressed;
use crate::findings::{BaselineSummary, BaselineUpdate, Limit, Report, RuleSummary, Severity, title};
use crate::project::Counts;
use crate::words;

/// What the summary may say.
#[derive(Debug, Clone)]
pub struct SummaryStyle<'a> {
    /// Name every rule that did not run, each with its reason.
    pub verbose: bool,
    /// What was read, and why.
    pub input: &'a str,
    /// What no rule is about, because nobody knows whether it is there.
    pub left_out: Option<String>,
    /// What could not be known from the files, a line each; told when verbose.
    pub unknown: &'a [String],
    /// What of the config matches nothing and was passed over, a line each; counted unless verbose.
    pub unmatched: &'a [String],
    /// The codes of the rules that the config names: whoever names one wants to know if it does not run.
    pub named: &'a [&'static str],
    /// The files that were read, each after a word for it; told when verbose.
    pub files: &'a [(&'a str, String)],
    /// How long the run took.
    pub elapsed: Duration,
}

/// The summary's text, each line ended.
pub fn summary(report: &Report, style: &SummaryStyle<'_>) -> String {
    let mut text = String::new();
    let summary = &report.summary;
    let add = |text: &mut String, line: String| writeln!(text, "{line}").expect("writing to a string does not fail");
    let (project, version) = (printable(&summary.project), printable(&summary.dbt_version));
    let by = if version.is_empty() { String::new() } else { format!(" (dbt {version})") };
    add(&mut text, format!("{project}{by}: {}", subjects(&summary.counts)));
    add(&mut text, format!("read from {}", printable(style.input)));
    if let Some(left_out) = &style.left_out {
        let more = if style.verbose { "" } else { "; --verbose says why" };
        add(&mut text, format!("{left_out}{more}"));
    }
    for line in report.limit.iter().flat_map(Limit::lines) {
        add(&mut text, printable(&line).into_owned());
    }
    if style.verbose {
        for (what, path) in style.files {
            add(&mut text, format!("{what}: {}", printable(path)));
        }
    }
    unmatched(style).into_iter().for_each(|line| add(&mut text, line));
    add(&mut text, findings(report));
    if let Some(baseline) = &report.baseline {
        known(baseline).into_iter().for_each(|line| add(&mut text, line));
    }
    if style.verbose {
        report.suppressed.iter().for_each(|suppressed| add(&mut text, accepted(suppressed)));
    }
    let skipped: Vec<&RuleSummary> = summary.rules.iter().filter(|rule| rule.skipped.is_some()).collect();
    let ran = summary.rules.len() - skipped.len();
    let not_run = match skipped.len() {
        0 => String::new(),
        count => format!("; {count} did not run:"),
    };
    add(&mut text, format!("{} ran in {}{not_run}", plural(ran, "rule"), elapsed(style.elapsed)));
    if !style.verbose {
        Skipped::by_reason(&skipped, style.named).into_iter().for_each(|line| add(&mut text, line));
    }
    if style.verbose {
        for rule in skipped {
            let reason = rule.skipped.as_deref().unwrap_or_default();
            add(&mut text, format!("  {} did not run: {reason}", title(rule.code, rule.slug)));
        }
        for rule in summary.rules.iter().filter(|rule| rule.undecided > 0) {
            let count = plural(rule.undecided, "resource");
            let why = "what it asks of them is not known";
            add(&mut text, format!("  {} leaves {count} open, because {why}", title(rule.code, rule.slug)));
        }
        for rule in summary.rules.iter() {
            for what in &rule.left_alone {
                add(&mut text, format!("  {} leaves {} alone", title(rule.code, rule.slug), printable(what)));
            }
        }
        for line in style.unknown {
            add(&mut text, format!("not known: {}", printable(line)));
        }
    }
    text
}

/// What of the config does nothing here.
fn unmatched(style: &SummaryStyle<'_>) -> Vec<String> {
    let (count, are) = match style.unmatched.len() {
        0 => return Vec::new(),
        1 => ("1 glob or selector".to_owned(), "matches"),
        count => (format!("{count} globs or selectors"), "match"),
    };
    if !style.verbose {
        return vec![format!("{count} of the config {are} nothing here; --verbose says which")];
    }
    let lines = style.unmatched.iter().map(|line| format!("  {}", printable(line)));
    std::iter::once(format!("{count} of the config {are} nothing here:")).chain(lines).collect()
}

fn findings(report: &Report) -> String {
    let found = match report.findings.is_empty() {
        true => "no findings".to_owned(),
        false => format!("found {}", counted(Severity::ALL.map(|severity| (report.count(severity), severity)))),
    };
    match report.suppressed.len() {
        0 => found,
        count => format!("{found}; {count} suppressed"),
    }
}

/// What the baseline made of it, a line each. What is said of the file is said of the whole project.
fn known(baseline: &BaselineSummary) -> Vec<String> {
    let path = printable(&baseline.path);
    let are_known = match baseline.known_in_all {
        0 => format!("no finding is in the baseline ({path})"),
        1 => format!("1 finding is in the baseline ({path})"),
        count => format!("{count} findings are in the baseline ({path})"),
    };
    if let Some(update) = baseline.update {
        return vec![are_known, updated(&path, update)];
    }
    let fixed = match baseline.fixed_entries() {
        0 => String::new(),
        1 => ", 1 of its entries is fixed: --update-baseline removes it".to_owned(),
        count => format!(", {count} of its entries are fixed: --update-baseline removes them"),
    };
    let unrecorded = match baseline.unrecorded {
        0 => None,
        1 => Some("1 share is not in the baseline yet: --update-baseline records it".to_owned()),
        count => Some(format!("{count} shares are not in the baseline yet: --update-baseline records them")),
    };
    std::iter::once(are_known + &fixed).chain(unrecorded).collect()
}

/// What an update did.
fn updated(path: &str, update: BaselineUpdate) -> String {
    let BaselineUpdate { removed, added, renamed, shares } = update;
    let entries = |count: usize, what: &str| format!("{} {what}", words::counted(count, "entry"));
    let changes: Vec<String> = [
        (removed, entries(removed, "removed")),
        (added, entries(added, "added")),
        (renamed, format!("{} followed", words::counted(renamed, "new name"))),
        (shares, format!("{} changed", words::counted(shares, "share"))),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(_, words)| words)
    .collect();
    match changes.is_empty() {
        true => format!("{path}: nothing to update"),
        false => format!("{path}: {}", changes.join(", ")),
    }
}

/// A finding that is suppressed, and by what.
fn accepted(suppressed: &Suppressed) -> String {
    let (finding, by) = (&suppressed.located.finding, &suppressed.by);
    let place = suppressed.located.location.display();
    let reason = if by.reason.is_empty() { "without a reason" } else { &by.reason };
    let line = format!("{place} {} {} (suppressed at {}: {reason})", finding.code, finding.slug, by.location.display());
    format!("  {}", printable(&line))
}

/// `1 error, 2 warnings`: what there is none of is left out.
pub(super) fn counted(counts: [(usize, Severity); 3]) -> String {
    let some = counts.into_iter().filter(|(count, _)| *count > 0);
    some.map(|(count, severity)| plural(count, severity.as_str())).collect::<Vec<_>>().join(", ")
}

/// `62 models, 1 seed`.
pub(super) fn subjects(counts: &Counts) -> String {
    let all = [
        (counts.models, "model"),
        (counts.seeds, "seed"),
        (counts.snapshots, "snapshot"),
        (counts.source_tables, "source table"),
        (counts.data_tests, "data test"),
        (counts.unit_tests, "unit test"),
        (counts.exposures, "exposure"),
        (counts.metrics, "metric"),
        (counts.semantic_models, "semantic model"),
        (counts.saved_queries, "saved query"),
        (counts.groups, "group"),
        (counts.macros, "macro"),
    ];
    let parts: Vec<String> =
        all.into_iter().filter(|(count, _)| *count > 0).map(|(count, name)| words::counted(count, name)).collect();
    if parts.is_empty() { "nothing to look at".to_owned() } else { parts.join(", ") }
}

/// `1 error`, `2 errors`; the words used here need no more grammar, but "info" has no plural.
pub(super) fn plural(count: usize, word: &str) -> String {
    let ending = if count == 1 || word == "info" { "" } else { "s" };
    format!("{count} {word}{ending}")
}

/// How long something took, for people.
pub fn elapsed(time: Duration) -> String {
    if time.as_secs() >= 1 { format!("{:.2} s", time.as_secs_f64()) } else { format!("{} ms", time.as_millis()) }
}
