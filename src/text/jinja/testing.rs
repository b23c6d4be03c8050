//! What the tests of this room share.

use proptest::prelude::*;

/// Text in which Jinja's and SQL's delimiters are frequent.
pub(crate) fn template() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        r"\{\{-?|-?\}\}|\{%-?|-?%\}|\{#|#\}|raw|endraw|macro|endmacro|docs|enddocs",
        r#"['"`()\[\]{},.=:|~\\\-/*$#;]|--|/\*|\*/|\$\$|//"#,
        r"ref|source|config|[a-z1é\u{a0}]|[ \n\r\t]",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}
