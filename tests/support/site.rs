//! A project whose places are asked for one by one, without a rule in between.

use std::path::PathBuf;
use std::sync::Arc;

use dbt_steward::discover::{Discovered, discover};
use dbt_steward::findings::{Finding, Located, Location, Place, Severity};
use dbt_steward::input::manifest;
use dbt_steward::locate::Locator;
use dbt_steward::project::Project;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A dbt project with its files at hand.
pub struct Site {
    pub project: Project<'static>,
    locator: Locator,
    /// Left out of the paths that are shown.
    prefix: String,
    _folder: Option<TempDir>,
}

impl Site {
    /// A fixture project.
    pub fn fixture(name: &str) -> Self {
        Self::new(super::fixture(name), None)
    }

    /// A project of these files, `dbt_project.yml` and manifest aside, and these resources by unique id. What a
    /// resource's id and path say need not be repeated in it.
    pub fn of(files: &[(&str, &str)], resources: &[(&str, &str, Value)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("it is in the folder")).expect("the folder is ours");
            std::fs::write(path, text).expect("the folder is ours");
        };
        files.iter().for_each(|(path, text)| write(path, text));
        write("dbt_project.yml", "name: shop\n");
        write("target/manifest.json", &written_manifest(resources));
        Self::new(folder.path().to_owned(), Some(folder))
    }

    fn new(root: PathBuf, folder: Option<TempDir>) -> Self {
        let Discovered { manifest: path, project: files, .. } = discover(&root, None, None).expect("it is a project");
        // Read once for the whole life of the test.
        let memory: &'static mut manifest::Memory = Box::leak(Box::default());
        let project = Project::from(manifest::read(&path, memory).unwrap_or_else(|error| panic!("{error}")));
        let locator = Locator::new(&project, files.as_ref(), Arc::default());
        let shown = root.strip_prefix(std::env::current_dir().expect("there is one")).unwrap_or(&root).to_owned();
        Self {
            project,
            locator,
            prefix: format!("{}/", shown.display().to_string().replace('\\', "/")),
            _folder: folder,
        }
    }

    /// Where that place of that resource is: `path:line:column-end_line:end_column`, and the text that is there.
    pub fn place(&self, id: &str, place: Place) -> String {
        self.shown(&self.located(id, place).location)
    }

    /// The place at which `id` refers to `parent`.
    pub fn parent(&self, id: &str, parent: &str) -> String {
        let parent = self.project.find(parent).unwrap_or_else(|| panic!("{parent} is there"));
        self.place(id, Place::Parent(parent))
    }

    pub fn entry(&self, id: &str) -> String {
        self.place(id, Place::Entry)
    }

    /// A place of the project, not of a resource.
    pub fn project_place(&self, place: Place) -> String {
        self.shown(&self.locator.locate(&self.project, Box::new(finding(place))).location)
    }

    pub fn located(&self, id: &str, place: Place) -> Located {
        let resource = self.project.find(id).unwrap_or_else(|| panic!("{id} is there"));
        let mut finding = finding(place);
        finding.located_in = Some(resource);
        self.locator.locate(&self.project, Box::new(finding))
    }

    fn shown(&self, location: &Location) -> String {
        let path = location.path.strip_prefix(&self.prefix).unwrap_or(&location.path);
        let Some(region) = &location.region else { return format!("{path}:-") };
        let (start, end) = (region.start, region.end);
        let text = region.file.slice(region.span);
        format!("{path}:{}:{}-{}:{} {text}", start.line, start.column, end.line, end.column)
    }
}

fn finding(place: Place) -> Finding {
    Finding {
        code: "DOC001",
        slug: "undocumented-model",
        severity: Severity::Warning,
        subject: String::new(),
        part: String::new(),
        message: String::new(),
        help: "".into(),
        evidence: Vec::new(),
        related: Vec::new(),
        located_in: None,
        place,
        members: None,
        population: None,
    }
}

fn written_manifest(resources: &[(&str, &str, Value)]) -> String {
    let mut manifest = json!({
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "dbt_version": "1.12.0",
            "project_name": "shop",
        },
    });
    for (id, path, fields) in resources {
        let parts: Vec<&str> = id.splitn(3, '.').collect();
        let (kind, package, name) = (parts[0], parts[1], parts[2]);
        let mut entry = json!({
            "unique_id": id,
            "resource_type": kind,
            "package_name": package,
            "name": name,
            "original_file_path": path,
        });
        let fields = fields.as_object().expect("fields are an object").clone();
        entry.as_object_mut().expect("made above").extend(fields);
        let section = match kind {
            "source" => "sources",
            "exposure" => "exposures",
            "macro" => "macros",
            "group" => "groups",
            "metric" => "metrics",
            "semantic_model" => "semantic_models",
            "unit_test" => "unit_tests",
            "doc" => "docs",
            _ => "nodes",
        };
        manifest[section][*id] = entry;
    }
    manifest.to_string()
}
