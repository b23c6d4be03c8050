//! Starts the command line; all there is lies in the library.

use std::process::ExitCode;

/// Millions of small texts come from all threads at once and are let go by others: docs/performance.md has the difference.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    dbt_steward::cli::main()
}
