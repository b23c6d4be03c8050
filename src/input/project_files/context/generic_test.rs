//! What a generic test calls: which macro it means, and what that sees.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::super::datum::{Datum, Map, Reason};
use super::super::node::Calls;
use super::super::world::{MacroEntry, World};
use super::convert;
use super::native::native;
use super::node::Identity;
use super::scope::{Purpose, Scope};
use crate::template::{Arguments, Limits, Machine};

/// A generic test as YAML has it, and the node that dbt makes of it.
#[derive(Debug, Clone, Copy)]
pub struct TestCall<'t> {
    pub world: &'t Arc<World>,
    pub project: usize,
    pub identity: &'t Rc<Identity>,
    /// The package, where it is given.
    pub namespace: Option<&'t str>,
    pub name: &'t str,
    pub kwargs: &'t Map,
}

/// The macros that a test sees: dbt shows it none but those that its own macro may call.
#[derive(Debug, Default)]
pub struct Reach {
    by_name: HashMap<String, Vec<MacroEntry>>,
    /// Macros that are called by one of the same name and so come behind it, where dbt lets the last one win.
    in_place: HashMap<String, MacroEntry>,
}

/// What a bare name means within reach.
#[derive(Debug)]
pub enum Reached<'r> {
    One(&'r MacroEntry),
    /// Several packages have it, and which of them comes last is not known.
    Several,
}

impl Reach {
    /// What can be reached from the macro of a test, and from the one that surrounds what is tested.
    fn of(world: &World, own: Option<&MacroEntry>) -> Self {
        let mut reach = Self::default();
        let mut roots: Vec<&MacroEntry> = own.into_iter().collect();
        roots.extend(world.macros.resolve(0, "get_where_subquery"));
        let mut next = roots.clone();
        while let Some(entry) = next.pop() {
            let same = reach.by_name.entry(entry.name().to_owned()).or_default();
            if !same.iter().any(|known| known.unique_id == entry.unique_id) {
                same.push(entry.clone());
                next.extend(world.macros.called_by(&entry.unique_id));
            }
        }
        for root in roots {
            let mut called = world.macros.called_by(&root.unique_id);
            if let Some(same) = called.find(|called| called.name() == root.name()) {
                reach.in_place.insert(root.name().to_owned(), same.clone());
            }
        }
        reach
    }

    /// What a bare name means.
    pub fn get(&self, name: &str) -> Option<Reached<'_>> {
        match (&self.by_name.get(name)?[..], self.in_place.get(name)) {
            ([one], _) | ([_, _], Some(one)) => Some(Reached::One(one)),
            _ => Some(Reached::Several),
        }
    }

    pub fn has(&self, entry: &MacroEntry) -> bool {
        self.by_name.get(entry.name()).is_some_and(|same| same.iter().any(|known| known.unique_id == entry.unique_id))
    }

    /// The macro that runs for a test: the one of the package that is named, if it is within reach, or what the bare name
    /// means.
    fn run(&self, namespace: Option<&str>, name: &str) -> Option<Reached<'_>> {
        let Some(package) = namespace else { return self.get(name) };
        let id = format!("macro.{package}.{name}");
        self.by_name.get(name)?.iter().find(|entry| entry.unique_id == id).map(Reached::One)
    }
}

/// Renders the arguments of a generic test and runs its macro, for what they call.
pub fn test_calls(test: TestCall<'_>) -> Calls {
    let meant = test.world.macros.resolve(test.project, &format!("test_{}", test.name));
    match &meant[..] {
        [] => {
            let mut calls = match test.name {
                // dbt does not render these two, and so sees what they test and nothing else.
                "unique" | "not_null" => Calls { macros: Vec::new(), ..run(test, None, Reach::default()) },
                _ => run(test, None, Reach::of(test.world, None)),
            };
            if matches!(test.name, "unique" | "not_null" | "accepted_values" | "relationships") {
                calls.note_macro(&format!("macro.dbt.test_{}", test.name));
            }
            calls
        }
        [one] => run(test, Some(one), Reach::of(test.world, Some(one))),
        several => {
            let runs = several.iter().map(|entry| run(test, Some(entry), Reach::of(test.world, Some(entry)))).collect();
            joined(runs, &Reason::from(format!("several packages have a test `{}`", test.name)))
        }
    }
}

fn run(test: TestCall<'_>, own: Option<&MacroEntry>, reach: Reach) -> Calls {
    let TestCall { world, project, namespace, .. } = test;
    let reach = Rc::new(reach);
    let scope = Scope::new(world, project, Purpose::Test(test.identity.clone(), reach.clone()));
    let mut arguments = Arguments::default();
    for (key, value) in test.kwargs.iter() {
        let value = if key == "column_name" { value.clone() } else { argument(&scope, value) };
        arguments.keyword.push((Arc::from(key), convert::to_value(&value)));
    }
    let Some(own) = own else { return scope.take_calls() };
    scope.note_macro(&own.unique_id);
    match reach.run(namespace, &format!("test_{}", test.name)) {
        Some(Reached::One(entry)) => {
            scope.note_macro(&entry.unique_id);
            let globals = scope.globals();
            let mut machine = Machine::new(&globals, Limits::default());
            // What goes wrong in a test's macro at parse time is dbt's to say.
            if scope.inside(|| machine.call_macro(&entry.code, arguments)).is_err() {
                scope.note_uncertain(&Reason::from(format!("the macro of the test `{}` cannot be run", test.name)));
            }
        }
        Some(Reached::Several) => {
            scope.note_uncertain(&Reason::from(format!("several macros are called `test_{}`", test.name)));
        }
        None => {}
    }
    scope.take_calls()
}

/// What any of several runs may be, of which only one is dbt's: what they have in common is certain.
fn joined(mut runs: Vec<Calls>, reason: &Reason) -> Calls {
    let mut all = runs.pop().unwrap_or_default();
    for other in runs {
        other.macros.iter().for_each(|id| all.note_macro(id));
        if (&all.refs, &all.sources) != (&other.refs, &other.sources) {
            all.uncertain.get_or_insert_with(|| reason.clone());
        }
        keep_common(&mut all.refs, other.refs, &mut all.possible_refs);
        keep_common(&mut all.sources, other.sources, &mut all.possible_sources);
        all.possible_refs.extend(other.possible_refs);
        all.possible_sources.extend(other.possible_sources);
        all.uncertain = all.uncertain.or(other.uncertain);
        let keys: Vec<String> = all.config.keys().chain(other.config.keys()).map(str::to_owned).collect();
        for key in keys.into_iter().filter(|key| all.config.get(key) != other.config.get(key)).collect::<Vec<_>>() {
            all.config.insert(key, Datum::Unknown(reason.clone()));
        }
    }
    all
}

/// Leaves what is in both lists, and moves the rest to what is possible.
fn keep_common<T: PartialEq + Clone>(ours: &mut Vec<T>, theirs: Vec<T>, possible: &mut Vec<T>) {
    possible.extend(theirs.iter().filter(|call| !ours.contains(call)).cloned());
    possible.extend(ours.iter().filter(|call| !theirs.contains(call)).cloned());
    ours.retain(|call| theirs.contains(call));
}

/// An argument of a test: a text that looks like a call is one, other texts are templates.
fn argument(scope: &Rc<Scope>, value: &Datum) -> Datum {
    match value {
        Datum::Text(text) => {
            let call = is_call(text).then(|| format!("{{{{ {text} }}}}"));
            let template = call.as_deref().unwrap_or(text);
            if !super::super::keypath::has_jinja(template) {
                return value.clone();
            }
            native(scope, template).unwrap_or_else(|error| Datum::Unknown(Reason::from(error.to_string())))
        }
        Datum::List(items) => Datum::List(items.iter().map(|item| argument(scope, item)).collect()),
        Datum::Map(map) => {
            Datum::Map(map.iter().map(|(key, value)| (key.to_owned(), argument(scope, value))).collect())
        }
        other => other.clone(),
    }
}

/// What dbt takes for a call in the arguments of a test, without braces around it.
fn is_call(text: &str) -> bool {
    let text = text.trim();
    let rest = ["env_var", "ref", "var", "source", "doc"].iter().find_map(|name| text.strip_prefix(name));
    rest.is_some_and(|rest| {
        let inside = rest.trim_start().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        inside.is_some_and(|inside| !inside.is_empty() && !inside.contains('\n'))
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::datum::testing::map;
    use super::super::super::node::RefArgs;
    use super::*;

    fn calls(refs: &[&str], config: &str) -> Calls {
        let reference = |name: &&str| RefArgs { package: None, name: (*name).to_owned(), version: None };
        Calls { refs: refs.iter().map(reference).collect(), config: map(config), ..Calls::default() }
    }

    fn names(refs: &[RefArgs]) -> Vec<&str> {
        refs.iter().map(|reference| reference.name.as_str()).collect()
    }

    #[test]
    fn only_what_all_runs_have_in_common_is_certain() {
        let reason = Reason::from("two");
        let all = joined(
            vec![calls(&["a", "b"], "{severity: warn, limit: 1}"), calls(&["a", "c"], "{severity: warn}")],
            &reason,
        );
        assert_eq!((names(&all.refs), names(&all.possible_refs)), (vec!["a"], vec!["b", "c"]));
        assert_eq!(all.uncertain.as_deref(), Some("two"));
        assert_eq!(all.config.text("severity"), Some("warn"));
        assert_eq!(all.config.get("limit"), Some(&Datum::Unknown(reason.clone())));
        let same = joined(vec![calls(&["a"], "{}"), calls(&["a"], "{}")], &reason);
        assert_eq!((names(&same.refs), same.uncertain), (vec!["a"], None));
    }
}
