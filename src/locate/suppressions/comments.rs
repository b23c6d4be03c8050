//! Suppressions in comments of the project's files, with what of the project each covers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;

use super::super::{Locator, code, is_properties, properties};
use super::Meanings;
use crate::config::Settings;
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
pub(super) fn find(
    locator: &Locator,
    project: &Project<'_>,
    settings: &Settings,
    meanings: Meanings<'_>,
) -> Vec<Suppression> {
    let Some(root) = locator.project_root() else { return Vec::new() };
    let files: Vec<FilePath<'_>> = files(root, project, settings).into_iter().collect();
    let said: Vec<Vec<Directive>> =
        files.par_iter().map(|(package, path)| directives(locator, *package, path)).collect();
    if said.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    let contents = Contents::new(project);
    let mut all = Vec::new();
    for ((package, path), directives) in files.iter().zip(said).filter(|(_, directives)| !directives.is_empty()) {
        let residents = contents.of(package.unwrap_or(&project.name), path);
        let scene = Scene { locator, project, package: *package, path, meanings, residents };
        all.extend(directives.into_iter().filter_map(|directive| scene.suppression(directive)));
    }
    all
}

/// The files in which there may be findings: the project's own, and those of packages that are looked at as well.
fn files<'p>(root: &Path, project: &'p Project<'_>, settings: &Settings) -> BTreeSet<FilePath<'p>> {
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
    locator: &'s Locator,
    project: &'s Project<'s>,
    package: Option<&'s str>,
    path: &'s str,
    meanings: Meanings<'s>,
    residents: &'s [ResourceId],
}

impl Scene<'_> {
    fn suppression(&self, directive: Directive) -> Option<Suppression> {
        let file = self.locator.file(self.package, self.path)?;
        let file = file.text().ok()?;
        let at = |span: Span| Location {
            path: self.locator.shown(self.package, self.path),
            region: Some(Region::new(file.source.clone(), span)),
        };
        let (names, flaw) = match directive.names {
            Ok(names) => (names, None),
            Err(flaw) => (Vec::new(), Some(Flaw::Comment(flaw))),
        };
        let names = names.into_iter().map(|name| Name {
            location: at(name.span),
            meaning: (self.meanings)(&name.text),
            text: name.text,
        });
        let covered = self.covered(file, directive.covers);
        let span = match directive.covers {
            Covers::File => None,
            Covers::Span(span) => Some(span),
            Covers::Nothing => Some(directive.span),
        };
        let stretch = Stretch { path: self.locator.shown(self.package, self.path), span, own: directive.span };
        Some(Suppression {
            names: names.collect(),
            flaw,
            reason: directive.reason,
            until: directive.until.map(|until| Until { text: until.text, location: at(until.span) }),
            location: at(directive.span),
            path: self.path.to_owned(),
            resource: match covered.resources.as_slice() {
                [one] => Some(*one),
                _ => None,
            },
            about: if covered.resources.is_empty() { self.residents.to_vec() } else { covered.resources },
            is_about_disabled: self.covers_disabled(file, directive.covers),
            covers: Cover { stretch: Some(stretch), subjects: covered.subjects.into_iter().collect() },
            origin: Origin::Comment,
        })
    }

    /// Whose findings are covered wherever they are located: what is defined or described in that part of the file.
    fn covered(&self, file: &ProjectFile, covers: Covers) -> Covered {
        let mut covered = Covered::default();
        for id in self.residents {
            let resource = self.project.get(*id);
            let count = covered.subjects.len();
            match is_properties(self.path) {
                true => covered.add_described(file, resource, covers),
                false if self.is_defined_in(file, resource, covers) => covered.add(&resource.unique_id, None),
                false => {}
            }
            if covered.subjects.len() > count {
                covered.resources.push(*id);
            }
        }
        covered
    }

    /// Whether the part of a file with code defines a resource.
    fn is_defined_in(&self, file: &ProjectFile, resource: &Resource<'_>, covers: Covers) -> bool {
        let is_here = resource.path.as_str() == self.path;
        let block = || code::block(file, resource).is_some_and(|block| is_in(covers, block.opening));
        is_here && (covers == Covers::File || block())
    }

    fn covers_disabled(&self, file: &ProjectFile, covers: Covers) -> bool {
        let is_own = |resource: &&Resource<'_>| self.package.is_none() == self.project.is_own(resource);
        self.project.disabled.iter().filter(is_own).any(|resource| {
            if resource.path.as_str() == self.path && !is_properties(self.path) {
                return true;
            }
            let is_here = resource.properties_path.as_deref() == Some(self.path);
            let entry = || file.yaml().ok().and_then(|(yaml, entries)| entries.find(yaml, resource));
            is_here && entry().is_some_and(|entry| is_in(covers, entry.span) || is_within(covers, entry.span))
        })
    }
}

/// What a suppression covers beside a stretch of its file.
#[derive(Default)]
struct Covered {
    subjects: BTreeSet<Subject>,
    resources: Vec<ResourceId>,
}

impl Covered {
    fn add(&mut self, id: &str, column: Option<&str>) {
        self.subjects.insert(Subject { id: id.to_owned(), column: column.map(str::to_owned) });
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
