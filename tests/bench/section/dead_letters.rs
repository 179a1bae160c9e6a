//! What people wait for: dead letters that are read, grouped and replayed, and a replay of the archive.

use crate::Result;
use crate::args::Args;
use crate::contender::ours::letters;
use crate::rounds::medians;
use crate::table::{Table, ratio, whole};

pub(crate) async fn run(args: &Args) -> Result<()> {
    let count = if args.quick { 2_000 } else { 10_000 };
    let figures = medians(args.rounds(), &[()], async |()| letters::measure(count).await).await?;
    let [browsed, grouped, again, archived, published] = figures[0];
    let mut table = Table::new([
        "of one handler".to_owned(),
        format!("{count} events"),
        "of publishing".to_owned(),
    ]);
    let mut row = |what: &str, figure: String, ratio: String| table.row([what.to_owned(), figure, ratio]);
    row(
        "dead letters read, with everything",
        format!("{browsed:.2} s"),
        String::new(),
    );
    row("dead letters grouped", format!("{grouped:.2} s"), String::new());
    row(
        "dead letters replayed, one after another",
        format!("{}/s", whole(again)),
        ratio(again, published),
    );
    row(
        "replay of the archive, as fast as it goes",
        format!("{}/s", whole(archived)),
        ratio(archived, published),
    );
    row(
        "published to begin with, 500 at a time",
        format!("{}/s", whole(published)),
        ratio(published, published),
    );
    table.print("Dead letters and replay");
    Ok(())
}
