//! Words that the renderings share.

/// `a, b`, or `none` when there is nothing.
pub(super) fn list<'a>(words: impl IntoIterator<Item = &'a str>, none: &str) -> String {
    let words: Vec<_> = words.into_iter().collect();
    if words.is_empty() {
        none.to_owned()
    } else {
        words.join(", ")
    }
}

/// `1 event`, `2 events`
pub(super) fn count(number: usize, word: &str) -> String {
    if number == 1 {
        format!("1 {word}")
    } else {
        format!("{number} {word}s")
    }
}
