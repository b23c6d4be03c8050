//! Reads files and nothing else: a pipe to which nobody writes would be waited for for ever, and some devices have no end.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// The bytes of a file.
///
/// # Errors
/// When it cannot be read, or is no file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let mut file = open(path)?;
    let metadata = file.metadata()?;
    // Of folders the system says it itself.
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(Error::new(ErrorKind::InvalidInput, "this is a pipe or a device, and should be a file"));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of a file.
///
/// # Errors
/// When it cannot be read, is no file, or is no UTF-8.
pub fn read_to_string(path: &Path) -> Result<String> {
    String::from_utf8(read(path)?).map_err(|error| Error::new(ErrorKind::InvalidData, error))
}

/// Opens a pipe without waiting for who writes to it.
fn open(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (file, text) = (folder.path().join("a.sql"), "select 1\n".repeat(10_000));
        std::fs::write(&file, &text).unwrap();
        assert_eq!(read_to_string(&file).unwrap(), text);
        assert_eq!(read(&folder.path().join("none")).unwrap_err().kind(), ErrorKind::NotFound);
        std::fs::write(&file, b"\xE9").unwrap();
        assert_eq!(read_to_string(&file).unwrap_err().kind(), ErrorKind::InvalidData);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_without_end_is_no_file() {
        let error = read(Path::new("/dev/zero")).unwrap_err();
        assert_eq!(error.to_string(), "this is a pipe or a device, and should be a file");
    }
}
