//! `cargo run --release --example plain_parse -- MANIFEST`: what the linter is measured against. Reads the file with
//! `std::fs::read` and parses it into the linter's types with serde_json, on one thread, and does nothing else.

use std::path::Path;

use dbt_steward::input::manifest;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("expected: MANIFEST")?;
    let bytes = std::fs::read(&path)?;
    let facts = manifest::plain(Path::new(&path), std::str::from_utf8(&bytes)?)?;
    println!("{} resources", facts.resources.len());
    // As the linter does: the operating system frees everything at once.
    std::mem::forget(facts);
    Ok(())
}
