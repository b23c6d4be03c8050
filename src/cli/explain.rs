//! `dbt-steward explain RULE`: a rule's page in the terminal.

use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::{CLEAN, config, output};
use crate::docs::page;
use crate::rules::policy::PREFIX;
use crate::rules::{self, RuleInfo};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Code or slug, for example DOC001 or undocumented-model; POL/ and a name for a policy of the config
    rule: String,

    /// The config with the policies, if it is not in this folder or above it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  dbt-steward explain DOC001
  dbt-steward explain untested-source";

#[derive(Debug, Error, Diagnostic)]
#[error("there is no rule `{name}`")]
#[diagnostic(help("{help}"))]
struct UnknownRule {
    name: String,
    help: String,
}

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let rule = match rules::find(&arguments.rule) {
        Some(rule) => rule,
        None => policy(arguments)?,
    };
    output::to_stdout(|out| out.write_all(page::terminal(rule).as_bytes()))?;
    Ok(CLEAN)
}

/// The config is read only if no rule of the program is meant, so that a mistake in it hides none of their pages.
fn policy(arguments: &Arguments) -> miette::Result<&'static RuleInfo> {
    let name = &arguments.rule;
    let is_policy = name.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
    let path = config::find(arguments.config.as_deref(), Path::new("."));
    let known = match config::load(path.as_deref()) {
        Ok(config) => config.rules(),
        Err(error) if is_policy => return Err(error.into()),
        Err(_) => rules::all(),
    };
    if let Some(rule) = rules::named(name, known.iter().copied()) {
        return Ok(rule);
    }
    let help = match (rules::suggest_among(name, known), path) {
        (Some(rule), _) => format!("did you mean {} ({})?", rule.code, rule.slug),
        (None, None) if is_policy => "there is no config in this folder or above it; --config names one".to_owned(),
        (None, _) => "`dbt-steward rules` lists them all".to_owned(),
    };
    Err(UnknownRule { name: name.clone(), help }.into())
}
