//! The generic tests of a project: each a node, attached to what it tests, with what it calls.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use rayon::prelude::*;

use super::assemble::identity;
use super::context::{self, TestCall};
use super::datum::Datum;
use super::declared_tests::{Declared, declared, declared_on_table};
use super::node::Node;
use super::patch::Names;
use super::problem::Problem;
use super::properties::Entry;
use super::world::World;

/// The tests that YAML declares on nodes and source tables.
pub fn generic_tests(world: &Arc<World>, entries: &[Entry], nodes: &[Node], problems: &mut Vec<Problem>) -> Vec<Node> {
    let attach = Attach::new(nodes, world);
    let of = |entry: &Entry| -> Vec<Declared> {
        match entry.section {
            "models" | "seeds" | "snapshots" => declared(entry),
            "sources" => {
                let tables = super::properties::maps(entry.data.get("tables"));
                tables.flat_map(|table| declared_on_table(entry, &table)).collect()
            }
            _ => Vec::new(),
        }
    };
    let made: Vec<Result<Node, Problem>> = entries
        .par_iter()
        .flat_map_iter(of)
        .map(|test| {
            let project = test.place.project;
            let mut node = test.node(world, &mut |text| context::yaml_value(world, project, text))?;
            attach.attach(&test, &mut node, world);
            render_test(world, &mut node);
            node.configure(&world.projects);
            Ok(node)
        })
        .collect();
    let mut tests: BTreeMap<String, Node> = BTreeMap::new();
    for result in made {
        match result {
            Ok(node) => {
                tests.insert(node.unique_id.clone(), node);
            }
            Err(problem) => problems.push(problem),
        }
    }
    tests.into_values().collect()
}

/// Finds the nodes that tests are declared on.
struct Attach {
    names: Names,
    versions: HashMap<(String, String), String>,
    disabled: HashMap<String, String>,
    groups: HashMap<String, Datum>,
}

impl Attach {
    fn new(nodes: &[Node], world: &World) -> Self {
        let mut attach = Self {
            names: Names::new(nodes, world),
            versions: HashMap::new(),
            disabled: HashMap::new(),
            groups: HashMap::new(),
        };
        for node in nodes.iter().filter(|node| node.kind.is_refable()) {
            if let Some(version) = &node.patch.version {
                attach.versions.insert((node.name.clone(), version.clone()), node.unique_id.clone());
            }
            if !node.may_be_enabled() {
                attach.disabled.entry(node.name.clone()).or_insert_with(|| node.unique_id.clone());
            }
            if let Some(group) = node.config.value("group") {
                attach.groups.insert(node.unique_id.clone(), group.clone());
            }
        }
        attach
    }

    /// A source's tests are attached to nothing, as dbt has it.
    fn attach(&self, test: &Declared, node: &mut Node, world: &World) {
        if test.source.is_some() {
            return;
        }
        let found = match &test.version {
            Some(version) => self.versions.get(&(test.name.clone(), version.clone())).cloned(),
            None => self.names.refable.get(&test.name, Some(world.package(test.place.project))).map(str::to_owned),
        };
        let found = found.or_else(|| self.disabled.get(&test.name).cloned());
        if let Some(group) = found.as_ref().and_then(|id| self.groups.get(id)) {
            node.group = group.clone();
        }
        if let Some(detail) = &mut node.test {
            detail.attached = found;
        }
    }
}

/// What a test calls.
fn render_test(world: &Arc<World>, node: &mut Node) {
    let Some(test) = &node.test else { return };
    let call = TestCall {
        world,
        project: node.project,
        identity: &Rc::new(identity(world, node)),
        namespace: test.namespace.as_deref(),
        name: &test.name,
        kwargs: &test.kwargs,
    };
    let calls = context::test_calls(call);
    let declared = std::mem::replace(&mut node.calls, calls).config;
    // What YAML says wins over what the test's macro says of itself.
    super::config::lay_over(&mut node.calls.config, declared);
}
