//! Tells from the beginning of a column's description whether its value was made unreadable.

use super::vocabulary::TREATED;

/// Words that say so before "of": "SHA256 hash of the address".
const NOUNS: [&str; 7] = ["hash", "hmac", "md5", "sha", "sha1", "sha256", "sha512"];

/// What such a word is about where it is about something else than the value itself: "hashed ID user matches", "encrypted
/// at rest".
const OF_OTHERS: [&str; 7] = ["at", "id", "identifier", "ids", "in", "key", "keys"];

/// Whether a description begins by saying that the value is masked, hashed, cut to its last digits or the like.
pub fn says_treated(description: &str) -> bool {
    let mut words = description.split_whitespace().map(Word::of);
    let Some(first) = words.by_ref().find(|word| !matches!(word.text.as_str(), "" | "a" | "an" | "the")) else {
        return false;
    };
    let next = words.next();
    let next_text = next.as_ref().map_or("", |word| word.text.as_str());
    match first.text.as_str() {
        // "Masked number of the account": of these words, the participles.
        word if word.ends_with("ed") && TREATED.contains(&word) => {
            first.ends_sentence || !OF_OTHERS.contains(&next_text)
        }
        word if NOUNS.contains(&word) => {
            next_text == "of" || (next_text == "hash" && words.next().is_some_and(|word| word.text == "of"))
        }
        "last" => matches!(next_text, "4" | "four"),
        "last-4" | "last4" | "last-four" => true,
        _ => false,
    }
}

/// A word without what is around it.
struct Word {
    text: String,
    /// Whether a sentence, or a part of one, is over with it.
    ends_sentence: bool,
}

impl Word {
    fn of(text: &str) -> Self {
        let ends_sentence = text.ends_with(['.', ',', ';', ':', ')', '!']);
        let text = text.trim_matches(|letter: char| !letter.is_alphanumeric());
        Self { text: text.to_lowercase(), ends_sentence }
    }
}

#[cfg(test)]
mod tests {
    use super::says_treated;

    #[test]
    fn a_description_may_say_that_the_value_is_unreadable() {
        for text in [
            "Masked number of the cardholder account.",
            "Masked. The name that the user gave.",
            "hashed password",
            "The *hashed* password of the user",
            "Encrypted, see the handbook",
            "last 4 digits of the card",
            "The last four digits.",
            "Last-4 of the card",
            "Truncated IP address",
            "SHA256 hash of the e-mail address",
            "MD5 of the address",
            "(redacted)",
        ] {
            assert!(says_treated(text), "{text}");
        }
        for text in [
            "",
            "hashed ID user matches",
            "Encrypted at rest",
            "E-mail address, which is masked in the marts",
            "Unmasked number",
            "Last e-mail address",
            "last",
            "Hash key of the row",
            "The address of the customer",
        ] {
            assert!(!says_treated(text), "{text}");
        }
    }
}
