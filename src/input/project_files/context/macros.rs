//! Macros as functions: of the project, of its packages by their names, and dbt's own.

use std::rc::Rc;

use super::super::datum::Reason;
use super::super::world::MacroEntry;
use super::dbt_macros;
use super::generic_test::{Reach, Reached};
use super::remembered;
use super::scope::{Purpose, Scope};
use crate::project::is_macro_of_adapter;
use crate::template::{self, Arguments, Error, Function, Machine, Object, ObjectKind, Value};

/// A bare name that is a macro of the project or the root project, or the name of a package.
pub fn get(scope: &Rc<Scope>, name: &str) -> Option<Value> {
    if let Some(entry) = scope.world.macros.visible(scope.project, name) {
        return Some(of_entry(scope, entry));
    }
    package(scope, name)
}

/// The same for a generic test, which sees fewer macros.
pub fn within(scope: &Rc<Scope>, reach: &Reach, name: &str) -> Option<Value> {
    match reach.get(name) {
        Some(Reached::One(entry)) => Some(of_entry(scope, entry)),
        Some(Reached::Several) => {
            let reason = format!("which macro `{name}` is meant");
            scope.note_uncertain(&Reason::from(reason.as_str()));
            Some(Value::unknown(&reason))
        }
        None => package(scope, name),
    }
}

/// The name of a package, with its macros.
fn package(scope: &Rc<Scope>, name: &str) -> Option<Value> {
    if let Some(package) = scope.world.package_index(name) {
        return Some(Value::object(Package { scope: scope.clone(), index: package }));
    }
    if name == "dbt" {
        return Some(Value::object(Dbt(scope.clone())));
    }
    scope.world.missing.contains(name).then(|| missing(scope, name))
}

fn missing(scope: &Rc<Scope>, name: &str) -> Value {
    Value::object(MissingPackage { scope: scope.clone(), name: name.to_owned() })
}

/// What may be a macro of a folder that cannot be listed, which may call anything, or a package where nobody can read which
/// there are.
pub fn of_unread(scope: &Rc<Scope>, name: &str) -> Option<Value> {
    let unread = [scope.project, 0].into_iter().find_map(|index| Some((index, scope.world.unread_macros(index)?)));
    let Some((index, folder)) = unread else { return scope.world.may_miss_others.then(|| missing(scope, name)) };
    let id = format!("macro.{}.{name}", scope.world.package(index));
    let (scope, reason) = (scope.clone(), format!("{folder} cannot be read"));
    Some(Function::value(name, move |_, _| {
        scope.note_macro(&id);
        scope.note_uncertain(&Reason::from(reason.as_str()));
        Ok(Value::unknown(&reason))
    }))
}

/// A macro that dbt itself brings, where the project has none of that name.
pub fn of_dbt(scope: &Rc<Scope>, name: &str) -> Option<Value> {
    if !dbt_macros::is_known(name) {
        // Whether it is there depends on the adapter, and what it gives on its own code.
        return is_macro_of_adapter(name).then(|| Value::unknown(&format!("what an adapter's macro {name} gives")));
    }
    let (scope, name) = (scope.clone(), name.to_owned());
    Some(Function::value(&name.clone(), move |machine, arguments| {
        scope.note_macro(&format!("macro.dbt.{name}"));
        // dbt's own dispatch to what the project has for it; a default implementation is called by its own name.
        let is_default = name != dbt_macros::plain(&name);
        let found = (!is_default).then(|| super::adapter::implementation(&scope.world, scope.project, &name)).flatten();
        match found {
            Some(entry) => remembered::call(&scope, entry, machine, arguments),
            None => Ok(dbt_macros::result(&scope, &name, arguments)),
        }
    }))
}

/// A macro as a function.
pub fn of_entry(scope: &Rc<Scope>, entry: &MacroEntry) -> Value {
    Value::object(MacroFunction { scope: scope.clone(), entry: entry.clone() })
}

#[derive(Debug)]
struct MacroFunction {
    scope: Rc<Scope>,
    entry: MacroEntry,
}

impl Object for MacroFunction {
    fn call(&self, machine: &mut Machine<'_>, arguments: Arguments) -> Result<Value, Error> {
        self.scope.note_macro(&self.entry.unique_id);
        remembered::call(&self.scope, &self.entry, machine, arguments)
    }

    fn kind(&self) -> ObjectKind {
        ObjectKind::Function
    }

    fn type_name(&self) -> &str {
        "MacroGenerator"
    }

    fn forget(&self, _: &mut Machine<'_>, reason: &Rc<template::Reason>) -> Vec<Value> {
        may_be_called(&self.scope, self.entry.name(), reason)
    }
}

/// Whether a macro is called is not known any more, nor with what.
fn may_be_called(scope: &Scope, name: &str, reason: &template::Reason) -> Vec<Value> {
    scope.note_uncertain(&Reason::from(format!("whether {name} is called is not known: {}", reason.text())));
    Vec::new()
}

/// `dbt_utils.star`: a package's name with its macros as attributes.
#[derive(Debug)]
struct Package {
    scope: Rc<Scope>,
    index: usize,
}

impl Object for Package {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        let Some(entry) = self.scope.world.macros.of(self.index, name) else { return Ok(None) };
        let is_hidden = match &self.scope.purpose {
            Purpose::Test(_, reach) => self.scope.is_outermost() && !reach.has(entry),
            _ => false,
        };
        Ok(Some(if is_hidden {
            Value::unknown(&format!("`{name}` is not there for a test that does not call it"))
        } else {
            of_entry(&self.scope, entry)
        }))
    }

    fn forget(&self, _: &mut Machine<'_>, reason: &Rc<template::Reason>) -> Vec<Value> {
        may_be_called(&self.scope, self.scope.world.package(self.index), reason)
    }
}

/// `dbt.date_trunc`: dbt's own macros.
#[derive(Debug)]
struct Dbt(Rc<Scope>);

impl Object for Dbt {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        // Those of adapters carry the adapter's name.
        let of_adapter = || name.contains("__").then(|| Value::unknown(&format!("dbt's own macro {name}")));
        Ok(of_dbt(&self.0, name).or_else(of_adapter))
    }
}

/// A package that is asked for and not installed: nobody knows what its macros give, but that they are called.
#[derive(Debug)]
struct MissingPackage {
    scope: Rc<Scope>,
    name: String,
}

impl Object for MissingPackage {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        let (scope, package) = (self.scope.clone(), self.name.clone());
        let id = format!("macro.{package}.{name}");
        Ok(Some(Function::value(name, move |_, _| {
            scope.note_macro(&id);
            Ok(Value::unknown(&format!("the package {package} is not installed")))
        })))
    }
}
