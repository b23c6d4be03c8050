//! Methods.

use super::Arguments;
use super::error::Error;
use super::machine::Machine;
use super::value::Value;

pub(super) fn exists(_: &Value, _: &str) -> bool {
    false
}

pub(super) fn is_elsewhere(_: &Value, _: &str) -> bool {
    false
}

pub(super) fn call(_: &mut Machine<'_>, _: &Value, name: &str, _: Arguments) -> Result<Value, Error> {
    Err(Error::failed(format!("No method named '{name}'.")))
}
