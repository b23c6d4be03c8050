//! What failed in dbt's last run, from `run_results.json`.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;

use crate::project::Project;

#[derive(Deserialize)]
struct RunResults {
    #[serde(default)]
    metadata: Metadata,
    results: Vec<RunResult>,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    generated_at: Option<String>,
}

/// What the last run tells.
#[derive(Debug)]
pub struct LastRun {
    /// The nodes and tests that failed, by unique id.
    pub failed: HashSet<String>,
    /// When it ended and when the manifest was written after that, if so: the project may have changed in between.
    pub outdated: Option<(String, String)>,
}

#[derive(Deserialize)]
struct RunResult {
    unique_id: String,
    #[serde(default)]
    status: Option<String>,
}

/// What failed; `None` where there is no such file.
///
/// # Errors
/// Why the file says nothing about this project, for people.
pub fn read(path: &Path, project: &Project<'_>) -> Result<Option<LastRun>, String> {
    let bytes = match crate::files::read(path) {
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
    let outdated = outdated(results.metadata.generated_at, &project.generated_at);
    let failed = results.results.into_iter().filter(has_failed).map(|result| result.unique_id);
    Ok(Some(LastRun { failed: failed.collect(), outdated }))
}

/// dbt writes the manifest when a run begins and the results when it ends, so a manifest that is newer than the results is
/// of a later run.
fn outdated(ended: Option<String>, manifest: &str) -> Option<(String, String)> {
    let ended = ended?;
    let (end, written) = (ended.parse::<Timestamp>().ok()?, manifest.parse::<Timestamp>().ok()?);
    (end < written).then(|| (ended, manifest.to_owned()))
}
