//! One line that says what is going on: on a terminal's stderr only, and gone when it is over.

use std::io::{self, IsTerminal, Stderr, Write};

/// The line. It is taken away when this is dropped.
pub struct Progress<W: Write = Stderr> {
    /// Where it is drawn, if anybody watches.
    screen: Option<W>,
}

/// Columns that a line takes at most.
const WIDTH: usize = 40;

impl Progress {
    /// Silent where nobody watches.
    pub fn new(is_quiet: bool) -> Self {
        let stderr = io::stderr();
        Self::on(!is_quiet && stderr.is_terminal(), stderr)
    }
}

impl<W: Write> Progress<W> {
    fn on(is_watched: bool, screen: W) -> Self {
        Self { screen: is_watched.then_some(screen) }
    }

    /// Says what comes now.
    pub fn say(&mut self, what: &str) {
        self.draw(&format!("{what} …"));
    }

    fn draw(&mut self, text: &str) {
        if let Some(screen) = &mut self.screen {
            // A screen that is closed changes nothing about the result.
            let _ = write!(screen, "\r{text:<WIDTH$.WIDTH$}\r").and_then(|()| screen.flush());
        }
    }
}

impl<W: Write> Drop for Progress<W> {
    fn drop(&mut self) {
        self.draw("");
    }
}

#[cfg(test)]
mod tests {
    use super::{Progress, WIDTH};

    /// What stands on a terminal's line after each time that something is drawn.
    fn seen(bytes: &[u8]) -> Vec<String> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(!text.contains('\n'), "{text:?}");
        let mut line: Vec<char> = Vec::new();
        let mut seen = Vec::new();
        for part in text.split('\r').filter(|part| !part.is_empty()) {
            for (at, character) in part.chars().enumerate() {
                if at < line.len() { line[at] = character } else { line.push(character) }
            }
            seen.push(line.iter().collect::<String>().trim_end().to_owned());
        }
        seen
    }

    #[test]
    fn each_step_takes_the_place_of_the_last_and_none_is_left() {
        let mut screen = Vec::new();
        let mut progress = Progress::on(true, &mut screen);
        progress.say("reading the whole of it");
        progress.say("weighing");
        drop(progress);
        assert_eq!(seen(&screen), ["reading the whole of it …", "weighing …", ""]);
        // What comes next begins at the left.
        assert!(screen.ends_with(b"\r"));
    }

    #[test]
    fn no_step_is_longer_than_what_takes_it_away() {
        let mut screen = Vec::new();
        Progress::on(true, &mut screen).say(&"long ".repeat(20));
        assert_eq!(seen(&screen).iter().map(|line| line.chars().count()).collect::<Vec<_>>(), [WIDTH - 1, 0]);
    }

    #[test]
    fn nothing_is_drawn_where_nobody_watches() {
        let mut screen = Vec::new();
        Progress::on(false, &mut screen).say("reading");
        assert_eq!(screen, b"");
    }
}
