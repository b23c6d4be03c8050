//! SARIF 2.1.0: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html>, in
//! the part that GitHub reads:
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::{Style, advice, hidden, json, printable, rule_url};
use crate::docs::{REPOSITORY, page};
use crate::findings::{Located, Location, Report, RuleSummary, Severity, suppress, title};
use crate::rules::RuleInfo;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Version of the fingerprint. GitHub reckons its own, from the line, under the name `primaryLocationLineHash`, and
/// warns of each result that brings another one under that name.
const FINGERPRINT: &str = "dbtSteward/v1";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    automation_details: AutomationDetails,
    invocations: [Invocation<'a>; 1],
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    name: &'static str,
    short_description: Message,
    full_description: Message,
    help: Help,
    help_uri: String,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: [&'static str; 3],
    #[serde(rename = "problem.severity")]
    severity: &'static str,
}

/// What keeps apart the analyses of several projects of one repository.
#[derive(Serialize)]
struct AutomationDetails {
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_configuration_notifications: Vec<Notification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<InvocationProperties<'a>>,
}

/// What the run was limited to.
#[derive(Serialize)]
struct InvocationProperties<'a> {
    limit: json::Limit<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    level: &'static str,
    message: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    associated_rule: Option<RuleReference>,
}

#[derive(Serialize)]
struct RuleReference {
    id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    /// Of all results or of none (§3.27.24): what is known is no result.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    message: Message,
    locations: [Place; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Place>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    /// Empty for a finding that counts (§3.27.23). Left out where nothing in the run is suppressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Vec<Suppression>>,
    properties: Properties,
}

/// The comment or the `meta` that suppresses a result (§3.35).
#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    justification: String,
    location: Place,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

/// The resource, by dbt's unique id.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
}

#[derive(Serialize)]
struct Properties {
    subject: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    part: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<String>,
}

pub(super) fn write(report: &Report, shown: &[Located], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let rules = asked_for(report);
    let baseline_state = report.baseline.as_ref().map(|_| "new");
    // GitHub takes no notice of suppressions, and would show as open what is accepted.
    let accepted = if style.show_suppressed { report.suppressed.as_slice() } else { &[] };
    let open = shown.iter().map(|located| {
        let suppressions = (!accepted.is_empty()).then(Vec::new);
        Outcome { suppressions, baseline_state, ..outcome(located, &rules) }
    });
    let suppressed = accepted.iter().map(|suppressed| {
        let suppressions = Some(vec![suppression(&suppressed.by)]);
        Outcome { suppressions, baseline_state, ..outcome(&suppressed.located, &rules) }
    });
    let results = open.chain(suppressed).collect();
    let driver = Driver {
        name: "dbt-steward",
        version: env!("CARGO_PKG_VERSION"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: REPOSITORY,
        rules: rules.iter().map(|rule| descriptor(rule)).collect(),
    };
    let run = Run {
        tool: Tool { driver },
        automation_details: AutomationDetails { id: format!("dbt-steward/{}/", encoded(&report.summary.project)) },
        invocations: [invocation(report, shown)],
        // As `Position` counts, tabs and all.
        column_kind: "unicodeCodePoints",
        results,
    };
    serde_json::to_writer_pretty(&mut *out, &Log { schema: SCHEMA, version: "2.1.0", runs: [run] })?;
    writeln!(out)
}

/// The rules that were asked for, by code; one that the config sets up several times is here once.
fn asked_for(report: &Report) -> Vec<&'static RuleInfo> {
    let rules = report.summary.rules.iter().map(|rule| rule.info);
    rules.map(|rule| (rule.code, rule)).collect::<BTreeMap<_, _>>().into_values().collect()
}

fn descriptor(rule: &RuleInfo) -> Rule {
    let summary = rule.summary();
    let first = summary.split_once(". ").map_or_else(|| summary.clone(), |(first, _)| format!("{first}."));
    let severity = rule.default.or(rule.strict).unwrap_or(Severity::Warning);
    Rule {
        id: rule.code,
        name: rule.slug,
        short_description: Message { text: first },
        full_description: Message { text: summary },
        help: Help { text: page::words(rule, "#"), markdown: page::words(rule, "##") },
        help_uri: rule_url(rule.code, rule.slug),
        default_configuration: Configuration { enabled: rule.default.is_some(), level: level(severity) },
        properties: RuleProperties {
            tags: ["dbt", "governance", rule.area.folder()],
            severity: match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "recommendation",
            },
        },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// What the run did not do: rules without an answer, findings that are not listed, what it was not to look at.
fn invocation<'a>(report: &'a Report, shown: &[Located]) -> Invocation<'a> {
    let did_not_run = |rule: &RuleSummary| {
        let reason = printable(rule.skipped.as_deref()?).into_owned();
        Some(Notification {
            level: "note",
            message: Message { text: literal(&format!("{} did not run: {reason}", title(rule.code, rule.slug))) },
            associated_rule: Some(RuleReference { id: rule.code }),
        })
    };
    let left_out = hidden(report, shown).map(|text| Notification {
        level: "warning",
        message: Message { text },
        associated_rule: None,
    });
    Invocation {
        execution_successful: true,
        tool_execution_notifications: left_out.into_iter().collect(),
        tool_configuration_notifications: report.summary.rules.iter().filter_map(did_not_run).collect(),
        properties: report.limit.as_ref().map(|limit| InvocationProperties { limit: json::limit(limit) }),
    }
}

fn outcome<'a>(located: &'a Located, rules: &[&RuleInfo]) -> Outcome<'a> {
    let finding = &located.finding;
    let shown = |text: &String| printable(text).into_owned();
    let subject = LogicalLocation { fully_qualified_name: shown(&finding.subject) };
    let related = located.related.iter().enumerate().map(|(index, (location, label))| Place {
        id: Some(index + 1),
        physical_location: physical(location),
        logical_locations: Vec::new(),
        message: Some(Message { text: literal(&printable(label)) }),
    });
    Outcome {
        rule_id: finding.code,
        rule_index: rules.binary_search_by_key(&finding.code, |rule| rule.code).ok(),
        level: level(finding.severity),
        baseline_state: None,
        message: Message { text: literal(&advice(located)) },
        locations: [Place {
            id: None,
            physical_location: physical(&located.location),
            logical_locations: vec![subject],
            message: None,
        }],
        related_locations: related.collect(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, finding.fingerprint())]),
        suppressions: None,
        properties: Properties {
            subject: shown(&finding.subject),
            part: shown(&finding.part),
            evidence: finding.evidence.iter().map(shown).collect(),
        },
    }
}

fn suppression(by: &suppress::Suppression) -> Suppression {
    let until = by.until.as_ref().map(|until| format!("until {}", until.text));
    let words: Vec<&str> = [Some(by.reason.as_str()), until.as_deref()].into_iter().flatten().collect();
    Suppression {
        kind: "inSource",
        justification: printable(words.join(" ").trim()).into_owned(),
        location: Place {
            id: None,
            physical_location: physical(&by.location),
            logical_locations: Vec::new(),
            message: None,
        },
    }
}

/// A message in which nothing is a placeholder (§3.11.5) or a link (§3.11.6), whatever the project's names are. Braces
/// that are no placeholder stay as they are, although the standard would double them: GitHub shows both, and in advice
/// on dbt two braces mean something else.
fn literal(text: &str) -> String {
    let text = text.replace("](", "] (");
    let mut safe = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        safe += before;
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let (index, behind) = after.split_at(digits);
        match behind.strip_prefix('}') {
            Some(behind) if digits > 0 => {
                safe += &format!("{{{{{index}}}}}");
                rest = behind;
            }
            _ => {
                safe.push('{');
                rest = after;
            }
        }
    }
    safe + rest
}

fn physical(location: &Location) -> PhysicalLocation {
    let region = location.region.as_ref().map(|region| Region {
        start_line: region.start.line,
        start_column: region.start.column,
        end_line: region.end.line,
        end_column: region.end.column,
    });
    PhysicalLocation { artifact_location: artifact(&location.path), region }
}

/// Relative to the folder that the run began in, which is the checkout's; a file elsewhere by its whole address.
fn artifact(path: &str) -> Artifact {
    let is_drive = path.as_bytes().get(1) == Some(&b':') && path.starts_with(|first: char| first.is_ascii_alphabetic());
    if is_drive {
        let (drive, rest) = path.split_at(2);
        return Artifact { uri: format!("file:///{drive}{}", encoded(rest)), uri_base_id: None };
    }
    if path.starts_with('/') {
        return Artifact { uri: format!("file://{}", encoded(path)), uri_base_id: None };
    }
    Artifact { uri: encoded(path), uri_base_id: Some("%SRCROOT%") }
}

/// A path in a URI: all but letters, digits, `-._~` and `/` by its bytes (RFC 3986, section 2).
fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => write!(uri, "%{byte:02X}").expect("writing to a string does not fail"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_elsewhere_have_whole_addresses() {
        let shown = |path: &str| {
            let artifact = artifact(path);
            (artifact.uri, artifact.uri_base_id)
        };
        assert_eq!(shown("models/a b.yml"), ("models/a%20b.yml".to_owned(), Some("%SRCROOT%")));
        assert_eq!(shown("/srv/größe.yml"), ("file:///srv/gr%C3%B6%C3%9Fe.yml".to_owned(), None));
        assert_eq!(shown("C:/shop/a#1.yml"), ("file:///C:/shop/a%231.yml".to_owned(), None));
        // A colon before the first slash would make a scheme of what stands before it.
        assert_eq!(shown("a:b.yml").0, "file:///a:b.yml");
        assert_eq!(shown("ab:c.yml"), ("ab%3Ac.yml".to_owned(), Some("%SRCROOT%")));
    }

    #[test]
    fn nothing_in_a_message_is_a_placeholder_or_a_link() {
        for (text, shown) in [
            ("write `{name: a}`", "write `{name: a}`"),
            ("{0} {12} {{ x }} {} {1", "{{0}} {{12}} {{ x }} {} {1"),
            ("{{{3}}}", "{{{{3}}}}"),
            ("[a](https://b)", "[a] (https://b)"),
        ] {
            assert_eq!(literal(text), shown);
        }
    }
}
