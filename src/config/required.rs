//! Whether each rule that the config switches on can run at all. One that waits for an option which nobody has set would
//! silently do nothing.

use std::sync::Arc;

use super::error::ConfigError;
use super::load::Config;
use super::read::Setup;
use super::settings::Settings;
use crate::rules::RuleInfo;
use crate::text::{SourceFile, Span};

impl Config {
    /// The first rule that is switched on and lacks what it needs from the config.
    pub(super) fn check_required(&self) -> Result<(), ConfigError> {
        let settings = Settings { owners: self.owners_without_file(), ..Settings::default() };
        for rule in self.rules() {
            let Some((source, setups)) = self.setups_in(rule) else { continue };
            for setup in setups.iter().filter(|setup| setup.is_on()) {
                if let Some(why) = setup.build(rule).unset(&settings) {
                    let help =
                        format!("set it, or the rule to `off`; `dbt-steward explain {}` has an example", rule.code);
                    return Err(cannot_run(rule, &why, source, setup.at, help));
                }
            }
        }
        for (source, parts) in self.overrides() {
            for ((rule, severity), at) in parts.rules.iter().zip(&parts.at) {
                if severity.is_none() || self.preset.severity(rule).is_some() || self.is_set_up(rule) {
                    continue;
                }
                if let Some(why) = rule.by_default().unset(&settings) {
                    let help = "set the rule up under the config's own `rules:`, with options and selectors".to_owned();
                    return Err(cannot_run(rule, &why, source, *at, help));
                }
            }
        }
        Ok(())
    }

    fn is_set_up(&self, rule: &RuleInfo) -> bool {
        self.setups(rule).is_some_and(|setups| setups.iter().any(Setup::is_on))
    }

    /// The codes of the rules that the files switch on by name.
    pub(super) fn named(&self) -> Vec<&'static str> {
        let is_on = |rule: &RuleInfo| {
            self.is_set_up(rule)
                || self.overrides().any(|(_, parts)| {
                    parts.rules.iter().any(|(info, severity)| info.code == rule.code && severity.is_some())
                })
        };
        self.rules().into_iter().filter(|rule| is_on(rule)).map(|rule| rule.code).collect()
    }
}

fn cannot_run(rule: &RuleInfo, why: &str, source: &Arc<SourceFile>, at: Span, help: String) -> ConfigError {
    ConfigError::at(source, at, format!("`{}` is on and cannot run: {why}", rule.slug), Some(help))
}
