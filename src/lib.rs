#![forbid(unsafe_code)]
pub mod config;
pub mod findings;
pub mod graph;
pub mod input;
pub mod project;
pub mod rules;
pub mod text;
