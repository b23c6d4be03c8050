//! `dbt-steward.yml`: what to run, how grave it is, and what it is limited to.

mod settings;

pub use settings::{Override, Settings};
