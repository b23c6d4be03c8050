//! What dbt's own macros for database, schema and alias give: projects call them from macros of the same purpose.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crate::template::{Content, Macro, read_blocks};
use crate::text::jinja::BlockKind;

/// Each as one expression, which does what dbt documents of it.
const MACROS: &str = "
{% macro default__generate_database_name(custom_database_name=none, node=none) -%}
    {{ return(target.database if custom_database_name is none else custom_database_name | trim) }}
{%- endmacro %}
{% macro default__generate_schema_name(custom_schema_name, node) -%}
    {{ return(target.schema if custom_schema_name is none else target.schema ~ '_' ~ custom_schema_name | trim) }}
{%- endmacro %}
{% macro generate_schema_name_for_env(custom_schema_name, node) -%}
    {{ return(custom_schema_name | trim if target.name == 'prod' and custom_schema_name is not none else target.schema) }}
{%- endmacro %}
{% macro default__generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name %}{{ return(custom_alias_name | trim) }}
    {%- elif node.version %}{{ return(node.name ~ '_v' ~ (node.version | string | replace('.', '_'))) }}
    {%- else %}{{ return(node.name) }}{% endif %}
{%- endmacro %}";

static PARSED: LazyLock<HashMap<String, Arc<Macro>>> = LazyLock::new(|| {
    let blocks = read_blocks(&Arc::from(MACROS), BlockKind::IN_MACRO_FILES);
    let macros = blocks.into_iter().filter_map(|block| match block.content {
        Ok(Content::Macro(code)) => Some((code.name.to_string(), code)),
        _ => None,
    });
    macros.collect()
});

/// The macro of a name, with or without `default__` before it.
pub fn find(name: &str) -> Option<Arc<Macro>> {
    PARSED.get(name).or_else(|| PARSED.get(&format!("default__{name}"))).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_macro_can_be_parsed() {
        assert_eq!(PARSED.len(), MACROS.matches("endmacro").count());
        assert!(find("generate_schema_name").is_some());
        assert!(find("generate_schema").is_none());
    }
}
