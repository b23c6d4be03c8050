//! From entries to the file.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{END, VERSION};
use crate::findings::{Atom, Share, title};
use crate::rules;

/// The file's text: by rule, then by subject, with a line for each, in order. Nothing in it depends on when or where it was
/// written, and one finding more or less is one line.
pub fn write(project: &str, atoms: &BTreeSet<Atom<'_>>, shares: &[Share]) -> String {
    let mut text = format!("{{\n  \"version\": {VERSION},\n  \"project\": {},\n  \"findings\": {{", quoted(project));
    let atoms: Vec<Atom<'_>> = atoms.iter().copied().collect();
    let mut separator = "";
    for of_rule in atoms.chunk_by(|a, b| a.code == b.code) {
        let subjects = of_rule.chunk_by(|a, b| a.subject == b.subject);
        let lines = subjects.map(|of_subject| (of_subject[0].subject, parts(of_subject)));
        text += separator;
        group(&mut text, of_rule[0].code, lines, "[]");
        separator = ",";
    }
    text += if separator.is_empty() { "}" } else { "\n  }" };
    if !shares.is_empty() {
        text += ",\n  \"shares\": {";
        let mut separator = "";
        for of_rule in shares.chunk_by(|a, b| a.code == b.code) {
            let lines = of_rule.iter().map(|share| (share.key.as_str(), quoted(&share.to_string())));
            text += separator;
            group(&mut text, of_rule[0].code, lines, "\"\"");
            separator = ",";
        }
        text += "\n  }";
    }
    text + "\n}\n"
}

/// What stands under one rule.
fn group<'a>(text: &mut String, code: &str, lines: impl Iterator<Item = (&'a str, String)>, end: &str) {
    let name = title(code, rules::find(code).map_or("", |rule| rule.slug));
    let mut add = |line: String| text.write_str(&line).expect("writing to a string does not fail");
    add(format!("\n    {}: {{\n", quoted(&name)));
    for (key, value) in lines {
        add(format!("      {}: {value},\n", quoted(key)));
    }
    add(format!("      \"{END}\": {end}\n    }}"));
}

/// The parts of one subject; none is the subject by itself.
fn parts(atoms: &[Atom<'_>]) -> String {
    match atoms {
        [alone] if alone.part.is_empty() => "[]".to_owned(),
        _ => format!("[{}]", atoms.iter().map(|atom| quoted(atom.part)).collect::<Vec<_>>().join(", ")),
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string can always be written")
}
