//! Where output goes: stdout, or a file that appears whole or not at all.

use std::io::{self, BufWriter, Write};
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

/// Lets `fill` write to a temporary file beside `path`, then renames it. A pipe or a device, such as `/dev/null`, is written
/// to as it is: who may rename a file onto it (root in a container may) would replace it for the whole system.
///
/// # Errors
/// When the file cannot be written; then nothing is left behind.
pub fn to_file(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), OutputError> {
    let failed = |source| OutputError::File { path: path.to_owned(), source };
    let write = |file| {
        let mut out = BufWriter::with_capacity(1 << 16, file);
        fill(&mut out)?;
        out.flush()
    };
    if std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return std::fs::OpenOptions::new().write(true).open(path).and_then(write).map_err(failed);
    }
    let temporary = temporary_name(path);
    let written = std::fs::File::create(&temporary).and_then(write);
    written.and_then(|()| std::fs::rename(&temporary, path)).map_err(|source| {
        // Nothing more can be done if this fails as well, and the first error is the one to tell.
        let _ = std::fs::remove_file(&temporary);
        failed(source)
    })
}

/// In the same folder, so that renaming never crosses file systems; with the process id, so that two runs do not meet.
fn temporary_name(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}
