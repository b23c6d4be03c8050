//! What `action.yml` says of itself, and what the documentation says of it.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;
use serde_json::Value;

/// A file of the repository.
pub(crate) fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn action() -> Value {
    serde_yaml::from_str(&read("action.yml")).expect("action.yml is YAML")
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().expect("a mapping").keys().cloned().collect()
}

#[test]
fn every_input_is_used_and_every_used_input_is_declared() {
    let reference = Regex::new(r"inputs\.([a-z-]+)").expect("the pattern is valid");
    let text = read("action.yml");
    let used: BTreeSet<String> = reference.captures_iter(&text).map(|found| found[1].to_owned()).collect();
    assert_eq!(used, keys(&action()["inputs"]));
}

#[test]
fn nothing_from_outside_becomes_part_of_a_script() {
    let action = action();
    let steps = action["runs"]["steps"].as_array().expect("steps are a list");
    let scripts: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    assert_eq!(scripts.len(), 4);
    for script in scripts {
        assert!(!script.contains("${{"), "{script}");
    }
}

#[test]
fn the_scripts_read_the_variables_that_the_steps_set() {
    let variable = Regex::new(r"\b(INPUT_[A-Z_]+|COMMENT_FILE|HAS_FINDINGS)\b").expect("the pattern is valid");
    let named =
        |text: &str| -> BTreeSet<String> { variable.find_iter(text).map(|it| it.as_str().to_owned()).collect() };
    let scripts = ["install", "check", "comment"].map(|name| read(&format!(".github/action/{name}.sh"))).concat();
    let code: Vec<&str> = scripts.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    assert_eq!(named(&read("action.yml")), named(&code.join("\n")));
}

/// Whoever uses the action writes its inputs as `with:`; a mistake there is a warning that nobody reads.
#[test]
fn the_documentation_uses_inputs_and_outputs_that_exist() {
    let action = action();
    let (inputs, outputs) = (keys(&action["inputs"]), keys(&action["outputs"]));
    let page = read("docs/guides/github.md");
    let key = Regex::new(r"^ {10}([a-z-]+):").expect("the pattern is valid");
    let mut uses = 0;
    for (step, _) in page.match_indices("uses: dbt-steward/dbt-steward@") {
        uses += 1;
        let lines = page[step..].lines().skip(1).take_while(|line| line.starts_with("        "));
        for given in lines.filter_map(|line| key.captures(line)) {
            assert!(inputs.contains(&given[1]), "there is no input `{}`", &given[1]);
        }
    }
    assert!(uses >= 2, "the page shows the action {uses} times");
    for name in inputs.iter().chain(&outputs) {
        assert!(page.contains(&format!("| `{name}` |")), "docs/guides/github.md has no line for `{name}`");
    }
}

#[test]
fn all_say_the_same_place_and_version() {
    let repository = dbt_steward::docs::REPOSITORY;
    let name = repository.strip_prefix("https://github.com/").expect("the project lives on GitHub");
    let version = env!("CARGO_PKG_VERSION");
    let pattern = |text| Regex::new(text).expect("the pattern is valid");
    let place = pattern(r"(?:uses: |github\.com/)(dbt-steward/[a-z-]+)");
    let release = pattern(r"dbt-steward(?:@v|==)([0-9.]+)|rev: v([0-9.]+)");
    for page in [
        "README.md",
        "docs/guides/azure.md",
        "docs/guides/github.md",
        "docs/guides/gitlab.md",
        "docs/guides/pre-commit.md",
    ] {
        let text = read(page);
        for found in place.captures_iter(&text) {
            assert_eq!(&found[1], name, "{page}");
        }
        for found in release.captures_iter(&text) {
            let given = found.get(1).or(found.get(2)).expect("one of them has matched");
            assert_eq!(given.as_str(), version, "{page}");
        }
    }
}
