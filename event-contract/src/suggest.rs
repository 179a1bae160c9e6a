/// The known word that `given` is a slip of, if it is close to one.
///
/// ```
/// use event_contract::suggest;
///
/// assert_eq!(suggest("ownr", ["owner", "key"]), Some("owner"));
/// assert_eq!(suggest("colour", ["owner", "key"]), None);
/// ```
#[must_use]
pub fn suggest<'w>(given: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    // Nobody slips that far, and the table below grows with both words.
    const LONGEST: usize = 64;
    if given.len() > LONGEST {
        return None;
    }
    let far = given.len().max(3) / 3;
    let begins_alike = |word: &str| given.len() > 3 && word.get(..4) == given.get(..4);
    known
        .into_iter()
        .filter(|word| word.len() <= LONGEST)
        .map(|word| (distance(given, word), word))
        .filter(|(distance, word)| *distance <= far || begins_alike(word))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// How many letters have to be changed, added, dropped or swapped with their neighbour.
fn distance(from: &str, to: &str) -> usize {
    let (from, to) = (from.as_bytes(), to.as_bytes());
    let mut rows = vec![vec![0; to.len() + 1]; from.len() + 1];
    for (at, row) in rows.iter_mut().enumerate() {
        row[0] = at;
    }
    rows[0] = (0..=to.len()).collect();
    for i in 1..=from.len() {
        for j in 1..=to.len() {
            let change = usize::from(from[i - 1] != to[j - 1]);
            let mut best = (rows[i - 1][j] + 1)
                .min(rows[i][j - 1] + 1)
                .min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn near_misses() {
        let known = ["key", "name", "sensitive", "unknown_fields"];
        for (given, word) in [
            ("kye", "key"),
            ("keys", "key"),
            ("nmae", "name"),
            ("sens", "sensitive"),
            ("unknown-fields", "unknown_fields"),
        ] {
            assert_eq!(suggest(given, known), Some(word), "{given}");
        }
        for given in ["", "x", "owner", &"k".repeat(1000)] {
            assert_eq!(suggest(given, known), None, "{given}");
        }
    }
}
