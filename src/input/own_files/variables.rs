//! Variables that are set and never read.

use std::collections::HashSet;
use std::ops::Range;

use rayon::prelude::*;

use super::mentions::{OwnText, Texts, is_quoted};
use crate::discover::PROJECT_FILE;
use crate::project::{Spot, Variable};
use crate::text::jinja;
use crate::text::yaml::Node;

/// A file of variables, which takes the place of those in `dbt_project.yml`.
const APART: &str = "vars.yml";

/// The variables of `vars:` that nothing reads, in order of place. A variable that a package may read is left out where
/// that package is not at hand.
pub(super) fn unread(texts: &Texts<'_>) -> Vec<Variable> {
    let has_packages = !texts.required.is_empty();
    let (mut variables, section) = declared(texts);
    let names: Vec<String> = variables.iter().map(|variable| variable.name.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let is_read = |own: OwnText<'_>, range: &Range<usize>| {
        let defines = section.as_ref().is_some_and(|(path, section)| *path == own.path && section.contains(&range.start));
        !defines && is_quoted(own.text(), range)
    };
    let mut read = texts.own(&names, |own, _, range| is_read(own, &range));
    if has_packages && read.len() < names.len() {
        read.extend(texts.packages(&names, |text, range| is_quoted(text, &range)));
    }
    let pieces = if read.len() < names.len() { composed(texts) } else { HashSet::new() };
    let at_hand = !has_packages || are_packages_at_hand(texts);
    let mut index = 0;
    variables.retain(|variable| {
        let is_read = read.contains(&index) || pieces.iter().any(|piece| variable.name.contains(piece.as_str()));
        index += 1;
        let is_private = variable.scope.as_deref() == Some(texts.project.name.as_str());
        !is_read && (at_hand || is_private)
    });
    variables
}

/// The variables with the part of the file that sets them.
fn declared(texts: &Texts<'_>) -> (Vec<Variable>, Option<(&'static str, Range<usize>)>) {
    let project = texts.project;
    let mut scopes: HashSet<&str> = project.resources.iter().map(|resource| resource.package.as_str()).collect();
    scopes.insert(&project.name);
    for path in [APART, PROJECT_FILE] {
        let found = texts.tree.with_document(path, |document| {
            let section = document.get("vars")?;
            Some((variables(path, section, &scopes), section.span.range()))
        });
        if let Some((variables, section)) = found.flatten() {
            return (variables, Some((path, section)));
        }
    }
    (Vec::new(), None)
}

/// A mapping under the name of the project or a package holds the variables of that one.
fn variables(path: &str, section: &Node, scopes: &HashSet<&str>) -> Vec<Variable> {
    let mut all = Vec::new();
    let mut add = |key: &Node, scope: Option<&str>| {
        if let Some(name) = key.as_str().filter(|name| !name.is_empty()) {
            let spot = Spot::new(path, key.span);
            all.push(Variable { name: name.to_owned(), scope: scope.map(str::to_owned), spot });
        }
    };
    for entry in section.entries() {
        match entry.key.as_str().filter(|name| scopes.contains(name) && entry.value.as_mapping().is_some()) {
            Some(scope) => entry.value.entries().for_each(|inner| add(&inner.key, Some(scope))),
            None => add(&entry.key, None),
        }
    }
    all
}

/// Literal parts of names that are put together, as in `var(name ~ '_schema')`: a variable that contains one may be
/// meant.
fn composed(texts: &Texts<'_>) -> HashSet<String> {
    let in_file = |(path, _): &(String, bool)| {
        let file = texts.tree.file(path)?;
        let text = file.text().ok()?.source.text();
        memchr::memmem::find(text.as_bytes(), b"var(")?;
        let calls = jinja::calls_before_error(text).0;
        let composed = calls.into_iter().filter(|call| call.name == "var" && call.as_var().is_none());
        let names = composed.filter_map(|call| Some(text[call.arguments.first()?.span.range()].to_owned()));
        Some(names.flat_map(|name| literals(&name)).collect::<Vec<String>>())
    };
    texts.own_paths().par_iter().filter_map(in_file).flatten_iter().collect()
}

/// What stands between quotes in an expression.
fn literals(expression: &str) -> Vec<String> {
    let parts = expression.split(['\'', '"']).skip(1).step_by(2);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Whether every package is there that is asked for, counted as dbt counts them.
fn are_packages_at_hand(texts: &Texts<'_>) -> bool {
    texts.package_folders().len() >= texts.required.len()
}
