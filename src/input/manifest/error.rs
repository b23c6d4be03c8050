//! Why a manifest could not be used, in words that name the file, the place and the next step.

use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::whereabouts::{self, Whereabouts};
use crate::input::bytes::ReadError;
use crate::paths::shown;

/// A manifest that cannot be linted. Every variant ends the run with exit code 2.
#[derive(Debug, Error, Diagnostic)]
pub enum ManifestError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Read(#[from] ReadError),

    #[error("{}: the file is empty", shown(path))]
    #[diagnostic(help("run `dbt parse` to write it anew"))]
    Empty { path: PathBuf },

    #[error("{}:{line}:{column}: this is a web page, not a manifest", shown(path))]
    #[diagnostic(help("download the raw manifest.json, or run `dbt parse` in the project"))]
    WebPage { path: PathBuf, line: usize, column: usize },

    #[error("{}:{line}:{column}: this is not JSON: it starts with {found}", shown(path))]
    #[diagnostic(help("give the folder of a dbt project, or the manifest.json that `dbt parse` writes into target/"))]
    NotJson { path: PathBuf, line: usize, column: usize, found: String },

    #[error("{}:{line}:{column}: not valid UTF-8: unexpected byte 0x{byte:02X}", shown(path))]
    #[diagnostic(help("dbt writes manifests as UTF-8; run `dbt parse` to write it anew"))]
    NotUtf8 { path: PathBuf, line: usize, column: usize, byte: u8 },

    #[error("{}: the file is UTF-16 text, and a manifest is UTF-8", shown(path))]
    #[diagnostic(help("was it written by `>` in PowerShell? run `dbt parse` to write it anew"))]
    Utf16 { path: PathBuf },

    #[error("{}:{line}:{column}: the JSON ends too early, {detail}", shown(path))]
    #[diagnostic(help("the file was cut off, perhaps while dbt was writing it; run `dbt parse` again"))]
    Truncated { path: PathBuf, line: usize, column: usize, detail: String },

    #[error("{}:{line}:{column}: not valid JSON: {detail}", shown(path))]
    #[diagnostic(help("run `dbt parse` to write it anew"))]
    Syntax { path: PathBuf, line: usize, column: usize, detail: String },

    #[error("{}:{line}:{column}: half of a character, which is no text: {detail}", shown(path))]
    #[diagnostic(help(
        "what the project says at this place has half of an emoji or the like in it; write it anew, then run `dbt parse`"
    ))]
    HalfCharacter { path: PathBuf, line: usize, column: usize, detail: String },

    #[error("{}:{line}:{column}: {detail}", shown(path))]
    #[diagnostic(help("run `dbt parse` to write it anew; if that wrote it, report it as a bug of dbt-steward"))]
    Shape { path: PathBuf, line: usize, column: usize, detail: String },

    #[error("{}: this JSON is not a dbt manifest: it has no `metadata.dbt_schema_version`", shown(path))]
    #[diagnostic(help("pass the manifest.json that dbt writes into target/, not another of its files"))]
    NotAManifest { path: PathBuf },

    #[error("{}: this is dbt's `{found}` file, not a manifest", shown(path))]
    #[diagnostic(help("pass the manifest.json from the same folder"))]
    OtherArtifact { path: PathBuf, found: String },

    #[error("{}: manifest schema {schema} (dbt {dbt_version}) is older than dbt 1.0", shown(path))]
    #[diagnostic(help(
        "dbt-steward reads manifests of dbt 1.0 and later (schema v4 on); upgrade dbt and run `dbt parse`"
    ))]
    TooOld { path: PathBuf, schema: String, dbt_version: String },

    #[error("{}: the manifest does not say which project it is for", shown(path))]
    #[diagnostic(help(
        "neither `metadata.project_name` nor `metadata.project_id` fits a package in it; run `dbt parse` to write it anew"
    ))]
    UnknownProject { path: PathBuf },
}

impl ManifestError {
    /// From serde_json's error about the whole text.
    pub(super) fn from_json(path: &Path, text: &str, error: &serde_json::Error) -> Self {
        let path = path.to_owned();
        let message = error.to_string();
        let message = message.split_once(" at line ").map_or(message.as_str(), |(before, _)| before);
        match error.classify() {
            serde_json::error::Category::Eof => {
                // One past the last character that says something: where the rest is missing.
                let (line, column) = whereabouts::position(text, text.trim_end().len());
                Self::Truncated { path, line, column, detail: missing(message) }
            }
            serde_json::error::Category::Data => {
                let Whereabouts { line, column, path: keys } = whereabouts::of(text, error);
                Self::Shape { path, line, column, detail: mismatch(&keys, message) }
            }
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
                let read = whereabouts::offset(text, error.line(), error.column());
                let (line, column) = whereabouts::position(text, read.saturating_sub(1));
                let detail = message.to_owned();
                // Python writes what it has read of one, for example as `\ud83d`.
                match message {
                    "lone leading surrogate in hex escape" | "unexpected end of hex escape" => {
                        Self::HalfCharacter { path, line, column, detail }
                    }
                    _ => Self::Syntax { path, line, column, detail },
                }
            }
        }
    }
}

/// `EOF while parsing a string` in words.
fn missing(message: &str) -> String {
    match message.strip_prefix("EOF while parsing ") {
        Some("a value") => "where a value should come".to_owned(),
        Some(what) => format!("inside {what}"),
        None => message.to_owned(),
    }
}

/// `invalid type: sequence, expected an object` in words, with the place.
fn mismatch(keys: &str, message: &str) -> String {
    let keys = if keys.is_empty() { "it" } else { keys };
    if message.starts_with("duplicate field") {
        return format!("{keys} stands there twice");
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("{keys} has no {field}");
    }
    let parts = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    match parts.and_then(|parts| parts.rsplit_once(", expected ")) {
        Some((found, expected)) => format!("{keys} should be {}, but is {}", wanted(expected), seen(found)),
        None => format!("{keys}: {message}"),
    }
}

fn wanted(expected: &str) -> &str {
    match expected {
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        _ if expected.starts_with("struct ") => "an object",
        other => other,
    }
}

fn seen(found: &str) -> String {
    const LONGEST: usize = 40;
    match found {
        "sequence" => "a list".to_owned(),
        "map" => "an object".to_owned(),
        "null" | "unit value" | "Option value" => "null".to_owned(),
        _ => {
            let found = found.replacen("integer `", "the number `", 1).replacen("floating point `", "the number `", 1);
            let found = found.replacen("boolean `", "`", 1).replacen("string \"", "the string \"", 1);
            let short: String = found.chars().take(LONGEST).collect();
            if short.len() == found.len() { found } else { format!("{short}…") }
        }
    }
}
