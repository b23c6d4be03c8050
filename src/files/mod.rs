//! The project's files, each read and parsed at most once, however many findings point into it.

mod entries;
mod regular;

use std::collections::HashMap;
use std::io::{Error, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use crate::text::call::Call;
use crate::text::jinja::{Block, BlockKind, JinjaError};
use crate::text::yaml::{Yaml, YamlError};
use crate::text::{SourceFile, Span, TextError, jinja, python, yaml};
pub use entries::Entries;
pub(crate) use entries::name;
pub use regular::{read, read_to_string};

/// A file that is at hand, and what parsing made of it; each view is made when it is first asked for.
#[derive(Debug)]
pub struct ProjectFile {
    pub source: Arc<SourceFile>,
    yaml: OnceLock<Result<Yaml, YamlError>>,
    entries: OnceLock<Entries>,
    calls: OnceLock<Vec<Call>>,
    blocks: OnceLock<(Vec<Block>, Option<JinjaError>)>,
}

impl ProjectFile {
    pub fn new(source: SourceFile) -> Self {
        Self {
            source: Arc::new(source),
            yaml: OnceLock::new(),
            entries: OnceLock::new(),
            calls: OnceLock::new(),
            blocks: OnceLock::new(),
        }
    }

    /// The YAML tree.
    pub fn tree(&self) -> Result<&Yaml, &YamlError> {
        self.yaml.get_or_init(|| yaml::parse(self.source.text())).as_ref()
    }

    /// The YAML tree with an index of what it describes.
    pub fn yaml(&self) -> Result<(&Yaml, &Entries), &YamlError> {
        let tree = self.tree()?;
        Ok((tree, self.entries.get_or_init(|| Entries::new(tree))))
    }

    /// Calls such as `ref()` in SQL or Python, as far as the text can be read.
    pub fn calls(&self) -> &[Call] {
        self.calls.get_or_init(|| {
            let text = self.source.text();
            if self.source.path().ends_with(".py") { python::calls(text) } else { jinja::calls_before_error(text).0 }
        })
    }

    /// Definitions such as `{% macro %}`.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks_and_error().0
    }

    /// Whether there may be more definitions, behind what is never closed.
    pub fn may_have_more_blocks(&self) -> bool {
        self.blocks_and_error().1.is_some()
    }

    fn blocks_and_error(&self) -> &(Vec<Block>, Option<JinjaError>) {
        self.blocks.get_or_init(|| jinja::find_blocks_before_error(self.source.text(), BlockKind::ALL))
    }
}

/// Why a file that is there cannot be looked into.
#[derive(Debug)]
pub struct Problem {
    pub message: String,
    /// What to do about it, when that is known.
    pub help: Option<&'static str>,
    /// The first byte that is no text, with the file as far as it is.
    pub place: Option<(Arc<SourceFile>, Span)>,
}

impl Problem {
    /// As much of the file as is text; `None` where not even the bytes are at hand.
    pub fn readable_part(&self) -> Option<String> {
        // Between the letters of UTF-16 are zeros.
        self.place.as_ref().map(|(file, _)| file.text().replace('\0', ""))
    }

    /// Bytes that are no text are shown with replacement characters, which is what editors show as well.
    fn not_text(shown: &str, bytes: &[u8], error: &TextError) -> Self {
        let TextError::NotUtf8 { byte, .. } = error else {
            return Self { message: error.to_string(), help: None, place: None };
        };
        let message = format!("not valid UTF-8: unexpected byte 0x{byte:02X}; save the file as UTF-8");
        let readable = SourceFile::from_bytes(shown, String::from_utf8_lossy(bytes).into_owned().into_bytes());
        let place = readable.ok().and_then(|file| {
            // A replacement character of the file's own stands before it only where somebody saved this mess before.
            let mark = file.text().find(char::REPLACEMENT_CHARACTER)?;
            Some((Arc::new(file), Span::new(mark, mark + char::REPLACEMENT_CHARACTER.len_utf8())))
        });
        Self { message, help: None, place }
    }

    /// The bytes are not to be had.
    fn unread(error: &Error) -> Self {
        let help =
            (error.kind() == ErrorKind::PermissionDenied).then_some("let the user who runs dbt-steward read the file");
        Self { message: error.to_string(), help, place: None }
    }
}

/// Whether a path from a manifest stays in the folder that it is relative to: a manifest is data, and does not get to
/// name files outside the project.
pub fn is_inside(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

type Slot = Arc<OnceLock<Option<Result<ProjectFile, Problem>>>>;

/// Files by their path relative to a root.
#[derive(Debug, Default)]
pub struct Files {
    slots: Mutex<HashMap<PathBuf, Slot>>,
    /// The project's root with the folders beside it that the project itself says are its own: `../shared/models`.
    beside: (PathBuf, Vec<String>),
}

impl Files {
    /// Of a project that has files in other folders than its own.
    pub fn beside(root: PathBuf, folders: Vec<String>) -> Self {
        Self { beside: (root, folders), ..Self::default() }
    }

    /// Whether the path leads out of `root` into a folder that belongs to the project all the same.
    pub fn is_beside(&self, root: &Path, path: &str) -> bool {
        let is_below = |folder: &String| path.strip_prefix(folder.as_str()).and_then(|rest| rest.strip_prefix('/'));
        let (project, folders) = &self.beside;
        project == root && folders.iter().filter_map(is_below).any(|rest| is_inside(Path::new(rest)))
    }

    /// The file, or `None` where it is not there or lies outside `root` and what is beside it. `shown` is the path to print.
    pub fn get(&self, root: &Path, path: &str, shown: &str) -> Option<FileRef> {
        let relative = Path::new(path);
        if !is_inside(relative) && !self.is_beside(root, path) {
            return None;
        }
        let full = root.join(relative);
        let slot = {
            let mut slots = self.slots.lock().expect("no thread panics while it holds this lock");
            slots.entry(full.clone()).or_default().clone()
        };
        // Read outside the lock, so that threads wait only for the file they need.
        slot.get_or_init(|| {
            let bytes = match read(&full) {
                Ok(bytes) => bytes,
                // It was there when dbt ran, and nothing is wrong with deleting it.
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return None,
                Err(error) => return Some(Err(Problem::unread(&error))),
            };
            // Taking the bytes costs nothing; a copy is made only of what is no text.
            let kept = if std::str::from_utf8(&bytes).is_err() { bytes.clone() } else { Vec::new() };
            let file = SourceFile::from_bytes(shown, bytes).map(ProjectFile::new);
            Some(file.map_err(|error| Problem::not_text(shown, &kept, &error)))
        });
        matches!(slot.get(), Some(Some(_))).then_some(FileRef(slot))
    }
}

/// A file that is there, though its text may not be readable.
#[derive(Debug, Clone)]
pub struct FileRef(Slot);

impl FileRef {
    /// The file's text, or why it is none.
    pub fn text(&self) -> Result<&ProjectFile, &Problem> {
        match self.0.get() {
            Some(Some(file)) => file.as_ref(),
            _ => unreachable!("a FileRef is made only of slots that hold a file"),
        }
    }
}
