//! Where output goes: stdout, or a file that appears whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use crate::paths::shown;

/// Output that could not be written.
#[derive(Debug, Error, Diagnostic)]
pub enum OutputError {
    #[error("{}: cannot be written", shown(path))]
    #[diagnostic(help("check that the folder exists and that you may write to it"))]
    File { path: PathBuf, source: io::Error },

    #[error("stdout cannot be written")]
    Stdout { source: io::Error },
}

/// Lets `fill` write to stdout. A reader that goes away (`| head`) is no error.
///
/// # Errors
/// When stdout fails otherwise.
pub fn to_stdout(fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), OutputError> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match fill(&mut out).and_then(|()| out.flush()) {
        Err(source) if source.kind() != io::ErrorKind::BrokenPipe => Err(OutputError::Stdout { source }),
        _ => {
            // What could not be written to a closed pipe must not be tried again when the buffer is dropped.
            let _ = out.into_parts();
            Ok(())
        }
    }
}

/// Lets `fill` write to a temporary file beside `path`, then renames it. A link stays one: what it leads to is written. A
/// pipe or a device, such as `/dev/null`, is written to as it is: who may rename a file onto it (root in a container may)
/// would replace it for the whole system.
///
/// # Errors
/// When the file cannot be written; then nothing is left behind.
pub fn to_file(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), OutputError> {
    if is_stdout(path) {
        return to_stdout(fill);
    }
    let failed = |source| OutputError::File { path: path.to_owned(), source };
    let write = |file| {
        let mut out = BufWriter::with_capacity(1 << 16, file);
        fill(&mut out)?;
        out.flush()
    };
    if std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return OpenOptions::new().write(true).open(path).and_then(write).map_err(failed);
    }
    let target = behind_links(path).map_err(failed)?;
    let temporary = temporary_name(&target);
    let created = File::create(&temporary).and_then(|file| keep_mode(&target, &file).map(|()| file));
    let written = created.and_then(write);
    written.and_then(|()| std::fs::rename(&temporary, &target)).map_err(|source| {
        // Nothing more can be done if this fails as well, and the first error is the one to tell.
        let _ = std::fs::remove_file(&temporary);
        failed(source)
    })
}

/// Whether it is what stdout was sent to: `/dev/stdout` is, with `> findings.txt`, and so is `findings.txt`.
#[cfg(unix)]
fn is_stdout(path: &Path) -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::MetadataExt;
    let stdout = io::stdout().as_fd().try_clone_to_owned().and_then(|stdout| File::from(stdout).metadata());
    let place = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    std::fs::metadata(path).is_ok_and(|file| stdout.is_ok_and(|stdout| place(stdout) == place(file)))
}

#[cfg(not(unix))]
fn is_stdout(_: &Path) -> bool {
    false
}

/// The file that a path leads to, which need not be there.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    if path.is_symlink()
        && let Err(error) = std::fs::metadata(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    while let Ok(link) = std::fs::read_link(&target) {
        target = target.parent().unwrap_or(Path::new("")).join(link);
    }
    Ok(target)
}

/// Who may read the file that is to be replaced, and nobody else, may read the new one.
#[cfg(unix)]
fn keep_mode(old: &Path, new: &File) -> io::Result<()> {
    std::fs::metadata(old).map_or(Ok(()), |old| new.set_permissions(old.permissions()))
}

#[cfg(not(unix))]
fn keep_mode(_: &Path, _: &File) -> io::Result<()> {
    Ok(())
}

/// Adds a line, ended, to a file that may not be there yet: whole or not at all, also where others add to it at once.
///
/// # Errors
/// When the file cannot be written; then it is as it was.
pub fn append(path: &Path, line: &str) -> Result<(), OutputError> {
    let append = || {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        lock(&file, File::lock)?;
        let length = file.seek(SeekFrom::End(0))?;
        let line = if ends_its_last_line(&mut file, length)? { line.to_owned() } else { format!("\n{line}") };
        file.write_all(line.as_bytes()).inspect_err(|_| {
            // Nothing more can be done if this fails as well, and the first error is the one to tell.
            let _ = file.set_len(length);
        })
    };
    append().map_err(|source| OutputError::File { path: path.to_owned(), source })
}

/// The text of a file to which others may be adding; none if it is not there.
///
/// # Errors
/// When it cannot be read, or is no text.
pub fn read_whole(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        file => {
            let mut file = file?;
            lock(&file, File::lock_shared)?;
            file.read_to_string(&mut text)?;
        }
    }
    Ok(text)
}

/// Waits until nobody else writes. Where there are no locks, a line is still written in one go.
fn lock(file: &File, lock: impl Fn(&File) -> io::Result<()>) -> io::Result<()> {
    match lock(file) {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        result => result,
    }
}

/// Whether what is added begins a line of its own.
fn ends_its_last_line(file: &mut File, length: u64) -> io::Result<bool> {
    let mut last = [b'\n'];
    if length > 0 {
        file.seek(SeekFrom::Start(length - 1))?;
        file.read_exact(&mut last)?;
    }
    Ok(last == [b'\n'])
}

/// In the same folder, so that renaming never crosses file systems; with the process id, so that two runs do not meet.
fn temporary_name(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}
