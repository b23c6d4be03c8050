//! `manifest.json`, schema v4 (dbt 1.0) to v12 (dbt 1.8 to 1.12) and what dbt 2.x writes.

mod convert;
mod error;
pub mod freshness;
mod head;
mod keep;
mod lenient;
mod pieces;
mod raw;
mod split;
mod stream;
mod whereabouts;

use std::io::Read;
use std::path::Path;

use md5::{Digest, Md5};
use serde::Deserialize;

use super::bytes;
use crate::project::{Facts, Resource, Text};
pub use error::ManifestError;
pub use keep::Copies;
use keep::InPlace;
use lenient::Entries;
use pieces::Pieces;
use stream::Contents;

/// Sections whose entries are read one by one.
const OPENED: [&str; 12] = [
    "nodes",
    "sources",
    "macros",
    "docs",
    "exposures",
    "metrics",
    "groups",
    "saved_queries",
    "semantic_models",
    "unit_tests",
    "functions",
    DISABLED,
];

/// The one section that holds lists, and everything there is.
const DISABLED: &str = "disabled";

/// The oldest schema version that is read: dbt 1.0.
const OLDEST_SCHEMA: u32 = 4;

/// The whole file, as read in one pass.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Manifest<'a> {
    #[serde(borrow)]
    metadata: raw::Metadata<'a>,
    nodes: Section<'a>,
    sources: Section<'a>,
    macros: Section<'a>,
    docs: Section<'a>,
    exposures: Section<'a>,
    metrics: Section<'a>,
    groups: Section<'a>,
    saved_queries: Section<'a>,
    semantic_models: Section<'a>,
    unit_tests: Section<'a>,
    functions: Section<'a>,
    disabled: Entries<'a, Vec<raw::Entry<'a>>>,
}

type Section<'a> = Entries<'a, raw::Entry<'a>>;

/// What the facts of a manifest are borrowed from.
#[derive(Debug, Default)]
pub struct Memory {
    /// The texts that somebody needs.
    copies: Copies,
    /// The whole file, where it is odd or comes through a pipe.
    bytes: Vec<u8>,
}

/// Reads a manifest.
///
/// # Errors
/// Says what is wrong with the file, where, and what to do.
pub fn read<'a>(path: &Path, memory: &'a mut Memory) -> Result<Facts<'a>, ManifestError> {
    head::check_file(path)?;
    let Memory { copies, bytes } = memory;
    let Some(file) = bytes::open(path) else {
        *bytes = bytes::read(path, |start| head::check(path, start))?;
        return of_bytes(path, bytes, copies);
    };
    if let Some(facts) = parallel(path, file.reader(), file.size(), copies).filter(|_| file.is_unchanged()) {
        return Ok(facts);
    }
    *bytes = bytes::read(path, |start| head::check(path, start))?;
    plain(path, text(path, bytes)?)
}

/// Reads a manifest that is in memory, in pieces. `path` is for messages only.
///
/// # Errors
/// As [`read`].
pub fn parse<'a>(path: &Path, pieces: &[String], memory: &'a mut Memory) -> Result<Facts<'a>, ManifestError> {
    let Memory { copies, bytes } = memory;
    let len: usize = pieces.iter().map(String::len).sum();
    if let Some(facts) = parallel(path, Pieces::new(pieces), len as u64, copies) {
        return Ok(facts);
    }
    *bytes = pieces.concat().into_bytes();
    plain(path, text(path, bytes)?)
}

fn of_bytes<'a>(path: &Path, bytes: &'a [u8], copies: &'a mut Copies) -> Result<Facts<'a>, ManifestError> {
    match parallel(path, bytes, bytes.len() as u64, copies) {
        Some(facts) => Ok(facts),
        None => plain(path, text(path, bytes)?),
    }
}

/// Reads a manifest of `len` bytes through a window, on all threads. `None` on anything odd: the plain parse then either
/// reads the file after all or says where it is wrong.
pub fn parallel<'a>(path: &Path, source: impl Read + Send, len: u64, copies: &'a mut Copies) -> Option<Facts<'a>> {
    let Contents { metadata, mut enabled, disabled, dropped } =
        stream::read(source, len, stream::WINDOW, &copies.shelf(len)?)?;
    let metadata = metadata?;
    check_version(path, &metadata).ok()?;
    enabled.extend(dropped);
    facts(path, &metadata, enabled, disabled).ok()
}

/// One serde_json parse of the whole file on one thread: the reference, and the way to a right error position.
///
/// # Errors
/// As [`read`].
pub fn plain<'a>(path: &Path, text: &'a str) -> Result<Facts<'a>, ManifestError> {
    let manifest: Manifest<'a> = serde_json::from_str(text).map_err(|error| misfit(path, text, &error))?;
    check_version(path, &manifest.metadata)?;
    let Manifest { metadata, disabled, .. } = manifest;
    let sections = [
        manifest.nodes,
        manifest.sources,
        manifest.macros,
        manifest.docs,
        manifest.exposures,
        manifest.metrics,
        manifest.groups,
        manifest.saved_queries,
        manifest.semantic_models,
        manifest.unit_tests,
        manifest.functions,
    ];
    let mut resources = Vec::new();
    let mut off = Vec::new();
    let listed = sections.into_iter().flat_map(|section| section.0);
    let listed = listed.map(|(key, entry)| (entry.config.enabled != Some(false), key, entry));
    let set_aside =
        disabled.0.into_iter().flat_map(|(key, list)| list.into_iter().map(move |entry| (key.clone(), entry)));
    let set_aside = set_aside.map(|(key, entry)| (is_dropped_exposure(&key, &entry), key, entry));
    for (enabled, key, entry) in listed.chain(set_aside) {
        let resource = convert::resource(key, entry, &mut InPlace);
        if enabled { resources.push(resource) } else { off.push(resource) }
    }
    facts(path, &metadata, resources, off)
}

/// dbt 2.x moves an exposure that refers to a disabled or missing resource among the disabled ones; only its `enabled`
/// config still says that nobody disabled it. The dashboard is there all the same.
fn is_dropped_exposure(key: &str, entry: &raw::Entry<'_>) -> bool {
    entry.config.enabled == Some(true) && key.starts_with("exposure.")
}

fn facts<'a>(
    path: &Path,
    metadata: &raw::Metadata<'a>,
    resources: Vec<Resource<'a>>,
    disabled: Vec<Resource<'a>>,
) -> Result<Facts<'a>, ManifestError> {
    let name = project_name(metadata, &resources).ok_or_else(|| ManifestError::UnknownProject { path: path.into() })?;
    Ok(Facts {
        name,
        dbt_version: metadata.dbt_version.clone(),
        adapter: metadata.adapter_type.clone(),
        generated_at: metadata.generated_at.clone(),
        resources,
        disabled,
    })
}

/// Refuses what is no text at all, with a message better than a JSON parser's.
fn text<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, ManifestError> {
    head::check(path, bytes)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let (line, column) = whereabouts::position(&valid, valid.len());
        ManifestError::NotUtf8 { path: path.to_owned(), line, column, byte: bytes[error.valid_up_to()] }
    })?;
    if text.trim().is_empty() {
        return Err(ManifestError::Empty { path: path.to_owned() });
    }
    Ok(text)
}

/// Why the file could not be read as a manifest. That it is no manifest at all, another artifact, or too old to have
/// today's shape, is a better answer than the first place where the shapes differ.
fn misfit(path: &Path, text: &str, error: &serde_json::Error) -> ManifestError {
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(borrow, default)]
        metadata: raw::Metadata<'a>,
    }
    let shape = || ManifestError::from_json(path, text, error);
    if !error.is_data() {
        return shape();
    }
    if !text.trim_start().starts_with('{') {
        return ManifestError::NotAManifest { path: path.to_owned() };
    }
    match serde_json::from_str::<Head<'_>>(text) {
        Ok(head) => check_version(path, &head.metadata).err().unwrap_or_else(shape),
        Err(_) => shape(),
    }
}

/// Refuses other artifacts and manifests older than dbt 1.0.
fn check_version(path: &Path, metadata: &raw::Metadata<'_>) -> Result<(), ManifestError> {
    let path = || path.to_owned();
    // https://schemas.getdbt.com/dbt/manifest/v12.json
    let mut parts = metadata.dbt_schema_version.rsplit('/');
    let (Some(file), Some(artifact)) = (parts.next(), parts.next()) else {
        return Err(ManifestError::NotAManifest { path: path() });
    };
    if artifact != "manifest" {
        return Err(ManifestError::OtherArtifact { path: path(), found: artifact.to_owned() });
    }
    let schema = file.trim_end_matches(".json");
    match schema.trim_start_matches('v').parse::<u32>() {
        Ok(number) if number >= OLDEST_SCHEMA => Ok(()),
        Ok(_) => Err(ManifestError::TooOld {
            path: path(),
            schema: schema.to_owned(),
            dbt_version: metadata.dbt_version.to_string(),
        }),
        Err(_) => Err(ManifestError::NotAManifest { path: path() }),
    }
}

/// The root project's name; before dbt 1.6 only its md5 is there, which tells it among the packages.
fn project_name<'a>(metadata: &raw::Metadata<'a>, resources: &[Resource<'a>]) -> Option<Text<'a>> {
    if metadata.project_name.non_empty().is_some() {
        return Some(metadata.project_name.clone());
    }
    let mut seen = std::collections::HashSet::new();
    let packages = resources.iter().map(|resource| &resource.package).filter(|name| seen.insert(name.as_str()));
    let is_root = |name: &&Text<'a>| hex_md5(name) == metadata.project_id.as_str();
    packages.into_iter().find(is_root).cloned()
}

/// dbt's project id: the md5 of the name, in hexadecimal.
fn hex_md5(name: &str) -> String {
    Md5::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
