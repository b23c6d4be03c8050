//! `dbt-steward schema`: JSON Schemas for editors and programs.

use super::{CLEAN, output};
use crate::docs::schemas;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Of what
    #[arg(value_enum)]
    of: Of,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Of {
    /// dbt-steward.yml
    Config,
    /// The output of `check --format json`
    Findings,
}

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let text = match arguments.of {
        Of::Config => schemas::config(),
        Of::Findings => schemas::findings(),
    };
    output::to_stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(CLEAN)
}
