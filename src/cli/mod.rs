//! The command line: arguments, and one file per command.

mod audit;
mod badge;
mod base;
mod baseline;
mod changed;
mod check;
mod circumstances;
mod completions;
mod config;
mod destination;
mod empty;
mod explain;
mod generate_docs;
mod hook;
mod init;
mod input;
mod known;
mod lint;
mod output;
mod policies;
mod progress;
mod project;
mod protect;
mod rules;
mod schema;
mod targets;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use generate_docs::command_line as command_line_docs;
use terminal::Color;

/// Exit code when nothing is at or above `fail-on`.
pub const CLEAN: u8 = 0;
/// Exit code when there is.
pub const FINDINGS: u8 = 1;
/// Exit code when the command could not run.
pub const COULD_NOT_RUN: u8 = 2;

/// A governance linter for dbt projects: says, at the line, what is undocumented, unowned, untested, orphaned or
/// over-exposed, and what to do about it.
#[derive(Debug, Parser)]
#[command(name = "dbt-steward", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  dbt-steward check                      lint the dbt project in this folder or above it
  dbt-steward check transform/           lint the project in a subfolder
  dbt-steward check target/manifest.json lint a manifest
  dbt-steward init                       write a commented dbt-steward.yml that fits the project
  dbt-steward audit                      say what a project is like, and what to do about it first
  dbt-steward explain DOC001             what a rule flags, why it matters, what to write instead

Exit codes: 0 clean, 1 findings at or above --fail-on, 2 could not run";

#[derive(Debug, Subcommand)]
enum Command {
    /// Lint a project or a manifest
    Check(Box<check::Arguments>),
    /// Say what a project is like, and what to do about it first
    Audit(Box<audit::Arguments>),
    /// Draw a badge with a score or a coverage
    Badge(Box<badge::Arguments>),
    /// Record today's findings, so that `check` reports only what is new
    Baseline(Box<baseline::Arguments>),
    /// Check what a commit changes, as pre-commit calls it
    #[command(after_help = hook::EXAMPLES)]
    Hook(Box<check::Arguments>),
    /// List the rules
    Rules(rules::Arguments),
    /// Show a rule's page: what it flags, why, an example, its options
    Explain(explain::Arguments),
    /// Test the policies of a config
    Policies(policies::Arguments),
    /// Write a commented dbt-steward.yml that fits the project
    Init(init::Arguments),
    /// Print the JSON Schema of the config, or of what `check` or `audit` prints with `--format json`
    Schema(schema::Arguments),
    /// Print a completion script for a shell
    Completions(completions::Arguments),
    /// Write the generated pages of the documentation
    #[command(hide = true)]
    GenerateDocs(generate_docs::Arguments),
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let color = match &cli.command {
        Command::Check(arguments) | Command::Hook(arguments) => arguments.color,
        _ => Color::Auto,
    };
    let result = match cli.command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Badge(arguments) => badge::run(&arguments),
        Command::Baseline(arguments) => baseline::run(&arguments),
        Command::Hook(mut arguments) => hook::run(&mut arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Policies(arguments) => policies::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::GenerateDocs(arguments) => generate_docs::run(&arguments),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            terminal::print_error(&error, color);
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}
