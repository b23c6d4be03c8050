//! The GitHub Action and the workflows: metadata, and scripts in an environment like that of a runner, against a server on this
//! machine that stands in for GitHub. Scripts need a Unix shell, curl and jq.

mod metadata;
mod workflows;

#[cfg(unix)]
mod check;
#[cfg(unix)]
mod comment;
#[cfg(unix)]
mod install;
#[cfg(unix)]
mod release;
#[cfg(unix)]
mod runner;
#[cfg(unix)]
mod server;
#[path = "../support/mod.rs"]
#[cfg(unix)]
mod support;
