//! What failed in dbt's last run, from `run_results.json`.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use serde::Deserialize;

use crate::project::Project;

#[derive(Deserialize)]
struct RunResults {
    results: Vec<RunResult>,
}

#[derive(Deserialize)]
struct RunResult {
    unique_id: String,
    #[serde(default)]
    status: Option<String>,
}

/// The nodes and tests that failed, by unique id; `None` where there is no such file.
///
/// # Errors
/// Why the file says nothing about this project, for people.
pub fn failed(path: &Path, project: &Project<'_>) -> Result<Option<HashSet<String>>, String> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let results: RunResults = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    // A folder may hold what another project has left.
    let known = results.results.iter().filter(|result| project.find(&result.unique_id).is_some()).count();
    if known * 2 < results.results.len() {
        let all = results.results.len();
        return Err(format!("only {known} of its {all} nodes are of this project"));
    }
    let has_failed = |result: &RunResult| {
        matches!(result.status.as_deref(), Some("error" | "fail" | "runtime error" | "partial success"))
    };
    let failed = results.results.into_iter().filter(has_failed).map(|result| result.unique_id);
    Ok(Some(failed.collect()))
}
