//! What adapters make of names, as dbt was seen to write it: the fixtures are all for one adapter.

use std::path::PathBuf;

use dbt_steward::files::Files;
use dbt_steward::input::manifest;
use dbt_steward::input::project_files::{self, Environment};
use dbt_steward::project::{Detail, Project};

const MODELS: &str = r#"
sources:
  - name: RawData
    schema: "My Schema"
    tables: [{ name: Orders, identifier: Orders_V1 }]
  - { name: empty, database: "", schema: "", tables: [{ name: T, identifier: "" }] }
models:
  - { name: Upper, config: { alias: "UPPER_A", schema: Fin } }
  - { name: m, config: { alias: "", schema: "", database: "" } }
"#;

/// The database and the relation name of everything, by its name.
fn names(profile: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = [
        ("dbt_project.yml", "name: sea\nprofile: sea\n".to_owned()),
        ("profiles.yml", format!("sea: {{target: dev, outputs: {{dev: {{{profile}}}}}}}\n")),
        ("models/m.sql", "select 1 as id".to_owned()),
        ("models/Upper.sql", "select 1 as id".to_owned()),
        ("models/s.yml", MODELS.to_owned()),
    ];
    std::fs::create_dir(folder.path().join("models")).expect("an empty folder");
    for (path, text) in files {
        std::fs::write(folder.path().join(PathBuf::from(path)), text).expect("a writable folder");
    }
    let input = project_files::read(folder.path(), &Files::default(), Environment::default());
    let mut memory = manifest::Memory::default();
    let parsed = manifest::parse(std::path::Path::new("files"), &input.manifest, &mut memory);
    let project = Project::from(parsed.expect("the shape of a manifest"));
    let of_relation = project.resources.iter().filter_map(|resource| {
        assert!(resource.unknown.is_none(), "{}: {:?}", resource.unique_id, resource.unknown);
        Some(match &resource.detail {
            Detail::Relation(relation) => format!("{}: {}", relation.database, relation.relation_name),
            Detail::Source(source) => format!("{}: {}", source.database, source.relation_name),
            _ => return None,
        })
    });
    of_relation.collect()
}

#[test]
fn databricks_has_names_in_small_letters() {
    assert_eq!(
        names("type: databricks, catalog: Main, schema: It"),
        [
            "Main: `main`.`it_fin`.`upper_a`",
            ": ``.`it_`.`m`",
            "Main: `main`.`my schema`.`orders_v1`",
            "Main: `main`.`empty`.`t`",
        ]
    );
}

#[test]
fn clickhouse_has_no_database() {
    assert_eq!(
        names("type: clickhouse, schema: It"),
        [": `It_Fin`.`UPPER_A`", ": `It_`.`m`", ": `My Schema`.`Orders_V1`", ": `empty`.`T`"]
    );
}
