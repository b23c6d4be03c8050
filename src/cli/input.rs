//! Which of the two inputs is read: the manifest, or the project's own files.

use std::collections::BTreeMap;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use clap::builder::NonEmptyStringValueParser;
use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::discover::{DiscoverError, Discovered, ProjectFiles};
use crate::files::Files;
use crate::findings::{self, InputKind};
use crate::input::manifest::{self, ManifestError, Memory, freshness};
use crate::input::own_files;
use crate::input::project_files::{self, Datum, Environment, Listing, Map, ProjectInput, UnknownTarget, UnreadFolder};
use crate::locate::Locator;
use crate::paths::{nearby, shown};
use crate::project::{Changes, Facts, Project, UnreadableFile};
use crate::text::{SourceFile, yaml};

/// What to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Input {
    /// The manifest if it describes the files as they are, otherwise the files
    #[default]
    Auto,
    /// What dbt wrote
    Manifest,
    /// The project's own YAML, SQL and Python: neither dbt nor a manifest is needed
    Project,
}

/// What decides about names and conditions when the project's own files are read.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Settings {
    /// What to read
    #[arg(long, value_enum, default_value_t)]
    pub input: Input,

    /// Variables for the project's files, as dbt takes them: a mapping in YAML
    #[arg(long, value_name = "YAML")]
    pub vars: Option<String>,

    /// The target of the profile, for the project's files; the variable DBT_TARGET says it, too
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    target: Option<String>,

    /// Where profiles.yml is, if not in the project; the variable DBT_PROFILES_DIR says it, too
    #[arg(long, value_name = "FOLDER")]
    profiles_dir: Option<PathBuf>,

    /// Why the project's own files are read, if it is not the user who asks.
    #[arg(skip)]
    pub because: Option<&'static str>,
}

/// `--vars` that are no mapping.
#[derive(Debug, Error, Diagnostic)]
#[error("--vars: {message}")]
#[diagnostic(help("give a mapping in YAML, such as --vars '{{region: eu, days: 3}}'"))]
pub struct BadVars {
    message: String,
    #[source_code]
    text: Arc<SourceFile>,
    #[label]
    span: SourceSpan,
}

/// A folder for `profiles.yml` that is none.
#[derive(Debug, Error, Diagnostic)]
#[error("{named_by}: there is no folder {}", shown(path))]
#[diagnostic(help("give the folder in which profiles.yml is, or leave {named_by} out"))]
pub struct NoProfilesFolder {
    named_by: &'static str,
    path: PathBuf,
}

impl Settings {
    /// The target that is asked for. A variable that is set and empty says nothing, here as for dbt.
    fn target(&self) -> Option<String> {
        let variable = || std::env::var("DBT_TARGET").ok().filter(|name| !name.is_empty());
        self.target.clone().or_else(variable)
    }

    /// The folder with `profiles.yml`, if there is one outside the project.
    fn profiles(&self) -> Result<Option<PathBuf>, NoProfilesFolder> {
        let variable = || std::env::var_os("DBT_PROFILES_DIR").filter(|path| !path.is_empty()).map(PathBuf::from);
        let given = self.profiles_dir.clone().map(|path| ("--profiles-dir", path));
        match given.or_else(|| Some(("DBT_PROFILES_DIR", variable()?))) {
            Some((named_by, path)) if !path.is_dir() => Err(NoProfilesFolder { named_by, path }),
            named => Ok(named.map(|(_, path)| path)),
        }
    }
}

/// A project that has been read, one way or the other.
pub struct Loaded {
    source: Source,
    /// What was read, after a word for it.
    pub described: (&'static str, String),
    /// Why the project's own files were read, if they were.
    why: Option<String>,
    /// The project's files by role and how they differ from the manifest, once somebody asks.
    listing: OnceLock<Listing>,
    changes: OnceLock<Changes>,
    /// Every file of the project, each read at most once.
    pub files: Arc<Files>,
}

enum Source {
    Manifest(PathBuf),
    Files(Box<ProjectInput>),
}

/// Reads what is asked for.
pub fn load(discovered: &Discovered, settings: &Settings) -> miette::Result<Loaded> {
    let files = discovered.project.as_ref().map_or_else(Files::default, files_of);
    let files = Arc::new(files);
    let missing = || DiscoverError::NoManifest { path: discovered.manifest.clone() };
    let (project, why) = match (settings.input, &discovered.project) {
        (Input::Manifest, _) if !discovered.has_manifest => return Err(missing().into()),
        (Input::Manifest, _) | (Input::Auto, None) => (None, String::new()),
        (Input::Project, None) => return Err(DiscoverError::NoFiles { path: discovered.manifest.clone() }.into()),
        (Input::Project, Some(project)) => {
            (Some(project), settings.because.unwrap_or("--input asks for it").to_owned())
        }
        (Input::Auto, Some(_)) if discovered.is_given => (None, String::new()),
        (Input::Auto, Some(project)) if !discovered.has_manifest => {
            (Some(project), format!("there is no {}", shown(&discovered.manifest)))
        }
        (Input::Auto, Some(_)) => (None, String::new()),
    };
    match project {
        Some(project) => from_files(project, settings, files, why, None),
        None => Ok(from_manifest(discovered, files)),
    }
}

fn files_of(project: &ProjectFiles) -> Files {
    let root = nearby(&project.root);
    let beside = project_files::folders(&root).outside;
    Files::beside(root, beside)
}

fn from_manifest(discovered: &Discovered, files: Arc<Files>) -> Loaded {
    let described = ("manifest", shown(&discovered.manifest));
    Loaded::new(Source::Manifest(discovered.manifest.clone()), described, None, files)
}

/// Reads a former state of a project. Packages and profiles are those of `now`: no commit has them.
pub fn load_former(project: &ProjectFiles, settings: &Settings, now: &Path) -> miette::Result<Loaded> {
    from_files(project, settings, Arc::new(files_of(project)), String::new(), Some(now))
}

fn from_files(
    project: &ProjectFiles,
    settings: &Settings,
    files: Arc<Files>,
    why: String,
    now: Option<&Path>,
) -> miette::Result<Loaded> {
    let environment = Environment {
        vars: vars(settings.vars.as_deref())?,
        variables: variables(),
        target: settings.target(),
        profiles: settings.profiles()?.or_else(|| now.map(Path::to_owned)),
        installed_in: now.map(Path::to_owned),
    };
    let input = project_files::read(&nearby(&project.root), &files, environment);
    let described = ("project files", shown(&project.root));
    Ok(Loaded::new(Source::Files(Box::new(input)), described, Some(why), files))
}

/// The environment's variables, without those that are no text: Jinja could not tell them from others.
fn variables() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

fn vars(text: Option<&str>) -> Result<Map, BadVars> {
    let Some(text) = text else { return Ok(Map::new()) };
    let bad = |message: String, span: crate::text::Span| {
        let text = SourceFile::from_bytes("--vars", text.as_bytes().to_vec()).expect("it is text already");
        BadVars { message, text: Arc::new(text), span: span.range().into() }
    };
    let tree = yaml::parse(text).map_err(|error| bad(error.message, error.span))?;
    match tree.documents.first().map(|document| (document.span, Datum::from_node(document))) {
        Some((_, Datum::Map(map))) => Ok(map),
        Some((_, Datum::Null)) | None => Ok(Map::new()),
        Some((span, _)) => Err(bad("this is no mapping".to_owned(), span)),
    }
}

/// The project's own files in place of a manifest that cannot be read, or does not fit them any more. `None` where it fits,
/// where it was asked for, or where the files are another project's or not at hand.
pub fn instead(
    loaded: &Loaded,
    project: Result<&Project<'_>, &ManifestError>,
    discovered: &Discovered,
    settings: &Settings,
) -> miette::Result<Option<Loaded>> {
    let Some(found) = discovered.project.as_ref() else { return Ok(None) };
    let is_asked_for = settings.input != Input::Auto || discovered.is_given;
    if is_asked_for || matches!(loaded.source, Source::Files(_)) {
        return Ok(None);
    }
    let why = match project {
        Ok(project) if !is_about(project, found) => return Ok(None),
        Ok(project) => {
            let root = nearby(&found.root);
            let changes = loaded.changes(project, &root);
            match freshness::is_current(project, changes, &root, loaded.listing(&root)) {
                Ok(()) => return Ok(None),
                Err(reason) => format!("{} {reason}", shown(&discovered.manifest)),
            }
        }
        Err(error) => unreadable(&discovered.manifest, error),
    };
    from_files(found, settings, loaded.files.clone(), why, None).map(Some)
}

/// "target/manifest.json cannot be read: the file is empty"; the error begins with the file, too.
fn unreadable(manifest: &Path, error: &ManifestError) -> String {
    let (path, error) = (shown(manifest), error.to_string());
    let detail = error.strip_prefix(&path).map_or(error.as_str(), |rest| rest.trim_start_matches([':', ' ']));
    format!("{path} cannot be read: {detail}")
}

/// Whether the files are those of the project that the manifest is about.
fn is_about(project: &Project<'_>, found: &ProjectFiles) -> bool {
    found.settings.name.as_deref() == Some(project.name.as_str())
}

/// What was read, and why.
pub fn choice(loaded: &Loaded, project: &Project<'_>, discovered: &Discovered, settings: &Settings) -> findings::Input {
    let path = loaded.described.1.clone();
    if let Some(why) = &loaded.why {
        return findings::Input { kind: InputKind::Files, path, because: why.clone() };
    }
    let because = match &discovered.project {
        _ if settings.input == Input::Manifest => "--input asks for it",
        _ if discovered.is_given => "it was named",
        Some(found) if is_about(project, found) => "its checksums fit the files",
        _ => "the files are another project's",
    };
    findings::Input { kind: InputKind::Manifest, path, because: because.to_owned() }
}

impl Loaded {
    fn new(source: Source, described: (&'static str, String), why: Option<String>, files: Arc<Files>) -> Self {
        Self { source, described, why, listing: OnceLock::new(), changes: OnceLock::new(), files }
    }

    /// Whether it is a manifest that was read, and not the project's files.
    pub fn is_manifest(&self) -> bool {
        matches!(self.source, Source::Manifest(_))
    }

    /// Whether the profile has the target that is asked for. Nobody asks that of a former state.
    ///
    /// # Errors
    /// When it is at hand and has not.
    pub fn check_target(&self) -> Result<(), UnknownTarget> {
        match &self.source {
            Source::Files(input) => input.unknown_target.clone().map_or(Ok(()), Err),
            Source::Manifest(_) => Ok(()),
        }
    }

    /// Which files there are, looked for once.
    pub fn listing(&self, root: &Path) -> &Listing {
        match &self.source {
            Source::Files(input) => &input.listing,
            Source::Manifest(_) => self.listing.get_or_init(|| project_files::list(root)),
        }
    }

    /// How they differ from the manifest, compared once.
    fn changes(&self, project: &Project<'_>, root: &Path) -> &Changes {
        self.changes.get_or_init(|| freshness::changes(project, root, &self.files, self.listing(root)))
    }

    /// The facts, which borrow from what was read, or from what of it is kept in `memory`.
    ///
    /// # Errors
    /// When the manifest is none.
    pub fn facts<'a>(&'a self, memory: &'a mut Memory) -> Result<Facts<'a>, ManifestError> {
        match &self.source {
            Source::Manifest(path) => manifest::read(path, memory),
            // The name is for messages, and there are none about what we wrote ourselves.
            Source::Files(input) => manifest::parse("project files".as_ref(), &input.manifest, memory),
        }
    }

    /// Notes in the project what its files tell beside the facts, and says where they are: in `found`, if anywhere.
    pub fn locator(&self, project: &mut Project<'_>, found: Option<&ProjectFiles>) -> ManuallyDrop<Locator> {
        let locator = Locator::new(project, found, self.files.clone());
        match &self.source {
            Source::Files(input) => note_problems(input, project),
            Source::Manifest(_) => project.unreadable = locator.unreadable(project),
        }
        locator.read_versions(project);
        locator.read_test_switches(project);
        ManuallyDrop::new(locator)
    }

    /// Adds what the rules about the project's own files need, if these are at hand.
    pub fn read_own_files(&self, project: &mut Project<'_>, locator: &Locator) {
        let Some(root) = locator.project_root() else { return };
        let listing = self.listing(root);
        if self.is_manifest() {
            note_unread_folders(&listing.unread, project);
        }
        let mut own = own_files::read(project, root, locator.packages_path(), &self.files, listing);
        match &self.source {
            Source::Manifest(..) => own.changes = Some(self.changes(project, root).clone()),
            Source::Files(input) => {
                let (unresolved, undecided) =
                    own_files::locate_references(&input.unresolved, project, own.has_packages, root, &self.files);
                project.unresolved = Some(unresolved);
                own.undecided_references = undecided;
            }
        }
        project.own_files = Some(Box::new(own));
    }
}

/// Notes what only the project's own files tell.
fn note_problems(input: &ProjectInput, project: &mut Project<'_>) {
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_lowercase();
    project.unresolved_names = input.unresolved.iter().map(|reference| last(&reference.name)).collect();
    let own = input.problems.iter().filter(|problem| problem.project == 0);
    project.unreadable = own
        .map(|problem| UnreadableFile {
            path: problem.path.clone(),
            is_folder: problem.is_folder,
            span: problem.span,
            message: problem.message.clone(),
            help: problem.help.clone(),
            elsewhere: problem.elsewhere.clone(),
        })
        .collect();
}

/// Notes folders that cannot be listed, in place of the files in them.
fn note_unread_folders(folders: &[UnreadFolder], project: &mut Project<'_>) {
    project.unreadable.retain(|file| !folders.iter().any(|folder| folder.contains(&file.path)));
    project.unreadable.extend(folders.iter().map(|folder| UnreadableFile {
        path: folder.path.clone(),
        is_folder: true,
        span: None,
        message: folder.reason.clone(),
        help: None,
        elsewhere: None,
    }));
}

/// What is not known of a project, by field and reason: "schema of 62 resources: …".
pub fn unknown(project: &Project<'_>) -> Vec<String> {
    let mut counts: BTreeMap<(&str, &str), (usize, &str)> = BTreeMap::new();
    let listed = project.resources.iter().map(|resource| (resource, ""));
    // Of what may not even be there nothing else matters.
    let all = listed.chain(project.possible().map(|resource| (resource, "enabled")));
    for (resource, only) in all.filter(|(resource, _)| project.is_own(resource)) {
        let fields = resource.unknown.iter().flat_map(|fields| fields.iter());
        for (field, reason) in fields.filter(|(field, _)| only.is_empty() || field.as_str() == only) {
            let count = counts.entry((field, reason)).or_insert((0, resource.unique_id.as_str()));
            count.0 += 1;
        }
    }
    let line = |((field, reason), (count, first)): ((&str, &str), (usize, &str))| match count {
        1 => format!("{field} of {first}: {reason}"),
        _ => format!("{field} of {count} resources: {reason}"),
    };
    counts.into_iter().map(line).collect()
}
