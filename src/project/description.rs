//! When a description counts as one.

/// Words that stand where a description should, and say nothing.
const PLACEHOLDERS: [&str; 10] = ["none", "null", "n/a", "na", "tbd", "todo", "fixme", "-", ".", "description"];

/// Whether `text` describes something called `name`: not blank, not a placeholder, not the name itself, not a
/// `{{ doc() }}` that was never rendered, and at least `min_length` characters long. Surrounding blanks do not count.
pub fn is_description(text: &str, name: &str, min_length: usize) -> bool {
    let text = text.trim();
    !is_placeholder(text)
        && !text.eq_ignore_ascii_case(name)
        && !is_unrendered_doc(text)
        && text.chars().count() >= min_length.max(1)
}

/// Whether the text is blank or one of the words people put in for later.
pub fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || PLACEHOLDERS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The whole text is one `{{ doc(…) }}`: dbt left it in place, so no docs block was found.
fn is_unrendered_doc(text: &str) -> bool {
    let inner = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    inner.is_some_and(|call| call.trim_matches(['-', ' ']).starts_with("doc(") && !call.contains("}}"))
}

#[cfg(test)]
mod tests {
    use super::{PLACEHOLDERS, is_description, is_placeholder};

    #[test]
    fn says_what_counts() {
        for (text, name, counts) in [
            ("One row per order.", "orders", true),
            ("", "orders", false),
            (" \n\t", "orders", false),
            ("TBD", "orders", false),
            (" n/a ", "orders", false),
            ("Description", "orders", false),
            ("orders", "orders", false),
            ("Orders", "orders", false),
            ("abc", "orders", false),
            ("abcd", "orders", true),
            ("été!", "orders", true),
            ("{{ doc('orders') }}", "orders", false),
            ("{{ doc('orders') }} and more", "orders", true),
        ] {
            assert_eq!(is_description(text, name, 4), counts, "{text:?}");
        }
    }

    #[test]
    fn words_for_later_say_nothing() {
        let words = ["none", "null", "n/a", "na", "tbd", "todo", "fixme", "-", ".", "description"];
        for word in words {
            for text in [word.to_owned(), format!(" {} ", word.to_uppercase())] {
                assert!(is_placeholder(&text), "{text:?}");
                assert!(!is_description(&text, "orders", 1), "{text:?}");
            }
            assert!(is_description(&format!("{word} of the orders"), "orders", 4), "{word}");
        }
        assert_eq!(words, PLACEHOLDERS);
    }

    #[test]
    fn a_minimum_of_zero_still_wants_a_text() {
        assert!(!is_description("", "orders", 0));
        assert!(is_description("x", "orders", 0));
    }
}
