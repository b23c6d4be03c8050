//! Paths as people see them.

use std::path::{Path, PathBuf};

/// A path as messages print it: with `/` on every system, and without a leading `./`.
pub fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    match text.trim_start_matches("./") {
        "" => ".".to_owned(),
        short => short.to_owned(),
    }
}

/// A folder below the current one by its relative path: what is printed is the same whether the project was given as
/// `transform` or as `/home/me/shop/transform`.
pub fn nearby(folder: &Path) -> PathBuf {
    if !folder.is_absolute() {
        return folder.to_owned();
    }
    // Without symbolic links, because the current folder is told without them.
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let (Ok(here), Ok(absolute)) = (here, folder.canonicalize()) else { return folder.to_owned() };
    match absolute.strip_prefix(here) {
        Ok(below) if below.as_os_str().is_empty() => PathBuf::from("."),
        Ok(below) => below.to_owned(),
        Err(_) => folder.to_owned(),
    }
}

/// A shown path without `..` behind a folder: `shop/../models/a.sql` is `models/a.sql`.
pub fn direct(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match parts.last() {
            Some(last) if part == ".." && !matches!(*last, "" | "." | "..") => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_as_they_can_be_typed() {
        for (path, text) in [("./a/b", "a/b"), ("a\\b", "a/b"), (".", "."), ("./", "."), ("../a", "../a"), ("/a", "/a")]
        {
            assert_eq!(shown(Path::new(path)), text);
        }
    }

    #[test]
    fn detours_are_left_out() {
        for (path, text) in
            [("a/../b", "b"), ("a/b/../../../c/d", "../c/d"), ("../a", "../a"), ("/../a", "/../a"), ("a", "a")]
        {
            assert_eq!(direct(path), text);
        }
    }

    #[test]
    fn what_is_below_is_near() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(nearby(&here), Path::new("."));
        assert_eq!(nearby(&here.join("src")), Path::new("src"));
        assert_eq!(nearby(Path::new("./src")), Path::new("./src"));
        assert_eq!(nearby(&here.join("no such folder")), here.join("no such folder"));
        assert_eq!(nearby(Path::new("/")), Path::new("/"));
    }
}
