//! A text in memory that is in many pieces, read as if it were one: joining them would copy all of it once more.

use std::io::{self, Read};

/// Reads one piece after the other.
pub struct Pieces<'p> {
    /// What is left of the piece that is being read.
    piece: &'p [u8],
    following: &'p [String],
}

impl<'p> Pieces<'p> {
    pub fn new(pieces: &'p [String]) -> Self {
        Self { piece: &[], following: pieces }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            let Some((next, following)) = self.following.split_first() else { return Ok(0) };
            (self.piece, self.following) = (next.as_bytes(), following);
        }
        self.piece.read(into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_read_as_one_text() {
        let pieces = ["", "{\"a\":", "", "\"é\"", "}", ""].map(str::to_owned);
        let mut text = String::new();
        Pieces::new(&pieces).read_to_string(&mut text).expect("nothing fails in memory");
        assert_eq!(text, "{\"a\":\"é\"}");
        assert_eq!(Pieces::new(&[]).read(&mut [0]).expect("nothing fails in memory"), 0);
    }
}
