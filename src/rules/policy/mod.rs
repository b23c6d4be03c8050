//! Policies: rules that a config brings, each an expression over a view of the resource.
//!
//! What an expression may ask for stands in `fields.rs`, once for the checker, for the documentation and for examples;
//! `view.rs` answers it from the project. A policy is an ordinary rule with code `POL/<name>`, whose finding is made by
//! `check.rs`.

mod check;
mod definition;
mod example;
mod fields;
mod template;
mod view;

pub use definition::{At, Definition, Part, Policy, PolicyError, Registered};
pub use example::{Example, ExampleError, Expectation, Outcome};
pub use fields::{COLUMN, NEIGHBOUR, RESOURCE};

/// What the codes of policies begin with.
pub const PREFIX: &str = "POL/";
