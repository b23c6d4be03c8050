//! Lists and numbers as messages write them: findings, reports and commands alike.

/// Names in the given order: the first five and how many more there are.
pub fn listed<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    const SHOWN: usize = 5;
    let names: Vec<S> = names.into_iter().collect();
    let shown: Vec<&str> = names.iter().take(SHOWN).map(AsRef::as_ref).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Names of which one would do: `metric, semantic model or saved query`.
pub fn either<S: AsRef<str>>(names: &[S]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// A number with its noun: `1 test`, `2 tests`, `3 saved queries`, `no test`.
pub fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}"),
        1 => format!("1 {noun}"),
        _ => match noun.strip_suffix("ry") {
            Some(kind) => format!("{count} {kind}ries"),
            None => format!("{count} {noun}s"),
        },
    }
}

/// Whether one name is the other but for a letter that is missing, added, changed or swapped, or for capitals. A short name
/// is like too many others.
pub fn is_slip(name: &str, meant: &str) -> bool {
    let is_long = name.chars().count().min(meant.chars().count()) >= 4;
    name != meant && is_long && strsim::damerau_levenshtein(&name.to_lowercase(), &meant.to_lowercase()) <= 1
}

#[cfg(test)]
mod tests {
    use super::{counted, either, is_slip, listed};

    #[test]
    fn a_slip_is_one_letter() {
        for (name, meant) in [("ownr", "owner"), ("owners", "owner"), ("onwer", "owner"), ("Owner", "owner")] {
            assert!(is_slip(name, meant), "{name}");
        }
        for (name, meant) in
            [("owner", "owner"), ("own", "owner"), ("power", "owner"), ("owner_of", "owner"), ("pi", "pii")]
        {
            assert!(!is_slip(name, meant), "{name}");
        }
    }

    #[test]
    fn lists_are_cut_to_five() {
        let names = |count: usize| listed((1..=count).map(|number| number.to_string()));
        assert_eq!(names(2), "1, 2");
        assert_eq!(names(5), "1, 2, 3, 4, 5");
        assert_eq!(names(7), "1, 2, 3, 4, 5 and 2 more");
    }

    #[test]
    fn the_last_of_several_comes_after_or() {
        assert_eq!(either::<&str>(&[]), "");
        assert_eq!(either(&["group"]), "group");
        assert_eq!(either(&["semantic model", "saved query"]), "semantic model or saved query");
        assert_eq!(either(&["metric", "semantic model", "saved query"]), "metric, semantic model or saved query");
    }

    #[test]
    fn nouns_follow_their_number() {
        assert_eq!(counted(0, "test"), "no test");
        assert_eq!(counted(1, "test"), "1 test");
        assert_eq!(counted(12, "test"), "12 tests");
        assert_eq!(counted(2, "saved query"), "2 saved queries");
    }
}
