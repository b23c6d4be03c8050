//! `--since`, `--staged`, files as arguments: only what a change is about, told by a real git.

mod base;
mod files;
mod hook;
mod repository;
mod since;
mod staged;
#[path = "../support/mod.rs"]
mod support;
