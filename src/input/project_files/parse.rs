//! From files to what they define: nodes, macros, docs blocks, entries of properties YAML.

use std::ops::Range;
use std::sync::Arc;

use super::datum::{Datum, Map, Reason};
use super::files::{Read, Role};
use super::node::{Calls, Failure, Kind, Node};
use super::problem::Problem;
use super::properties::{Entry, Place, SECTIONS};
use super::world::{MacroEntry, World};
use crate::template::{self, Content, Template, read_blocks};
use crate::text::call::{Argument, ArgumentValue, Call};
use crate::text::jinja::BlockKind;
use crate::text::{Span, jinja, python, yaml};

/// A node and what to evaluate for it.
#[derive(Debug)]
pub struct Parsed {
    pub node: Node,
    pub body: Body,
}

/// What to evaluate for a node.
#[derive(Debug)]
pub enum Body {
    /// The whole file, or one block of it.
    Template(Template),
    /// Python, in which the calls are looked for.
    Python,
    None,
}

/// A macro with its place, as the manifest lists it.
#[derive(Debug, Clone)]
pub struct MacroFile {
    pub name: String,
    pub entry: MacroEntry,
    pub path: String,
    /// The whole block.
    pub code: String,
    pub parameters: Vec<String>,
}

/// A docs block.
#[derive(Debug, Clone)]
pub struct Docs {
    pub project: usize,
    pub name: String,
    pub path: String,
    pub contents: String,
}

/// The nodes that a file of SQL or Python, or a seed, defines.
pub fn nodes(read: &Read, package: &str) -> Vec<Parsed> {
    let path = read.found.path();
    let (kind, mut fqn) = match read.role {
        Role::Model => (Kind::Model, Vec::new()),
        Role::Seed => (Kind::Seed, Vec::new()),
        Role::Snapshot => return snapshots(read, package),
        // dbt puts this before the folders, unless a flag tells it not to.
        Role::Analysis => (Kind::Analysis, vec!["analysis".to_owned()]),
        Role::SingularTest => (Kind::Test, Vec::new()),
        Role::Function => (Kind::Function, Vec::new()),
        Role::Macro | Role::GenericTest | Role::Docs | Role::Properties => return Vec::new(),
    };
    let name = read.found.stem();
    fqn.insert(0, package.to_owned());
    fqn.extend(read.found.folders().map(str::to_owned));
    fqn.push(name.to_owned());
    let mut node = Node::new(read.project, package, kind, name, path, fqn);
    let Some(text) = read.text() else {
        // A seed is not even to be read.
        if let Some(problem) = unreadable(read) {
            node.calls.uncertain = Some(Reason::from(format!("{} cannot be read: {}", node.path, problem.message)));
        }
        return vec![Parsed { node, body: Body::None }];
    };
    text.trim().clone_into(&mut node.code);
    let body = if node.path.ends_with(".py") {
        node.language = "python";
        Body::Python
    } else if node.path.ends_with(".js") {
        node.language = "javascript";
        Body::None
    } else {
        match Template::parse(text) {
            Ok(template) => Body::Template(template),
            Err(error) => {
                node.calls.error = Some(Failure { message: error.message, span: Some(error.span) });
                Body::None
            }
        }
    };
    vec![Parsed { node, body }]
}

/// Each snapshot of a file by itself, so that one that cannot be read takes no other with it.
fn snapshots(read: &Read, package: &str) -> Vec<Parsed> {
    let Some(text) = read.text() else { return Vec::new() };
    let blocks = read_blocks(&Arc::from(text), BlockKind::IN_SNAPSHOT_FILES);
    let made = blocks.into_iter().map(|block| {
        let mut fqn = vec![package.to_owned()];
        fqn.extend(read.found.folders().map(str::to_owned));
        fqn.extend([read.found.stem().to_owned(), block.name.clone()]);
        let mut node = Node::new(read.project, package, Kind::Snapshot, &block.name, read.found.path(), fqn);
        snapshot_code(text, block.body.range()).clone_into(&mut node.code);
        let body = match block.content {
            Ok(Content::Snapshot(template)) => Body::Template(template),
            Ok(_) => Body::None,
            Err(error) => {
                node.calls.error = Some(Failure { message: error.message, span: Some(error.span) });
                Body::None
            }
        };
        Parsed { node, body }
    });
    made.collect()
}

/// The text between the tags of a snapshot; a dash in a tag takes the blanks beside it.
fn snapshot_code(text: &str, body: Range<usize>) -> &str {
    let (before, after) = (&text[..body.start], &text[body.end..]);
    let code = &text[body];
    let code = if before.ends_with("-%}") { code.trim_start() } else { code };
    if after.starts_with("{%-") { code.trim_end() } else { code }
}

/// Where a block with its tags stands. A dash at its ends takes the blanks beside it, and dbt keeps them, as far as the
/// block before has not `taken` them.
fn with_blanks(text: &str, block: Range<usize>, taken: usize) -> Range<usize> {
    let (before, after) = (&text[taken..block.start], &text[block.end..text.trim_end().len().max(block.end)]);
    let code = &text[block.clone()];
    let before = if code.starts_with("{%-") { before.len() - before.trim_end().len() } else { 0 };
    let after = if code.ends_with("-%}") { after.len() - after.trim_start().len() } else { 0 };
    block.start - before..block.end + after
}

/// The macros of a file, generic tests and materializations among them; each by itself, as dbt reads them.
pub fn macros(read: &Read, package: &str) -> (Vec<MacroFile>, Vec<Problem>) {
    let (mut made, mut problems) = (Vec::new(), Vec::new());
    let Some(text) = read.text() else { return (made, problems) };
    // dbt cuts the blanks at both ends of a file before it reads it.
    let mut taken = text.len() - text.trim_start().len();
    for block in read_blocks(&Arc::from(text), BlockKind::IN_MACRO_FILES) {
        let whole = with_blanks(text, block.span.range(), taken);
        taken = whole.end;
        match block.content {
            Ok(Content::Macro(code)) => {
                let name = code.name.to_string();
                // dbt lists none for what lies in the folder of generic tests.
                let listed = if read.role == Role::Macro { &code.parameters[..] } else { &[] };
                let mut parameters: Vec<String> = listed.iter().map(|parameter| parameter.name.to_string()).collect();
                if name.starts_with("materialization_") {
                    // What dbt makes of a materialization's tag.
                    parameters = vec!["supported_languages".to_owned()];
                }
                let entry = MacroEntry { unique_id: format!("macro.{package}.{name}"), package: read.project, code };
                let code = text[whole].to_owned();
                made.push(MacroFile { name, entry, path: read.found.path(), code, parameters });
            }
            Ok(_) => {}
            Err(error) => {
                problems.push(Problem::new(read.project, read.found.path(), Some(error.span), error.message));
            }
        }
    }
    (made, problems)
}

/// The macros that a macro calls, as far as their names are written in it: what dbt finds without running it.
pub fn called_macros(file: &MacroFile, world: &World) -> Vec<String> {
    let calls = jinja::calls_before_error(&file.code).0;
    let called = calls.iter().flat_map(|call| called_macro(call, file, world));
    let mut ids: Vec<String> = called.map(|entry| entry.unique_id.clone()).collect();
    ids.sort();
    ids.dedup();
    ids
}

fn called_macro<'w>(call: &Call, file: &MacroFile, world: &'w World) -> Vec<&'w MacroEntry> {
    let package = file.entry.package;
    // The bare name of the macro itself is taken for the implementation that it dispatches to.
    let bare = |name: &str| if name == file.name { Vec::new() } else { world.macros.resolve(package, name) };
    let text = |index: usize| call.positional().nth(index).and_then(Argument::as_text);
    match call.name.split_once('.') {
        Some(("adapter", "dispatch")) => {
            let namespace = text(1).or_else(|| call.keyword("macro_namespace").and_then(Argument::as_text));
            let Some(name) = text(0) else { return Vec::new() };
            let found = super::context::dispatched(world, package, name, namespace).into_iter();
            // dbt takes what is dispatched for a call as well.
            found.chain(bare(name)).collect()
        }
        Some(("adapter", _)) => Vec::new(),
        Some(("dbt", name)) if super::context::is_dbt_macro(name) => Vec::new(),
        // dbt looks up the name alone where there is no such package, as for `builtins.ref`.
        Some((owner, name)) => world.macros.resolve(world.package_index(owner).unwrap_or_default(), name),
        None if super::context::is_always_dbts(&call.name) => Vec::new(),
        None => bare(&call.name),
    }
}

/// What is written in a template, whether or not it is reached: what it may call.
pub fn note_written(calls: &mut Calls, text: &str) {
    for call in jinja::calls_before_error(text).0 {
        if let Some(reference) = call.as_ref() {
            calls.possible_refs.push(reference.into());
        } else if let Some(source) = call.as_source() {
            calls.possible_sources.push((source.source.to_owned(), source.table.to_owned()));
        }
    }
}

/// What a Python model calls, as far as it is written out; dbt demands that it is.
pub fn python_calls(text: &str) -> Calls {
    let mut calls = Calls::default();
    for call in python::calls(text) {
        if let Some(reference) = call.as_ref() {
            calls.refs.push(reference.into());
        } else if let Some(source) = call.as_source() {
            calls.sources.push((source.source.to_owned(), source.table.to_owned()));
        } else if let Some(arguments) = call.as_config() {
            let options = arguments
                .iter()
                .filter_map(|argument| Some((argument.keyword.as_ref()?.text.clone(), literal(&argument.value))));
            super::config::lay_over(&mut calls.config, options.collect());
        }
    }
    calls
}

fn literal(value: &ArgumentValue) -> Datum {
    let entries = |list: &[Argument]| -> Vec<Datum> { list.iter().map(|item| literal(&item.value)).collect() };
    match value {
        ArgumentValue::Text(text) => Datum::Text(text.clone()),
        ArgumentValue::Integer(number) => Datum::Int(i128::from(*number)),
        ArgumentValue::Float(number) => Datum::Float(*number),
        ArgumentValue::Boolean(value) => Datum::Bool(*value),
        ArgumentValue::None => Datum::Null,
        ArgumentValue::List(items) => Datum::List(entries(items)),
        ArgumentValue::Dictionary(items) => Datum::Map(
            items.iter().filter_map(|item| Some((item.keyword.as_ref()?.text.clone(), literal(&item.value)))).collect(),
        ),
        ArgumentValue::Other => Datum::Unknown(Reason::from("an expression in Python")),
    }
}

/// The docs blocks of a Markdown file, each by itself, and what keeps dbt from reading others.
pub fn docs(read: &Read) -> (Vec<Docs>, Vec<Problem>) {
    let Some(text) = read.text() else { return (Vec::new(), Vec::new()) };
    // Most Markdown is no template at all, and may hold anything that looks like one.
    if !text.contains("{%") {
        return (Vec::new(), Vec::new());
    }
    let problem = |span: Span, message: String| Problem::new(read.project, read.found.path(), Some(span), message);
    let (blocks, error) = jinja::find_blocks_before_error(text, BlockKind::IN_DOCS_FILES);
    let (whole, open): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|block| block.closed);
    let made = whole.into_iter().map(|block| Docs {
        project: read.project,
        name: block.name,
        path: read.found.path(),
        contents: super::context::docs_block(&text[block.body.range()]).trim().to_owned(),
    });
    let open = open.into_iter().map(|block| problem(block.opening, template::never_closed(&block.name)));
    // Where a delimiter is open, so are the blocks before it, for that reason.
    let error = error.filter(|error| is_for_dbt(&text[..error.span.range().end], text));
    let problems = match error {
        Some(error) => vec![problem(error.span, error.message.to_owned())],
        None => open.collect(),
    };
    (made.collect(), problems)
}

/// Whether dbt, too, takes the last delimiter in `before` for one: a tag has a name, other than the `{%` of a text.
fn is_for_dbt(before: &str, text: &str) -> bool {
    let last = ["{%", "{{", "{#"].into_iter().filter_map(|delimiter| before.rfind(delimiter)).max();
    let Some(tag) = last.and_then(|at| text[at..].strip_prefix("{%")) else { return true };
    let tag = tag.strip_prefix('-').unwrap_or(tag).trim_start();
    tag.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

/// The entries of a properties file; `render` evaluates the Jinja of a text.
///
/// # Errors
/// When the file is no YAML.
pub fn entries(read: &Read, render: &mut dyn FnMut(&str) -> Datum) -> Result<Vec<Entry>, Problem> {
    let Some(Ok(file)) = read.file.as_ref().map(|file| file.text()) else { return Ok(Vec::new()) };
    let tree = file.tree().map_err(|error| {
        let problem = Problem::new(read.project, read.found.path(), Some(error.span), error.message.clone());
        Problem { help: error.help.clone(), ..problem }
    })?;
    let read_again = super::yaml_end::without_last_break(tree, file.source.text());
    let Some(document) = read_again.as_ref().unwrap_or(tree).documents.first() else { return Ok(Vec::new()) };
    let place = Place { project: read.project, path: read.found.path(), relative: read.found.relative.clone() };
    let mut all = Vec::new();
    for section in SECTIONS {
        for item in document.get(section).map_or(&[][..], yaml::Node::items) {
            all.extend(entry(Datum::from_node(item), section, &place, render));
        }
    }
    Ok(all)
}

/// Where a properties file names a resource; of several of one name the first.
pub fn name_span(read: &Read, name: &str) -> Option<Span> {
    let tree = read.file.as_ref()?.text().ok()?.tree().ok()?;
    let named = |node: &yaml::Node| {
        let found = node.get("name")?;
        (found.as_str() == Some(name)).then_some(found.span)
    };
    let document = tree.documents.first()?;
    SECTIONS.iter().flat_map(|section| document.get(section).map_or(&[][..], yaml::Node::items)).find_map(|entry| {
        named(entry).or_else(|| entry.get("tables").map_or(&[][..], yaml::Node::items).iter().find_map(named))
    })
}

/// Where a section of a properties file has entries of that name.
pub fn name_spans(read: &Read, section: &str, name: &str) -> Vec<Span> {
    let tree = read.file.as_ref().and_then(|file| file.text().ok()?.tree().ok());
    let document = tree.and_then(|tree| tree.documents.first());
    let entries = document.and_then(|document| document.get(section)).map_or(&[][..], yaml::Node::items);
    let names = entries.iter().filter_map(|entry| entry.get("name"));
    names.filter(|found| found.as_str() == Some(name)).map(|found| found.span).collect()
}

/// Why a file that is there cannot be looked into: it is no text, or not to be read.
pub fn unreadable(read: &Read) -> Option<Problem> {
    Some(Problem::of_file(read.project, read.found.path(), read.file.as_ref()?.text().err()?))
}

fn entry(data: Datum, section: &'static str, place: &Place, render: &mut dyn FnMut(&str) -> Datum) -> Option<Entry> {
    let renders = |path: &[super::keypath::Step]| super::keypath::renders_in_entry(section, path);
    let Datum::Map(data) = super::keypath::render_tree(data, &mut Vec::new(), &renders, render) else { return None };
    let name = data.get("name").filter(|name| !name.is_null()).map(Datum::to_text);
    // A test of dbt's own kind may be declared without a name; nothing that is read here is.
    Some(Entry { place: place.clone(), section, name: name?, data })
}

/// A mapping of a file that is read whole, such as `dbt_project.yml`; empty where it is something else.
pub fn whole(tree: &yaml::Yaml) -> Map {
    match tree.documents.first().map(Datum::from_node) {
        Some(Datum::Map(map)) => map,
        _ => Map::new(),
    }
}
