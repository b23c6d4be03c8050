//! Puts everything together, in dbt's order.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use rayon::prelude::*;

use super::context::{self, Docs as DocsBlocks, NameOf, Purpose, Scope, names};
use super::datum::{Datum, Map, Reason};
use super::files::{self, Read, Role};
use super::manifest::{self, Manifest};
use super::node::{Calls, Kind, Node, RefArgs};
use super::parse::{self, Body, Docs, MacroFile, Parsed};
use super::patch::{Names as NodeNames, patch};
use super::problem::Problem;
use super::properties::{Entry, map};
use super::resolve::{Names, Unresolved, parents, possible_parents, unit_tests};
use super::sources::{SourceTable, tables};
use super::tests::{Declared, declared, declared_on_table};
use super::world::World;
use super::yaml_only::{YamlResource, exposure, group, saved_query, unit_test};
use super::{ProjectInput, semantic};
use crate::files::Files;
use crate::paths::shown;
use crate::text::{Span, jinja};

/// Reads every file of every project and makes a manifest of it.
pub fn assemble(mut world: World, files: &Files) -> ProjectInput {
    let shown = |project: usize, path: &str| shown(&world.projects[project].root.join(path));
    let reads = files::read(&world.projects, files, &shown);
    let mut problems: Vec<Problem> = reads.iter().filter_map(parse::unreadable).collect();
    let macros = add_macros(&mut world, &reads, &mut problems);
    let world = Arc::new(world);
    let entries = read_entries(&world, &reads, &mut problems);
    let mut nodes = parse_nodes(&world, &reads);
    nodes.extend(hooks(&world));
    nodes.extend(yaml_snapshots(&world, &entries));
    let mut nodes = without_doubles(nodes, &mut problems);
    let patched = patch(&mut nodes, &entries, &world);
    problems.extend(patched.problems);
    let sources: Vec<SourceTable> = of_section(&entries, "sources").flat_map(|entry| tables(entry, &world)).collect();
    let resources = yaml_resources(&world, &entries);
    nodes.extend(generic_tests(&world, &entries, &nodes, &mut problems));
    place_in_yaml(&mut problems, &reads);
    nodes.par_iter_mut().for_each(|node| finish(&world, node));
    let resources = resources.into_iter().map(|resource| (calls_of(&world, &resource), resource)).collect::<Vec<_>>();
    let whole = Whole { world: &world, nodes, sources, resources, macros, entries: &entries, docs: read_docs(&reads) };
    let (manifest, unresolved, rest) = whole.write(&mut problems);
    problems.sort();
    ProjectInput { manifest, problems, unresolved, orphans: patched.orphans, scraps: Scraps { rest, entries, reads } }
}

/// What is no longer needed. Freeing it takes a tenth of the time of reading, and a command that ends need not wait.
#[derive(Debug)]
#[expect(dead_code, reason = "kept only so that it is freed with the input, or never")]
pub(super) struct Scraps {
    rest: Rest,
    entries: Vec<Entry>,
    reads: Vec<Read>,
}

#[derive(Debug)]
#[expect(dead_code, reason = "as for Scraps")]
struct Rest(Arc<World>, Vec<Node>, Vec<SourceTable>, Vec<(Calls, YamlResource)>, Vec<MacroFile>);

fn of_section<'e>(entries: &'e [Entry], section: &'static str) -> impl Iterator<Item = &'e Entry> {
    entries.iter().filter(move |entry| entry.section == section)
}

/// Parses every macro, and makes them known to each other.
fn add_macros(world: &mut World, reads: &[Read], problems: &mut Vec<Problem>) -> Vec<MacroFile> {
    let is_macro = |read: &&Read| matches!(read.role, Role::Macro | Role::GenericTest);
    let parsed: Vec<_> =
        reads.par_iter().filter(is_macro).map(|read| parse::macros(read, world.package(read.project))).collect();
    let mut all = Vec::new();
    for (macros, wrong) in parsed {
        problems.extend(wrong);
        for file in macros {
            if world.macros.add(&file.name, file.entry.clone()) {
                all.push(file);
            }
        }
    }
    let called: Vec<Vec<String>> = all.par_iter().map(|file| parse::called_macros(file, world)).collect();
    all.iter_mut().zip(called).for_each(|(file, called)| file.calls = called);
    all
}

/// Every entry of every properties file, in order of project and path.
fn read_entries(world: &Arc<World>, reads: &[Read], problems: &mut Vec<Problem>) -> Vec<Entry> {
    let of = |read: &Read| parse::entries(read, &mut |text| context::yaml_value(world, read.project, text));
    let read: Vec<_> = reads.par_iter().filter(|read| read.role == Role::Properties).map(of).collect();
    let mut all = Vec::new();
    for entries in read {
        match entries {
            Ok(entries) => all.extend(entries),
            Err(problem) => problems.push(problem),
        }
    }
    all
}

fn read_docs(reads: &[Read]) -> Vec<Docs> {
    reads.par_iter().filter(|read| read.role == Role::Docs).flat_map_iter(parse::docs).collect()
}

/// Of several enabled nodes with one id the first is kept, for dbt refuses the project then; disabled ones may share one.
fn without_doubles(nodes: Vec<Node>, problems: &mut Vec<Problem>) -> Vec<Node> {
    let mut seen: HashMap<String, String> = HashMap::new();
    let mut kept = Vec::with_capacity(nodes.len());
    for node in nodes {
        let first = node.is_enabled().then(|| seen.get(&node.unique_id)).flatten();
        if let Some(first) = first {
            let message = format!("{} has the {} `{}` already", first, node.kind.word(), node.name);
            let problem = Problem::new(node.project, node.path, Some(Span::default()), message);
            let help = "give one of them another name; dbt refuses the project until then".to_owned();
            problems.push(Problem { help: Some(help), ..problem });
            continue;
        }
        if node.is_enabled() {
            seen.insert(node.unique_id.clone(), node.path.clone());
        }
        kept.push(node);
    }
    kept
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
fn scope(world: &Arc<World>, node: &Node) -> Rc<Scope> {
    let identity = context::Identity {
        name: node.name.clone(),
        unique_id: node.unique_id.clone(),
        package: world.package(node.project).to_owned(),
        path: node.path.clone(),
        fqn: node.fqn.clone(),
        kind: node.kind.word(),
    };
    Scope::new(world, node.project, Purpose::Node(Rc::new(identity)))
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

/// The tests that YAML declares on nodes and source tables.
fn generic_tests(world: &Arc<World>, entries: &[Entry], nodes: &[Node], problems: &mut Vec<Problem>) -> Vec<Node> {
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

/// Finds the nodes that tests are declared on.
struct Attach {
    names: NodeNames,
    versions: HashMap<(String, String), String>,
    disabled: HashMap<String, String>,
    groups: HashMap<String, Datum>,
}

impl Attach {
    fn new(nodes: &[Node], world: &World) -> Self {
        let mut attach = Self {
            names: NodeNames::new(nodes, world),
            versions: HashMap::new(),
            disabled: HashMap::new(),
            groups: HashMap::new(),
        };
        for node in nodes.iter().filter(|node| node.kind.is_refable()) {
            if let Some(version) = &node.patch.version {
                attach.versions.insert((node.name.clone(), version.clone()), node.unique_id.clone());
            }
            if !node.is_enabled() {
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

/// What a test calls: for dbt's two commonest nothing has to be run.
fn render_test(world: &Arc<World>, node: &mut Node) {
    let Some(test) = &node.test else { return };
    let scope = scope(world, node);
    let macro_of = scope.test_macro(test.namespace.as_deref(), &test.name).map(|entry| entry.unique_id.clone());
    let declared = std::mem::take(&mut node.calls.config);
    node.calls = context::test_calls(&scope, test.namespace.as_deref(), &test.name, &test.kwargs);
    // What YAML says wins over what the test's macro says of itself.
    super::config::lay_over(&mut node.calls.config, declared);
    let is_dbts =
        macro_of.is_none() && matches!(test.name.as_str(), "unique" | "not_null" | "accepted_values" | "relationships");
    if is_dbts {
        node.calls.note_macro(&format!("macro.dbt.test_{}", test.name));
    }
}

/// What comes last for a node: the calls of its hooks, and its name in the warehouse.
fn finish(world: &Arc<World>, node: &mut Node) {
    let scope = scope(world, node);
    let statements: Vec<String> = ["pre-hook", "post-hook"]
        .iter()
        .filter_map(|key| node.config.get(key))
        .flat_map(|hooks| hooks.clone().into_list())
        .filter_map(|hook| hook.get("sql").or(Some(&hook)).and_then(Datum::as_text).map(str::to_owned))
        .collect();
    if !statements.is_empty() {
        let calls = context::expression_calls(&scope, &statements);
        node.calls.refs.extend(calls.refs);
        node.calls.sources.extend(calls.sources);
        calls.macros.iter().for_each(|id| node.calls.note_macro(id));
        node.calls.uncertain = node.calls.uncertain.take().or(calls.uncertain);
    }
    let constraints = foreign_keys(node);
    if !constraints.is_empty() {
        let calls = context::expression_calls(&scope, &constraints);
        node.calls.refs.extend(calls.refs);
        node.calls.sources.extend(calls.sources);
    }
    name_in_warehouse(world, &scope, node);
}

/// `to: ref('orders')` of foreign keys, on the model and on its columns.
fn foreign_keys(node: &Node) -> Vec<String> {
    let of_columns =
        node.patch.columns.iter().flat_map(|column| column.get("constraints").map(Datum::items).unwrap_or_default());
    let targets =
        node.patch.constraints.iter().chain(of_columns).filter_map(|constraint| constraint.get("to")?.as_text());
    targets.map(|to| format!("{{{{ {to} }}}}")).collect()
}

/// Database, schema and alias, by the project's macros or dbt's default ones.
fn name_in_warehouse(world: &Arc<World>, scope: &Rc<Scope>, node: &mut Node) {
    let described = NameOf(Rc::new(described(world, node)));
    let custom = |key: &str| node.config.value(key).cloned().unwrap_or_default();
    let named = |component: &str| context::generated_name(scope, component, &custom(component), &described);
    let database = named("database").unwrap_or_else(|| names::or_else(&custom("database"), world.target.database()));
    let schema = named("schema").unwrap_or_else(|| names::schema(&world.target, &custom("schema")));
    let alias = named("alias").unwrap_or_else(|| match (custom("alias"), &node.patch.version) {
        (Datum::Null, Some(version)) => Datum::Text(format!("{}_v{}", node.name, version.replace('.', "_"))),
        (Datum::Null, None) => Datum::Text(node.name.clone()),
        (alias, _) => names::trimmed(alias),
    });
    (node.database, node.schema, node.alias) = (database, schema, alias);
    if node.kind == Kind::Snapshot {
        if let Some(database) = node.config.value("target_database") {
            node.database = database.clone();
        }
        if let Some(schema) = node.config.value("target_schema") {
            node.schema = schema.clone();
        }
    }
}

/// The node as a naming macro sees it.
fn described(world: &World, node: &Node) -> Map {
    let text = |value: &str| Datum::Text(value.to_owned());
    let list = |values: &[String]| Datum::List(values.iter().map(|value| text(value)).collect());
    let version = node.patch.version.as_deref().map_or(Datum::Null, |version| match version.parse() {
        Ok(number) => Datum::Int(number),
        Err(_) => text(version),
    });
    let tags = node.config.get("tags").cloned().unwrap_or(Datum::List(Vec::new()));
    Map::from_iter([
        ("name".to_owned(), text(&node.name)),
        ("unique_id".to_owned(), text(&node.unique_id)),
        ("resource_type".to_owned(), text(node.kind.word())),
        ("package_name".to_owned(), text(world.package(node.project))),
        ("original_file_path".to_owned(), text(&node.path)),
        ("path".to_owned(), text(node.path.split_once('/').map_or(node.path.as_str(), |(_, rest)| rest))),
        ("fqn".to_owned(), list(&node.fqn)),
        ("version".to_owned(), version),
        ("tags".to_owned(), tags),
        ("meta".to_owned(), Datum::Map(map(node.config.get("meta")))),
        ("config".to_owned(), Datum::Map(node.config.clone())),
    ])
}

/// What the expressions of an exposure or a semantic model call.
fn calls_of(world: &Arc<World>, resource: &YamlResource) -> Calls {
    if resource.asks.expressions.is_empty() {
        return Calls::default();
    }
    let scope = Scope::new(world, resource.project, Purpose::Expression(Rc::default()));
    let texts: Vec<String> = resource.asks.expressions.iter().map(|text| format!("{{{{ {text} }}}}")).collect();
    context::expression_calls(&scope, &texts)
}

/// Looks for a node's parents, and says which of the names that it mentions nothing defines.
fn find_parents(node: &mut Node, names: &Names, world: &World) -> Vec<Unresolved> {
    if !node.is_enabled() {
        // dbt looks for no parents of what is disabled.
        return Vec::new();
    }
    let (ids, mut missing) = parents(names, world, node.project, &node.unique_id, &node.calls, None);
    node.possible = possible_parents(names, world, node.project, &node.calls);
    node.possible.retain(|id| !ids.contains(id));
    node.depends_on = ids;
    if node.kind == Kind::Test && !missing.is_empty() {
        // dbt disables a test of something that is not there, and goes on; where it is merely disabled, silently.
        node.config.insert("enabled", Datum::Bool(false));
        missing.retain(|name| !name.disabled);
    }
    missing
}

/// By unique id, who may read it though it is not known to be a child.
type Readers<'n> = HashMap<&'n str, &'n str>;

fn possible_readers(nodes: &[Node]) -> Readers<'_> {
    let enabled = nodes.iter().filter(|node| node.is_enabled());
    enabled.flat_map(|node| node.possible.iter().map(|id| (id.as_str(), node.unique_id.as_str()))).collect()
}

/// Whether anything else reads a resource is not known where something may.
fn note_reader(entry: &mut Map, readers: &Readers<'_>, unique_id: &str) {
    if let Some(reader) = readers.get(unique_id) {
        entry.insert("children", Datum::Unknown(Reason::from(format!("{reader} may read it"))));
    }
}

/// Everything that goes into the manifest.
struct Whole<'w> {
    world: &'w Arc<World>,
    nodes: Vec<Node>,
    sources: Vec<SourceTable>,
    resources: Vec<(Calls, YamlResource)>,
    macros: Vec<MacroFile>,
    entries: &'w [Entry],
    docs: Vec<Docs>,
}

impl Whole<'_> {
    fn write(mut self, problems: &mut Vec<Problem>) -> (String, Vec<Unresolved>, Rest) {
        let yaml = self.resources.iter().map(|(_, resource)| resource);
        let names = Names::new(&self.nodes, &self.sources, yaml, self.world);
        let mut unresolved = Vec::new();
        let world = self.world;
        let missing: Vec<Vec<Unresolved>> =
            self.nodes.par_iter_mut().map(|node| find_parents(node, &names, world)).collect();
        unresolved.extend(missing.into_iter().flatten());
        for node in &self.nodes {
            if let Some(failure) = &node.calls.error {
                problems.push(Problem::new(node.project, node.path.clone(), failure.span, failure.message.clone()));
            }
        }
        let mut manifest = Manifest::default();
        let texts = Texts::new(self.world, &self.docs);
        let readers = possible_readers(&self.nodes);
        self.write_nodes(&mut manifest, &texts, &readers);
        self.write_sources(&mut manifest, &texts, &readers);
        self.write_yaml(&mut manifest, &texts, &names, &mut unresolved);
        self.write_rest(&mut manifest, &texts);
        unresolved.sort();
        let json = manifest.to_json(self.world);
        (json, unresolved, Rest(self.world.clone(), self.nodes, self.sources, self.resources, self.macros))
    }

    fn write_nodes(&self, manifest: &mut Manifest, texts: &Texts, readers: &Readers<'_>) {
        let raw = texts.raw();
        let entries: Vec<String> = self
            .nodes
            .par_iter()
            .map(|node| {
                let docs = texts.blocks();
                // dbt leaves the descriptions of what is disabled as they are.
                let texts = if node.is_enabled() { texts } else { &raw };
                let columns = texts.columns(&docs, node.project, &node.patch.columns);
                let description = texts.render(&docs, node.project, &node.patch.description);
                let mut entry = manifest::node(node, self.world, description, columns);
                entry.push("doc_blocks", texts.mentioned(node.project, Some(&node.patch.description)));
                if let Some(group) = Some(&node.group).filter(|group| !group.is_null()) {
                    entry.insert("group", group.clone());
                }
                note_reader(&mut entry, readers, &node.unique_id);
                manifest::json(&node.unique_id, entry)
            })
            .collect();
        for (node, entry) in self.nodes.iter().zip(entries) {
            let section = if node.kind == Kind::Function { "functions" } else { "nodes" };
            manifest.add(section, &node.unique_id, entry, node.is_enabled());
        }
    }

    fn write_sources(&self, manifest: &mut Manifest, texts: &Texts, readers: &Readers<'_>) {
        let (docs, raw) = (texts.blocks(), texts.raw());
        for table in &self.sources {
            let texts = if table.enabled { texts } else { &raw };
            let render = |text: &Datum| texts.render(&docs, table.project, text);
            let columns = texts.columns(&docs, table.project, &table.columns);
            let descriptions = [render(&table.description), render(&table.source_description)];
            let mut entry = manifest::source(table, self.world, descriptions, columns);
            entry.insert("doc_blocks", texts.mentioned(table.project, Some(&table.description)));
            note_reader(&mut entry, readers, &table.unique_id);
            manifest.add("sources", &table.unique_id, manifest::json(&table.unique_id, entry), table.enabled);
        }
    }

    fn write_yaml(&self, manifest: &mut Manifest, texts: &Texts, names: &Names, unresolved: &mut Vec<Unresolved>) {
        let (docs, raw) = (texts.blocks(), texts.raw());
        for (calls, resource) in &self.resources {
            // dbt leaves the descriptions of these as they are written, and those of what is disabled.
            let is_raw = matches!(resource.kind, "group" | "unit_test") || !resource.enabled;
            let texts = if is_raw { &raw } else { texts };
            let description = texts.render(&docs, resource.project, &resource.description);
            let section = section(resource.kind);
            if resource.kind == "unit_test" {
                for (id, parent, enabled) in unit_tests(names, self.world, resource) {
                    let parents: Vec<String> = parent.into_iter().collect();
                    let entry = manifest::yaml_resource(resource, self.world, description.clone(), &parents);
                    manifest.add(section, &id, manifest::json(&id, entry), enabled && resource.enabled);
                }
                continue;
            }
            let mut ids = Vec::new();
            if resource.enabled {
                let asks = Some(&resource.asks);
                let found = parents(names, self.world, resource.project, &resource.unique_id, calls, asks);
                unresolved.extend(found.1);
                ids = found.0;
            }
            let mut entry = manifest::yaml_resource(resource, self.world, description, &ids);
            if resource.kind == "exposure" {
                entry.insert("refs", refs(&calls.refs));
                entry.insert("metrics", metric_names(calls));
            }
            render_parts(&mut entry, &|text| texts.render(&docs, resource.project, text));
            let json = manifest::json(&resource.unique_id, entry);
            manifest.add(section, &resource.unique_id, json, resource.enabled);
        }
    }

    fn write_rest(&self, manifest: &mut Manifest, texts: &Texts) {
        let docs = texts.blocks();
        let said: HashMap<(usize, &str), &Entry> = of_section(self.entries, "macros")
            .map(|entry| ((entry.place.project, entry.name.as_str()), entry))
            .collect();
        for file in &self.macros {
            let project = file.entry.package;
            let said = said.get(&(project, file.name.as_str())).copied();
            let entry = manifest::macro_entry(file, said, self.world, &|text| texts.render(&docs, project, text));
            let id = &file.entry.unique_id;
            manifest.add("macros", id, manifest::json(id, entry), true);
        }
        for block in &self.docs {
            let id = format!("doc.{}.{}", self.world.package(block.project), block.name);
            manifest.add("docs", &id, manifest::json(&id, manifest::docs(block, self.world)), true);
        }
    }
}

fn section(kind: &str) -> &'static str {
    match kind {
        "exposure" => "exposures",
        "group" => "groups",
        "metric" => "metrics",
        "semantic_model" => "semantic_models",
        "saved_query" => "saved_queries",
        _ => "unit_tests",
    }
}

fn refs(calls: &[RefArgs]) -> Datum {
    let optional = |value: &Option<String>| value.clone().map_or(Datum::Null, Datum::Text);
    let refs = calls.iter().map(|call| {
        Datum::Map(Map::from_iter([
            ("name".to_owned(), Datum::Text(call.name.clone())),
            ("package".to_owned(), optional(&call.package)),
            ("version".to_owned(), optional(&call.version)),
        ]))
    });
    Datum::List(refs.collect())
}

/// `[["revenue"]]`, as the manifest has the metrics of an exposure.
fn metric_names(calls: &Calls) -> Datum {
    let names = calls.metrics.iter().map(|(package, name)| {
        Datum::List(package.iter().chain([name]).map(|part| Datum::Text(part.clone())).collect())
    });
    Datum::List(names.collect())
}

/// Renders the descriptions of a semantic model's parts.
fn render_parts(entry: &mut Map, render: &dyn Fn(&Datum) -> Option<String>) {
    for key in ["entities", "dimensions", "measures"] {
        let Some(Datum::List(parts)) = entry.get_mut(key) else { continue };
        for part in parts {
            if let Datum::Map(part) = part
                && let Some(text) = part.get("description").and_then(render)
            {
                part.insert("description", Datum::Text(text));
            }
        }
    }
}

/// Renders descriptions.
#[derive(Clone)]
struct Texts<'w> {
    world: &'w Arc<World>,
    /// Whether they stay as they are written.
    raw: bool,
    blocks: Arc<HashMap<(usize, String), String>>,
}

impl<'w> Texts<'w> {
    fn new(world: &'w Arc<World>, docs: &[Docs]) -> Self {
        let blocks = docs.iter().map(|block| ((block.project, block.name.clone()), block.contents.clone())).collect();
        Self { world, raw: false, blocks: Arc::new(blocks) }
    }

    /// The same, leaving every text as it is written.
    fn raw(&self) -> Self {
        Self { raw: true, ..self.clone() }
    }

    /// The docs blocks for one thread, which templates keep hold of.
    fn blocks(&self) -> Rc<DocsBlocks> {
        Rc::new(DocsBlocks { blocks: self.blocks.clone() })
    }

    /// Unique ids of the docs blocks that a description mentions, as dbt finds them without evaluating it.
    fn mentioned(&self, project: usize, text: Option<&Datum>) -> Datum {
        let text = text.and_then(Datum::as_text).filter(|text| !self.raw && super::keypath::has_jinja(text));
        let Some(text) = text else {
            return Datum::List(Vec::new());
        };
        let calls = jinja::calls_before_error(text).0;
        let ids = calls.iter().filter_map(|call| {
            let (package, name) = call.as_doc()?;
            let packages = match package {
                Some(package) => vec![self.world.package_index(package)?],
                None => [0, project].into_iter().chain(0..self.world.projects.len()).collect(),
            };
            let found = packages.into_iter().find(|index| self.blocks.contains_key(&(*index, name.to_owned())))?;
            Some(Datum::Text(format!("doc.{}.{name}", self.world.package(found))))
        });
        Datum::List(ids.collect())
    }

    fn render(&self, docs: &Rc<DocsBlocks>, project: usize, text: &Datum) -> Option<String> {
        let text = match text {
            Datum::Null => return None,
            other => other.to_text(),
        };
        if self.raw || !super::keypath::has_jinja(&text) {
            return Some(text);
        }
        Some(context::description(self.world, project, docs, &text).unwrap_or(text))
    }

    /// Columns by name, their descriptions rendered.
    fn columns(&self, docs: &Rc<DocsBlocks>, project: usize, columns: &[Map]) -> Map {
        let mut all = Map::new();
        for column in columns {
            let mut entry = column.clone();
            for key in ["tests", "data_tests"] {
                entry.remove(key);
            }
            entry.insert("doc_blocks", self.mentioned(project, entry.get("description")));
            let description = entry.get("description").and_then(|text| self.render(docs, project, text));
            entry.insert("description", description.map_or(Datum::Null, Datum::Text));
            let name = entry.get("name").map(Datum::to_text).unwrap_or_default();
            all.push(name, Datum::Map(entry));
        }
        all
    }
}
