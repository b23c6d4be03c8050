//! Variables that are set and never read.

use std::collections::HashSet;
use std::ops::Range;

use rayon::prelude::*;

use super::mentions::{OwnText, Texts, is_quoted};
use crate::discover::PROJECT_FILE;
use crate::project::{Detail, Resource, Spot, Variable};
use crate::text::jinja;
use crate::text::yaml::Node;

/// A file of variables, which takes the place of those in `dbt_project.yml`.
const APART: &str = "vars.yml";

/// The variables of `vars:` that nothing reads, in order of place. A variable that a package may read is left out where
/// that package is not at hand, and counted.
pub(super) fn unread(texts: &Texts<'_>) -> (Vec<Variable>, usize) {
    let has_packages = !texts.required.is_empty();
    let (mut variables, section) = declared(texts);
    let names: Vec<String> = variables.iter().map(|variable| variable.name.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let is_read = |own: OwnText<'_>, range: &Range<usize>| {
        let defines =
            section.as_ref().is_some_and(|(path, section)| *path == own.path && section.contains(&range.start));
        !defines && is_quoted(own.text(), range)
    };
    let mut read = texts.own(&names, |own, _, range| is_read(own, &range));
    if has_packages && read.len() < names.len() {
        read.extend(texts.packages(&names, |text, range| is_quoted(text, &range)));
    }
    let composed = if read.len() < names.len() { Composed::new(texts) } else { Composed::default() };
    let at_hand = texts.has_packages();
    let (mut index, mut undecided) = (0, 0);
    variables.retain(|variable| {
        let is_read = read.contains(&index) || composed.may_mean(variable);
        index += 1;
        let is_private = variable.scope.as_deref() == Some(texts.project.name.as_str());
        undecided += usize::from(!is_read && !at_hand && !is_private);
        !is_read && (at_hand || is_private)
    });
    (variables, undecided)
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

/// What is known of names that are put together, as in `var(name ~ '_schema')`.
#[derive(Debug, Default)]
struct Composed {
    /// Literal parts: a variable that contains one may be meant.
    parts: HashSet<String>,
    /// Packages that put names together: every variable that is set for one may be meant.
    packages: HashSet<String>,
}

impl Composed {
    fn new(texts: &Texts<'_>) -> Self {
        let in_file = |(path, _): &(String, bool)| {
            let file = texts.tree.file(path)?;
            composed_parts(file.text().ok()?.source.text())
        };
        let own: Vec<Vec<String>> = texts.own_paths().par_iter().filter_map(in_file).collect();
        let all = texts.project.resources.par_iter().chain(&texts.project.disabled);
        let in_package = |resource: &Resource<'_>| {
            let code = match &resource.detail {
                Detail::Relation(relation) => relation.code(),
                Detail::Macro(detail) => detail.code(),
                _ => None,
            };
            Some((resource.package.to_string(), composed_parts(&code?)?))
        };
        let foreign = all.filter(|resource| !texts.project.is_own(resource)).filter_map(in_package);
        let foreign: Vec<(String, Vec<String>)> = foreign.collect();
        let mut composed = Self { parts: own.into_iter().flatten().collect(), ..Self::default() };
        for (package, parts) in foreign {
            composed.parts.extend(parts);
            composed.packages.insert(package);
        }
        composed
    }

    fn may_mean(&self, variable: &Variable) -> bool {
        variable.scope.as_ref().is_some_and(|scope| self.packages.contains(scope))
            || self.parts.iter().any(|part| variable.name.contains(part.as_str()))
    }
}

/// Literals of which a text may put a name together; `None` where every `var()` of it has the whole name.
fn composed_parts(text: &str) -> Option<Vec<String>> {
    memchr::memmem::find(text.as_bytes(), b"var(")?;
    let calls = jinja::calls_before_error(text).0.into_iter();
    let mut composed = calls.filter(|call| call.name == "var" && call.as_var().is_none()).peekable();
    composed.peek()?;
    let arguments = composed.filter_map(|call| Some(literals(&text[call.arguments.first()?.span.range()])));
    let arguments: Vec<Vec<String>> = arguments.collect();
    // A name that comes from elsewhere may have been put together before.
    let comes_from_elsewhere = arguments.iter().any(Vec::is_empty);
    Some(if comes_from_elsewhere { literals(text) } else { arguments.concat() })
}

/// What stands between quotes. Of one or two letters, nothing could be told.
fn literals(expression: &str) -> Vec<String> {
    const SHORTEST: usize = 3;
    let odd = |quote: char| expression.split(quote).skip(1).step_by(2).filter(|part| part.len() >= SHORTEST);
    odd('\'').chain(odd('"')).map(str::to_owned).collect()
}
