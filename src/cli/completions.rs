//! `dbt-steward completions`: scripts for shells.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{CLEAN, Cli, output};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The shell to write for
    shell: Shell,
}

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "dbt-steward", &mut script);
    output::to_stdout(|out| out.write_all(&script))?;
    Ok(CLEAN)
}
