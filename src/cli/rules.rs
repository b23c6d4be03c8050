//! `dbt-steward rules`: the catalogue.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{CLEAN, config, output};
use crate::docs::catalogue;
use crate::report::printable;
use crate::rules;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// How to print the list
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// The config with the policies to list, too, if it is not in this folder or above it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  dbt-steward rules
  dbt-steward rules --format json";

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Format {
    /// Aligned columns
    #[default]
    Table,
    /// For programs
    Json,
    /// A table to paste into a page
    Markdown,
}

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let path = config::find(arguments.config.as_deref(), Path::new("."));
    let rules = match config::load(path.as_deref()) {
        Ok(config) => config.rules(),
        Err(error) if arguments.config.is_some() => return Err(error.into()),
        Err(error) => {
            // The list is what one needs to put the config right.
            let _ = writeln!(std::io::stderr(), "policies are left out: {}", printable(&error.to_string()));
            rules::all()
        }
    };
    let text = match arguments.format {
        Format::Table => catalogue::table(&rules),
        Format::Json => catalogue::json(&rules),
        Format::Markdown => catalogue::markdown(&rules, ""),
    };
    output::to_stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(CLEAN)
}
