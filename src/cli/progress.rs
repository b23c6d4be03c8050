//! One line that says what is going on: on a terminal's stderr only, and gone when it is over.

use std::io::{self, IsTerminal, Write};

/// The line. It is taken away when this is dropped.
pub struct Progress {
    is_shown: bool,
}

/// Columns that a line takes at most.
const WIDTH: usize = 40;

impl Progress {
    /// Silent where nobody watches.
    pub fn new(is_quiet: bool) -> Self {
        Self { is_shown: !is_quiet && io::stderr().is_terminal() }
    }

    /// Says what comes now.
    pub fn say(&self, what: &str) {
        self.write(&format!("{what} …"));
    }

    fn write(&self, text: &str) {
        if self.is_shown {
            // A closed stderr changes nothing about the result.
            let _ = write!(io::stderr(), "\r{text:<WIDTH$}\r");
            let _ = io::stderr().flush();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.write("");
    }
}
