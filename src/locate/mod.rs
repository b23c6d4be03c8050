//! Turns a finding's place into file, line and column, where the project's files are at hand.

mod code;
mod properties;
mod suppressions;
mod test_switches;
mod tests;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::discover::{PROJECT_FILE, ProjectFiles};
use crate::files::{FileRef, Files, ProjectFile, is_inside};
use crate::findings::{Finding, Located, Location, Place, Region};
use crate::paths::{direct, nearby};
use crate::project::{Detail, Project, Resource, ResourceId, ResourceType, UnreadableFile};
use crate::text::Span;

/// Where dbt installs packages unless `packages-install-path` says otherwise.
const PACKAGES: &str = "dbt_packages";

/// Knows where the project's files are.
#[derive(Debug)]
pub struct Locator {
    root: Option<PathBuf>,
    packages: String,
    files: Arc<Files>,
}

/// The item that made a generic test, in an entry of a model that does not exist.
pub(crate) fn test_of_missing(entry: &crate::text::yaml::Node, test: &Resource<'_>) -> Option<Span> {
    tests::item_of_missing(entry, test)
}

impl Locator {
    /// For a project whose files are in `found`; they are left alone if they are another project's, as they are when a
    /// manifest was handed over that merely lies there.
    pub fn new(project: &Project<'_>, found: Option<&ProjectFiles>, files: Arc<Files>) -> Self {
        let own = found.filter(|files| files.settings.name.as_deref() == Some(project.name.as_str()));
        let packages = own.and_then(|files| files.settings.packages_install_path.clone());
        Self {
            root: own.map(|files| nearby(&files.root)),
            packages: packages.unwrap_or_else(|| PACKAGES.to_owned()),
            files,
        }
    }

    /// The project's folder, if its files are at hand.
    pub fn project_root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// Where dbt installs packages, relative to the project.
    pub fn packages_path(&self) -> &str {
        &self.packages
    }

    /// Parses every properties file of the root project, in parallel, and says which cannot be read.
    pub fn unreadable(&self, project: &Project<'_>) -> Vec<UnreadableFile> {
        if self.project_root().is_none() {
            return Vec::new();
        }
        let own = project.resources.iter().chain(&project.disabled).filter(|resource| project.is_own(resource));
        let paths: HashSet<&str> = own.filter_map(|resource| resource.properties_path.as_deref()).collect();
        let mut paths: Vec<&str> = paths.into_iter().collect();
        paths.sort_unstable();
        paths.into_par_iter().filter_map(|path| self.problem(path)).collect()
    }

    fn problem(&self, path: &str) -> Option<UnreadableFile> {
        let file = self.own_file(path)?;
        let path = path.to_owned();
        match file.text() {
            Err(problem) => {
                let span = problem.place.as_ref().map(|(_, span)| *span);
                let (message, help) = (problem.message.clone(), problem.help.map(str::to_owned));
                Some(UnreadableFile { path, is_folder: false, span, message, help, elsewhere: None })
            }
            Ok(file) => {
                let error = file.yaml().err()?;
                let (message, help) = (error.message.clone(), error.help.clone());
                let span = Some(error.span);
                Some(UnreadableFile { path, is_folder: false, span, message, help, elsewhere: None })
            }
        }
    }

    /// Adds what the YAML says of versioned models and no manifest does: whether it sets `latest_version`.
    pub fn read_versions(&self, project: &mut Project<'_>) {
        let declared: Vec<(usize, bool)> = project
            .resources
            .iter()
            .enumerate()
            .filter(|(_, resource)| resource.relation().is_some_and(|relation| relation.version.is_some()))
            .filter_map(|(index, resource)| Some((index, self.sets_latest_version(project, resource)?)))
            .collect();
        for (index, is_set) in declared {
            if let Detail::Relation(relation) = &mut project.resources[index].detail {
                relation.latest_version_declared = Some(is_set);
            }
        }
    }

    /// Adds what `dbt_project.yml` says of which tests are enabled, where some are not.
    pub fn read_test_switches(&self, project: &mut Project<'_>) {
        let is_test = |resource: &Resource<'_>| matches!(resource.kind, ResourceType::Test | ResourceType::UnitTest);
        if !project.disabled.iter().any(is_test) {
            return;
        }
        let Some(file) = self.own_file(PROJECT_FILE) else { return };
        let Some((yaml, _)) = file.text().ok().and_then(|text| text.yaml().ok()) else { return };
        project.test_switches = yaml.documents.first().map(test_switches::read).unwrap_or_default();
    }

    /// `None` where the YAML is not at hand.
    fn sets_latest_version(&self, project: &Project<'_>, model: &Resource<'_>) -> Option<bool> {
        let package = (!project.is_own(model)).then_some(model.package.as_str());
        let file = self.file(package, model.properties_path.as_deref()?)?;
        let (yaml, entries) = file.text().ok()?.yaml().ok()?;
        let entry = entries.find(yaml, model)?;
        entry.get("versions")?;
        Some(entry.get("latest_version").is_some_and(|value| !value.is_null()))
    }

    /// Puts a finding at its place.
    pub fn locate(&self, project: &Project<'_>, finding: Box<Finding>) -> Located {
        let location = self.location(project, finding.located_in, &finding.place);
        let related = finding.related.iter();
        let related = related
            .map(|other| (self.location(project, Some(other.resource), &other.place), other.label.clone()))
            .collect();
        Located { finding, location, related }
    }

    fn location(&self, project: &Project<'_>, resource: Option<ResourceId>, place: &Place) -> Location {
        match (resource, place) {
            (_, Place::Span(path, span)) => self.in_own_file(path, |_| *span),
            (Some(id), place) => {
                let found = Lookup { locator: self, project, resource: project.get(id) };
                found.location(place)
            }
            (None, Place::ProjectKey(path)) => self.project_key(path),
            (None, _) => self.project_key(&[]),
        }
    }

    fn project_key(&self, path: &[String]) -> Location {
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        self.in_own_file(PROJECT_FILE, |file| {
            let (yaml, _) = file.yaml().ok()?;
            let document = yaml.documents.first()?;
            properties::value_at(document, &keys).or_else(|| properties::value_at(document, &["name"]))
        })
    }

    fn in_own_file(&self, path: &str, span: impl FnOnce(&ProjectFile) -> Option<Span>) -> Location {
        let file = self.own_file(path);
        let region = file.as_ref().and_then(|file| match file.text() {
            Ok(file) => Some(Region::new(file.source.clone(), span(file)?)),
            Err(problem) => problem.place.as_ref().map(|(file, span)| Region::new(file.clone(), *span)),
        });
        Location { path: self.shown(None, path), region }
    }

    /// A file of the root project, if it is at hand.
    pub fn own_file(&self, path: &str) -> Option<FileRef> {
        self.files.get(self.root.as_deref()?, path, &self.shown(None, path))
    }

    /// A file of the project or, if `package` is given, of that package.
    fn file(&self, package: Option<&str>, path: &str) -> Option<FileRef> {
        let root = self.root.as_deref()?;
        match package {
            None => self.own_file(path),
            Some(name) if !is_inside(Path::new(name)) => None,
            Some(name) => self.files.get(&root.join(&self.packages).join(name), path, &self.shown(package, path)),
        }
    }

    /// The path to print for a file of the root project.
    pub fn shown_path(&self, path: &str) -> String {
        self.shown(None, path)
    }

    /// The path to print for a file of a resource, which may be a package's.
    pub fn shown_path_of(&self, project: &Project<'_>, resource: &Resource<'_>, path: &str) -> String {
        self.shown((!project.is_own(resource)).then_some(resource.package.as_str()), path)
    }

    /// The path to print: openable from where the command was started, with `/`.
    fn shown(&self, package: Option<&str>, path: &str) -> String {
        let Some(folder) = &self.root else { return path.to_owned() };
        let inside = match package {
            Some(name) => format!("{}/{name}/{path}", self.packages),
            None => path.to_owned(),
        };
        let root = folder.to_string_lossy().replace('\\', "/");
        let root = root.trim_end_matches('/').trim_start_matches("./");
        let shown = if root.is_empty() || root == "." { inside } else { format!("{root}/{inside}") };
        if package.is_none() && self.files.is_beside(folder, path) { direct(&shown) } else { shown }
    }
}

/// One question: where in this resource's files is that?
struct Lookup<'l> {
    locator: &'l Locator,
    project: &'l Project<'l>,
    resource: &'l Resource<'l>,
}

impl<'l> Lookup<'l> {
    fn location(&self, place: &Place) -> Location {
        let in_code = || self.in_code(place);
        let in_properties = || self.in_properties(place);
        let found = match place {
            // What the file itself says wins over its properties, for dbt as for us.
            Place::Config(_) | Place::Parent(_) => in_code().or_else(in_properties),
            Place::File | Place::Code(_) => in_code(),
            // A key that is missing would stand in the entry, even where the code has a name to point at.
            Place::Key(_) => in_properties().or_else(|| self.in_properties(&Place::Entry)).or_else(in_code),
            _ => in_properties().or_else(in_code),
        };
        found.or_else(|| self.fallback(place)).unwrap_or_else(|| self.without_line(place))
    }

    /// The place the thing would stand at: the entry's name, then the start of the file. Code reads its parents, if only
    /// through a macro.
    fn fallback(&self, place: &Place) -> Option<Location> {
        let in_code = matches!(place, Place::File | Place::Parent(_) | Place::Code(_));
        let reads = matches!(place, Place::Parent(_)) && self.has_code();
        let entry = if *place == Place::File || reads { None } else { self.in_properties(&Place::Entry) };
        entry.or_else(|| {
            // Where the entry stands is not known, but that it is no line of the code is.
            if !in_code && self.has_unreadable_properties() {
                return None;
            }
            let (path, file) = self.own_file()?;
            let file = file.text().ok()?;
            Some(self.region(path, file, code::first_line(file)))
        })
    }

    /// Whether the resource is a file of SQL or Python that can be read.
    fn has_code(&self) -> bool {
        self.own_file().is_some_and(|(path, file)| !is_properties(path) && file.text().is_ok())
    }

    fn has_unreadable_properties(&self) -> bool {
        let file = self.properties_path().and_then(|path| self.locator.file(self.package(), path));
        file.is_some_and(|file| !file.text().is_ok_and(|file| file.yaml().is_ok()))
    }

    /// The file's name alone: the one with the properties where the place is in them.
    fn without_line(&self, place: &Place) -> Location {
        let in_code = matches!(place, Place::File | Place::Parent(_) | Place::Code(_));
        let properties = self.resource.properties_path.as_deref().filter(|_| !in_code);
        let path = properties.unwrap_or(&self.resource.path);
        Location { path: self.locator.shown(self.package(), path), region: None }
    }

    fn in_properties(&self, place: &Place) -> Option<Location> {
        let path = self.properties_path()?;
        let file = self.locator.file(self.package(), path)?;
        let file = file.text().ok()?;
        let (yaml, entries) = file.yaml().ok()?;
        let span = match place {
            Place::SourceGroup => entries.find_source_group(yaml, self.resource)?.get("name")?.span,
            Place::SourceGroupKey(keys) => {
                let group = entries.find_source_group(yaml, self.resource)?;
                let found = properties::in_config_or_beside(group, &borrowed(keys));
                found.or_else(|| Some(group.get("name")?.span))?
            }
            _ if self.is_generic_test() => {
                let tested = self.tested_node()?;
                tests::item(entries.find(yaml, tested)?, tested, self.resource)?
            }
            _ => self.in_entry(entries.find(yaml, self.resource)?, place)?,
        };
        Some(self.region(path, file, span))
    }

    fn in_entry(&self, entry: &crate::text::yaml::Node, place: &Place) -> Option<Span> {
        let resource = self.resource;
        match place {
            Place::Entry => Some(properties::entry_name(entry, resource)),
            Place::Key(keys) => properties::key(entry, resource, &borrowed(keys)),
            Place::Config(name) => properties::key(entry, resource, &[name]),
            Place::Column(name) => Some(properties::column(entry, resource, name)?.get("name")?.span),
            Place::ColumnKey(name, key) => {
                let column = properties::column(entry, resource, name)?;
                properties::in_config_or_beside(column, &[key]).or_else(|| Some(column.get("name")?.span))
            }
            Place::Parent(id) => properties::reference(entry, self.project.get(*id)),
            Place::Argument(name) => {
                let named = |item: &&crate::text::yaml::Node| {
                    item.get("name").and_then(|found| found.as_str()).is_some_and(|found| found == name)
                };
                Some(entry.get("arguments")?.items().iter().find(named)?.get("name")?.span)
            }
            _ => None,
        }
    }

    fn in_code(&self, place: &Place) -> Option<Location> {
        let (path, file) = self.own_file()?;
        if is_properties(path) {
            return None;
        }
        let file = file.text().ok()?;
        let span = match place {
            Place::File | Place::Entry | Place::Key(_) => match code::block(file, self.resource) {
                Some(block) => block.name_span,
                None if *place == Place::File => code::first_line(file),
                None => return None,
            },
            Place::Code(text) => code::first(file, text).unwrap_or_else(|| code::first_line(file)),
            Place::Config(name) => code::config(file, name)?,
            Place::Parent(id) => {
                let parent = self.project.get(*id);
                code::reference(file, parent).or_else(|| code::quoted(file, parent))?
            }
            Place::Argument(name) => code::parameter(file, self.resource, name)?,
            _ => return None,
        };
        Some(self.region(path, file, span))
    }

    fn region(&self, path: &str, file: &ProjectFile, span: Span) -> Location {
        Location {
            path: self.locator.shown(self.package(), path),
            region: Some(Region::new(file.source.clone(), span)),
        }
    }

    fn own_file(&self) -> Option<(&'l str, FileRef)> {
        let path = self.resource.path.as_str();
        Some((path, self.locator.file(self.package(), path)?))
    }

    /// A generic test stands in the file that describes the node it tests.
    fn properties_path(&self) -> Option<&'l str> {
        if self.is_generic_test() {
            return Some(&self.resource.path);
        }
        self.resource.properties_path.as_deref()
    }

    fn is_generic_test(&self) -> bool {
        self.resource.as_test().is_some_and(|test| test.generic.is_some())
    }

    fn tested_node(&self) -> Option<&'l Resource<'l>> {
        let attached = self.resource.as_test()?.attached_node.as_ref();
        let id = attached.and_then(|name| self.project.find(name)).or_else(|| {
            let test = self.project.find(&self.resource.unique_id)?;
            let mut parents = self.project.parents(test).iter().copied();
            parents.find(|parent| self.project.tests(*parent).contains(&test))
        });
        id.map(|id| self.project.get(id))
    }

    fn package(&self) -> Option<&'l str> {
        let is_own = self.project.is_own(self.resource);
        (!is_own).then_some(self.resource.package.as_str())
    }
}

/// Whether a file is YAML: a resource that is defined there has no code.
fn is_properties(path: &str) -> bool {
    path.ends_with(".yml") || path.ends_with(".yaml")
}

fn borrowed(keys: &[String]) -> Vec<&str> {
    keys.iter().map(String::as_str).collect()
}
