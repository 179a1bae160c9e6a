//! Interleaved rounds: A B C, A B C, ...; what disturbs the machine disturbs every row alike.

use crate::Result;

/// The figures of one cell, one from each round.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    pub(crate) fn push(&mut self, figure: f64) {
        self.0.push(figure);
    }

    /// The middle figure; zero without any.
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        match (sorted.len() / 2, sorted.len() % 2) {
            (0, 0) => 0.0,
            (middle, 0) => f64::midpoint(sorted[middle - 1], sorted[middle]),
            (middle, _) => sorted[middle],
        }
    }
}

/// Runs each of `cells` once a round, in order. A run measures `N` figures; each comes back as its median.
pub(crate) async fn medians<C, const N: usize>(
    rounds: usize,
    cells: &[C],
    run: impl AsyncFn(&C) -> Result<[f64; N]>,
) -> Result<Vec<[f64; N]>> {
    let mut figures: Vec<[Figures; N]> = cells
        .iter()
        .map(|_| std::array::from_fn(|_| Figures::default()))
        .collect();
    for round in 1..=rounds {
        eprintln!("  round {round} of {rounds}");
        for (cell, figures) in cells.iter().zip(&mut figures) {
            for (figure, kept) in run(cell).await?.into_iter().zip(figures) {
                kept.push(figure);
            }
        }
    }
    Ok(figures
        .iter()
        .map(|cell| std::array::from_fn(|at| cell[at].median()))
        .collect())
}
