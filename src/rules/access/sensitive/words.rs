//! Splits a column's name into words, however it is written: `customer_email`, `customerEmail`, `CUSTOMER-EMAIL`.

use std::ops::Range;

use super::vocabulary::TREATED;

/// The words of a name in lower case, without accents.
pub(super) struct Words {
    text: String,
    words: Vec<Range<usize>>,
}

impl Words {
    pub(super) fn of(name: &str) -> Self {
        let mut found = Self { text: String::with_capacity(name.len()), words: Vec::new() };
        let characters: Vec<char> = name.chars().collect();
        let mut is_new = true;
        for (at, &character) in characters.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| characters[before]);
            let after = characters.get(at + 1).copied();
            if !character.is_alphanumeric() {
                is_new = true;
                continue;
            }
            if is_new || begins_word(before, character, after) {
                found.begin();
                is_new = false;
            }
            found.push(character);
        }
        found.part_numbers();
        found
    }

    fn begin(&mut self) {
        self.words.push(self.text.len()..self.text.len());
    }

    fn push(&mut self, character: char) {
        for lower in character.to_lowercase() {
            self.text.push_str(without_accent(lower, &mut [0; 4]));
        }
        if let Some(word) = self.words.last_mut() {
            word.end = self.text.len();
        }
    }

    /// Parts words that begin with one of `beginnings`, if what is left is a word that tells something.
    pub(super) fn part_behind(&mut self, beginnings: &[&str], tells: impl Fn(&str) -> bool) {
        let mut parted = Vec::with_capacity(self.words.len());
        for word in std::mem::take(&mut self.words) {
            let text = &self.text[word.clone()];
            let lengths = beginnings.iter().filter(|beginning| text.starts_with(**beginning)).map(|it| it.len());
            match lengths.into_iter().find(|length| tells(&text[*length..])) {
                Some(length) => parted.extend([word.start..word.start + length, word.start + length..word.end]),
                None => parted.push(word),
            }
        }
        self.words = parted;
    }

    /// `email2` is `email` and `2`; `sha256` and `ipv4` are words.
    fn part_numbers(&mut self) {
        let mut parted = Vec::with_capacity(self.words.len());
        for word in std::mem::take(&mut self.words) {
            let text = &self.text[word.clone()];
            let letters = text.trim_end_matches(|last: char| last.is_ascii_digit()).len();
            let is_word = letters == 0 || letters == text.len() || TREATED.contains(&text) || text.starts_with("ipv");
            if is_word {
                parted.push(word);
            } else {
                parted.extend([word.start..word.start + letters, word.start + letters..word.end]);
            }
        }
        self.words = parted;
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    pub(super) fn get(&self, index: usize) -> &str {
        &self.text[self.words[index].clone()]
    }

    pub(super) fn any(&self, range: Range<usize>, list: &[&str]) -> bool {
        range.into_iter().any(|index| list.contains(&self.get(index)))
    }
}

/// In `customerEmail` and `clientIPAddress` a capital begins a word.
fn begins_word(before: Option<char>, character: char, after: Option<char>) -> bool {
    let Some(before) = before else { return true };
    let ends_acronym = || before.is_uppercase() && after.is_some_and(char::is_lowercase);
    character.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit() || ends_acronym())
}

fn without_accent(character: char, buffer: &mut [u8; 4]) -> &str {
    match character {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => "a",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => "o",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        other => other.encode_utf8(buffer),
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn splits_names_into_words() {
        let words = |name: &str| {
            let words = Words::of(name);
            (0..words.len()).map(|index| words.get(index).to_owned()).collect::<Vec<_>>().join(" ")
        };
        for (name, expected) in [
            ("customer_email", "customer email"),
            ("customerEmail", "customer email"),
            ("clientIPAddress", "client ip address"),
            ("IPAddress", "ip address"),
            ("EMAIL_ADDRESS", "email address"),
            ("Email__c", "email c"),
            ("address1", "address 1"),
            ("email_sha256", "email sha256"),
            ("ipv4", "ipv4"),
            ("line2Text", "line 2 text"),
            ("Prénom", "prenom"),
            ("first name", "first name"),
            ("", ""),
            ("_1", "1"),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }
}
