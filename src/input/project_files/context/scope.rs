//! One rendering: for whom it is, and what it has called so far.

use std::cell::{Cell, RefCell, RefMut};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::super::datum::{Datum, Map, Reason};
use super::super::node::{Calls, RefArgs};
use super::super::world::{MacroEntry, World};
use super::generic_test::Reach;
use super::{base, macros, node};
use crate::template::{Globals, Value};

/// What a template is rendered for, which decides about what it sees.
#[derive(Debug, Clone)]
pub enum Purpose {
    /// A value of `dbt_project.yml` or `profiles.yml`: variables and the environment.
    ProjectFile,
    /// A value of properties YAML: the same, with variables as they are written.
    Yaml,
    /// A description: those, and `doc()`.
    Description(Rc<Docs>),
    /// An expression of properties YAML, such as an exposure's `ref('orders')`: dbt's own functions come before macros.
    Expression(Rc<node::Identity>),
    /// A generic test and its arguments: the macros that it may call, and dbt's own functions.
    Test(Rc<node::Identity>, Rc<Reach>),
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
    /// Whether anything was noted, or asked about the node, since [`Scope::watched`] began last.
    is_touched: Cell<bool>,
}

impl Scope {
    pub fn new(world: &Arc<World>, project: usize, purpose: Purpose) -> Rc<Self> {
        let (calls, depth, variables, is_touched) = Default::default();
        Rc::new(Self { world: world.clone(), project, purpose, calls, depth, variables, is_touched })
    }

    /// The names that templates find.
    pub fn globals(self: &Rc<Self>) -> ScopeGlobals {
        ScopeGlobals(self.clone())
    }

    /// Everything noted since the last time.
    pub fn take_calls(&self) -> Calls {
        self.calls.take()
    }

    /// The calls, to note another one.
    fn calls(&self) -> RefMut<'_, Calls> {
        self.touch();
        self.calls.borrow_mut()
    }

    /// What is at work now depends on the node, or says something of it.
    pub fn touch(&self) {
        self.is_touched.set(true);
    }

    /// Runs, and says whether nothing was noted of the node and nothing asked about it.
    pub fn watched<T>(&self, run: impl FnOnce() -> T) -> (T, bool) {
        let before = self.is_touched.replace(false);
        let result = run();
        let is_touched = self.is_touched.get();
        self.is_touched.set(before || is_touched);
        (result, !is_touched)
    }

    pub fn note_ref(&self, reference: RefArgs) {
        self.calls().refs.push(reference);
    }

    pub fn note_source(&self, source: String, table: String) {
        self.calls().sources.push((source, table));
    }

    /// A ref that may or may not happen.
    pub fn note_possible_ref(&self, reference: RefArgs) {
        self.calls().possible_refs.push(reference);
    }

    /// A source that may or may not be read.
    pub fn note_possible_source(&self, source: String, table: String) {
        self.calls().possible_sources.push((source, table));
    }

    pub fn note_metric(&self, package: Option<String>, name: String) {
        self.calls().metrics.push((package, name));
    }

    pub fn note_function(&self, package: Option<String>, name: String) {
        self.calls().functions.push((package, name));
    }

    pub fn note_config(&self, config: Map) {
        super::super::config::lay_over(&mut self.calls().config, config);
    }

    /// Some call may be missing from what is noted, or may not happen.
    pub fn note_uncertain(&self, reason: &Reason) {
        self.calls().uncertain.get_or_insert_with(|| reason.clone());
    }

    /// A macro that the template itself calls, not one that is called by another.
    pub fn note_macro(&self, unique_id: &str) {
        if self.is_outermost() {
            self.calls.borrow_mut().note_macro(unique_id);
        }
    }

    /// Whether no macro of a project is at work.
    pub fn is_outermost(&self) -> bool {
        self.depth.get() == 0
    }

    /// Counts a macro as being at work while `run` runs.
    pub fn inside<T>(&self, run: impl FnOnce() -> T) -> T {
        self.depth.set(self.depth.get() + 1);
        let result = run();
        self.depth.set(self.depth.get() - 1);
        result
    }

    /// Whether a variable is being rendered.
    pub fn is_in_variable(&self) -> bool {
        self.variables.get() > 0
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
            Purpose::ProjectFile | Purpose::Yaml => base::get(scope, name),
            Purpose::Description(docs) if name == "doc" => Some(base::doc(scope, docs)),
            Purpose::Description(_) => base::get(scope, name),
            Purpose::Expression(identity) => node::get(scope, identity, name)
                .or_else(|| base::get(scope, name))
                .or_else(|| macros::get(scope, name))
                .or_else(|| macros::of_dbt(scope, name)),
            Purpose::Test(identity, reach) => macros::within(scope, reach, name)
                .or_else(|| node::get(scope, identity, name))
                .or_else(|| base::get(scope, name))
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
