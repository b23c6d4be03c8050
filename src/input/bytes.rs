//! Brings a file's bytes into memory. Nothing is memory-mapped: dbt may rewrite a file meanwhile, which would change text
//! under our feet or end the process.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::paths::shown;

/// How often a file that changes while it is read is read anew before giving up.
const ATTEMPTS: usize = 3;

/// Bytes of a pipe that are looked at before the rest is read.
const HEAD: u64 = 4096;

/// The most that is read of a pipe: not all of them have an end.
const LONGEST_PIPE: u64 = 2 << 30;

/// Why a file could not be read. [`ReadError::next_step`] says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Nothing has this path.
    #[error("{} does not exist", shown(path))]
    Missing { path: PathBuf },
    /// A folder was named where a file is needed.
    #[error("{} is a folder, not a file", shown(path))]
    Directory { path: PathBuf },
    /// The file or a folder above it may not be read by this user.
    #[error("no permission to read {}", shown(path))]
    Permission { path: PathBuf, source: io::Error },
    /// The system has not enough memory for the file's bytes.
    #[error("{} is too large for this machine's memory ({len} bytes)", shown(path))]
    TooLarge { path: PathBuf, len: u64 },
    /// A pipe or device from which more comes than anybody has written a manifest of.
    #[error("{} is no file, and does not end within {most} bytes", shown(path))]
    Endless { path: PathBuf, most: u64 },
    /// The file was rewritten during each of several attempts.
    #[error("{} changes while it is being read", shown(path))]
    Changing { path: PathBuf },
    /// Anything else, such as a failing disk.
    #[error("cannot read {}", shown(path))]
    Other { path: PathBuf, source: io::Error },
}

impl miette::Diagnostic for ReadError {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(self.next_step()))
    }
}

impl ReadError {
    /// The next step for the user.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "check the path; dbt writes its artifacts into target/, for example on `dbt parse`",
            Self::Directory { .. } => "name the file inside it, such as target/manifest.json",
            Self::Permission { .. } => "let this user read the file and the folders above it",
            Self::TooLarge { .. } => "free some memory, or run on a machine that has more",
            Self::Endless { .. } => "name a file, or a pipe that ends",
            Self::Changing { .. } => "wait until dbt has finished, then run again",
            Self::Other { .. } => "see whether other programs can read the file",
        }
    }

    fn new(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::Missing { path },
            ErrorKind::IsADirectory => Self::Directory { path },
            // Windows refuses to open a directory as a file with this kind.
            ErrorKind::PermissionDenied if path.is_dir() => Self::Directory { path },
            ErrorKind::PermissionDenied => Self::Permission { path, source },
            _ => Self::Other { path, source },
        }
    }
}

/// A regular file, open for reading. What is no regular file, such as a pipe, cannot be read twice.
#[derive(Debug)]
pub struct Opened {
    file: File,
    /// As it was when it was opened.
    before: Metadata,
}

impl Opened {
    /// Bytes in the file.
    pub fn size(&self) -> u64 {
        self.before.len()
    }

    /// Reads the file from where the last reader stopped.
    pub fn reader(&self) -> &File {
        &self.file
    }

    /// Whether the file was left alone since it was opened.
    pub fn is_unchanged(&self) -> bool {
        self.file.metadata().is_ok_and(|after| is_unchanged(&self.before, &after))
    }
}

/// Opens the file at `path`; `None` if it is no regular file or cannot be opened, of which [`read`] says more.
pub fn open(path: &Path) -> Option<Opened> {
    // Opened only if regular: a pipe would be gone.
    if !path.is_file() {
        return None;
    }
    let file = File::open(path).ok()?;
    let before = file.metadata().ok()?;
    Some(Opened { file, before })
}

/// Reads the whole file at `path`. A pipe is read to its end, once `check` has nothing against how it begins.
///
/// # Errors
/// When the file cannot be opened or read, does not fit into memory, or keeps changing; when a pipe does not end.
pub fn read<E: From<ReadError>>(path: &Path, check: impl Fn(&[u8]) -> Result<(), E>) -> Result<Vec<u8>, E> {
    let error = |source| ReadError::new(path, source);
    for _ in 0..ATTEMPTS {
        let mut file = File::open(path).map_err(error)?;
        let before = file.metadata().map_err(error)?;
        if before.is_dir() {
            return Err(ReadError::Directory { path: path.to_owned() }.into());
        }
        if !before.is_file() {
            return read_pipe(path, file, LONGEST_PIPE, check);
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|source| match source.kind() {
            ErrorKind::OutOfMemory => ReadError::TooLarge { path: path.to_owned(), len: before.len() },
            _ => error(source),
        })?;
        if is_unchanged(&before, &file.metadata().map_err(error)?) {
            return Ok(bytes);
        }
    }
    Err(ReadError::Changing { path: path.to_owned() }.into())
}

fn read_pipe<E: From<ReadError>>(
    path: &Path,
    pipe: impl Read,
    most: u64,
    check: impl Fn(&[u8]) -> Result<(), E>,
) -> Result<Vec<u8>, E> {
    let error = |source| ReadError::new(path, source);
    let mut pipe = pipe.take(most + 1);
    let mut bytes = Vec::new();
    pipe.by_ref().take(HEAD).read_to_end(&mut bytes).map_err(error)?;
    check(&bytes)?;
    pipe.read_to_end(&mut bytes).map_err(error)?;
    match pipe.limit() {
        0 => Err(ReadError::Endless { path: path.to_owned(), most }.into()),
        _ => Ok(bytes),
    }
}

/// Whether a file was left alone between two looks at it, as far as its size and time tell.
fn is_unchanged(before: &Metadata, after: &Metadata) -> bool {
    // Some file systems keep no time of modification; then the size has to do.
    before.len() == after.len() && before.modified().ok() == after.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(path: &Path) -> Result<Vec<u8>, ReadError> {
        super::read(path, |_| Ok(()))
    }

    fn file_of(len: usize) -> (tempfile::NamedTempFile, Vec<u8>) {
        let bytes: Vec<u8> = (0..len).map(|index| (index / 3) as u8).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        (file, bytes)
    }

    #[test]
    fn gives_the_bytes_of_files_of_any_size() {
        for len in [0, 1, 8191, 3 << 20] {
            let (file, bytes) = file_of(len);
            assert!(read(file.path()).unwrap() == bytes, "{len} bytes");
        }
    }

    #[test]
    fn says_that_a_file_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let error = read(&folder.path().join("manifest.json")).unwrap_err();
        assert!(matches!(error, ReadError::Missing { .. }));
        assert!(error.to_string().ends_with("manifest.json does not exist"));
        let (file, _) = file_of(1);
        assert!(matches!(read(&file.path().join("manifest.json")).unwrap_err(), ReadError::Missing { .. }));
    }

    #[test]
    fn says_that_a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read(folder.path()).unwrap_err(), ReadError::Directory { .. }));
    }

    #[test]
    fn a_change_of_size_or_time_is_noticed() {
        let (mut file, _) = file_of(10);
        let before = file.as_file().metadata().unwrap();
        assert!(is_unchanged(&before, &file.as_file().metadata().unwrap()));
        file.write_all(b"x").unwrap();
        assert!(!is_unchanged(&before, &file.as_file().metadata().unwrap()));
        file.as_file().set_len(10).unwrap();
        file.as_file().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        assert!(!is_unchanged(&before, &file.as_file().metadata().unwrap()));
    }

    #[cfg(unix)]
    #[test]
    fn reads_a_pipe_to_its_end() {
        assert_eq!(read(Path::new("/dev/null")).unwrap(), b"");
        assert!(open(Path::new("/dev/null")).is_none());
    }

    #[test]
    fn a_pipe_is_read_until_it_ends_or_begins_wrongly() {
        let pipe = |len: u64, most: u64| {
            read_pipe(Path::new("pipe"), std::io::repeat(b'7').take(len), most, |head| {
                let begins_wrongly = head.len() == 7;
                if begins_wrongly { Err(ReadError::Missing { path: PathBuf::new() }) } else { Ok(()) }
            })
        };
        assert_eq!(pipe(10_000, 10_000).unwrap().len(), 10_000);
        assert_eq!(
            pipe(10_001, 10_000).unwrap_err().to_string(),
            "pipe is no file, and does not end within 10000 bytes"
        );
        assert!(matches!(pipe(7, 10_000).unwrap_err(), ReadError::Missing { .. }));
    }
}
