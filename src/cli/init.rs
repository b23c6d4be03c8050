//! `dbt-steward init`: a first config that fits the project.

use std::io::Write;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use super::lint::set_threads;
use super::{CLEAN, input, output};
use crate::discover::{self, CONFIG_FILES};
use crate::input::codeowners::Codeowners;
use crate::input::manifest;
use crate::paths::shown;
use crate::project::{FileOwners, Project};
use crate::starter;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// A folder in a dbt project
    #[arg(default_value = ".")]
    path: PathBuf,

    /// The manifest, if it is not where dbt puts it
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    #[command(flatten)]
    input: input::Settings,

    /// Replace a config that is there
    #[arg(long)]
    force: bool,

    /// Print the config instead of writing it
    #[arg(long)]
    stdout: bool,
}

const EXAMPLES: &str = "\
Examples:
  dbt-steward init
  dbt-steward init transform/ --stdout
  dbt-steward init --force";

#[derive(Debug, Error, Diagnostic)]
enum InitError {
    #[error("{}: there is a config already", shown(path))]
    #[diagnostic(help("--force replaces it, --stdout prints what would be written"))]
    Exists { path: PathBuf },

    #[error("{}: a manifest alone has no folder to put a config in", shown(path))]
    #[diagnostic(help("give the folder of the dbt project, or --stdout"))]
    NoProject { path: PathBuf },
}

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    set_threads(0)?;
    let target = std::env::var_os("DBT_TARGET_PATH");
    let discovered = discover::discover(&arguments.path, arguments.manifest.as_deref(), target)?;
    let first = input::load(&discovered, &arguments.input)?;
    let mut memories = [manifest::Memory::default(), manifest::Memory::default()];
    let [memory, other_memory] = &mut memories;
    let project = first.facts(memory).map(Project::from);
    let other = input::instead(&first, project.as_ref(), &discovered, &arguments.input)?;
    other.as_ref().unwrap_or(&first).check_target()?;
    let project = match &other {
        Some(other) => Project::from(other.facts(other_memory)?),
        None => project?,
    };
    let root = discovered.project.map(|files| files.root);
    let codeowners = root.as_deref().map(Codeowners::find).transpose()?.flatten();
    let text = starter::config(&project, codeowners.as_ref().map(|file| file as &dyn FileOwners));
    if arguments.stdout {
        output::to_stdout(|out| out.write_all(text.as_bytes()))?;
        return Ok(CLEAN);
    }
    let Some(root) = root else { return Err(InitError::NoProject { path: discovered.manifest }.into()) };
    let there = CONFIG_FILES.iter().map(|name| root.join(name)).find(|path| path.exists());
    if let Some(path) = there.as_ref().filter(|_| !arguments.force) {
        return Err(InitError::Exists { path: path.clone() }.into());
    }
    let path = there.unwrap_or_else(|| root.join(CONFIG_FILES[0]));
    output::to_file(&path, |out| out.write_all(text.as_bytes()))?;
    // A closed stderr is no reason to fail.
    let _ = writeln!(std::io::stderr(), "wrote {}; next: dbt-steward check", shown(&path));
    Ok(CLEAN)
}
