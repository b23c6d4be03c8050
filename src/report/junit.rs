//! Test results as most build servers read them. The format has no standard, only habits:
//! <https://github.com/testmoapp/junitxml>, <https://docs.gitlab.com/ci/testing/unit_test_reports/>.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::{advice, xml};
use crate::findings::suppress::Suppressed;
use crate::findings::{Located, Report, RuleSummary, title};

/// What is known of one rule, which the config may run in several set-ups.
#[derive(Default)]
struct Rule<'a> {
    slug: &'a str,
    runs: Vec<&'a RuleSummary>,
    shown: Vec<&'a Located>,
    suppressed: Vec<&'a Suppressed>,
}

pub(super) fn write(report: &Report, shown: &[Located], out: &mut dyn Write) -> io::Result<()> {
    let mut rules: BTreeMap<&str, Rule<'_>> = BTreeMap::new();
    for run in &report.summary.rules {
        let rule = rules.entry(run.code).or_default();
        rule.slug = run.slug;
        rule.runs.push(run);
    }
    for located in shown {
        let rule = rules.entry(located.finding.code).or_default();
        rule.slug = located.finding.slug;
        rule.shown.push(located);
    }
    for suppressed in &report.suppressed {
        let rule = rules.entry(suppressed.located.finding.code).or_default();
        rule.slug = suppressed.located.finding.slug;
        rule.suppressed.push(suppressed);
    }
    let mut document = quick_junit::Report::new("dbt-steward");
    document.add_test_suites(rules.iter().map(|(code, rule)| suite(code, rule)));
    document.serialize(out).map_err(io::Error::other)
}

/// A failing case for each finding and a skipped one for each that is suppressed; a passing one if the rule ran and found
/// nothing; a skipped one if it did not run.
fn suite(code: &str, rule: &Rule<'_>) -> TestSuite {
    let name = title(code, rule.slug);
    let mut suite = TestSuite::new(&name);
    let found: usize = rule.runs.iter().map(|run| run.findings).sum();
    let mut add = |case: TestCase| {
        let mut case = case;
        case.set_classname(&name);
        suite.add_test_case(case);
    };
    rule.shown.iter().for_each(|located| add(failing(located)));
    if found > rule.shown.len() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(format!("{} more, which --max-findings leaves out", found - rule.shown.len()));
        add(TestCase::new("more findings", status));
    }
    if rule.shown.is_empty() && found == 0 && rule.runs.iter().any(|run| run.skipped.is_none()) {
        add(TestCase::new("no findings", TestCaseStatus::success()));
    }
    rule.suppressed.iter().for_each(|suppressed| add(accepted(suppressed)));
    for reason in rule.runs.iter().filter_map(|run| run.skipped.as_deref()) {
        let mut status = TestCaseStatus::skipped();
        status.set_message(xml::allowed(reason));
        add(TestCase::new("did not run", status));
    }
    suite
}

/// Class and name tell one case from another from build to build: rule, subject and part, never a line.
fn failing(located: &Located) -> TestCase {
    let finding = &located.finding;
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let evidence = finding.evidence.iter().map(|line| format!("\n- {}", xml::allowed(line)));
    let text = format!("{}\n{}", xml::allowed(&located.location.display()), xml::allowed_lines(&advice(located)));
    status
        .set_type(finding.severity.as_str())
        .set_message(xml::allowed(&finding.message))
        .set_description(text + &evidence.collect::<String>());
    case(located, status)
}

fn accepted(suppressed: &Suppressed) -> TestCase {
    let by = &suppressed.by;
    let reason = if by.reason.is_empty() { "without a reason" } else { &by.reason };
    let mut status = TestCaseStatus::skipped();
    status.set_message(xml::allowed(&format!("suppressed at {}: {reason}", by.location.display())));
    case(&suppressed.located, status)
}

fn case(located: &Located, status: TestCaseStatus) -> TestCase {
    let finding = &located.finding;
    let part = if finding.part.is_empty() { String::new() } else { format!(" {}", xml::allowed(&finding.part)) };
    let mut case = TestCase::new(xml::allowed(&finding.subject) + &part, status);
    case.extra.insert("file".into(), xml::allowed(&located.location.path).into());
    if let Some(region) = &located.location.region {
        case.extra.insert("line".into(), region.start.line.to_string().into());
    }
    case
}
