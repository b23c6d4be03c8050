//! `dbt-steward explain RULE`: a rule's page in the terminal.

use miette::Diagnostic;
use thiserror::Error;

use super::{CLEAN, output};
use crate::docs::page;
use crate::rules;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Code or slug, for example DOC001 or undocumented-model
    rule: String,
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
    let Some(rule) = rules::find(&arguments.rule) else {
        let help = rules::suggest(&arguments.rule).map_or_else(
            || "`dbt-steward rules` lists them all".to_owned(),
            |rule| format!("did you mean {} ({})?", rule.code, rule.slug),
        );
        return Err(UnknownRule { name: arguments.rule.clone(), help }.into());
    };
    output::to_stdout(|out| out.write_all(page::terminal(rule).as_bytes()))?;
    Ok(CLEAN)
}
