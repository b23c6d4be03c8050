//! Suppressions in comments of the project's files, with what of the project each covers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;

use super::super::{Locator, code, is_properties, properties};
use super::Search;
use crate::discover::PROJECT_FILE;
use crate::files::ProjectFile;
use crate::findings::suppress::{Cover, Flaw, Name, Origin, Stretch, Subject, Suppression, Until};
use crate::findings::{Location, Region};
use crate::input::project_files::{Role, list};
use crate::project::{Project, Resource, ResourceId};
use crate::text::Span;
use crate::text::suppression::{self, Covers, Directive};

/// YAML files beside `dbt_project.yml` in which there are findings.
const BESIDE: [&str; 6] =
    [PROJECT_FILE, "packages.yml", "dependencies.yml", "profiles.yml", "selectors.yml", "vars.yml"];

/// A file: the package that it is in, `None` for the project's own, and its path there.
type FilePath<'p> = (Option<&'p str>, String);

/// The suppressions of every file that has any.
pub(super) fn find(search: &Search<'_>) -> Vec<Suppression> {
    let Search { locator, project, .. } = search;
    let Some(root) = locator.project_root() else { return Vec::new() };
    let files: Vec<FilePath<'_>> = files(root, search).into_iter().collect();
    let said: Vec<Vec<Directive>> =
        files.par_iter().map(|(package, path)| directives(locator, *package, path)).collect();
    if said.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    let contents = Contents::new(project);
    let mut all = Vec::new();
    for ((package, path), directives) in files.iter().zip(said).filter(|(_, directives)| !directives.is_empty()) {
        let residents = contents.of(package.unwrap_or(&project.name), path);
        let scene = Scene { search, package: *package, path, residents };
        all.extend(directives.into_iter().filter_map(|directive| scene.suppression(directive)));
    }
    all
}

/// The files in which there may be findings: the project's own, and those of packages that are looked at as well.
fn files<'s>(root: &Path, search: &Search<'s>) -> BTreeSet<FilePath<'s>> {
    let (project, settings) = (search.project, search.settings);
    let listed = list(root).files.into_iter().filter(|(role, _)| *role != Role::Seed);
    let own = BESIDE.iter().map(|path| (*path).to_owned()).chain(listed.map(|(_, found)| found.path()));
    let mut files: BTreeSet<FilePath<'_>> = own.map(|path| (None, path)).collect();
    let included = project.resources.iter().filter(|it| !project.is_own(it) && settings.is_subject(project, it));
    for resource in included {
        let paths = [Some(&resource.path), resource.properties_path.as_ref()];
        files.extend(paths.into_iter().flatten().map(|path| (Some(resource.package.as_str()), path.to_string())));
    }
    files
}

/// What the comments of a file say. Nearly no file has any, and those are not looked into.
fn directives(locator: &Locator, package: Option<&str>, path: &str) -> Vec<Directive> {
    let Some(file) = locator.file(package, path) else { return Vec::new() };
    let Ok(file) = file.text() else { return Vec::new() };
    let text = file.source.text();
    if !suppression::may_be_in(text) {
        return Vec::new();
    }
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "yml" | "yaml" => file.tree().map(|tree| suppression::in_yaml(text, tree)).unwrap_or_default(),
        "sql" => suppression::in_sql(text, file.blocks()),
        "py" => suppression::in_python(text),
        "md" => suppression::in_markdown(text, file.blocks()),
        _ => Vec::new(),
    }
}

/// The resources that files define or describe.
struct Contents<'p>(BTreeMap<(&'p str, &'p str), Vec<ResourceId>>);

impl<'p> Contents<'p> {
    fn new(project: &'p Project<'_>) -> Self {
        let mut contents: BTreeMap<(&str, &str), Vec<ResourceId>> = BTreeMap::new();
        for (id, resource) in project.iter() {
            let paths: BTreeSet<&str> =
                std::iter::once(resource.path.as_str()).chain(resource.properties_path.as_deref()).collect();
            for path in paths {
                contents.entry((resource.package.as_str(), path)).or_default().push(id);
            }
        }
        Self(contents)
    }

    fn of<'s>(&'s self, package: &'s str, path: &'s str) -> &'s [ResourceId] {
        self.0.get(&(package, path)).map_or(&[], Vec::as_slice)
    }
}

/// A file with suppressions, and who lives in it.
struct Scene<'s> {
    search: &'s Search<'s>,
    package: Option<&'s str>,
    path: &'s str,
    residents: &'s [ResourceId],
}

impl Scene<'_> {
    fn suppression(&self, directive: Directive) -> Option<Suppression> {
        let file = self.search.locator.file(self.package, self.path)?;
        let file = file.text().ok()?;
        let path = self.search.locator.shown(self.package, self.path);
        let at = |span: Span| Location { path: path.clone(), region: Some(Region::new(file.source.clone(), span)) };
        let (names, flaw) = match directive.names {
            Ok(names) => (names, None),
            Err(flaw) => (Vec::new(), Some(Flaw::Comment(flaw))),
        };
        let name = |name: suppression::Name| Name {
            location: at(name.span),
            meaning: (self.search.meanings)(&name.text),
            text: name.text,
        };
        let covered = self.covered(file, directive.covers);
        let about = self.about(file, &covered, directive.span);
        let span = match directive.covers {
            Covers::File => None,
            Covers::Span(span) => Some(span),
            Covers::Nothing => Some(directive.span),
        };
        let stretch = Stretch { path: path.clone(), span, own: directive.span };
        Some(Suppression {
            names: names.into_iter().map(name).collect(),
            flaw,
            reason: directive.reason,
            until: directive.until.map(|until| Until { text: until.text, location: at(until.span) }),
            location: at(directive.span),
            path: self.path.to_owned(),
            resource: if let [one] = about.as_slice() { Some(*one) } else { None },
            about,
            is_about_disabled: self.covers_disabled(file, directive.covers),
            covers: Cover::new(Some(stretch), covered.subjects),
            origin: Origin::Comment,
        })
    }

    /// Whom a suppression is for: those that it covers, else those in whose entry or code it stands, else any of the file.
    fn about(&self, file: &ProjectFile, covered: &Covered, at: Span) -> Vec<ResourceId> {
        if !covered.resources.is_empty() {
            return covered.resources.clone();
        }
        let is_around = |id: &&ResourceId| {
            let home = home(file, self.path, self.search.project.get(**id));
            home.is_some_and(|home| home.start <= at.start && at.start < home.end)
        };
        let around: Vec<ResourceId> = self.residents.iter().filter(is_around).copied().collect();
        if around.is_empty() { self.residents.to_vec() } else { around }
    }

    /// Whose findings are covered wherever they are located: what is defined or described in that part of the file.
    fn covered(&self, file: &ProjectFile, covers: Covers) -> Covered {
        let mut covered = Covered::default();
        for id in self.residents {
            let resource = self.search.project.get(*id);
            let count = covered.subjects.len();
            match is_properties(self.path) {
                true => covered.add_described(file, resource, covers),
                false if is_defined(file, self.path, resource, covers) => covered.add(&resource.unique_id, None),
                false => {}
            }
            if covered.subjects.len() > count {
                covered.resources.push(*id);
            }
        }
        covered
    }

    fn covers_disabled(&self, file: &ProjectFile, covers: Covers) -> bool {
        let project = self.search.project;
        let is_of_package = |resource: &&Resource<'_>| self.package.is_none() == project.is_own(resource);
        let mut disabled = project.disabled.iter().filter(is_of_package);
        disabled.any(|resource| match home(file, self.path, resource) {
            Some(home) => is_in(covers, home) || is_within(covers, home),
            None => false,
        })
    }
}

/// What a suppression covers beside a stretch of its file.
#[derive(Default)]
struct Covered {
    subjects: Vec<Subject>,
    resources: Vec<ResourceId>,
}

impl Covered {
    fn add(&mut self, id: &str, column: Option<&str>) {
        self.subjects.push(Subject { id: id.to_owned(), column: column.map(str::to_owned) });
    }

    /// A resource whose entry is covered, its columns that are, and the source that it is a table of.
    fn add_described(&mut self, file: &ProjectFile, resource: &Resource<'_>, covers: Covers) {
        let Ok((yaml, entries)) = file.yaml() else { return };
        if let (Some(group), Some(source)) = (entries.find_source_group(yaml, resource), resource.as_source())
            && is_in(covers, group.span)
        {
            self.add(&format!("source.{}.{}", resource.package, source.source_name), None);
        }
        let Some(entry) = entries.find(yaml, resource) else { return };
        if is_in(covers, properties::version_entry(entry, resource).unwrap_or(entry).span) {
            return self.add(&resource.unique_id, None);
        }
        for column in &resource.columns {
            if properties::column(entry, resource, &column.name).is_some_and(|column| is_in(covers, column.span)) {
                self.add(&resource.unique_id, Some(&column.name));
            }
        }
    }
}

/// Where a file defines or describes a resource: its entry, its block, or all of the file. `None` where it does neither.
fn home(file: &ProjectFile, path: &str, resource: &Resource<'_>) -> Option<Span> {
    if is_properties(path) {
        let is_here = resource.properties_path.as_deref() == Some(path) || resource.path.as_str() == path;
        let (yaml, entries) = file.yaml().ok().filter(|_| is_here)?;
        return Some(entries.find(yaml, resource)?.span);
    }
    let is_here = resource.path.as_str() == path;
    let whole = Span::new(0, file.source.text().len());
    is_here.then(|| code::block(file, resource).map_or(whole, |block| block.span))
}

/// Whether the part of a file with code defines a resource.
fn is_defined(file: &ProjectFile, path: &str, resource: &Resource<'_>, covers: Covers) -> bool {
    let is_here = resource.path.as_str() == path;
    let block = || code::block(file, resource).is_some_and(|block| is_in(covers, block.opening));
    is_here && (covers == Covers::File || block())
}

/// Whether something begins in what is covered.
fn is_in(covers: Covers, span: Span) -> bool {
    match covers {
        Covers::File => true,
        Covers::Span(covered) => covered.start <= span.start && span.start < covered.end,
        Covers::Nothing => false,
    }
}

/// Whether what is covered begins in something.
fn is_within(covers: Covers, span: Span) -> bool {
    matches!(covers, Covers::Span(covered) if span.start <= covered.start && covered.start < span.end)
}
