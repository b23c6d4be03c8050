//! `dbt-steward policies test`: holds each policy of a config against the examples beside it.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Subcommand;
use miette::Diagnostic;
use thiserror::Error;

use super::{CLEAN, FINDINGS, config, output};
use crate::config::ConfigPolicy;
use crate::paths::shown;
use crate::rules::policy::{Example, Outcome};
use crate::words::{counted, listed};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Hold each policy against its examples
    #[command(after_help = EXAMPLES)]
    Test(TestArguments),
}

#[derive(Debug, clap::Args)]
struct TestArguments {
    /// A config, or a folder that has one or is in one that has
    #[arg(default_value = ".")]
    path: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  dbt-steward policies test
  dbt-steward policies test company/dbt-steward.yml

Exit codes: 0 every example is as expected, 1 one is not, 2 could not run";

#[derive(Debug, Error, Diagnostic)]
enum NothingToTest {
    #[error("{}: no dbt-steward.yml there or above it", shown(path))]
    #[diagnostic(help("name the config: dbt-steward policies test FILE"))]
    NoConfig { path: PathBuf },

    #[error("{}: it has no policies", shown(path))]
    #[diagnostic(help("they stand under `policies:`; docs/policies.md tells what they can ask"))]
    NoPolicies { path: PathBuf },
}

pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let Command::Test(arguments) = &arguments.command;
    let given = arguments.path.is_file().then_some(arguments.path.as_path());
    let Some(path) = config::find(given, &arguments.path) else {
        return Err(NothingToTest::NoConfig { path: arguments.path.clone() }.into());
    };
    let config = config::load(Some(&path))?;
    if config.policies().is_empty() {
        return Err(NothingToTest::NoPolicies { path }.into());
    }
    let results: Vec<PolicyResult<'_>> = config.policies().iter().map(PolicyResult::new).collect();
    output::to_stdout(|out| results.iter().try_for_each(|result| out.write_all(result.text().as_bytes())))?;
    // A closed stderr is no reason to fail.
    let _ = writeln!(std::io::stderr(), "{}", summary(&results));
    let is_clean = results.iter().all(|result| result.unexpected.is_empty());
    Ok(if is_clean { CLEAN } else { FINDINGS })
}

struct PolicyResult<'c> {
    policy: &'c ConfigPolicy,
    /// Examples of which the policy says something else than they should show.
    unexpected: Vec<(&'c Example, String)>,
}

impl<'c> PolicyResult<'c> {
    fn new(policy: &'c ConfigPolicy) -> Self {
        let unexpected = policy.examples.iter().filter_map(|example| match example.outcome(policy.rule.policy) {
            Outcome::AsExpected => None,
            Outcome::Otherwise(words) => Some((example, words)),
        });
        Self { policy, unexpected: unexpected.collect() }
    }

    fn text(&self) -> String {
        let code = self.policy.rule.info.code;
        let source = &self.policy.source;
        let place = |start: u32| {
            let position = source.position(start);
            format!("{}:{}:{}", source.path(), position.line, position.column)
        };
        if self.policy.examples.is_empty() {
            return format!("{}: {code} has no examples\n", place(self.policy.span.start));
        }
        if self.unexpected.is_empty() {
            return format!("{code}: {} as expected\n", counted(self.policy.examples.len(), "example"));
        }
        let line = |(example, words): &(&Example, String)| format!("{}: {code}: {words}\n", place(example.span.start));
        self.unexpected.iter().map(line).collect()
    }
}

fn summary(results: &[PolicyResult<'_>]) -> String {
    let examples: usize = results.iter().map(|result| result.policy.examples.len()).sum();
    let unexpected: usize = results.iter().map(|result| result.unexpected.len()).sum();
    let without = results.iter().filter(|result| result.policy.examples.is_empty());
    let without: Vec<&str> = without.map(|result| result.policy.rule.info.code).collect();
    let policies = match results.len() {
        1 => "1 policy".to_owned(),
        count => format!("{count} policies"),
    };
    let mut text = format!("{policies}, {}", counted(examples, "example"));
    text += &match unexpected {
        0 => String::new(),
        count => format!("; {count} not as expected"),
    };
    if !without.is_empty() {
        text += &format!("; without examples: {}", listed(without));
    }
    text
}
