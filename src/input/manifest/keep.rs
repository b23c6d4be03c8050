//! Where the texts of a project stay when the bytes that they were read from are forgotten.
//!
//! A manifest is read through a small window, so that the texts that somebody needs have to be copied out of it, all
//! others being half of the file. They go into memory that lives as long as the project, one behind the other, and those
//! that keep coming back, such as names of packages and paths of files, go there once.

use std::ops::Range;
use std::sync::Mutex;

use memmap2::MmapMut;
use serde_json::value::RawValue;

use super::lenient::Texts;
use crate::project::{Json, Text};

/// Takes over texts from `'w`, the life of what they were read from, to `'a`, the life of the project.
pub trait Keep<'w, 'a> {
    fn text(&mut self, text: Text<'w>) -> Text<'a>;

    fn json(&mut self, raw: &'w RawValue) -> Json<'a>;

    fn texts(&mut self, texts: Texts<'w>) -> Vec<Text<'a>> {
        texts.0.into_iter().map(|text| self.text(text)).collect()
    }
}

/// Leaves texts where they are, for bytes that stay.
pub struct InPlace;

impl<'a> Keep<'a, 'a> for InPlace {
    fn text(&mut self, text: Text<'a>) -> Text<'a> {
        text
    }

    fn json(&mut self, raw: &'a RawValue) -> Json<'a> {
        Json::new(raw.get())
    }
}

/// Memory that one thread takes at once.
const BLOCK: usize = 256 << 10;

/// Texts larger than this get memory of their own, so that not much of a block is left over where one does not fit.
const LARGE: usize = BLOCK / 8;

/// Memory for copies of texts. It has to live as long as they do.
#[derive(Debug, Default)]
pub struct Copies(Option<MmapMut>);

impl Copies {
    /// Room for the texts of a file of `len` bytes; `None` if the system has not that much. Most of it is never touched,
    /// and what is not touched takes no memory.
    pub(super) fn shelf(&mut self, len: u64) -> Option<Shelf<'_>> {
        let len = usize::try_from(len).ok()?;
        // A quarter for what is left over of blocks, and one block for each thread to begin with.
        let len = len.checked_add(len / 4)?.checked_add(BLOCK * (rayon::current_num_threads() + 1))?;
        let memory = self.0.insert(MmapMut::map_anon(len).ok()?);
        Some(Shelf { free: Mutex::new(memory), idle: Mutex::default() })
    }
}

/// Memory that threads share out among themselves, block by block.
pub struct Shelf<'a> {
    free: Mutex<&'a mut [u8]>,
    idle: Mutex<Vec<Copier<'a>>>,
}

impl<'a> Shelf<'a> {
    /// Lets `work` copy onto the shelf. `None` if it says so, or if there is not enough room.
    pub fn fill<T>(&self, work: impl FnOnce(&mut Copying<'a, '_>) -> Option<T>) -> Option<T> {
        let idle = self.idle.lock().expect("nothing panics while it holds the lock").pop();
        let mut copying = Copying { copier: idle.unwrap_or_default(), shelf: self, is_full: false };
        let done = work(&mut copying);
        let Copying { copier, is_full, .. } = copying;
        self.idle.lock().expect("nothing panics while it holds the lock").push(copier);
        done.filter(|_| !is_full)
    }

    fn take(&self, len: usize) -> Option<&'a mut [u8]> {
        let mut free = self.free.lock().expect("nothing panics while it holds the lock");
        let (taken, rest) = std::mem::take(&mut *free).split_at_mut_checked(len)?;
        *free = rest;
        Some(taken)
    }
}

/// What a thread has begun, passed on to whichever thread goes on.
struct Copier<'a> {
    block: &'a mut [u8],
    /// Short texts that were copied lately, each at the place that its hash says.
    recent: Box<[&'a str; RECENT]>,
}

const RECENT: usize = 1024;

/// Texts up to this length may come back.
const SHORT: Range<usize> = 1..128;

impl Default for Copier<'_> {
    fn default() -> Self {
        Self { block: &mut [], recent: Box::new([""; RECENT]) }
    }
}

/// Copies texts onto a shelf.
pub struct Copying<'a, 's> {
    copier: Copier<'a>,
    shelf: &'s Shelf<'a>,
    is_full: bool,
}

impl<'a> Copying<'a, '_> {
    fn copy(&mut self, text: &str) -> &'a str {
        if !SHORT.contains(&text.len()) {
            return self.copy_anew(text);
        }
        let place = place(text.as_bytes());
        if self.copier.recent[place] != text {
            self.copier.recent[place] = self.copy_anew(text);
        }
        self.copier.recent[place]
    }

    fn copy_anew(&mut self, text: &str) -> &'a str {
        let Some(memory) = self.room(text.len()) else {
            self.is_full = true;
            return "";
        };
        memory.copy_from_slice(text.as_bytes());
        std::str::from_utf8(memory).expect("a copy of a text is a text")
    }

    fn room(&mut self, len: usize) -> Option<&'a mut [u8]> {
        if len > LARGE {
            return self.shelf.take(len);
        }
        if len > self.copier.block.len() {
            self.copier.block = self.shelf.take(BLOCK)?;
        }
        let (taken, rest) = std::mem::take(&mut self.copier.block).split_at_mut(len);
        self.copier.block = rest;
        Some(taken)
    }
}

impl<'w, 'a> Keep<'w, 'a> for Copying<'a, '_> {
    fn text(&mut self, text: Text<'w>) -> Text<'a> {
        Text::from(self.copy(&text))
    }

    fn json(&mut self, raw: &'w RawValue) -> Json<'a> {
        Json::new(self.copy(raw.get()))
    }
}

/// A hash of a short text, as its place among the recent ones.
fn place(text: &[u8]) -> usize {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let (words, rest) = text.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mix = |hash: u64, word: &[u8; 8]| (hash ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR).rotate_left(29);
    let hash = words.iter().chain([&last]).fold(text.len() as u64, mix);
    (hash.wrapping_mul(FACTOR) >> (64 - RECENT.ilog2())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Copies texts and gives back what was kept of them.
    fn kept(texts: &[String], room: u64) -> Option<Vec<String>> {
        let mut copies = Copies::default();
        let shelf = copies.shelf(room).expect("there is that much memory");
        let texts = shelf.fill(|copying| Some(texts.iter().map(|text| copying.copy(text)).collect::<Vec<_>>()))?;
        Some(texts.into_iter().map(str::to_owned).collect())
    }

    #[test]
    fn copies_are_what_was_copied() {
        let sizes = [0, 1, 7, 8, 9, 127, 128, LARGE, LARGE + 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK];
        let texts: Vec<String> = (0..2000).map(|index| format!("{index}é").repeat(index % 50)).collect();
        let texts: Vec<String> = texts.into_iter().chain(sizes.map(|size| "x".repeat(size))).collect();
        let len: usize = texts.iter().map(String::len).sum();
        assert_eq!(kept(&texts, len as u64), Some(texts));
    }

    #[test]
    fn a_short_text_is_copied_once() {
        let mut copies = Copies::default();
        let shelf = copies.shelf(100).unwrap();
        let [first, second] = [0, 1].map(|_| shelf.fill(|copying| Some(copying.copy("package"))).unwrap());
        assert!(std::ptr::eq(first, second));
    }

    #[test]
    fn too_little_room_is_noticed() {
        let texts: Vec<String> = (0..rayon::current_num_threads() + 2).map(|_| "x".repeat(BLOCK)).collect();
        assert_eq!(kept(&texts, 0), None);
    }

    #[test]
    fn an_impossible_size_is_no_panic() {
        assert!(Copies::default().shelf(u64::MAX).is_none());
    }
}
