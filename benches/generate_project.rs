//! Writes a dbt project of any size: `cargo run --release --example generate_project -- FOLDER MODELS YAML_FILES`.
//!
//! Layers as real projects have them: a quarter of the models stages sources, half joins what comes before, a quarter
//! feeds dashboards. Every model has a macro call, a loop or a condition somewhere, columns with descriptions and tests,
//! and about 60 lines of SQL, so that reading it costs what reading a real one costs.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, models, yaml_files] = &arguments[..] else {
        eprintln!("usage: generate_project FOLDER MODELS YAML_FILES");
        std::process::exit(2);
    };
    let number = |text: &String| text.parse::<usize>().map_err(io::Error::other);
    generate(Path::new(folder), number(models)?, number(yaml_files)?)
}

fn generate(folder: &Path, models: usize, yaml_files: usize) -> io::Result<()> {
    let write = |path: String, text: String| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("it is in the folder"))?;
        fs::write(path, text)
    };
    write("dbt_project.yml".to_owned(), PROJECT.to_owned())?;
    write("profiles.yml".to_owned(), PROFILE.to_owned())?;
    write("macros/helpers.sql".to_owned(), MACROS.to_owned())?;
    write("models/docs.md".to_owned(), "{% docs id %}\nNumber of the row.\n{% enddocs %}\n".to_owned())?;
    for index in 0..models {
        let model = Model::new(index, models);
        write(format!("{}/{}.sql", model.folder(), model.name()), model.sql())?;
    }
    let each = models.div_ceil(yaml_files.max(1)).max(1);
    for first in (0..models).step_by(each) {
        let described: Vec<Model> = (first..models.min(first + each)).map(|index| Model::new(index, models)).collect();
        write(format!("{}/_{first}__models.yml", described[0].folder()), properties(&described))?;
    }
    write("models/staging/_sources.yml".to_owned(), sources(models / 4))?;
    write("models/marts/_exposures.yml".to_owned(), exposures(models))
}

#[derive(Clone, Copy)]
struct Model {
    index: usize,
    models: usize,
}

impl Model {
    fn new(index: usize, models: usize) -> Self {
        Self { index, models }
    }

    fn layer(self) -> (&'static str, &'static str) {
        match self.index * 4 / self.models.max(1) {
            0 => ("staging", "stg"),
            1 | 2 => ("intermediate", "int"),
            _ => ("marts", "fct"),
        }
    }

    fn folder(self) -> String {
        format!("models/{}/area_{}", self.layer().0, self.index % 40)
    }

    fn name(self) -> String {
        format!("{}_model_{}", self.layer().1, self.index)
    }

    /// Two models of the layers before, or a source.
    fn parents(self) -> Vec<Model> {
        let quarter = (self.models / 4).max(1);
        match self.layer().0 {
            "staging" => Vec::new(),
            _ => [self.index - quarter, self.index * 7 % (self.index - quarter + 1)]
                .map(|index| Model { index, ..self })
                .to_vec(),
        }
    }

    fn sql(self) -> String {
        let mut text = format!(
            "{{{{ config(materialized='{}') }}}}\n\nwith\n",
            if self.index.is_multiple_of(3) { "table" } else { "view" }
        );
        let parents = self.parents();
        if parents.is_empty() {
            let _ = writeln!(text, "source as (select * from {{{{ source('raw', 'table_{}') }}}}),", self.index);
        }
        for (number, parent) in parents.iter().enumerate() {
            let _ = writeln!(text, "parent_{number} as (select * from {{{{ ref('{}') }}}}),", parent.name());
        }
        text.push_str("cleaned as (\n    select\n        id,\n");
        for column in 0..40 {
            let _ = writeln!(text, "        trim(cast(column_{column} as {{{{ text_type() }}}})) as column_{column},");
        }
        text.push_str("        {% for unit in ['day', 'week'] %}date_trunc('{{ unit }}', created_at) as created_{{ unit }},\n        {% endfor %}\n");
        text.push_str("        {{ cents_to_units('amount') }} as amount\n    from ");
        text.push_str(if parents.is_empty() { "source" } else { "parent_0" });
        text.push_str("\n    {% if is_incremental() %}where created_at > (select max(created_at) from {{ this }}){% endif %}\n)\n\n");
        text.push_str("select * from cleaned\n");
        text
    }
}

fn properties(models: &[Model]) -> String {
    let mut text = "version: 2\n\nmodels:\n".to_owned();
    for model in models {
        let _ = writeln!(
            text,
            "  - name: {}\n    description: What model {} holds, a row each.",
            model.name(),
            model.index
        );
        text.push_str("    meta:\n      owner: Data Platform\n    columns:\n      - name: id\n        description: \"{{ doc('id') }}\"\n");
        text.push_str("        data_tests:\n          - unique\n          - not_null\n");
        for column in 0..8 {
            let _ = writeln!(
                text,
                "      - name: column_{column}\n        description: Column {column} of the source, trimmed."
            );
        }
    }
    text
}

fn sources(tables: usize) -> String {
    let mut text = "version: 2\n\nsources:\n  - name: raw\n    description: What the shop's database holds.\n    schema: raw\n    tables:\n".to_owned();
    for table in 0..=tables {
        let _ = writeln!(text, "      - name: table_{table}\n        description: Table {table}.");
    }
    text
}

fn exposures(models: usize) -> String {
    let mut text = "version: 2\n\nexposures:\n".to_owned();
    for index in (models * 3 / 4..models).step_by(20) {
        let model = Model::new(index, models);
        let _ = writeln!(
            text,
            "  - name: dashboard_{index}\n    type: dashboard\n    owner: {{name: Sales, email: sales@example.com}}\n    depends_on:\n      - ref('{}')",
            model.name()
        );
    }
    text
}

const PROJECT: &str = "\
name: generated
version: '1.0'
profile: generated
models:
  generated:
    staging:
      +materialized: view
    marts:
      +materialized: table
      +tags: [marts]
";

const PROFILE: &str = "\
generated:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: generated.duckdb
";

const MACROS: &str = "\
{% macro text_type() %}varchar{% endmacro %}

{% macro cents_to_units(column, digits=2) -%}
    round({{ column }} / 100.0, {{ digits }})
{%- endmacro %}
";
