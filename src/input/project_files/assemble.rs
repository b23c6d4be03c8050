//! Puts everything together, in dbt's order.

use std::collections::{HashMap, hash_map};
use std::rc::Rc;
use std::sync::Arc;

use rayon::prelude::*;

use super::context::{self, Purpose, Scope};
use super::datum::Reason;
use super::doubles;
use super::files::{self, Read, Role};
use super::generic_tests::generic_tests;
use super::load::Listing;
use super::node::{Kind, Node};
use super::overlap::{self, Overlaps};
use super::parse::{self, Body, Docs, MacroFile, Parsed};
use super::patch::patch;
use super::problem::Problem;
use super::properties::Entry;
use super::search::{Found, UnreadFolder};
use super::sources::{SourceTable, tables};
use super::unread::{Unread, UnreadCode};
use super::warehouse::finish;
use super::world::World;
use super::write::{Rest, Whole, calls_of};
use super::yaml_only::{YamlResource, exposure, group, saved_query, unit_test};
use super::{ProjectInput, semantic};
use crate::files::Files;
use crate::paths::{direct, shown};
use crate::text::Span;

/// Reads every file of every project and makes a manifest of it.
pub fn assemble(mut world: World, files: &Files) -> ProjectInput {
    let shown = |project: usize, path: &str| direct(&shown(&world.projects[project].root.join(path)));
    let (reads, unread) = files::read(&world.projects, files, &shown);
    world.unread.extend(unread);
    let mut problems = std::mem::take(&mut world.problems);
    problems.extend(reads.iter().filter_map(parse::unreadable));
    problems.extend(world.unread.iter().map(|(project, folder)| unread_folder(&world, *project, folder)));
    let mut unread_code: Vec<UnreadCode> = reads.iter().filter_map(UnreadCode::of).collect();
    let macros = add_macros(&mut world, &reads, &mut problems, &mut unread_code);
    let world = Arc::new(world);
    let (entries, unread) = read_entries(&world, &reads, &mut problems);
    let mut nodes = parse_nodes(&world, &reads);
    nodes.extend(hooks(&world));
    nodes.extend(yaml_snapshots(&world, &entries));
    unread_code.extend(nodes.iter().filter_map(UnreadCode::of_node));
    let mut overlaps = Overlaps::default();
    let (mut nodes, doubles) = without_doubles(nodes, &world, &mut overlaps, &mut problems);
    unread_code.extend(doubles.into_iter().map(UnreadCode::from));
    let patched = patch(&mut nodes, &entries, &world);
    problems.extend(doubles::problems(&patched.doubles, &reads, &world, &mut overlaps));
    problems.extend(overlaps.problems(&world.projects[0].root, files));
    let sources: Vec<SourceTable> = of_section(&entries, "sources").flat_map(|entry| tables(entry, &world)).collect();
    let resources = yaml_resources(&world, &entries);
    nodes.extend(generic_tests(&world, &entries, &nodes, &mut problems));
    place_in_yaml(&mut problems, &reads);
    nodes.par_iter_mut().for_each(|node| finish(&world, node));
    let resources = resources.into_iter().map(|resource| (calls_of(&world, &resource), resource)).collect::<Vec<_>>();
    let (docs, unread_docs) = read_docs(&reads, &mut problems);
    let unread_docs = unread_docs.or_else(|| world.unread_folder(0).map(str::to_owned));
    let unread = Unread { properties: unread, code: unread_code, docs: unread_docs };
    let groups = of_section(&entries, "groups").map(|entry| entry.name.as_str()).collect();
    let whole = Whole { world: &world, nodes, sources, resources, macros, entries: &entries, groups, docs, unread };
    let (manifest, unresolved, rest) = whole.write(&mut problems);
    problems.sort();
    let listing = listing(&world, &reads);
    let scraps = Scraps { rest, entries, reads };
    let unknown_target = world.target.lacking.clone();
    ProjectInput { manifest, problems, unresolved, orphans: patched.orphans, listing, unknown_target, scraps }
}

/// Said of the root project also where the folder is a package's: what the project refers to may be in it.
fn unread_folder(world: &World, project: usize, folder: &UnreadFolder) -> Problem {
    let root = &world.projects[0].root;
    let whole = world.projects[project].root.join(&folder.path);
    let path = shown(whole.strip_prefix(root).unwrap_or(&whole));
    Problem { is_folder: true, ..Problem::new(0, path, None, folder.reason.as_str()) }
}

/// The root project's files.
fn listing(world: &World, reads: &[Read]) -> Listing {
    let own = reads.iter().filter(|read| read.project == 0);
    let unread = world.unread.iter().filter(|(project, _)| *project == 0);
    let mut files: Vec<(Role, Found)> = own.map(|read| (read.role, read.found.clone())).collect();
    files.dedup();
    Listing { paths: world.projects[0].paths.all(), files, unread: unread.map(|(_, folder)| folder.clone()).collect() }
}

/// What is no longer needed. Freeing it takes a tenth of the time of reading, and a command that ends need not wait.
#[derive(Debug)]
#[expect(dead_code, reason = "kept only so that it is freed with the input, or never")]
pub(super) struct Scraps {
    rest: Rest,
    entries: Vec<Entry>,
    reads: Vec<Read>,
}

pub(super) fn of_section<'e>(entries: &'e [Entry], section: &'static str) -> impl Iterator<Item = &'e Entry> {
    entries.iter().filter(move |entry| entry.section == section)
}

/// Parses every macro, and makes them known to each other.
fn add_macros(
    world: &mut World,
    reads: &[Read],
    problems: &mut Vec<Problem>,
    unread_code: &mut Vec<UnreadCode>,
) -> Vec<MacroFile> {
    let is_macro = |read: &&Read| matches!(read.role, Role::Macro | Role::GenericTest);
    let parsed: Vec<_> = reads
        .par_iter()
        .filter(is_macro)
        .map(|read| (read, parse::macros(read, world.package(read.project))))
        .collect();
    let mut all = Vec::new();
    for (read, (macros, wrong)) in parsed {
        if !wrong.is_empty() {
            unread_code.push(UnreadCode { path: read.found.path(), text: read.text().map(str::to_owned) });
        }
        problems.extend(wrong);
        for file in macros {
            if world.macros.add(&file.name, file.entry.clone()) {
                all.push(file);
            }
        }
    }
    let called: Vec<Vec<String>> = all.par_iter().map(|file| parse::called_macros(file, world)).collect();
    for (file, called) in all.iter().zip(called) {
        world.macros.set_calls(&file.entry.unique_id, called);
    }
    all
}

/// Every entry of every properties file, in order of project and path, and of each project that has properties files which
/// cannot be read the first one.
fn read_entries(
    world: &Arc<World>,
    reads: &[Read],
    problems: &mut Vec<Problem>,
) -> (Vec<Entry>, HashMap<usize, String>) {
    let of = |read: &Read| parse::entries(read, &mut |text| context::yaml_value(world, read.project, text));
    let read: Vec<_> = reads.par_iter().filter(|read| read.role == Role::Properties).map(of).collect();
    let (mut all, mut unread) = (Vec::new(), HashMap::new());
    for entries in read {
        match entries {
            Ok(entries) => all.extend(entries),
            Err(problem) => {
                unread.entry(problem.project).or_insert_with(|| problem.path.clone());
                problems.push(problem);
            }
        }
    }
    // A file that is no text is no YAML either.
    for read in reads.iter().filter(|read| read.role == Role::Properties) {
        if let Some(problem) = parse::unreadable(read) {
            unread.entry(problem.project).or_insert(problem.path);
        }
    }
    (all, unread)
}

/// The docs blocks of all Markdown files, and the first such file that cannot be read whole.
fn read_docs(reads: &[Read], problems: &mut Vec<Problem>) -> (Vec<Docs>, Option<String>) {
    let files = reads.par_iter().filter(|read| read.role == Role::Docs);
    let read: Vec<_> = files.map(|read| (read, parse::docs(read))).collect();
    let (mut all, mut unread) = (Vec::new(), None);
    for (read, (docs, wrong)) in read {
        if !wrong.is_empty() || parse::unreadable(read).is_some() {
            unread.get_or_insert_with(|| read.found.path());
        }
        all.extend(docs);
        problems.extend(wrong);
    }
    (all, unread)
}

/// Of several enabled nodes with one id the first is kept, for dbt refuses the project then; disabled ones may share one.
/// The others come second.
fn without_doubles(
    nodes: Vec<Node>,
    world: &World,
    overlaps: &mut Overlaps,
    problems: &mut Vec<Problem>,
) -> (Vec<Node>, Vec<Node>) {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    let mut is_first = |node| {
        let Some(first) = first(node, &mut seen) else { return true };
        let searched = overlap::searched(&world.projects[node.project].paths, node.kind);
        let is_read_twice = node.project == 0 && overlap::is_same_file(first, &node.path);
        if !(is_read_twice && overlaps.note(searched, &node.path)) {
            problems.push(double(node, first));
        }
        false
    };
    let kept: Vec<bool> = nodes.iter().map(&mut is_first).collect();
    if kept.iter().all(|&is_kept| is_kept) {
        return (nodes, Vec::new());
    }
    let mut kept = kept.into_iter();
    nodes.into_iter().partition(|_| kept.next().unwrap_or(true))
}

/// Notes an enabled node's id and path. The path of another one that has the id already.
fn first<'n>(node: &'n Node, seen: &mut HashMap<&'n str, &'n str>) -> Option<&'n str> {
    if !node.is_enabled() {
        return None;
    }
    match seen.entry(&node.unique_id) {
        hash_map::Entry::Vacant(place) => {
            place.insert(&node.path);
            None
        }
        hash_map::Entry::Occupied(first) => Some(*first.get()),
    }
}

fn double(node: &Node, first: &str) -> Problem {
    let message = format!("{first} has the {} `{}` already", node.kind.word(), node.name);
    let problem = Problem::new(node.project, node.path.clone(), Some(Span::default()), message);
    let help = "give one of them another name; dbt refuses the project until then".to_owned();
    Problem { help: Some(help), ..problem }
}

/// Parses and renders every file that is a node.
fn parse_nodes(world: &Arc<World>, reads: &[Read]) -> Vec<Node> {
    let parsed = reads.par_iter().flat_map_iter(|read| parse::nodes(read, world.package(read.project)));
    parsed.map(|parsed| rendered(world, parsed)).collect()
}

fn rendered(world: &Arc<World>, parsed: Parsed) -> Node {
    let Parsed { mut node, body } = parsed;
    match body {
        Body::Template(template) => node.calls = context::node_calls(&scope(world, &node), &template),
        Body::Python => node.calls = parse::python_calls(&node.code),
        Body::None => {}
    }
    if let Some(error) = &node.calls.error {
        node.calls.uncertain.get_or_insert_with(|| Reason::from(error.message.as_str()));
    }
    if node.calls.uncertain.is_some() {
        parse::note_written(&mut node.calls, &node.code);
    }
    node.configure(&world.projects);
    node
}

/// The scope in which a node's code is rendered.
pub(super) fn scope(world: &Arc<World>, node: &Node) -> Rc<Scope> {
    Scope::new(world, node.project, Purpose::Node(Rc::new(identity(world, node))))
}

/// A node as templates see it.
pub(super) fn identity(world: &World, node: &Node) -> context::Identity {
    context::Identity {
        name: node.name.clone(),
        unique_id: node.unique_id.clone(),
        package: world.package(node.project).to_owned(),
        path: node.path.clone(),
        fqn: node.fqn.clone(),
        kind: node.kind.word(),
    }
}

/// The statements of `on-run-start` and `on-run-end`.
fn hooks(world: &Arc<World>) -> Vec<Node> {
    let mut nodes = Vec::new();
    for (index, project) in world.projects.iter().enumerate() {
        for (when, statements) in [("on-run-start", &project.on_run_start), ("on-run-end", &project.on_run_end)] {
            for (number, statement) in statements.iter().enumerate() {
                let name = format!("{}-{when}-{number}", project.name);
                let fqn = vec![project.name.clone(), "hooks".to_owned(), name.clone()];
                let path = "./dbt_project.yml".to_owned();
                let mut node = Node::new(index, &project.name, Kind::Operation, &name, path, fqn);
                node.code.clone_from(statement);
                node.tags = vec![when.to_owned()];
                node.calls = context::expression_calls(&scope(world, &node), std::slice::from_ref(statement));
                node.configure(&world.projects);
                nodes.push(node);
            }
        }
    }
    nodes
}

/// Snapshots that YAML alone defines, with `relation`.
fn yaml_snapshots(world: &Arc<World>, entries: &[Entry]) -> Vec<Node> {
    let made = of_section(entries, "snapshots").filter_map(|entry| {
        let relation = entry.data.value("relation")?.to_text();
        let project = entry.place.project;
        let package = world.package(project);
        let mut fqn = vec![package.to_owned()];
        fqn.extend(entry.place.folders());
        fqn.push(entry.name.clone());
        let mut node = Node::new(project, package, Kind::Snapshot, &entry.name, entry.place.path.clone(), fqn);
        node.code = format!("select * from {{{{ {relation} }}}}");
        node.calls = context::expression_calls(&scope(world, &node), &[format!("{{{{ {relation} }}}}")]);
        node.configure(&world.projects);
        Some(node)
    });
    made.collect()
}

fn yaml_resources(world: &World, entries: &[Entry]) -> Vec<YamlResource> {
    let mut all = Vec::new();
    for entry in entries {
        match entry.section {
            "models" => all.extend(semantic::of_model(entry, world)),
            "exposures" => all.push(exposure(entry, world)),
            "groups" => all.push(group(entry, world)),
            "metrics" => all.push(semantic::metric(entry, None, world)),
            "semantic_models" => all.extend(semantic::semantic_model(entry, world)),
            "saved_queries" => all.push(saved_query(entry, world)),
            "unit_tests" => all.extend(unit_test(entry, world)),
            _ => {}
        }
    }
    all
}

/// Gives problems with what YAML describes a place: the name of the entry.
fn place_in_yaml(problems: &mut [Problem], reads: &[Read]) {
    let files: HashMap<(usize, String), &Read> = reads
        .iter()
        .filter(|read| read.role == Role::Properties)
        .map(|read| ((read.project, read.found.path()), read))
        .collect();
    for problem in problems {
        if let Some(name) = problem.of.take() {
            let file = files.get(&(problem.project, problem.path.clone()));
            problem.span = file.and_then(|read| parse::name_span(read, &name));
        }
    }
}
