//! Why a manifest could not be used, in words that name the file, the place and the next step.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

/// A manifest that cannot be linted. Every variant ends the run with exit code 2.
#[derive(Debug, Error, Diagnostic)]
pub enum ManifestError {
    #[error("{}: the file is empty", path.display())]
    #[diagnostic(help("run `dbt parse` to write it anew"))]
    Empty { path: PathBuf },

    #[error("{}:{line}:{column}: this is a web page, not a manifest", path.display())]
    #[diagnostic(help("download the raw manifest.json, or run `dbt parse` in the project"))]
    WebPage { path: PathBuf, line: usize, column: usize },

    #[error("{}: the bytes at offset {offset} are not UTF-8", path.display())]
    #[diagnostic(help("dbt writes manifests as UTF-8; run `dbt parse` to write it anew"))]
    NotUtf8 { path: PathBuf, offset: usize },

    #[error("{}:{line}:{column}: the JSON ends too early: {detail}", path.display())]
    #[diagnostic(help("the file was cut off, perhaps while dbt was writing it; run `dbt parse` again"))]
    Truncated { path: PathBuf, line: usize, column: usize, detail: String },

    #[error("{}:{line}:{column}: not valid JSON: {detail}", path.display())]
    #[diagnostic(help("run `dbt parse` to write it anew"))]
    Syntax { path: PathBuf, line: usize, column: usize, detail: String },

    #[error("{}:{line}:{column}: not what a dbt manifest holds here: {detail}", path.display())]
    #[diagnostic(help(
        "run `dbt parse` with an unmodified dbt; if that wrote this file, report it as a bug of dbt-steward"
    ))]
    Shape { path: PathBuf, line: usize, column: usize, detail: String },

    #[error("{}: this JSON is not a dbt manifest: it has no `metadata.dbt_schema_version`", path.display())]
    #[diagnostic(help("pass the manifest.json that dbt writes into target/, not another of its files"))]
    NotAManifest { path: PathBuf },

    #[error("{}: this is dbt's `{found}` file, not a manifest", path.display())]
    #[diagnostic(help("pass the manifest.json from the same folder"))]
    OtherArtifact { path: PathBuf, found: String },

    #[error("{}: manifest schema {schema} (dbt {dbt_version}) is older than dbt 1.0", path.display())]
    #[diagnostic(help(
        "dbt-steward reads manifests of dbt 1.0 and later (schema v4 on); upgrade dbt and run `dbt parse`"
    ))]
    TooOld { path: PathBuf, schema: String, dbt_version: String },

    #[error("{}: the manifest does not say which project it is for", path.display())]
    #[diagnostic(help(
        "neither `metadata.project_name` nor `metadata.project_id` fits a package in it; run `dbt parse` to write it anew"
    ))]
    UnknownProject { path: PathBuf },
}

impl ManifestError {
    /// From serde_json's error, whose line and column are right as long as the whole file was parsed.
    pub(super) fn from_json(path: PathBuf, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let detail = text.split_once(" at line ").map_or(text.as_str(), |(before, _)| before).to_owned();
        match error.classify() {
            serde_json::error::Category::Eof => Self::Truncated { path, line, column, detail },
            serde_json::error::Category::Data => Self::Shape { path, line, column, detail },
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
                Self::Syntax { path, line, column, detail }
            }
        }
    }
}
