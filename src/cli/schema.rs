//! `dbt-steward schema`: JSON Schemas for editors and programs.

use super::{CLEAN, output};
use crate::docs::schemas;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Which schema
    #[arg(value_enum)]
    of: Of,
}

const EXAMPLES: &str = "\
Examples:
  dbt-steward schema config > dbt-steward.schema.json
  dbt-steward schema findings";

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Of {
    /// dbt-steward.yml
    Config,
    /// The output of `check --format json`
    Findings,
    /// The output of `audit --format json`
    Audit,
}

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let text = match arguments.of {
        Of::Config => schemas::config(),
        Of::Findings => schemas::findings(),
        Of::Audit => schemas::audit(),
    };
    output::to_stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(CLEAN)
}
