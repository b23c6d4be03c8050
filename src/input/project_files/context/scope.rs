//! One rendering: for whom it is, and what it has called so far.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::super::datum::{Datum, Map, Reason};
use super::super::node::{Calls, RefArgs};
use super::super::world::{MacroEntry, World};
use super::{base, macros, node};
use crate::template::{Globals, Value};

/// What a template is rendered for, which decides about what it sees.
#[derive(Debug, Clone)]
pub enum Purpose {
    /// A value of `dbt_project.yml`, `profiles.yml` or properties YAML: variables and the environment.
    Yaml,
    /// A description: those, and `doc()`.
    Description(Rc<Docs>),
    /// An expression of properties YAML, such as an exposure's `ref('orders')`: dbt's own functions come before macros.
    Expression(Rc<node::Identity>),
    /// A node: everything.
    Node(Rc<node::Identity>),
}

/// The docs blocks of all projects, by package and name.
#[derive(Debug, Default)]
pub struct Docs {
    pub blocks: Arc<HashMap<(usize, String), String>>,
}

/// One rendering. Functions of the context hold it and note in it that they were called.
#[derive(Debug)]
pub struct Scope {
    pub world: Arc<World>,
    pub project: usize,
    pub purpose: Purpose,
    calls: RefCell<Calls>,
    /// How many macros of projects are at work.
    depth: Cell<u32>,
    /// How many variables are being rendered, one for the other.
    variables: Cell<u32>,
}

impl Scope {
    pub fn new(world: &Arc<World>, project: usize, purpose: Purpose) -> Rc<Self> {
        let (calls, depth, variables) = Default::default();
        Rc::new(Self { world: world.clone(), project, purpose, calls, depth, variables })
    }

    /// The names that templates find.
    pub fn globals(self: &Rc<Self>) -> ScopeGlobals {
        ScopeGlobals(self.clone())
    }

    /// Everything noted since the last time.
    pub fn take_calls(&self) -> Calls {
        self.calls.take()
    }

    /// Goes on from what another rendering has noted.
    pub fn adopt(&self, calls: Calls) {
        self.calls.replace(calls);
    }

    pub fn note_ref(&self, reference: RefArgs) {
        self.calls.borrow_mut().refs.push(reference);
    }

    pub fn note_source(&self, source: String, table: String) {
        self.calls.borrow_mut().sources.push((source, table));
    }

    /// A ref that may or may not happen.
    pub fn note_possible_ref(&self, reference: RefArgs) {
        self.calls.borrow_mut().possible_refs.push(reference);
    }

    /// A source that may or may not be read.
    pub fn note_possible_source(&self, source: String, table: String) {
        self.calls.borrow_mut().possible_sources.push((source, table));
    }

    pub fn note_metric(&self, package: Option<String>, name: String) {
        self.calls.borrow_mut().metrics.push((package, name));
    }

    pub fn note_function(&self, package: Option<String>, name: String) {
        self.calls.borrow_mut().functions.push((package, name));
    }

    pub fn note_config(&self, config: Map) {
        super::super::config::lay_over(&mut self.calls.borrow_mut().config, config);
    }

    /// Some call may be missing from what is noted, or may not happen.
    pub fn note_uncertain(&self, reason: &Reason) {
        self.calls.borrow_mut().uncertain.get_or_insert_with(|| reason.clone());
    }

    /// A macro that the template itself calls, not one that is called by another.
    pub fn note_macro(&self, unique_id: &str) {
        if self.depth.get() == 0 {
            self.calls.borrow_mut().note_macro(unique_id);
        }
    }

    /// Counts a macro as being at work while `run` runs.
    pub fn inside<T>(&self, run: impl FnOnce() -> T) -> T {
        self.depth.set(self.depth.get() + 1);
        let result = run();
        self.depth.set(self.depth.get() - 1);
        result
    }

    /// Renders a variable; `None` where they are nested as only one that is made of itself would be.
    pub fn within_variable<T>(&self, run: impl FnOnce() -> T) -> Option<T> {
        const DEEPEST: u32 = 8;
        let depth = self.variables.get();
        if depth == DEEPEST {
            return None;
        }
        self.variables.set(depth + 1);
        let result = run();
        self.variables.set(depth);
        Some(result)
    }

    /// The value of a variable; `None` where nothing sets it.
    pub fn var(&self, name: &str) -> Option<Datum> {
        self.world.vars.get(self.project)?.get(name).cloned()
    }

    /// The macro of a generic test: of its namespace, of the package, of the root project.
    pub fn test_macro(&self, namespace: Option<&str>, name: &str) -> Option<&MacroEntry> {
        let name = format!("test_{name}");
        match namespace {
            Some(package) => self.world.macros.of(self.world.package_index(package)?, &name),
            None => self.world.macros.visible(self.project, &name),
        }
    }

    /// The macro that gives names of a kind: the package's own for its nodes, or the root project's, or what the root
    /// project has for dbt's own to dispatch to.
    pub fn name_macro(&self, name: &str) -> Option<&MacroEntry> {
        let macros = &self.world.macros;
        let own = (self.project != 0).then(|| macros.of(self.project, name)).flatten();
        let root = || macros.of(0, name);
        own.or_else(root).or_else(|| super::adapter::implementation(&self.world, 0, name))
    }
}

/// The names of a [`Scope`].
pub struct ScopeGlobals(Rc<Scope>);

impl Globals for ScopeGlobals {
    fn get(&self, name: &str) -> Option<Value> {
        let scope = &self.0;
        match &scope.purpose {
            Purpose::Yaml => base::get(scope, name),
            Purpose::Description(docs) if name == "doc" => Some(base::doc(scope, docs)),
            Purpose::Description(_) => base::get(scope, name),
            Purpose::Expression(identity) => node::get(scope, identity, name)
                .or_else(|| base::get(scope, name))
                .or_else(|| macros::get(scope, name))
                .or_else(|| macros::of_dbt(scope, name)),
            Purpose::Node(identity) => macros::get(scope, name)
                .or_else(|| node::get(scope, identity, name))
                .or_else(|| base::get(scope, name))
                .or_else(|| macros::of_dbt(scope, name)),
        }
    }

    fn undefined(&self, name: &str) -> Option<Value> {
        matches!(self.0.purpose, Purpose::Expression(_) | Purpose::Node(_)).then(|| macros::of_unread(&self.0, name))?
    }
}
