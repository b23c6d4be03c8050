//! Brings a file's bytes into memory, fast for the large ones.
//!
//! A manifest of hundreds of megabytes is read in less time than a copy of it takes in `std::fs::read`, where most of
//! the time goes to the kernel handing out memory in pages of 4 KiB. Hence two means: the buffer is page-aligned memory
//! of its own for which Linux is asked to use pages of 2 MiB, and all threads read pieces of the file into it at once.
//! The file itself is not memory-mapped: dbt may rewrite it meanwhile, which would change text under our feet or end
//! the process.

use memmap2::MmapMut;
use rayon::prelude::*;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use crate::paths::shown;

/// Files below this many bytes are read in the plain way: a buffer of its own costs more than it saves.
const LARGE: u64 = 1 << 20;

/// Bytes that one thread reads at once, and the size of a huge page on Linux: no two threads wait for the same page.
const PIECE: usize = 2 << 20;

/// How often a file that changes while it is read is read anew before giving up.
const ATTEMPTS: usize = 3;

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

/// The bytes of one file, unchanged by whatever happens to the file later.
#[derive(Debug)]
pub struct Bytes(Storage);

#[derive(Debug)]
enum Storage {
    Heap(Vec<u8>),
    /// Anonymous memory, not the file: filled once, then only read.
    Pages(MmapMut),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Storage::Heap(bytes) => bytes,
            Storage::Pages(bytes) => bytes,
        }
    }
}

/// Reads the whole file at `path`. A pipe is read to its end.
///
/// # Errors
/// When the file cannot be opened or read, does not fit into memory, or keeps changing.
pub fn read(path: &Path) -> Result<Bytes, ReadError> {
    let error = |source| ReadError::new(path, source);
    for _ in 0..ATTEMPTS {
        let mut file = File::open(path).map_err(error)?;
        let before = file.metadata().map_err(error)?;
        if before.is_dir() {
            return Err(ReadError::Directory { path: path.to_owned() });
        }
        if before.is_file() && before.len() >= LARGE {
            let Some(mut pages) = allocate(before.len()) else {
                return Err(ReadError::TooLarge { path: path.to_owned(), len: before.len() });
            };
            match fill(&file, &mut pages) {
                Ok(()) if is_unchanged(&before, &file.metadata().map_err(error)?) => {
                    return Ok(Bytes(Storage::Pages(pages)));
                }
                Err(source) if source.kind() != ErrorKind::UnexpectedEof => return Err(error(source)),
                // It grew, shrank or was rewritten.
                Ok(()) | Err(_) => continue,
            }
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|source| match source.kind() {
            ErrorKind::OutOfMemory => ReadError::TooLarge { path: path.to_owned(), len: before.len() },
            _ => error(source),
        })?;
        if !before.is_file() || is_unchanged(&before, &file.metadata().map_err(error)?) {
            return Ok(Bytes(Storage::Heap(bytes)));
        }
    }
    Err(ReadError::Changing { path: path.to_owned() })
}

/// Zeroed memory for a file of `len` bytes; `None` if the system has not that much.
fn allocate(len: u64) -> Option<MmapMut> {
    let pages = MmapMut::map_anon(usize::try_from(len).ok()?).ok()?;
    #[cfg(target_os = "linux")]
    // A refusal costs time and nothing else.
    let _ = pages.advise(memmap2::Advice::HugePage);
    Some(pages)
}

/// Fills `bytes` from the beginning of `file`, in pieces that all threads share.
fn fill(file: &File, bytes: &mut [u8]) -> io::Result<()> {
    let pieces = bytes.par_chunks_mut(PIECE).enumerate();
    pieces.try_for_each(|(index, piece)| read_exact_at(file, piece, (index * PIECE) as u64))
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, offset) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                bytes = &mut bytes[count..];
                offset += count as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
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

    fn file_of(len: usize) -> (tempfile::NamedTempFile, Vec<u8>) {
        let bytes: Vec<u8> = (0..len).map(|index| (index / 3) as u8).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        (file, bytes)
    }

    #[test]
    fn gives_the_bytes_of_files_of_any_size() {
        let large = LARGE as usize;
        for len in [0, 1, large - 1, large, large + 1, PIECE, PIECE + 1, 3 * PIECE - 1] {
            let (file, bytes) = file_of(len);
            assert!(*read(file.path()).unwrap() == *bytes, "{len} bytes");
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
    fn a_file_shorter_than_expected_is_an_early_end() {
        let (file, bytes) = file_of(PIECE + 10);
        let mut buffer = vec![0; bytes.len() + 1];
        assert_eq!(fill(file.as_file(), &mut buffer).unwrap_err().kind(), ErrorKind::UnexpectedEof);
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

    #[test]
    fn an_impossible_size_is_no_panic() {
        assert!(allocate(u64::MAX).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn reads_a_pipe_to_its_end() {
        assert_eq!(&*read(Path::new("/dev/null")).unwrap(), b"");
    }
}
