//! Several formats at once, and where they go.

use super::support::Desk;
use super::{Case, FORMATS};

const SELECT: [&str; 4] = ["check", "gym", "--select", "TST002"];

fn run(desk: &Desk, arguments: &[&str]) -> super::support::Run {
    desk.run(&[&SELECT[..], &["--quiet"], arguments].concat())
}

#[track_caller]
fn cannot_write(desk: &Desk, arguments: &[&str], path: &str) {
    let result = run(desk, arguments);
    assert_eq!((result.code, result.stdout.as_str()), (Some(2), ""));
    assert!(result.stderr.starts_with(&format!("  × {path}: cannot be written\n")), "{}", result.stderr);
}

#[test]
fn each_format_goes_to_its_file_and_one_to_stdout() {
    let desk = Desk::gym();
    let files: Vec<String> = FORMATS.iter().map(|format| format!("{format}=out.{format}")).collect();
    let mut arguments: Vec<&str> = files.iter().flat_map(|file| ["--format", file]).collect();
    arguments.extend(["--format", "concise"]);
    let result = run(&desk, &arguments);
    let case = Case::new("gym", Desk::gym(), &["gym", "--select", "TST002"]);
    assert_eq!((result.stdout.as_str(), result.stderr.as_str()), (case.output("concise"), ""));
    for format in FORMATS {
        assert_eq!(desk.read(&format!("out.{format}")), case.output(format), "{format}");
    }
    assert_eq!(desk.names("").len(), FORMATS.len() + 2, "nothing else is left behind: {:?}", desk.names(""));
}

#[test]
fn without_a_format_for_stdout_nothing_is_printed() {
    let desk = Desk::gym();
    cannot_write(&desk, &["--format", "sarif=a b/größe=1.sarif"], "a b/größe=1.sarif");
    std::fs::create_dir(desk.path("a b")).unwrap();
    run(&desk, &["--format", "sarif=a b/größe=1.sarif"]).prints(0, "");
    assert!(desk.read("a b/größe=1.sarif").contains("\"version\": \"2.1.0\""));
    // The file of --output-file is that of the only format.
    run(&desk, &["--format", "csv", "--output-file", "b.csv"]).prints(0, "");
    assert!(desk.read("b.csv").starts_with("severity,code,"));
}

#[test]
fn a_file_is_whole_or_as_it_was() {
    let desk = Desk::gym();
    desk.write("old.csv", "of yesterday");
    // The second cannot be written: the first is whole, the third was not begun.
    let files = ["--format", "csv=new.csv", "--format", "json=nowhere/x.json", "--format", "ndjson=old.csv"];
    cannot_write(&desk, &files, "nowhere/x.json");
    assert!(desk.read("new.csv").ends_with("\r\n"));
    assert_eq!(desk.read("old.csv"), "of yesterday");
    assert_eq!(desk.names(""), [".git", "gym", "new.csv", "old.csv"]);
}

#[test]
fn what_does_not_go_together_is_refused_before_anything_is_read() {
    let desk = Desk::new();
    let refused =
        |arguments: &[&str], stderr: &str| desk.run(&[&["check", "nowhere"], arguments].concat()).refuses(stderr);
    refused(
        &["--format", "github", "--format", "json"],
        "  × formats `github` and `json` would both go to stdout\n  \
         help: name a file for all but one: `--format json=FILE`\n",
    );
    refused(
        &["--format", "csv=out", "--format", "json=./out"],
        "  × two formats would be written to out\n  help: name another file for one of them\n",
    );
    for arguments in [
        &["--format", "csv=a", "--output-file", "b"][..],
        &["--format", "csv=a", "--format", "json", "--output-file", "b"],
    ] {
        refused(
            arguments,
            "  × --output-file is for one format that names no file of its own\n  \
             help: write `--format FORMAT=FILE` for each, and leave --output-file out\n",
        );
    }
    refused(&["--format", "csv="], "error: no file is named in 'csv=': write 'csv=FILE', or 'csv' for stdout\n");
    let unknown = desk.run(&["check", "nowhere", "--format", "xml=a"]);
    assert!(unknown.stderr.starts_with("error: invalid value 'xml' for '--format <FORMAT[=FILE]>'\n"), "{unknown:?}");
    assert_eq!((unknown.code, desk.names("")), (Some(2), vec![".git".to_owned()]));
}

#[test]
fn the_exit_code_is_that_of_the_findings() {
    let desk = Desk::gym();
    assert_eq!(run(&desk, &["--format", "sarif=a", "--format", "github", "--fail-on", "warning"]).code, Some(1));
    assert_eq!(run(&desk, &["--format", "sarif=a", "--format", "github"]).code, Some(0));
}
