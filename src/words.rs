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

#[cfg(test)]
mod tests {
    use super::{counted, either, listed};

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
