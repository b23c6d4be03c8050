//! One finding a line, each with the fields that the JSON output gives it: <https://github.com/ndjson/ndjson-spec>.

use std::io::{self, Write};

use super::json;
use crate::findings::Located;

pub(super) fn write(shown: &[Located], out: &mut dyn Write) -> io::Result<()> {
    for located in shown {
        serde_json::to_writer(&mut *out, &json::finding(located))?;
        writeln!(out)?;
    }
    Ok(())
}
