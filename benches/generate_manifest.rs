//! `cargo run --release --example generate_manifest -- SEED OUT MODELS`: a manifest of any size, for measuring.

mod generate;

use std::fs::File;
use std::io::{self, BufWriter, Write};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [seed, target, models] = &arguments[..] else {
        return Err(io::Error::other(
            "expected: SEED OUT MODELS, for example fixtures/shop/target/manifest.json x.json 10000",
        ));
    };
    let models = models.parse().map_err(io::Error::other)?;
    let mut out = BufWriter::with_capacity(1 << 20, File::create(target)?);
    let written = generate::generate(&std::fs::read_to_string(seed)?, models, &mut out)?;
    out.flush()?;
    println!("{written} models in {target}, {} bytes", out.get_ref().metadata()?.len());
    Ok(())
}
