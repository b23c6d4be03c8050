//! Baselines that cannot be used: one message with file, place and next step, and exit code 2.

use crate::{FILE, models, shop};

/// Nothing is run, and the first line of the message and the help are these.
#[track_caller]
fn refuses(text: &str, place: &str, message: &str, help: &str) {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id")]);
    desk.write(FILE, text);
    for command in [&["check", "shop"][..], &["check", "shop", "--update-baseline", "--allow-growth"]] {
        let run = desk.run(command);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
        // As wide as the terminal would have it.
        let said = run.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(said.starts_with(&format!("× {FILE}:{place}: {message}")), "{said}");
        assert!(said.ends_with(&format!("help: {help}")), "{said}");
    }
    assert_eq!(desk.read(FILE), text, "it is left as it is");
    assert_eq!(desk.run(&["check", "shop", "--no-baseline", "--exit-zero", "--quiet"]).code, Some(0));
}

const MEND: &str = "mend it by hand, or record anew with `dbt-steward baseline --force`";

fn with(findings: &str) -> String {
    format!("{{\n  \"version\": 1,\n  \"project\": \"shop\",\n  \"findings\": {{\n{findings}\n  }}\n}}\n")
}

#[test]
fn no_json() {
    refuses("", "1:1", "EOF while parsing a value", MEND);
    refuses(&with("    \"DOC001\": { \"model.shop.é\": [], }"), "5:37", "key must be a string", MEND);
    refuses(
        &with("    \"DOC001\": { \"model.shop.a\": 5 }"),
        "5:33",
        "invalid type: integer `5`, expected a sequence",
        MEND,
    );
    refuses("[]", "1:2", "invalid length 0, expected struct Head with 1 element", MEND);
}

#[test]
fn no_baseline() {
    let replace = "`dbt-steward baseline --force` writes one in its place";
    refuses("{}", "1:1", "this is no baseline: a baseline begins with `\"version\": 1`", replace);
    refuses("{\n  \"version\": 0 }", "2:3", "this is no baseline", replace);
    refuses(
        &with("").replace("findings", "finding"),
        "4:11",
        "unknown field `finding`, expected one of `version`, `project`, `findings`, `shares`",
        MEND,
    );
}

#[test]
fn a_later_version() {
    refuses(
        "{ \"version\": 2, \"groups\": [] }",
        "1:3",
        "this is a baseline of version 2, and this dbt-steward knows version 1",
        "a later dbt-steward wrote it: use that, here as there",
    );
}

#[test]
fn a_conflict() {
    let text = with(
        "    \"DOC001 undocumented-model\": {\n<<<<<<< HEAD\n      \"model.shop.a\": [],\n=======\n>>>>>>> b\n    }",
    );
    refuses(
        &text,
        "6:1",
        "a conflict of a merge is not resolved",
        "keep the lines of both sides; an entry may stand twice",
    );
}

#[test]
fn a_rule_that_does_not_exist() {
    refuses(
        &with("    \"DOC999 undocumented-mood\": { \"model.shop.a\": [] }"),
        "5:6",
        "there is no rule DOC999",
        "did you mean DOC009? a later dbt-steward may have it: use that, or take these lines out",
    );
}

#[test]
fn no_share() {
    let text = with("").replace("  }\n}\n", "  },\n  \"shares\": { \"DOC022\": { \"models\": \"3 of 2\" } }\n}\n");
    refuses(&text, "7:38", "this is no share", "a share is written as \"12 of 40\"");
}

#[test]
fn of_another_project() {
    refuses(
        &with("").replace("shop", "gym"),
        "3:15",
        "this is the baseline of project `gym`, and the project is `shop`",
        "name another file with `--baseline`, or go without one with `--no-baseline`; if the project has a new name, \
         `dbt-steward baseline --force` records anew",
    );
}

#[test]
fn no_text_and_no_file() {
    let desk = shop();
    models(&desk, &[("a", "select 1 as id")]);
    desk.write(FILE, b"{\n  \"version\": \xff }");
    let run = desk.run(&["check", "shop"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains(&format!("{FILE}:2:14")), "{}", run.stderr);
    desk.run(&["check", "shop", "--baseline", "gone.json"]).refuses(
        "  × gone.json: there is no such baseline\n  help: `dbt-steward baseline` records today's findings; without one, \
         take `--baseline` or\n        `baseline:` away\n",
    );
    std::fs::create_dir(desk.path("folder.json")).unwrap();
    let run = desk.run(&["check", "shop", "--baseline", "folder.json"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.starts_with("  × folder.json: cannot be read\n"), "{}", run.stderr);
}
