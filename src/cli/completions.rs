//! `dbt-steward completions`: scripts for shells.

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::{CLEAN, Cli, output};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The shell to write for
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  dbt-steward completions bash > ~/.local/share/bash-completion/completions/dbt-steward
  dbt-steward completions zsh > ~/.zfunc/_dbt-steward
  dbt-steward completions fish > ~/.config/fish/completions/dbt-steward.fish";

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let cli = Cli::command();
    // The generator offers hidden commands as well, so it gets to see none.
    let commands = cli.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let mut shown = Command::new("dbt-steward").version(env!("CARGO_PKG_VERSION")).subcommands(commands);
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut shown, "dbt-steward", &mut script);
    output::to_stdout(|out| out.write_all(&script))?;
    Ok(CLEAN)
}
