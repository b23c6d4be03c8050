//! How often each file was changed, as git remembers it.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::changes::{Git, GitError};

/// Commits within the year before `today` (`YYYY-MM-DD`) that changed each file of the project, merges left out; by path
/// relative to the project, with `/`.
///
/// # Errors
/// When git fails.
pub fn commits(git: &Git, today: &str) -> Result<HashMap<String, u32>, GitError> {
    let since = format!("--since={}T00:00:00Z", a_year_before(today));
    let until = format!("--until={today}T23:59:59Z");
    let bytes = git.bytes(&[
        "log",
        "--no-merges",
        "--format=tformat:",
        "--name-only",
        "--relative",
        "-z",
        &since,
        &until,
        "HEAD",
        "--",
        ".",
    ])?;
    let mut commits: HashMap<String, u32> = HashMap::new();
    // Between two commits git puts a line break.
    let paths = bytes.split(|byte| *byte == 0).map(|path| path.strip_prefix(b"\n").unwrap_or(path));
    for path in paths.filter(|path| !path.is_empty()) {
        *commits.entry(String::from_utf8_lossy(path).into_owned()).or_default() += 1;
    }
    Ok(commits)
}

/// The same day of the year before; for the leap day the one before it.
fn a_year_before(today: &str) -> String {
    today.parse::<Date>().map_or_else(|_| today.to_owned(), |day| day.saturating_sub(1.year()).to_string())
}

#[cfg(test)]
mod tests {
    use super::a_year_before;

    #[test]
    fn a_year_ends_where_it_began() {
        assert_eq!(a_year_before("2026-01-01"), "2025-01-01");
        assert_eq!(a_year_before("2024-02-29"), "2023-02-28");
    }
}
