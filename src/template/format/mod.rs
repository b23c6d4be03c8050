//! Formatting.

use super::error::Error;
use super::machine::Machine;
use super::value::Value;

pub(super) fn percent(_: &mut Machine<'_>, _: &str, _: &Value) -> Result<Value, Error> {
    Err(Error::unknown("formatting"))
}
