//! What the first bytes of a file give away: that it is no manifest.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::ManifestError;
use super::whereabouts::position;

/// Bytes that are looked at before a large file is read.
const HEAD: u64 = 4096;

/// Refuses a file by its start, so that a disk image given by mistake is not read to its end. Says nothing about what
/// cannot be read twice or not at all: reading the whole says that.
pub fn check_file(path: &Path) -> Result<(), ManifestError> {
    // A pipe must not be opened at all: what was read of it would be gone.
    if !path.is_file() {
        return Ok(());
    }
    let Ok(file) = File::open(path) else { return Ok(()) };
    let mut head = Vec::new();
    match file.take(HEAD).read_to_end(&mut head) {
        Ok(_) => check(path, &head),
        Err(_) => Ok(()),
    }
}

/// Refuses bytes that start like no JSON.
pub fn check(path: &Path, bytes: &[u8]) -> Result<(), ManifestError> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(ManifestError::Utf16 { path: path.to_owned() });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let Some(at) = bytes.iter().position(|byte| !b" \t\r\n".contains(byte)) else { return Ok(()) };
    let (line, column) = position(&String::from_utf8_lossy(&bytes[..at]), at);
    let path = path.to_owned();
    match bytes[at] {
        b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => Ok(()),
        b'<' => Err(ManifestError::WebPage { path, line, column }),
        byte @ b' '..=b'~' => {
            Err(ManifestError::NotJson { path, line, column, found: format!("`{}`", char::from(byte)) })
        }
        byte => Err(ManifestError::NotJson { path, line, column, found: format!("the byte 0x{byte:02X}") }),
    }
}
