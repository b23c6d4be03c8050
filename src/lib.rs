//! dbt-steward: a governance linter for dbt projects.
//!
//! ```text
//! discover ─→ input ─→ project ─→ graph ─→ rules ─→ findings ─→ report
//! find files   read      one        who      one      what is    text, json,
//! & config     bytes     model      feeds    file     wrong,     sarif, github, …
//!                                   whom     each     and where
//! ```
//!
//! Arrows go one way. A rule sees the project, the graph, its options and a sink; never a file or a JSON value. A report
//! sees findings, never the project. Only `input` knows what a manifest looks like, only `text` counts bytes, only
//! `graph` knows petgraph, and only `locate` turns a place of the project into a place of a file.
#![forbid(unsafe_code)]

pub mod audit;
pub mod baseline;
pub mod cel;
pub mod changes;
pub mod cli;
pub mod clock;
pub mod config;
pub mod discover;
pub mod docs;
pub mod files;
pub mod findings;
pub mod graph;
pub mod groups;
pub mod input;
pub mod linter;
pub mod locate;
pub mod paths;
pub mod project;
pub mod report;
pub mod rules;
pub mod starter;
pub mod template;
pub mod text;
pub(crate) mod words;
