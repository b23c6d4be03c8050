//! SUP005: findings about the baseline itself.

use std::collections::HashSet;
use std::sync::Arc;

use super::compare::{Comparison, Scope};
use super::names;
use super::read::Entry;
use super::renames::Rename;
use crate::findings::{Atom, Finding, Located, Location, Place, Region, Severity, title};
use crate::rules::{self, RuleInfo};
use crate::text::{SourceFile, Span};
use crate::words::{counted, listed};

/// Where findings about the baseline come from.
pub struct Found<'f> {
    pub rule: &'static RuleInfo,
    pub severity: Severity,
    pub file: &'f Arc<SourceFile>,
    /// `project.<name>`.
    pub subject: String,
    pub scope: &'f Scope<'f>,
    /// Puts a finding on a resource, or on a file of the project, at its place.
    pub locate: &'f dyn Fn(Box<Finding>) -> Located,
}

/// One finding for each rule with entries that are fixed, and one for each resource that has been renamed.
pub fn findings(comparison: &Comparison<'_>, found: &Found<'_>) -> Vec<Located> {
    let fixed = comparison.fixed.chunk_by(|a, b| a.code == b.code).map(|entries| found.fixed(entries));
    let counts = comparison.entries_of();
    let renamed = comparison.renames.iter().map(|rename| found.renamed(rename, counts[rename.new.as_str()]));
    fixed.chain(renamed).collect()
}

impl Found<'_> {
    fn finding(&self, subject: &str, part: String, message: String, place: Place) -> Box<Finding> {
        Box::new(Finding {
            code: self.rule.code,
            slug: self.rule.slug,
            severity: self.severity,
            subject: subject.to_owned(),
            part,
            message,
            help: "".into(),
            evidence: Vec::new(),
            related: Vec::new(),
            located_in: None,
            place,
            members: None,
            population: None,
        })
    }

    /// Entries of one rule, at the first of them.
    fn fixed(&self, entries: &[Entry<'_>]) -> Located {
        let code = &*entries[0].code;
        let rule = title(code, rules::find(code).map_or("", |rule| rule.slug));
        let (are, them) = if entries.len() == 1 { ("is", "it") } else { ("are", "them") };
        let message = format!("{} for {rule} {are} fixed", counted(entries.len(), "baseline entry"));
        let span = entries.iter().filter_map(|entry| entry.span).min();
        let mut finding = self.finding(
            &self.subject,
            format!("rule:{code}"),
            message,
            Place::Span(self.file.path().to_owned(), span),
        );
        finding.help(format!("`dbt-steward check --update-baseline` removes {them}"));
        let is_there = |entry: &&Entry<'_>| names::in_subject(&entry.atom()).is_none_or(|name| self.scope.exists(name));
        let (there, gone): (Vec<&Entry<'_>>, Vec<&Entry<'_>>) = entries.iter().partition(is_there);
        for (what, entries) in [("fixed", there), ("gone from the project", gone)] {
            if !entries.is_empty() {
                finding.evidence(format!("{what}: {}", listed(unique_names(&entries))));
            }
        }
        Located { finding, location: self.location(span), related: Vec::new() }
    }

    fn renamed(&self, rename: &Rename, entries: usize) -> Located {
        let Rename { old, new } = rename;
        let is_file = names::kind(new) == "file";
        let (old_name, new_name) = if is_file {
            (old.clone(), new.clone())
        } else {
            let name = |id| Atom { code: "", subject: id, part: "" }.name();
            (name(old), name(new))
        };
        let message = format!(
            "`{new_name}` was `{old_name}`, by what is found about it: {} {} for it",
            counted(entries, "baseline entry"),
            if entries == 1 { "holds" } else { "hold" }
        );
        let place = if is_file { Place::Span(new.clone(), None) } else { Place::Entry };
        let subject = if is_file { &self.subject } else { new };
        let mut finding = self.finding(subject, format!("renamed:{old}"), message, place);
        finding.help("`dbt-steward check --update-baseline` writes the new name; if it is another thing, repair it");
        (self.locate)(finding)
    }

    fn location(&self, span: Option<Span>) -> Location {
        let region = span.map(|span| Region::new(self.file.clone(), span));
        Location { path: self.file.path().to_owned(), region }
    }
}

/// Each name once, in order.
fn unique_names(entries: &[&Entry<'_>]) -> Vec<String> {
    let mut seen = HashSet::new();
    let names = entries.iter().map(|entry| entry.atom().name());
    names.filter(|name| seen.insert(name.clone())).collect()
}
