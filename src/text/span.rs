//! A stretch of one file's text, in bytes.

/// Half-open byte range `start..end` into the text of one [`SourceFile`](super::SourceFile), whose byte-order mark, if
/// any, is already removed. Files above 4 GiB are not text that people edit, so 32 bits are enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset one past the last byte; never less than `start`.
    pub end: u32,
}

impl Span {
    /// A span from two byte offsets.
    ///
    /// # Panics
    /// When an offset exceeds 32 bits; [`SourceFile`](super::SourceFile) refuses such files beforehand.
    pub fn new(start: usize, end: usize) -> Self {
        let narrow = |offset: usize| u32::try_from(offset).expect("source files are below 4 GiB");
        debug_assert!(start <= end);
        Self { start: narrow(start), end: narrow(end) }
    }

    /// The range as `usize`, to slice with.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span covers no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}
