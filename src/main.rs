//! Starts the command line; all there is lies in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    dbt_steward::cli::main()
}
