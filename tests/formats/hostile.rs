//! A project whose names would like to be more than names.

use serde_json::Value;

use super::support::{Desk, fixture};
use super::{Case, FORMATS};

/// Ends strings, attributes, cells, comments and commands of every format; mentions, links and references of Markdown;
/// formulas; characters that terminals obey, that turn the direction of writing, and that XML cannot hold.
pub const NAME: &str = "=1+1 `|<img src=x onerror=a()>| @team/all #12 GH-1 !3 [x](https://evil.example) ![y](//z) www.evil.example \
     a@b.example {0} <!-- ]]> --> </details> \"' \\ *b* _i_ ~~s~~ $m$ &amp; %0A::error::x \
     ##vso[task.complete result=Failed;]x ##teamcity[buildStop] |' \r\n::warning::z\n# head\n\t\u{1b}[31m \u{202e} \u{2028} \
     \u{85} \u{7f} \u{fffe} \u{ffff} größe 🍰 ``` `` `";

/// The path of the file that the names stand in.
pub const PATH: &str = "models/größe 1,5%;[a]'\"<b>&|`c`@d #1\u{202e}.yml";

/// A manifest in which a source table, a column, a model and the files have such names.
pub fn project() -> Desk {
    let desk = Desk::new();
    std::fs::copy(fixture("no-exposures/target/manifest.json"), desk.path("m.json")).unwrap();
    desk.edit_json("m.json", |manifest| {
        for (_, source) in manifest["sources"].as_object_mut().unwrap() {
            source["name"] = NAME.into();
            source["original_file_path"] = PATH.into();
        }
        let model = &mut manifest["nodes"]["model.no_exposures.fct_visits"];
        model["name"] = NAME.into();
        model["description"] = "".into();
        model["original_file_path"] = PATH.into();
    });
    desk
}

#[test]
fn a_name_begins_no_line_and_no_command_of_its_own() {
    let case = Case::new("hostile", project(), &["m.json", "--preset", "strict"]);
    let findings = case.json()["findings"].as_array().unwrap().len();
    assert!(case.json().to_string().contains("onerror"), "the names are in messages");
    for format in ["github", "azure", "teamcity", "csv", "ndjson", "rdjsonl"] {
        let output = case.output(format);
        let start = match format {
            "github" => "::",
            "azure" => "##vso[task.logissue ",
            "teamcity" => "##teamcity[inspection",
            "csv" => "",
            _ => "{",
        };
        assert!(output.lines().all(|line| line.starts_with(start)), "{format}: {output}");
        assert!(output.lines().count() >= findings.min(20), "{format}");
    }
}

#[test]
fn no_format_for_people_and_logs_has_control_characters() {
    let case = Case::new("hostile", project(), &["m.json", "--preset", "strict"]);
    // JSON escapes what controls a terminal; ndjson holds data, in which nothing is replaced.
    for format in FORMATS.into_iter().filter(|format| *format != "ndjson") {
        let output = case.output(format);
        let harmful = |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}');
        let is_allowed = |c: char| c == '\n' || (format == "csv" && c == '\r');
        let paths_are_exact = ["gitlab", "rdjsonl"].contains(&format);
        let found: Vec<char> = output.chars().filter(|c| harmful(*c) && !is_allowed(*c)).collect();
        assert!(found.is_empty() || paths_are_exact && found.iter().all(|c| !c.is_control()), "{format}: {found:?}");
    }
}

#[test]
fn cells_are_no_formulas() {
    let desk = project();
    for start in ["=", "+", "-", "@"] {
        desk.edit_json("m.json", |manifest| {
            for (_, source) in manifest["sources"].as_object_mut().unwrap() {
                source["original_file_path"] = format!("{start}cmd|' /C calc'!A0.yml").into();
            }
        });
        let output = desk.run(&["check", "m.json", "--quiet", "--select", "TST002", "--format", "csv"]).stdout;
        assert!(output.contains(&format!(",'{start}cmd|' /C calc'!A0.yml,")), "{output}");
    }
}

#[test]
fn ndjson_has_names_as_they_are() {
    let case = Case::new("hostile", project(), &["m.json", "--select", "TST002"]);
    let output = case.output("ndjson");
    let first: Value = serde_json::from_str(output.lines().next().unwrap()).unwrap();
    assert_eq!(first["message"], format!("source table `gym.{NAME}` has no test"));
    assert_eq!(first["path"], PATH);
}
