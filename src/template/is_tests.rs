//! What stands behind `is`.

use super::Arguments;
use super::error::Error;
use super::machine::Machine;
use super::value::Value;

pub(super) fn apply(_: &mut Machine<'_>, name: &str, value: &Value, _: Arguments) -> Result<bool, Error> {
    match name {
        "defined" => Ok(!value.known()?.is_undefined()),
        _ => Err(Error::failed(format!("No test named '{name}'."))),
    }
}
