//! `dbt-steward rules`: the catalogue.

use super::{CLEAN, output};
use crate::docs::catalogue;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// How to print the list
    #[arg(long, value_enum, default_value_t)]
    format: Format,
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
    let text = match arguments.format {
        Format::Table => catalogue::table(),
        Format::Json => catalogue::json(),
        Format::Markdown => catalogue::markdown(""),
    };
    output::to_stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(CLEAN)
}
