//! Gitignore-style globs.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// One pattern as a set: it matches a file, or a folder and all that is in it. A pattern without `/` in it matches in
/// every folder; any other is relative to `dbt_project.yml`.
///
/// # Errors
/// Says what is wrong with the pattern.
pub fn compile(pattern: &str) -> Result<GlobSet, String> {
    compile_all(std::iter::once(pattern))
}

/// Several patterns as a set that matches what any of them does.
///
/// # Errors
/// Says what is wrong with the first bad one.
pub fn compile_all<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        for glob in globs(pattern)? {
            set.add(glob);
        }
    }
    set.build().map_err(|error| error.to_string())
}

/// Of a pattern without a name in it. As a glob it would be `**/`, which is everything.
const EMPTY: &str = "an empty glob names nothing; `**` is everything";

fn globs(pattern: &str) -> Result<[Glob; 2], String> {
    let trimmed = pattern.trim_start_matches("./");
    let body = trimmed.trim_start_matches('/').trim_end_matches('/');
    if body.trim().is_empty() {
        return Err(EMPTY.to_owned());
    }
    let anchored = trimmed.trim_end_matches('/').contains('/');
    let base = if anchored { body.to_owned() } else { format!("**/{body}") };
    // `models/**` must not become `models/**/**`, though both mean the same.
    let below = if base.ends_with("/**") { base.clone() } else { format!("{base}/**") };
    let build =
        |glob: &str| GlobBuilder::new(glob).literal_separator(true).build().map_err(|error| error.kind().to_string());
    Ok([build(&base)?, build(&below)?])
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn match_as_gitignore_does() {
        for (pattern, path, matches) in [
            ("models/staging", "models/staging/erp/stg_orders.sql", true),
            ("models/staging/", "models/staging/erp/stg_orders.sql", true),
            ("/models/staging", "models/staging/stg_orders.sql", true),
            ("./models/staging/**", "models/staging/stg_orders.sql", true),
            ("models/staging", "models/staging_old/stg_orders.sql", false),
            ("models/staging", "other/models/staging/stg_orders.sql", false),
            ("legacy", "models/marts/legacy/fct_orders.sql", true),
            ("*.py", "models/marts/forecast.py", true),
            ("models/*/erp", "models/staging/erp/stg_orders.sql", true),
            ("models/*", "models/staging/erp/stg_orders.sql", true),
            ("models/*.sql", "models/staging/stg_orders.sql", false),
            ("models/**/stg_*.sql", "models/staging/erp/stg_orders.sql", true),
        ] {
            assert_eq!(compile(pattern).unwrap().is_match(path), matches, "{pattern} on {path}");
        }
    }

    #[test]
    fn say_what_is_wrong() {
        assert_eq!(compile("models/[a").unwrap_err(), "unclosed character class; missing ']'");
        for empty in ["", " ", "/", "./", "//", ".//"] {
            assert_eq!(compile(empty).unwrap_err(), "an empty glob names nothing; `**` is everything", "{empty:?}");
        }
    }
}
