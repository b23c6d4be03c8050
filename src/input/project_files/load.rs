//! The root project and its packages: `dbt_project.yml` of each, rendered, with variables and the target.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::context::{Remembered, project_file_value};
use super::datum::{Datum, Map};
use super::environment::{Environment, Target, Vars, read_target};
use super::files::{Role, find, package_folder, package_folders};
use super::keypath::{render_tree, renders_in_project_file};
use super::problem::Problem;
use super::project_file::DbtProject;
use super::search::{Found, UnreadFolder, is_within_reach};
use super::world::{Macros, World};
use crate::discover::PROJECT_FILE;
use crate::files::{Files, is_inside, read_to_string};
use crate::paths::shown;
use crate::text::yaml;

/// Files beside `dbt_project.yml` that may have `packages:`.
pub const PACKAGE_FILES: [&str; 2] = ["packages.yml", "dependencies.yml"];

/// Others without which dbt does not go on, either, if they are there and cannot be read.
const OTHERS: [&str; 2] = ["selectors.yml", "vars.yml"];

/// Reads the root project, whose file is known to be one, and every package that is installed.
pub fn load(root: &Path, environment: Environment, files: &Files) -> World {
    let mut world = bare(environment);
    let settings = settings(root);
    let profile = settings.value("profile").map(|value| render(&world, value)).map(|value| value.to_text());
    let target = read_target(root, profile.as_deref(), &world.environment, &|value| render(&world, value));
    Arc::get_mut(&mut world).expect("nothing else has it yet").target = target;
    let own = project(&world, root.to_owned(), settings);
    let install_path = own.settings.text("packages-install-path").unwrap_or("dbt_packages").to_owned();
    let mut unread = Vec::new();
    let install_root = world.environment.installed_in.as_deref().unwrap_or(root);
    let mut packages: Vec<DbtProject> = package_folders(install_root, &install_path, &mut unread)
        .into_iter()
        .map(|folder| {
            let settings = self::settings(&folder);
            project(&world, folder, settings)
        })
        .filter(|package| !package.name.is_empty() && package.name != own.name)
        .collect();
    let asked = asked(root, files);
    packages.extend(local_packages(&world, root, &asked, &own, &packages, &mut unread));
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    packages.dedup_by(|a, b| a.name == b.name);
    let missing = missing(&asked, &packages);
    let problems: Vec<Problem> =
        PACKAGE_FILES.iter().chain(&OTHERS).filter_map(|name| problem(root, name, files)).collect();
    let may_miss_others = problems.iter().any(|problem| PACKAGE_FILES.contains(&problem.path.as_str()));
    let world = Arc::into_inner(world).expect("nothing else has it any more");
    let projects: Vec<DbtProject> = std::iter::once(own).chain(packages).collect();
    let vars = vars(&projects, &world.environment);
    let unread = unread.into_iter().map(|folder| (0, folder)).collect();
    let macros = Macros::new(projects.len());
    World { macros, projects, vars, missing, may_miss_others, unread, problems, ..world }
}

/// What keeps a file of the root project from being read, if it is there.
fn problem(root: &Path, name: &str, files: &Files) -> Option<Problem> {
    let file = files.get(root, name, &shown(&root.join(name)))?;
    match file.text() {
        Err(problem) => Some(Problem::of_file(0, name, problem)),
        Ok(file) => {
            let error = file.tree().err()?;
            Some(Problem { help: error.help.clone(), ..Problem::new(0, name, Some(error.span), error.message.clone()) })
        }
    }
}

/// The files of one project, found and not yet read.
#[derive(Debug)]
pub struct Listing {
    /// Folders in which resources lie: `model-paths`, `seed-paths` and the like.
    pub paths: Vec<String>,
    pub files: Vec<(Role, Found)>,
    /// Folders in which there may be more.
    pub unread: Vec<UnreadFolder>,
}

/// Lists the files of the project in `root` as its `dbt_project.yml` is written: Jinja in its paths is not evaluated.
pub fn list(root: &Path) -> Listing {
    let project = DbtProject::new(root.to_owned(), String::new(), settings(root), Map::new());
    let (mut files, unread) = find(&project);
    files.dedup();
    Listing { paths: project.paths.all(), files, unread }
}

/// Folders of a project as its `dbt_project.yml` names them, relative to it.
#[derive(Debug)]
pub struct Folders {
    /// Those that do not lie in the project.
    pub outside: Vec<String>,
    pub tests: Vec<String>,
    pub macros: Vec<String>,
}

/// The folders of the project in `root`.
pub fn folders(root: &Path) -> Folders {
    let project = DbtProject::new(root.to_owned(), String::new(), settings(root), Map::new());
    let outside = project.paths.all().into_iter().filter(|path| !is_inside(Path::new(path)));
    let outside = outside.filter(|path| is_within_reach(root, path)).collect();
    Folders { outside, tests: project.paths.tests, macros: project.paths.macros }
}

/// What templates see before any project is read: the environment and the variables that the caller gives.
fn bare(environment: Environment) -> Arc<World> {
    let given = Vars::new("", None, &Map::new(), &environment.vars);
    Arc::new(World {
        projects: Vec::new(),
        target: Target::unknown(environment.target.as_deref()),
        environment,
        vars: vec![given],
        remembered: Remembered::default(),
        macros: Macros::default(),
        missing: BTreeSet::new(),
        may_miss_others: false,
        unread: Vec::new(),
        problems: Vec::new(),
    })
}

fn render(world: &Arc<World>, value: &Datum) -> Datum {
    match value {
        Datum::Text(text) if super::keypath::has_jinja(text) => project_file_value(world, text),
        other => other.clone(),
    }
}

/// The file as it is written; empty where it cannot be read, which for the root project has been found out before.
fn settings(folder: &Path) -> Map {
    read(&folder.join(PROJECT_FILE)).unwrap_or_default()
}

fn read(path: &Path) -> Option<Map> {
    let text = read_to_string(path).ok()?;
    Some(super::parse::whole(&yaml::parse(&text).ok()?))
}

fn project(world: &Arc<World>, root: PathBuf, settings: Map) -> DbtProject {
    let in_file = settings.get("vars").and_then(Datum::as_map).cloned().unwrap_or_default();
    // Instead of in dbt_project.yml, variables may stand in a file of their own.
    let apart = read(&root.join("vars.yml")).and_then(|file| file.get("vars")?.as_map().cloned());
    let vars = apart.unwrap_or(in_file);
    let mut render = |text: &str| project_file_value(world, text);
    let rendered = render_tree(Datum::Map(settings), &mut Vec::new(), &renders_in_project_file, &mut render);
    let Datum::Map(settings) = rendered else { return DbtProject::default() };
    let name = settings.get("name").map(Datum::to_text).unwrap_or_default();
    DbtProject::new(root, name, settings, vars)
}

/// Packages of `packages.yml` with a path, which dbt installs as a link, or which lie beside the project.
fn local_packages(
    world: &Arc<World>,
    root: &Path,
    asked: &[Datum],
    own: &DbtProject,
    installed: &[DbtProject],
    unread: &mut Vec<UnreadFolder>,
) -> Vec<DbtProject> {
    let paths = asked.iter().filter_map(|package| package.get("local").map(Datum::to_text));
    let roots = [Some(root), world.environment.installed_in.as_deref()];
    let folders: Vec<PathBuf> = paths
        .filter_map(|path| roots.into_iter().flatten().find_map(|root| package_folder(root, &path, unread)))
        .collect();
    let projects = folders.into_iter().map(|folder| {
        let settings = settings(&folder);
        project(world, folder, settings)
    });
    projects
        .filter(|package| package.name != own.name && !installed.iter().any(|other| other.name == package.name))
        .collect()
}

/// The packages that `packages.yml` or `dependencies.yml` asks for.
fn asked(root: &Path, files: &Files) -> Vec<Datum> {
    let read = |name: &str| {
        let file = files.get(root, name, &shown(&root.join(name)))?;
        Some(super::parse::whole(file.text().ok()?.tree().ok()?))
    };
    let lists = PACKAGE_FILES.iter().filter_map(|name| read(name)).filter_map(|file| file.get("packages").cloned());
    lists.flat_map(Datum::into_list).collect()
}

/// The packages that are asked for and not there, by the name that their macros are called with: the last part of what
/// the hub or the repository calls them, with `_` for `-`.
fn missing(asked: &[Datum], packages: &[DbtProject]) -> BTreeSet<String> {
    let keys = ["package", "git", "tarball", "local"];
    let names = asked.iter().filter_map(|package| {
        let address = keys.iter().find_map(|key| package.get(key))?.to_text();
        let last = address.trim_end_matches('/').trim_end_matches(".git").rsplit('/').next()?.to_owned();
        let name = package.get("name").map_or(last, Datum::to_text);
        Some(name.replace('-', "_"))
    });
    let is_there = |name: &String| {
        let short = name.strip_prefix("dbt_").unwrap_or(name);
        packages
            .iter()
            .any(|package| package.name == *name || package.name == short || package.name.replace('-', "_") == *name)
    };
    names.filter(|name| !is_there(name)).collect()
}

fn vars(projects: &[DbtProject], environment: &Environment) -> Vec<Vars> {
    let of = |(index, project): (usize, &DbtProject)| {
        let own = (index > 0).then_some(&project.vars);
        Vars::new(&project.name, own, &projects[0].vars, &environment.vars)
    };
    projects.iter().enumerate().map(of).collect()
}
