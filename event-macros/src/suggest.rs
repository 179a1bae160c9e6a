use crate::symbol::Symbol;

/// The known word that `given` is a slip of, if it is close to one.
pub(crate) fn suggest(given: &str, known: &[Symbol]) -> Option<Symbol> {
    let far = given.len().max(3) / 3;
    let near = |word: &Symbol| (distance(given, word.0), *word);
    let begins_alike = |word: &Symbol| given.len() > 3 && word.0.get(..4) == given.get(..4);
    known
        .iter()
        .map(|word| (near(word), begins_alike(word)))
        .filter(|((distance, _), begins_alike)| *distance <= far || *begins_alike)
        .min_by_key(|((distance, _), _)| *distance)
        .map(|((_, word), _)| word)
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
    use super::*;
    use crate::symbol::{CONCURRENCY, KEY, NAME, SENSITIVE, TIMEOUT};

    #[test]
    fn near_misses() {
        let known = [KEY, NAME, SENSITIVE, TIMEOUT, CONCURRENCY];
        for (given, word) in [
            ("kye", "key"),
            ("keys", "key"),
            ("nmae", "name"),
            ("sensetive", "sensitive"),
            ("time_out", "timeout"),
            ("sens", "sensitive"),
            ("concurency", "concurrency"),
        ] {
            assert_eq!(suggest(given, &known).map(|word| word.0), Some(word), "{given}");
        }
        for given in ["", "x", "owner", "colour"] {
            assert_eq!(suggest(given, &known).map(|word| word.0), None, "{given}");
        }
    }
}
