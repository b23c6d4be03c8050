//! Filters.

use super::Arguments;
use super::error::Error;
use super::machine::Machine;
use super::value::Value;

pub(super) fn apply(_: &mut Machine<'_>, name: &str, _: Value, _: Arguments) -> Result<Value, Error> {
    Err(Error::failed(format!("No filter named '{name}'.")))
}
