//! `dbt-steward init`: a first config that fits the project, and that `check` then accepts.

mod support;

use serde_json::json;
use support::Desk;

/// The config without its comments' marks, as someone has it who takes up every suggestion.
fn with_suggestions(config: &str) -> String {
    let suggestion = |line: &str| {
        let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
        match rest.strip_prefix("# ") {
            Some(text)
                if text.starts_with("- {")
                    || text.starts_with("paths: [")
                    || text.ends_with(" }")
                    || text.ends_with(": error") =>
            {
                format!("{indent}{text}\n")
            }
            Some(text) if text == "overrides:" => format!("{text}\n"),
            _ => format!("{line}\n"),
        }
    };
    config.replace("#   - {", "  # - {").lines().map(suggestion).collect()
}

#[test]
fn the_config_of_a_young_project() {
    let desk = Desk::gym();
    let run = desk.run(&["init", "gym", "--input", "manifest"]);
    run.prints(0, "");
    assert_eq!(run.stderr, "wrote gym/dbt-steward.yml; next: dbt-steward check\n");
    assert_eq!(
        desk.read("gym/dbt-steward.yml"),
        "# dbt-steward for no_exposures. All settings: docs/configuration.md of dbt-steward.

# minimal, recommended, strict, or the path of a config to build on
extends: recommended

# exit with 1 from this severity on: error, warning, info, never; unless set error, and warning where only a change is
# looked at (hooks, --since)
# fail-on: error

# which layer a model is in: by folder first, then by prefix; found here:
#   staging: 2 models by folder
#   marts: 1 model by folder
# layers: { marts: { paths: [models/marts], prefixes: [fct_, dim_] } }

# who owns a resource: meta, then its group, then CODEOWNERS
owners:
  meta-keys: [owner]  # no key of meta names an owner yet
  codeowners: false  # no CODEOWNERS file was found
  # allowed: [finance, marketing]  # for unknown-owner

# a slug or code with a severity, or a block with severity, options, and what it is limited to
rules:
  # undocumented-model: error
  # description-pattern: { severity: info, pattern: '^[A-Z].*[.]$', layers: [marts] }

# other severities for a part of the project
# overrides:
#   - { paths: [models/legacy], rules: { undocumented-model: 'off' } }
"
    );
    assert_eq!(desk.names("gym"), ["dbt-steward.yml", "dbt_project.yml", "models", "profiles.yml", "target"]);
}

#[test]
fn the_config_of_a_grown_project() {
    let desk = Desk::with("shop", "shop");
    let text = desk.run(&["init", "shop", "--stdout"]).stdout;
    for line in [
        "#   base: 2 models by folder\n",
        "#   staging: 19 models by folder\n",
        "#   intermediate: 10 models by folder\n",
        "#   marts: 18 models by folder\n",
        "#   reporting: 12 models by folder\n",
        "#   no layer: 1 model in models/utilities\n# layers: { marts: { paths: [models/marts], prefixes: [fct_, dim_] } }\n",
        "\n  meta-keys: [owner]  # owner on 50 resources\n  codeowners: true  # a CODEOWNERS file was found\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn codeowners_that_name_the_same_for_every_file_are_left_off() {
    let desk = Desk::with("shop", "shop");
    let init = || desk.run(&["init", "shop", "--stdout"]).stdout;
    desk.write("shop/.github/CODEOWNERS", "* @ann @bob\n");
    assert!(init().contains("\n  codeowners: false  # CODEOWNERS names the same owner for every file\n"), "{}", init());
    desk.write("shop/.github/CODEOWNERS", "/ingestion/ @ann\n");
    assert!(
        init().contains("\n  codeowners: false  # CODEOWNERS names no owner for the project's files\n"),
        "{}",
        init()
    );
    desk.write("shop/.github/CODEOWNERS", "* @ann\n/models/marts/finance/ @bob\n");
    assert!(init().contains("\n  codeowners: true  # a CODEOWNERS file was found\n"), "{}", init());
}

/// A gym project with models of those paths more, each read by nothing and reading what `fct_visits` reads.
fn with_models(paths: &[String]) -> Desk {
    let desk = Desk::gym();
    desk.edit_json("gym/target/manifest.json", |manifest| {
        let nodes = manifest["nodes"].as_object_mut().unwrap();
        let model = nodes["model.no_exposures.fct_visits"].clone();
        for path in paths {
            let name = path.rsplit('/').next().unwrap();
            let id = format!("model.no_exposures.{name}");
            let mut model = model.clone();
            model["unique_id"] = json!(id);
            model["name"] = json!(name);
            model["original_file_path"] = json!(format!("models/{path}.sql"));
            nodes.insert(id, model);
        }
    });
    desk
}

fn paths(folder: &str, prefix: &str, count: usize) -> impl Iterator<Item = String> {
    (0..count).map(move |number| format!("{folder}/{prefix}{}_{number}", folder.replace('/', "_")))
}

#[test]
fn names_that_are_usual_in_the_project_are_no_findings() {
    let all: Vec<String> = paths("marts", "fct_", 40)
        // Few, but more than a slip, and of this layer.
        .chain(paths("marts", "bridge_", 3))
        // A slip.
        .chain(paths("marts", "visit_", 1))
        // Most of these are elsewhere, so that they do not tell the layer.
        .chain(paths("marts", "wk_", 3))
        .chain(paths("playground", "wk_", 9))
        // A source and a folder of the project: what it is about, not which layer it is in.
        .chain(paths("marts", "gym_", 3))
        .chain(paths("marts/sales", "sales_", 3))
        // Hardly any name here has a prefix.
        .chain(paths("reporting", "rpt_", 1))
        .chain(["attendance", "capacity", "churn"].map(|name| format!("reporting/{name}")))
        .collect();
    let desk = with_models(&all);
    let naming = |desk: &Desk| {
        let found = desk
            .run(&["check", "gym", "--input", "manifest", "--select", "NAM", "--format", "concise", "--quiet"])
            .stdout;
        found.lines().count()
    };
    assert_eq!(naming(&desk), 16);
    assert_eq!(desk.run(&["init", "gym", "--input", "manifest"]).code, Some(0));
    let text = desk.read("gym/dbt-steward.yml");
    assert!(
        text.contains(
            "layers:
  marts:
    prefixes: [fct_, dim_, bridge_]
    # paths: [marts, models/playground]
  reporting:
    prefixes: []  # names here share no prefix; [] demands none
"
        ),
        "{text}"
    );
    assert_eq!(naming(&desk), 10, "the slip, wk_, gym_ and sales_ remain");
    let text = with_suggestions(&text).replace("models/legacy", "models");
    desk.write("gym/dbt-steward.yml", &text);
    let run = desk.run(&["check", "gym", "--input", "manifest", "--quiet"]);
    assert!(matches!(run.code, Some(0 | 1)), "{text}\n{run:?}");
}

#[test]
fn folders_of_unknown_name_are_proposed_by_what_is_in_them() {
    let all: Vec<String> = paths("core", "dim_", 3)
        .chain(paths("core", "agg_", 4))
        .chain(paths("utils", "days_", 9))
        .chain(paths("odd", "one_", 2))
        .collect();
    let text = with_models(&all).run(&["init", "gym", "--input", "manifest", "--stdout"]).stdout;
    assert!(text.contains("#   no layer: 9 models in models/utils\n#   no layer: 4 models in models/core\n"), "{text}");
    // With the folders that count already, because `paths` takes the place of their names.
    assert!(text.contains("\nlayers:\n  # marts: { paths: [marts, models/core] }\n\n"), "{text}");
}

#[test]
fn a_folder_base_among_marts_is_in_no_layer_and_nothing_is_proposed_that_would_change_that() {
    let all: Vec<String> = paths("marts/telemetry/base", "events_", 4)
        .chain(paths("marts", "dim_", 3))
        .chain(paths("publish", "fact_", 3))
        .collect();
    let text = with_models(&all).run(&["init", "gym", "--input", "manifest", "--stdout"]).stdout;
    assert!(
        text.contains(
            "#   no layer: 4 models in models/marts/**/base\n#   no layer: 3 models in models/publish\n# layers: {"
        ),
        "{text}"
    );
}

#[test]
fn a_project_without_models_has_no_layers_to_list() {
    let desk = Desk::new();
    desk.write("young/dbt_project.yml", "name: young\nversion: '1.0'\n")
        .write("young/macros/m.sql", "{% macro m() %}{% endmacro %}\n");
    let text = desk.run(&["init", "young", "--stdout"]).stdout;
    assert!(
        text.contains(
            "# which layer a model is in: by folder first, then by prefix; there is no model yet\n# layers: {"
        ),
        "{text}"
    );
}

#[test]
fn check_accepts_what_init_writes() {
    for (fixture, root) in [("shop", "p"), ("no-exposures", "p"), ("spotless", "p"), ("spans", "p/transform")] {
        let desk = Desk::with(fixture, "p");
        let before = desk.run(&["check", root, "--format", "concise", "--config", "empty.yml"]);
        assert_eq!(before.code, Some(2), "there is no such config");
        desk.write("empty.yml", "");
        let before = desk.run(&["check", root, "--format", "concise", "--config", "empty.yml"]);
        let init = desk.run(&["init", root, "--force"]);
        assert_eq!(init.code, Some(0), "{init:?}");
        let path = format!("{root}/dbt-steward.yml");
        let run = desk.run(&["check", root, "--format", "concise"]);
        assert!(matches!(run.code, Some(0 | 1)), "{fixture}: {run:?}");
        if !desk.read(&path).contains("codeowners: true") {
            assert_eq!(run.stdout, before.stdout, "{fixture}: of itself it changes nothing");
        }
        // Nor does it break when its suggestions are taken up, but for paths that are only examples.
        let text = with_suggestions(&desk.read(&path)).replace("models/legacy", "models");
        assert_ne!(text, desk.read(&path));
        desk.write(&path, &text);
        let run = desk.run(&["check", root, "--format", "concise"]);
        assert!(matches!(run.code, Some(0 | 1)), "{fixture}: {text}\n{run:?}");
    }
}

#[test]
fn a_config_that_is_there_is_left_alone() {
    let desk = Desk::gym();
    desk.write("gym/dbt-steward.yml", "extends: strict\n");
    desk.run(&["init", "gym", "--input", "manifest"]).refuses(
        "  × gym/dbt-steward.yml: there is a config already
  help: --force replaces it, --stdout prints what would be written\n",
    );
    assert_eq!(desk.read("gym/dbt-steward.yml"), "extends: strict\n");
    let printed = desk.run(&["init", "gym", "--input", "manifest", "--stdout"]);
    assert_eq!(printed.code, Some(0));
    assert_eq!(desk.read("gym/dbt-steward.yml"), "extends: strict\n");
    assert_eq!(desk.run(&["init", "gym", "--input", "manifest", "--force"]).code, Some(0));
    assert_eq!(desk.read("gym/dbt-steward.yml"), printed.stdout);
    // Also under its other name, which would be found second and never be read.
    std::fs::rename(desk.path("gym/dbt-steward.yml"), desk.path("gym/dbt-steward.yaml")).unwrap();
    desk.run(&["init", "gym", "--input", "manifest"]).refuses(
        "  × gym/dbt-steward.yaml: there is a config already
  help: --force replaces it, --stdout prints what would be written\n",
    );
}

#[test]
fn a_manifest_alone_has_no_place_for_a_config() {
    let desk = Desk::new();
    std::fs::copy(support::fixture("no-exposures/target/manifest.json"), desk.path("m.json")).unwrap();
    desk.run(&["init", "m.json"]).refuses(
        "  × m.json: a manifest alone has no folder to put a config in
  help: give the folder of the dbt project, or --stdout\n",
    );
    let run = desk.run(&["init", "--manifest", "m.json", "--stdout"]);
    assert!(run.stdout.starts_with("# dbt-steward for no_exposures. "), "{run:?}");
    assert_eq!(desk.names(""), [".git", "m.json"]);
}

#[test]
fn names_with_odd_characters_are_quoted() {
    let desk = Desk::gym();
    desk.edit_json("gym/target/manifest.json", |manifest| {
        let nodes = manifest["nodes"].as_object_mut().unwrap();
        let model = nodes["model.no_exposures.fct_visits"].clone();
        for (number, folder) in ["größe, {x}", "yes", "a: [b]\n# c", "'quoted'", "*star*"].iter().enumerate() {
            for copy in 0..=number {
                let id = format!("model.no_exposures.m{number}_{copy}");
                let mut model = model.clone();
                model["unique_id"] = json!(id);
                model["name"] = json!(format!("[{number}_{copy}"));
                model["original_file_path"] = json!(format!("models/{folder}/m{number}_{copy}.sql"));
                model["meta"] = json!({"team_: x\n# y": "a", "owner_, {too}": "b", "nested": {"data-owner": "c"}});
                nodes.insert(id, model);
            }
        }
        for copy in 0..3 {
            let id = format!("model.no_exposures.stg{copy}");
            let mut model = model.clone();
            model["unique_id"] = json!(id);
            model["name"] = json!(format!("no_{copy}"));
            model["original_file_path"] = json!(format!("models/staging/no_{copy}.sql"));
            nodes.insert(id.clone(), model.clone());
            let id = format!("{id}x");
            model["unique_id"] = json!(id);
            model["name"] = json!(format!("[, ]_{copy}"));
            nodes.insert(id, model);
        }
        manifest["metadata"]["project_name"] = json!("no_exposures");
    });
    let text = desk.run(&["init", "gym", "--input", "manifest", "--stdout"]).stdout;
    for line in [
        "#   no layer: 5 models in models/*star*\n",
        "#   no layer: 3 models in models/a: [b]\\n# c\n",
        "  # marts: { paths: [marts, \"models/[*]star[*]\", \"models/'quoted'\", \"models/a: [[]b[]]\\n# c\"] }\n",
        "  staging:\n    prefixes: [stg_, \"[, ]_\", no_]\n",
        "  meta-keys: [nested.data-owner, \"owner_, {too}\", \"team_: x\\n# y\"]  # ",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    desk.write("gym/dbt-steward.yml", &text);
    let run = desk.run(&["check", "gym", "--input", "manifest", "--quiet", "--format", "concise"]);
    assert!(matches!(run.code, Some(0 | 1)), "{text}\n{run:?}");
}

#[test]
fn a_hostile_project_name_stays_in_its_comment() {
    let desk = Desk::gym();
    desk.edit_json("gym/target/manifest.json", |manifest| {
        manifest["metadata"]["project_name"] = json!("x\nextends: minimal\r\u{85}# \u{1b}[2J");
    });
    let text = desk.run(&["init", "gym", "--input", "manifest", "--stdout"]).stdout;
    assert!(text.starts_with("# dbt-steward for x\\nextends: minimal\\r\\u{85}# \\u{1b}[2J. All settings: "), "{text}");
}

/// Real manifests, where they are at hand.
#[test]
fn real_projects_get_a_config_that_holds() {
    let Some(folder) = support::needs::corpus() else { return };
    let desk = Desk::new();
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap());
    // The largest takes its time in a debug build and shows nothing that the others do not.
    let manifests = entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(".json"));
    let small = manifests.filter(|entry| entry.metadata().unwrap().len() < 20 << 20);
    let mut seen = 0;
    for entry in small {
        let path = entry.path().display().to_string();
        let run = desk.run(&["init", "--stdout", "--manifest", &path]);
        if run.code != Some(0) {
            // expected.json, and the one that is older than dbt 1.0.
            // Where the message wraps depends on how long the path is.
            let words: Vec<&str> = run.stderr.split_whitespace().filter(|word| *word != "│").collect();
            let message = words.join(" ");
            assert!(message.contains("is older than dbt 1.0") || message.contains("is not a dbt manifest"), "{run:?}");
            continue;
        }
        seen += 1;
        desk.write("steward.yml", &run.stdout);
        let check = desk.run(&["check", &path, "--config", "steward.yml", "--statistics", "--quiet"]);
        assert!(matches!(check.code, Some(0 | 1)), "{path}: {}\n{check:?}", run.stdout);
    }
    assert!(seen > 3, "{seen} manifests");
}
