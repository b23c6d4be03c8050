//! The options by which `audit`, `badge` and `baseline` find a project and look at it.

use std::path::PathBuf;

use super::input;
use super::lint::{BaselineUse, Linted, Wanted, set_threads};
use crate::audit::{self, Audit, Circumstances, Read};
use crate::clock;
use crate::config::{self, Preset, Unmatched};
use crate::discover::{self, Discovered};

#[derive(Debug, clap::Args)]
pub struct ProjectArguments {
    /// A folder in a dbt project, or a manifest file of any name
    #[arg(default_value = ".")]
    path: PathBuf,

    /// The manifest, if it is not where dbt puts it
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    #[command(flatten)]
    input: input::Settings,

    /// The config, if it is not beside dbt_project.yml or above it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Which rules are on and how grave they are, before the config's own changes
    #[arg(long, value_enum)]
    preset: Option<Preset>,

    /// Pass over globs and selectors of the config that match nothing, as one that several projects share must
    #[arg(long)]
    allow_empty: bool,

    /// Threads to use; 0 is one per core, and more than 64 are started only where there are as many cores
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=1024))]
    threads: u16,

    /// The date that rules take for today, instead of the clock's (UTC)
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = clock::parse)]
    today: Option<String>,
}

impl ProjectArguments {
    /// Finds the project.
    pub fn discover(&self) -> miette::Result<Discovered> {
        set_threads(self.threads)?;
        let target = std::env::var_os("DBT_TARGET_PATH");
        Ok(discover::discover(&self.path, self.manifest.as_deref(), target)?)
    }

    /// The day that rules take for today.
    pub fn today(&self) -> String {
        self.today.clone().unwrap_or_else(clock::today)
    }

    /// What to lint.
    pub fn wanted<'a>(&'a self, discovered: &'a Discovered) -> Wanted<'a> {
        Wanted {
            discovered,
            input: &self.input,
            config: self.config.as_deref(),
            changes: config::Changes {
                preset: self.preset,
                select: &[],
                ignore: &[],
                fail_on: None,
                today: self.today(),
            },
            unmatched: Unmatched::allowed(self.allow_empty),
            base: None,
            // An audit is about the project as it is, old debt first of all.
            baseline: BaselineUse::Without,
            outputs: &[],
        }
    }
}

/// The audit of a project that has been linted.
pub fn audit(linted: &Linted<'_, '_>, circumstances: &Circumstances) -> Audit {
    audit::audit(&audit::Input {
        project: linted.project,
        settings: &linted.resolved.settings,
        instances: &linted.resolved.instances,
        report: &linted.report,
        circumstances,
        read: Read { kind: linted.choice.kind, choice: linted.choice.in_words() },
        has_files: linted.locator.project_root().is_some(),
    })
}
