//! `dbt-steward.yml`: what to run, how grave it is, and what it is limited to.

mod error;
mod file;
mod fitting;
pub(crate) mod globs;
mod load;
mod matches;
mod policies;
mod presets;
mod read;
mod required;
mod resolve;
mod settings;

pub use error::ConfigError;
pub use file::{FailOn, File, Level, Preset, ResourceTypeName, SELECTOR_KEYS, Selectors};
pub use load::{Changes, Config, load};
pub use policies::{ConfigPolicy, POLICY_KEYS};
pub use resolve::{Resolved, Unmatched};
pub use settings::{Override, Settings};
