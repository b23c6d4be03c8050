//! What happens when what is read is not what it should be: one clear message and exit code 2, or a finding at its
//! place; never a panic, never half a file.

mod support;

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use support::Desk;
use support::needs::skip;

const PARSE_ANEW: &str = "  help: run `dbt parse` to write it anew";
const NOT_A_MANIFEST: &str =
    "  help: give the folder of a dbt project, or the manifest.json that `dbt parse` writes into
        target/";

/// The manifest of `fixtures/no-exposures`: dbt writes it as one line.
fn manifest() -> String {
    Desk::gym().read("gym/target/manifest.json")
}

fn desk_with(name: &str, bytes: impl AsRef<[u8]>) -> Desk {
    let desk = Desk::new();
    desk.write(name, bytes);
    desk
}

#[test]
fn a_path_that_is_not_there() {
    Desk::new()
        .run(&["check", "nowhere"])
        .refuses("  × nowhere: no such file or folder\n  help: give the folder of a dbt project, or a manifest.json\n");
}

#[test]
fn a_folder_without_project() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("empty")).unwrap();
    desk.run(&["check", "empty"]).refuses(
        "  × no dbt_project.yml in empty or any folder above it
  help: run dbt-steward in a dbt project, or give its folder or a manifest.json as argument\n",
    );
}

#[test]
fn a_folder_above_the_project_is_told_where_it_is() {
    let desk = Desk::new();
    desk.write("analytics/dbt_project.yml", "name: a\n");
    desk.run(&["check"]).refuses(
        "  × no dbt_project.yml in . or any folder above it\n  help: there is one below: give its folder, analytics\n",
    );
    desk.write("teams/finance/dbt_project.yml", "name: b\n");
    desk.write(".hidden/dbt_project.yml", "name: c\n");
    desk.write("too/far/below/dbt_project.yml", "name: d\n");
    desk.run(&["check", "."]).refuses(
        "  × no dbt_project.yml in . or any folder above it
  help: there are some below: give the folder of one, analytics or teams/finance\n",
    );
}

#[test]
fn a_project_without_manifest() {
    let desk = Desk::new();
    desk.write("shop/dbt_project.yml", "name: shop\n");
    let no_manifest = "  × no manifest at shop/target/manifest.json
  help: run `dbt parse` in the project (no warehouse needed), pass one with --manifest FILE, or
        read the project's own files with --input project\n";
    desk.run(&["check", "shop", "--input", "manifest"]).refuses(no_manifest);
    desk.run(&["check", "shop/dbt_project.yml", "--input", "manifest"]).refuses(no_manifest);
    desk.run(&["init", "shop", "--input", "manifest"]).refuses(no_manifest);
    desk.run(&["check", "shop", "--manifest", "old.json"]).refuses(
        "  × old.json: no such file or folder\n  help: give the folder of a dbt project, or a manifest.json\n",
    );
    std::fs::create_dir_all(desk.path("shop/target/manifest.json")).unwrap();
    desk.run(&["check", "shop", "--input", "manifest"]).refuses(
        "  × shop/target/manifest.json is a folder, not a file
  help: name the file inside it, such as target/manifest.json\n",
    );
}

#[test]
fn two_manifests_at_once() {
    let desk = desk_with("a.json", "{}");
    desk.write("b.json", "{}");
    desk.run(&["check", "a.json", "--manifest", "b.json"]).refuses(
        "  × two manifests are given: a.json and b.json
  help: give a folder and --manifest FILE, or the file alone\n",
    );
}

#[test]
fn files_that_say_nothing() {
    for (text, what) in [("", "empty"), (" \n\t\r\n ", "blank"), ("\u{feff}", "a byte-order mark")] {
        let run = desk_with("m.json", text).run(&["check", "m.json"]);
        assert_eq!(run.code, Some(2), "{what}");
        run.refuses(&format!("  × m.json: the file is empty\n{PARSE_ANEW}\n"));
    }
}

#[test]
fn files_that_are_no_json() {
    for (text, place, found) in [
        ("hello", "1:1", "`h`"),
        ("\n\n  select 1", "3:3", "`s`"),
        ("\u{feff}# dbt", "1:1", "`#`"),
        ("\0\0\0", "1:1", "the byte 0x00"),
        ("\u{1f}\u{8b}gzip", "1:1", "the byte 0x1F"),
        ("é", "1:1", "the byte 0xC3"),
    ] {
        desk_with("m.json", text)
            .run(&["check", "m.json"])
            .refuses(&format!("  × m.json:{place}: this is not JSON: it starts with {found}\n{NOT_A_MANIFEST}\n"));
    }
}

#[test]
fn a_file_that_is_not_dbts_instead_of_a_manifest() {
    let desk = Desk::gym();
    desk.write("gym/notes.txt", "A note\n");
    desk.run(&["check", "gym/notes.txt"])
        .refuses(&format!("  × gym/notes.txt:1:1: this is not JSON: it starts with `A`\n{NOT_A_MANIFEST}\n"));
}

#[test]
fn a_web_page() {
    for (text, place) in [("<!DOCTYPE html>\n<html>", "1:1"), ("\n \n  <html lang=\"en\">", "3:3")] {
        desk_with("m.json", text).run(&["check", "m.json"]).refuses(&format!(
            "  × m.json:{place}: this is a web page, not a manifest
  help: download the raw manifest.json, or run `dbt parse` in the project\n"
        ));
    }
}

#[test]
fn bytes_that_are_no_utf_8() {
    for (bytes, place, byte) in [
        (&b"{\"metadata\": \"\xff\xfe\"}"[..], "1:15", "0xFF"),
        (b"{\n  \"\xc3\xa9\": \"\xe9\"}", "2:9", "0xE9"),
        (b"{\"a\": \"\xc3", "1:8", "0xC3"),
    ] {
        desk_with("m.json", bytes).run(&["check", "m.json"]).refuses(&format!(
            "  × m.json:{place}: not valid UTF-8: unexpected byte {byte}
  help: dbt writes manifests as UTF-8; run `dbt parse` to write it anew\n"
        ));
    }
    let utf_16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    desk_with("m.json", utf_16).run(&["check", "m.json"]).refuses(
        "  × m.json: the file is UTF-16 text, and a manifest is UTF-8
  help: was it written by `>` in PowerShell? run `dbt parse` to write it anew\n",
    );
}

#[test]
fn json_that_ends_too_early() {
    let whole = manifest();
    let truncated = |text: &str| desk_with("m.json", text).run(&["check", "m.json"]);
    let help = "  help: the file was cut off, perhaps while dbt was writing it; run `dbt parse` again";
    let inside = |pattern: &str| whole.find(pattern).expect("the manifest has it") + pattern.len();
    for (end, detail) in [
        (1, "inside an object"),
        (5, "inside a string"),
        (inside("\"dbt_version\":"), "where a value should come"),
        (inside("\"tags\": ["), "inside a list"),
        (inside("\"original_file_path\": \"models/marts"), "inside a string"),
        (whole.len() / 2, "inside a string"),
        (whole.len() - 1, "inside an object"),
    ] {
        let column = end + 1;
        truncated(&whole[..end])
            .refuses(&format!("  × m.json:1:{column}: the JSON ends too early, {detail}\n{help}\n"));
    }
    truncated("{\n  \"nodes\": {\n    \"é\": {\"name\": \"日本\",\n\n")
        .refuses(&format!("  × m.json:3:24: the JSON ends too early, where a value should come\n{help}\n"));
}

#[test]
fn json_with_a_mistake_in_it() {
    let whole = manifest();
    let at = |pattern: &str| whole.find(pattern).expect("the manifest has it") + pattern.len();
    for (after, insert, offset, detail) in [
        ("\"nodes\": {", ",", 0, "key must be a string"),
        ("\"macros\": {", "\"a\": tru, ", 8, "expected ident"),
        ("\"fct", "\n", 0, "control character (\\u0000-\\u001F) found while parsing a string"),
        ("\"functions\": {}}", "x", 0, "trailing characters"),
    ] {
        let start = at(after);
        let text = format!("{}{insert}{}", &whole[..start], &whole[start..]);
        let column = start + offset + 1;
        desk_with("m.json", text)
            .run(&["check", "m.json"])
            .refuses(&format!("  × m.json:1:{column}: not valid JSON: {detail}\n{PARSE_ANEW}\n"));
    }
}

#[test]
fn deeply_nested_json_is_no_crash() {
    let text = format!("{{\"nodes\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let run = desk_with("m.json", text).run(&["check", "m.json"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
}

/// Replaces the value behind a key of `fct_visits` (or of the whole), and says where it then stands.
fn with_value(whole: &str, keys: &[&str], value: &str) -> (String, usize) {
    let mut start = 0;
    if let [section] = keys {
        // A node has lists of that name.
        start = whole.find(&format!("\"{section}\": {{")).unwrap_or_else(|| panic!("{section} is there"));
    }
    for key in keys {
        start +=
            whole[start..].find(&format!("\"{key}\": ")).unwrap_or_else(|| panic!("{key} is there")) + key.len() + 4;
    }
    let mut values = serde_json::Deserializer::from_str(&whole[start..]).into_iter::<serde::de::IgnoredAny>();
    values.next().expect("there is a value").expect("it is valid");
    let end = start + values.byte_offset();
    (format!("{}{value}{}", &whole[..start], &whole[end..]), start + 1)
}

#[test]
fn values_of_a_wrong_type() {
    const VISITS: &str = "model.no_exposures.fct_visits";
    /// The last key of its config, which has tags and meta of its own.
    const AFTER_CONFIG: &str = "concurrent_batches";
    let whole = manifest();
    let node = "nodes[\"model.no_exposures.fct_visits\"]";
    let strings = "a string or a list of strings";
    for (keys, value, path, expected, found) in [
        (&["metadata"][..], "[]", "metadata", "an object", "a list"),
        (&["metadata"], "\"x\"", "metadata", "an object", "the string \"x\""),
        (&["metadata", "dbt_schema_version"], "12", "metadata.dbt_schema_version", "a string", "the number `12`"),
        (&["metadata", "project_name"], "[\"x\"]", "metadata.project_name", "a string", "a list"),
        (&["nodes"], "[]", "nodes", "an object", "a list"),
        (&["nodes"], "[[]]", "nodes", "an object", "a list"),
        (&["nodes"], "true", "nodes", "an object", "`true`"),
        (&["sources"], "\"x\"", "sources", "an object", "the string \"x\""),
        (&["macros"], "[{}]", "macros", "an object", "a list"),
        (&["disabled"], "[]", "disabled", "an object", "a list"),
        (&["disabled"], "{\"a.b\": {}}", "disabled[\"a.b\"]", "a list", "an object"),
        (&["disabled"], "{\"a.b\": [{\"name\": \"b\"}, 5]}", "disabled[\"a.b\"][1]", "an object", "the number `5`"),
        (&["exposures"], "{\"e\": {\"owner\": []}}", "exposures.e.owner", "an object", "a list"),
        (&["groups"], "{\"g\": 1.5}", "groups.g", "an object", "the number `1.5`"),
        (&[VISITS], "[]", node, "an object", "a list"),
        (&[VISITS], "\"x\"", node, "an object", "the string \"x\""),
        (&[VISITS, "name"], "[]", "name", "a string", "a list"),
        (&[VISITS, "name"], "{}", "name", "a string", "an object"),
        (&[VISITS, AFTER_CONFIG, "tags"], "5", "tags", strings, "the number `5`"),
        (&[VISITS, AFTER_CONFIG, "tags"], "{\"a\": 1}", "tags", strings, "an object"),
        (&[VISITS, AFTER_CONFIG, "tags"], "[[\"a\"]]", "tags[0]", "a string or a number", "a list"),
        (&[VISITS, "columns"], "\"x\"", "columns", "an object", "the string \"x\""),
        (&[VISITS, "columns"], "[]", "columns", "an object", "a list"),
        (&[VISITS, "columns", "visit_id"], "[]", "columns.visit_id", "an object", "a list"),
        (&[VISITS, "columns", "visit_id", "tags"], "{}", "columns.visit_id.config.tags", strings, "an object"),
        (&[VISITS, "depends_on"], "\"x\"", "depends_on", "an object", "the string \"x\""),
        (&[VISITS, "depends_on"], "[\"x\"]", "depends_on", "an object", "a list"),
        (&[VISITS, "depends_on", "nodes"], "{}", "depends_on.nodes", "a list of strings", "an object"),
        (&[VISITS, "depends_on", "nodes"], "\"x\"", "depends_on.nodes", "a list of strings", "the string \"x\""),
        (&[VISITS, "depends_on", "macros"], "\"x\"", "depends_on.macros", "a list of strings", "the string \"x\""),
        (&[VISITS, "config"], "7", "config", "an object", "the number `7`"),
        (&[VISITS, "config"], "[]", "config", "an object", "a list"),
        (&[VISITS, "config", "enabled"], "\"yes\"", "config.enabled", "true or false", "the string \"yes\""),
        (&[VISITS, "config", "contract"], "true", "config.contract", "an object", "`true`"),
        (&[VISITS, "columns", "visit_id", "meta"], "[]", "columns.visit_id.meta", "an object", "a list"),
        (&[VISITS, "columns", "visit_id", "config", "tags", "meta"], "[]", "meta", "an object", "a list"),
        (&[VISITS, "description"], "12", "description", "a string", "the number `12`"),
        (&[VISITS, "refs"], "\"x\"", "refs", "a list", "the string \"x\""),
        (&[VISITS, "compiled_path", "constraints"], "{}", "constraints", "a list", "an object"),
        (&[VISITS, "compiled_path", "version"], "{}", "version", "a string or a number", "an object"),
    ] {
        let (text, start) = with_value(&whole, keys, value);
        let path = if keys[0] == VISITS && path != node { format!("{node}.{path}") } else { path.to_owned() };
        // Where the path goes into the value, the place does as well.
        let inner = match value {
            "{\"a.b\": {}}" => 8,
            "{\"a.b\": [{\"name\": \"b\"}, 5]}" => 24,
            "{\"e\": {\"owner\": []}}" => 16,
            "{\"g\": 1.5}" => 6,
            "[[\"a\"]]" => 1,
            _ => 0,
        };
        let run = desk_with("m.json", text).run(&["check", "m.json"]);
        let message = format!("m.json:1:{}: .{path} should be {expected}, but is {found}", start + inner);
        let shown = run.stderr.replace("\n  │ ", " ");
        let first = shown.lines().next().unwrap_or_default();
        assert_eq!(first, format!("  × {message}"), "{keys:?} {value}");
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{keys:?} {value}");
    }
}

#[test]
fn an_entry_without_a_name() {
    let (text, start) = with_value(&manifest(), &["model.no_exposures.fct_visits"], "{\"columns\": {}}");
    desk_with("m.json", text).run(&["check", "m.json"]).refuses(&format!(
        "  × m.json:1:{start}: .nodes[\"model.no_exposures.fct_visits\"] has no `name`
  help: run `dbt parse` to write it anew; if that wrote it, report it as a bug of dbt-steward\n"
    ));
}

/// Python reads and writes halves of characters where it is told to.
#[test]
fn half_of_a_character() {
    let (text, start) = with_value(&manifest(), &["model.no_exposures.fct_visits", "description"], "\"\\ud83d here\"");
    let run = desk_with("m.json", text).run(&["check", "m.json"]);
    let place = format!("  × m.json:1:{}: half of a character, which is no text: ", start + 7);
    assert!(run.stderr.starts_with(&place), "{place}: {}", run.stderr);
    assert!(run.stderr.contains("write it anew,"), "{}", run.stderr);
    assert_eq!(run.code, Some(2));
}

#[test]
fn the_same_position_however_the_manifest_is_laid_out() {
    let value: serde_json::Value = serde_json::from_str(&manifest()).unwrap();
    let text = serde_json::to_string_pretty(&value).unwrap().replacen("\"nodes\": {", "\"nodes\": [],\n  \"x\": {", 1);
    let line = text.lines().position(|line| line.contains("\"nodes\": []")).unwrap() + 1;
    desk_with("m.json", &text).run(&["check", "m.json"]).refuses(&format!(
        "  × m.json:{line}:12: .nodes should be an object, but is a list
  help: run `dbt parse` to write it anew; if that wrote it, report it as a bug of dbt-steward\n"
    ));
    let windows = text.replace('\n', "\r\n");
    desk_with("m.json", windows).run(&["check", "m.json"]).refuses(&format!(
        "  × m.json:{line}:12: .nodes should be an object, but is a list
  help: run `dbt parse` to write it anew; if that wrote it, report it as a bug of dbt-steward\n"
    ));
}

#[test]
fn a_key_that_stands_there_twice() {
    let whole = manifest();
    let help = "  help: run `dbt parse` to write it anew; if that wrote it, report it as a bug of dbt-steward";
    let name = "\"name\": \"fct_visits\", ";
    let column = whole.find(name).unwrap() + name.len() + 1;
    desk_with("m.json", whole.replacen(name, &format!("{name}{name}"), 1)).run(&["check", "m.json"]).refuses(&format!(
        "  × m.json:1:{column}: .nodes[\"model.no_exposures.fct_visits\"].name stands there twice\n{help}\n"
    ));
    let column = whole.find("\"nodes\": {").unwrap() + 1 + "\"nodes\": {}, ".len();
    desk_with("m.json", whole.replacen("\"nodes\": {", "\"nodes\": {}, \"nodes\": {", 1))
        .run(&["check", "m.json"])
        .refuses(&format!("  × m.json:1:{column}: .nodes stands there twice\n{help}\n"));
}

#[test]
fn of_two_resources_with_one_id_the_later_counts() {
    // As it does for dbt, which reads manifests with Python's json.
    let id = "\"model.no_exposures.fct_visits\": {";
    let text = manifest().replacen(id, &format!("{id}\"name\": \"other\"}}, {id}"), 1);
    let run = desk_with("m.json", text).run(&["check", "m.json", "--select", "TST002", "--format", "concise"]);
    assert_eq!(run.code, Some(0));
    assert!(run.summary().starts_with("no_exposures (dbt 1.12.0): 3 models, 2 source tables, 6 data tests\n"));
}

#[test]
fn json_that_is_no_manifest() {
    let help = "  help: pass the manifest.json that dbt writes into target/, not another of its files";
    for text in ["{}", "[]", "\"x\"", "5", "null", "{\"nodes\": {}}", "{\"nodes\": []}", "{\"packages\": [1]}"] {
        desk_with("m.json", text).run(&["check", "m.json"]).refuses(&format!(
            "  × m.json: this JSON is not a dbt manifest: it has no `metadata.dbt_schema_version`\n{help}\n"
        ));
    }
    let other = "{\"metadata\": {\"dbt_schema_version\": \"https://schemas.getdbt.com/dbt/manifest/latest.json\"}}";
    assert!(desk_with("m.json", other).run(&["check", "m.json"]).stderr.contains("not a dbt manifest"));
}

#[test]
fn other_files_that_dbt_writes() {
    for (name, rest) in [
        ("catalog", "\"nodes\": {}, \"sources\": {}"),
        ("run-results", "\"results\": []"),
        ("sources", "\"results\": []"),
    ] {
        let text = format!(
            "{{\"metadata\": {{\"dbt_schema_version\": \"https://schemas.getdbt.com/dbt/{name}/v1.json\"}}, {rest}}}"
        );
        desk_with("m.json", text).run(&["check", "m.json"]).refuses(&format!(
            "  × m.json: this is dbt's `{name}` file, not a manifest
  help: pass the manifest.json from the same folder\n"
        ));
    }
}

#[test]
fn a_manifest_older_than_dbt_1() {
    // What does not have today's shape is told by its age, not by the first difference.
    for nodes in ["{}", "[]"] {
        let text = format!(
            "{{\"metadata\": {{\"dbt_schema_version\": \"https://schemas.getdbt.com/dbt/manifest/v3.json\", \
             \"dbt_version\": \"0.21.0\"}}, \"nodes\": {nodes}}}"
        );
        desk_with("m.json", text).run(&["check", "m.json"]).refuses(
            "  × m.json: manifest schema v3 (dbt 0.21.0) is older than dbt 1.0
  help: dbt-steward reads manifests of dbt 1.0 and later (schema v4 on); upgrade dbt and run `dbt
        parse`\n",
        );
    }
}

#[test]
fn a_manifest_of_nobodys_project() {
    let text = "{\"metadata\": {\"dbt_schema_version\": \"https://schemas.getdbt.com/dbt/manifest/v12.json\"}}";
    desk_with("m.json", text).run(&["check", "m.json"]).refuses(
        "  × m.json: the manifest does not say which project it is for
  help: neither `metadata.project_name` nor `metadata.project_id` fits a package in it; run `dbt
        parse` to write it anew\n",
    );
}

#[test]
fn a_manifest_whose_project_has_none_of_its_resources() {
    let ghost = manifest().replacen("\"project_name\": \"no_exposures\"", "\"project_name\": \"ghost\"", 1);
    desk_with("m.json", ghost).run(&["check", "m.json"]).refuses(
        "  × the project has nothing to look at: it is `ghost`, and all there is belongs to `no_exposures`
  help: a project's own resources have its name, which is `name` in dbt_project.yml and
        `project_name` in a manifest; --allow-empty takes an empty project for a pass\n",
    );
}

#[test]
fn an_empty_project_says_that_there_was_nothing_to_look_at() {
    let text = "{\"metadata\": {\"dbt_schema_version\": \"https://schemas.getdbt.com/dbt/manifest/v12.json\", \
                \"dbt_version\": \"1.12.0\", \"project_name\": \"young\"}}";
    let run = desk_with("m.json", text).run(&["check", "m.json", "--select", "DOC001", "--allow-empty"]);
    assert_eq!(
        run.summary(),
        "young (dbt 1.12.0): nothing to look at\nread from m.json, because it was named\nno findings\n0 rules ran in …; 1 did not run:\n  DOC001: the project has no model\n"
    );
}

/// Two gigabytes of NUL bytes, which take no room on the disk: refused by its start, not read.
#[test]
fn a_file_of_two_gigabytes() {
    let desk = Desk::new();
    let sized = |name: &str, start: &[u8]| {
        desk.write(name, start);
        let file = std::fs::OpenOptions::new().write(true).open(desk.path(name)).unwrap();
        if file.set_len(2 << 30).is_err() {
            return skip("DBT_STEWARD_REQUIRE_SHELL", "this file system has no sparse files");
        }
        true
    };
    if !sized("m.json", b"") {
        return;
    }
    let started = Instant::now();
    desk.run(&["check", "m.json"])
        .refuses(&format!("  × m.json:1:1: this is not JSON: it starts with the byte 0x00\n{NOT_A_MANIFEST}\n"));
    assert!(started.elapsed() < Duration::from_secs(5), "it took {:?}", started.elapsed());
    assert!(sized("page.json", b"<html>"));
    let run = desk.run(&["check", "page.json"]);
    assert!(run.stderr.starts_with("  × page.json:1:1: this is a web page"), "{run:?}");
}

#[test]
fn cycles_and_lines_that_lead_nowhere() {
    let desk = Desk::gym();
    let path = "gym/target/manifest.json";
    let whole = desk.read(path);
    let (members, visits) = ("model.no_exposures.stg_gym__members", "model.no_exposures.fct_visits");
    let depends = format!("\"depends_on\": {{\"macros\": [], \"nodes\": [\"{members}\"");
    assert_eq!(whole.matches(&depends).count(), 0, "the order of refs in the fixture is another");

    // fct_visits → stg_gym__members, and now back, and on itself, and on what is not there.
    let (text, _) = with_value(
        &whole,
        &[members, "depends_on", "nodes"],
        &format!("[\"{visits}\", \"{members}\", \"model.no_exposures.gone\", \"source.no_exposures.gym.members\"]"),
    );
    let (text, _) = with_value(&text, &["parent_map"], &format!("{{\"{members}\": [\"{members}\"], \"x\": 5}}"));
    desk.write(path, text);
    let run = desk.run(&["check", "gym", "--preset", "strict", "--format", "concise"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let cycles: Vec<&str> = run.stdout.lines().filter(|line| line.contains("DAG014")).collect();
    assert_eq!(cycles.len(), 1, "{}", run.stdout);
    assert!(cycles[0].starts_with("gym/models/"), "{cycles:?}");
    // Every other rule has come to an end as well, with the same answer on one thread.
    let single = desk.run(&["check", "gym", "--preset", "strict", "--format", "concise", "--threads", "1"]);
    assert_eq!(single.stdout, run.stdout);
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let desk = Desk::gym();
    symlink("loop", desk.path("loop")).unwrap();
    symlink("gone", desk.path("dangling")).unwrap();
    let help = "  help: give the folder of a dbt project, or a manifest.json";
    for name in ["loop", "dangling"] {
        let refusal = format!("  × {name}: this symbolic link leads nowhere, or in a circle\n{help}\n");
        desk.run(&["check", name]).refuses(&refusal);
        desk.run(&["check", "gym", "--manifest", name]).refuses(&refusal);
        desk.run(&["check", "--manifest", name]).refuses(&refusal);
    }
    std::fs::remove_file(desk.path("gym/target/manifest.json")).unwrap();
    symlink("manifest.json", desk.path("gym/target/manifest.json")).unwrap();
    desk.run(&["check", "gym"])
        .refuses(&format!("  × gym/target/manifest.json: this symbolic link leads nowhere, or in a circle\n{help}\n"));
}

/// As in `dbt-steward check <(aws s3 cp … -)`.
#[cfg(unix)]
#[test]
fn a_manifest_from_a_pipe() {
    use std::io::Write;
    let desk = Desk::new();
    for (text, code) in [(manifest(), 0), ("hello".to_owned(), 2)] {
        let mut command = desk.command(&["check", "/dev/stdin", "--select", "TST002", "--format", "concise"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout).lines().count(), if code == 0 { 2 } else { 0 });
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_links_to_itself_is_walked_once() {
    let desk = Desk::gym();
    std::os::unix::fs::symlink("..", desk.path("gym/models/again")).unwrap();
    let run = desk.run(&["check", "gym", "--select", "TST002", "--format", "concise"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.stdout.lines().count(), 2, "{run:?}");
}

#[test]
fn a_project_file_that_is_a_folder() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.path("shop/dbt_project.yml")).unwrap();
    desk.run(&["check", "shop"]).refuses(
        "  × shop/dbt_project.yml: this is a folder, and should be a file
  help: a dbt project has a file of this name, with its `name:` and its settings\n",
    );
}

#[test]
fn a_project_file_that_cannot_be_used() {
    let no_name = "  × shop/dbt_project.yml: the project has no `name`
  help: add `name: your_project`; dbt demands it, too\n";
    for (text, refusal) in [
        (&b"version: 2\n"[..], no_name),
        (b"", no_name),
        (b"# nothing yet\n", no_name),
        (b"name:\n", no_name),
        (b"name: ''\n", no_name),
        (
            b"name: shop\nversion: [1\n",
            "  × shop/dbt_project.yml:2:10: the bracket that opens here is never closed
   ╭─[shop/dbt_project.yml:2:10]
 1 │ name: shop
 2 │ version: [1
   ·          ─
   ╰────
  help: close it, or put the value in quotes if it starts with a bracket\n",
        ),
        (
            b"name: [shop]\n",
            "  × shop/dbt_project.yml:1:7: expected a string, found a list
   ╭─[shop/dbt_project.yml:1:7]
 1 │ name: [shop]
   ·       ──────
   ╰────
  help: correct the file; dbt refuses it, too\n",
        ),
        (
            b"- name: shop\n",
            "  × shop/dbt_project.yml:1:1: expected a mapping, found a list
   ╭─[shop/dbt_project.yml:1:1]
 1 │ - name: shop
   · ────────────
   ╰────
  help: correct the file; dbt refuses it, too\n",
        ),
        (
            b"name: shop\nmodel-paths: [\"caf\xe9\"]\n",
            "  × shop/dbt_project.yml:2:19: not valid UTF-8: unexpected byte 0xE9; save the file as UTF-8
  help: save the file as UTF-8; dbt demands it, too\n",
        ),
    ] {
        let desk = desk_with("shop/dbt_project.yml", text);
        desk.run(&["check", "shop"]).refuses(refusal);
    }
}

#[test]
fn a_manifest_of_another_project_than_the_files_at_hand() {
    let desk = Desk::gym();
    desk.edit("gym/dbt_project.yml", "name: no_exposures", "name: other");
    // The findings name the files that the manifest names, without a line of files that only happen to be there.
    assert_eq!(
        desk.places(&["gym", "--select", "TST002"]),
        [
            "models/staging/gym/_gym__sources.yml:- TST002 source.no_exposures.gym.members",
            "models/staging/gym/_gym__sources.yml:- TST002 source.no_exposures.gym.visits",
        ]
    );
}

#[test]
fn a_properties_file_that_is_no_yaml() {
    let desk = Desk::gym();
    desk.edit("gym/models/staging/gym/_gym__models.yml", "description: Visits with gate", "description: Visits: gate");
    let run = desk.run(&["check", "gym", "--select", "TST002,PRJ013", "--format", "concise"]);
    run.prints(
        1,
        "gym/models/staging/gym/_gym__models.yml:3:24: PRJ013 unreadable-file models/staging/gym/_gym__models.yml cannot be read: a `:` cannot stand here: the text before it is already a value
gym/models/staging/gym/_gym__sources.yml:5:15: TST002 untested-source source table `gym.visits` has no test
gym/models/staging/gym/_gym__sources.yml:7:15: TST002 untested-source source table `gym.members` has no test
",
    );
    let full = desk.run(&["check", "gym", "--select", "PRJ013"]).stdout;
    assert!(full.contains("  help: put a text that has `: ` in it in quotes, or check the indentation"), "{full}");
    // What the broken file describes keeps its path and loses its line.
    let places = desk.places(&["gym", "--select", "DOC001,PRJ013", "--config", &empty_descriptions(&desk)]);
    assert_eq!(
        places,
        [
            "gym/models/marts/_marts__models.yml:3:18-3:73 DOC001 model.no_exposures.fct_visits",
            "gym/models/staging/gym/_gym__models.yml:- DOC001 model.no_exposures.stg_gym__members",
            "gym/models/staging/gym/_gym__models.yml:- DOC001 model.no_exposures.stg_gym__visits",
            "gym/models/staging/gym/_gym__models.yml:3:24-3:25 PRJ013 project.no_exposures",
        ]
    );
}

/// A config under which every description is too short.
fn empty_descriptions(desk: &Desk) -> String {
    desk.write("long.yml", "rules: {undocumented-model: {min-length: 999}}\n");
    "long.yml".to_owned()
}

#[test]
fn a_properties_file_that_is_no_text() {
    let desk = Desk::gym();
    desk.write("gym/models/staging/gym/_gym__models.yml", b"models:\n  - name: caf\xe9\n");
    let run = desk.run(&["check", "gym", "--select", "PRJ013"]);
    run.prints(
        1,
        "PRJ013 unreadable-file

  × models/staging/gym/_gym__models.yml cannot be read: not valid UTF-8: unexpected byte 0xE9;
  │ save the file as UTF-8
   ╭─[gym/models/staging/gym/_gym__models.yml:2:14]
 1 │ models:
 2 │   - name: caf\u{fffd}
   ·              ─
   ╰────
  help: correct the file; dbt will refuse it, too

",
    );
}

/// Root may read everything, so a folder stands for a file without permission.
#[test]
fn a_properties_file_that_cannot_be_opened() {
    let desk = Desk::gym();
    let path = "gym/models/staging/gym/_gym__models.yml";
    std::fs::remove_file(desk.path(path)).unwrap();
    // A file that is gone is no defect.
    assert_eq!(desk.places(&["gym", "--select", "PRJ013"]), [""; 0]);
    std::fs::create_dir(desk.path(path)).unwrap();
    assert_eq!(desk.places(&["gym", "--select", "PRJ013"]), [format!("{path}:- PRJ013 project.no_exposures")]);
}

#[test]
fn output_into_a_folder_that_is_not_there() {
    let desk = Desk::gym();
    let run = desk.run(&["check", "gym", "--output-file", "reports/findings.txt"]);
    assert_eq!(run.code, Some(2));
    assert_eq!(run.stdout, "");
    assert!(run.stderr.starts_with("  × reports/findings.txt: cannot be written\n  ╰─▶ "), "{}", run.stderr);
    assert!(
        run.stderr.ends_with("  help: check that the folder exists and that you may write to it\n"),
        "{}",
        run.stderr
    );
    assert_eq!(desk.names(""), [".git", "gym"]);
    std::fs::create_dir(desk.path("taken")).unwrap();
    let run = desk.run(&["check", "gym", "--output-file", "taken"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.starts_with("  × taken: cannot be written\n"), "{}", run.stderr);
    assert_eq!(desk.names(""), [".git", "gym", "taken"]);
}

#[test]
fn a_run_that_fails_leaves_the_last_output_alone() {
    let desk = Desk::gym();
    desk.write("findings.txt", "of yesterday\n");
    desk.write("gym/target/manifest.json", "{");
    let run = desk.run(&["check", "gym", "--input", "manifest", "--output-file", "findings.txt"]);
    assert_eq!(run.code, Some(2));
    assert_eq!(desk.read("findings.txt"), "of yesterday\n");
    assert_eq!(desk.names(""), [".git", "findings.txt", "gym"]);
}

/// dbt may be writing it, or have been interrupted; the files are there all the same.
#[test]
fn a_manifest_that_cannot_be_read_makes_way_for_the_files() {
    let desk = Desk::gym();
    let path = "gym/target/manifest.json";
    let concise = ["check", "gym", "--format", "concise", "--exit-zero"];
    let of_files = desk.run(&[&concise[..], &["--input", "project"]].concat()).stdout;
    for (text, why) in [
        ("", "the file is empty"),
        ("{\"metadata\": {", "1:15: the JSON ends too early, inside an object"),
        ("dbt", "1:1: this is not JSON: it starts with `d`"),
    ] {
        desk.write(path, text);
        let run = desk.run(&concise);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let said = format!("read from the project's files, because {path} cannot be read: {why}\n");
        assert!(run.stderr.contains(&said), "{}", run.stderr);
        assert_eq!(run.stdout, of_files);
        assert_eq!(desk.run(&["init", "gym", "--stdout"]).code, Some(0));
        // Who asks for it is told.
        for named in [&["--input", "manifest"][..], &["--manifest", path]] {
            let run = desk.run(&[&["check", "gym"], named].concat());
            assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
            assert!(run.stderr.starts_with(&format!("  × {path}:")), "{}", run.stderr);
        }
        assert_eq!(desk.run(&["check", path]).code, Some(2));
    }
    let json = desk.json(&["gym"]);
    let input = serde_json::json!({
        "kind": "files",
        "path": "gym",
        "because": format!("{path} cannot be read: 1:1: this is not JSON: it starts with `d`"),
    });
    assert_eq!(json["summary"]["input"], input);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::with("shop", "shop");
    for format in ["full", "concise", "grouped", "json"] {
        for (arguments, code) in [(&["--fail-on", "error"][..], 1), (&["--exit-zero"], 0)] {
            let arguments = [&["check", "shop", "--format", format, "--quiet"], arguments].concat();
            let mut child = desk.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            drop(child.stdout.take());
            let mut stderr = String::new();
            child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
            assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(code), ""), "{format}");
        }
    }
    // A closed stderr hides the summary and nothing else.
    let mut child =
        desk.command(&["check", "shop", "--exit-zero"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut child = desk.command(&["check", "nowhere"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

/// A manifest is data: it does not get to name files outside the project.
#[test]
fn paths_that_leave_the_project_are_never_opened() {
    let desk = Desk::gym();
    desk.write("secret.sql", "select 'secret'\n");
    desk.write("secret/_gym__sources.yml", "sources: [{name: gym, tables: [{name: visits}, {name: members}]}]\n");
    let whole = desk.read("gym/target/manifest.json");
    let absolute = desk.path("secret.sql").display().to_string();
    for hostile in ["../secret.sql", "models/../../secret.sql", absolute.as_str(), "/etc/passwd", "..\\secret.sql"] {
        let (text, _) =
            with_value(&whole, &["model.no_exposures.fct_visits", "original_file_path"], &format!("{hostile:?}"));
        let (text, _) = with_value(&text, &["model.no_exposures.fct_visits", "patch_path"], "null");
        let (text, _) = with_value(&text, &["model.no_exposures.fct_visits", "description"], "\"\"");
        desk.write("gym/target/manifest.json", text);
        let places = desk.places(&["gym", "--input", "manifest", "--select", "DOC001"]);
        assert_eq!(places.len(), 1, "{hostile}");
        assert!(places[0].ends_with(":- DOC001 model.no_exposures.fct_visits"), "{hostile}: {places:?}");
    }
    let hostile = whole.replace(
        "\"original_file_path\": \"models/staging/gym/_gym__sources.yml\"",
        "\"original_file_path\": \"../secret/_gym__sources.yml\"",
    );
    desk.write("gym/target/manifest.json", hostile);
    assert_eq!(
        desk.places(&["gym", "--input", "manifest", "--select", "TST002,PRJ013"]),
        [
            "gym/../secret/_gym__sources.yml:- TST002 source.no_exposures.gym.members",
            "gym/../secret/_gym__sources.yml:- TST002 source.no_exposures.gym.visits",
        ]
    );
}

#[test]
fn packages_cannot_leave_their_folder_either() {
    let desk = Desk::gym();
    desk.write("secret.sql", "select 'secret'\n");
    // `..` leads somewhere only from a folder that is there.
    std::fs::create_dir(desk.path("gym/dbt_packages")).unwrap();
    desk.write("gym/dbt-steward.yml", "packages: {include: ['../..']}\nrules: {undocumented-model: warning}\n");
    let whole = desk.read("gym/target/manifest.json");
    let visits = "model.no_exposures.fct_visits";
    let (text, _) = with_value(&whole, &[visits, "package_name"], "\"../..\"");
    let (text, _) = with_value(&text, &[visits, "original_file_path"], "\"secret.sql\"");
    let (text, _) = with_value(&text, &[visits, "patch_path"], "null");
    let (text, _) = with_value(&text, &[visits, "description"], "\"\"");
    desk.write("gym/target/manifest.json", text);
    assert_eq!(
        desk.places(&["gym", "--input", "manifest", "--select", "DOC001"]),
        ["gym/dbt_packages/../../secret.sql:- DOC001 model.no_exposures.fct_visits"]
    );
}

#[test]
fn names_do_not_steer_the_terminal() {
    let desk = Desk::gym();
    let whole = desk.read("gym/target/manifest.json");
    let visits = "model.no_exposures.fct_visits";
    let (text, _) = with_value(&whole, &[visits, "name"], "\"a\\u001b[2Jb\\nc\\u009b\\u202ed\"");
    let (text, _) = with_value(&text, &[visits, "original_file_path"], "\"models/\\u001b]0;x\\u0007.sql\"");
    let (text, _) = with_value(&text, &[visits, "patch_path"], "null");
    let (text, _) = with_value(&text, &[visits, "description"], "\"\"");
    let (text, _) = with_value(&text, &["metadata", "dbt_version"], "\"1.12\\u001b[31m\"");
    desk.write("gym/target/manifest.json", text);
    for (format, shown) in [
        (
            "concise",
            "gym/models/\\u{1b}]0;x\\u{7}.sql: DOC001 undocumented-model model `a\\u{1b}[2Jb\\nc\\u{9b}\\u{202e}d` ",
        ),
        ("grouped", "gym/models/\\u{1b}]0;x\\u{7}.sql\n"),
        ("full", "model `a\\u{1b}[2Jb\\nc\\u{9b}\\u{202e}d`"),
        ("json", "model `a\\u001b[2Jb\\nc"),
    ] {
        for color in ["never", "always"] {
            let input = ["check", "gym", "--input", "manifest", "--select", "DOC001"];
            let run = desk.run(&[&input[..], &["--format", format, "--color", color]].concat());
            assert!(run.stdout.contains(shown), "{format}: {}", run.stdout);
            let is_harmful = |character: char| character.is_control() && character != '\n' && format != "json";
            let text = without_colors(&run.stdout);
            assert_eq!(text.chars().find(|character| is_harmful(*character)), None, "{format} {color}");
            assert!(run.stderr.starts_with("no_exposures (dbt 1.12\\u{1b}[31m): "), "{}", run.stderr);
        }
    }
    // Nor does what a file says, nor an argument.
    desk.write("steward.yml", "rules:\n  \"\\e[31mred\": error\n");
    for arguments in
        [&["check", "gym", "--config", "steward.yml"][..], &["explain", "\u{1b}[31mred"], &["check", "\u{1b}[2J"]]
    {
        let run = desk.run(arguments);
        assert_eq!(run.code, Some(2), "{arguments:?}");
        assert!(run.stderr.contains("\\u{1b}["), "{arguments:?}: {}", run.stderr);
        assert!(!run.stderr.contains('\u{1b}'), "{arguments:?}: {}", run.stderr);
    }
}

/// Takes out what does nothing but color: `ESC [ digits and semicolons m`.
fn without_colors(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| match part.trim_start_matches(|part: char| part.is_ascii_digit() || part == ';') {
        colored if colored.starts_with('m') => colored[1..].to_owned(),
        _ => format!("\u{1b}[{part}"),
    });
    first + &rest.collect::<String>()
}

#[test]
fn text_of_files_does_not_steer_the_terminal() {
    let desk = Desk::gym();
    let path = "gym/models/marts/fct_visits.sql";
    let sql = format!("/* \u{1b}[2J\u{9b} */ {}", desk.read(path));
    desk.write(path, sql);
    desk.write("gym/models/marts/_marts__models.yml", "models: []\n");
    let (text, _) =
        with_value(&desk.read("gym/target/manifest.json"), &["model.no_exposures.fct_visits", "patch_path"], "null");
    let (text, _) = with_value(&text, &["model.no_exposures.fct_visits", "description"], "\"\"");
    desk.write("gym/target/manifest.json", text);
    for color in ["never", "always"] {
        let run = desk.run(&["check", "gym", "--select", "DOC001", "--color", color]);
        assert!(run.stdout.contains("/* \\u{1b}[2J\\u{9b} */"), "{}", run.stdout);
        assert!(!run.stdout.chars().any(|character| character.is_control() && character != '\n'), "{color}");
    }
}
