//! Memory and threads of a process at rest.

use crate::Result;
use crate::args::Args;
use crate::contender::list;
use crate::probe::Probe;
use crate::rounds::medians;
use crate::table::{Table, ratio};

pub(crate) async fn run(args: &Args) -> Result<()> {
    let residents = list::idle();
    let positions: Vec<usize> = (0..residents.len()).collect();
    let figures = medians(args.rounds(), &positions, async |at| {
        let told = Probe {
            section: "idle".to_owned(),
            at: *at,
            count: 0,
        }
        .spawn(&[])?;
        let line = told
            .lines()
            .find_map(|line| line.strip_prefix("resting "))
            .ok_or("the process told nothing")?;
        let (memory, threads) = line.split_once(' ').ok_or("the process told half")?;
        Ok([memory.parse::<f64>()? / 1_024.0, threads.parse()?])
    })
    .await?;
    let mut table = Table::new(["at rest", "RSS MiB", "ratio", "threads"]);
    for (resident, [memory, threads]) in residents.iter().zip(&figures) {
        let held = ratio(*memory, figures[0][0]);
        table.row([resident.name(), format!("{memory:.1}"), held, format!("{threads:.0}")]);
    }
    table.print("Idle");
    Ok(())
}
