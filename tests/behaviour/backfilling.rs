//! The command `replay`, as a person or a script runs it.

use super::events::Does;
use super::killing::Workshop;
use super::stage::{SOON, Stage, on_rabbitmq};
use event_tests::{Kind, eventually};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counted_and_sent_by_command() {
    on_rabbitmq(by_command).await;
}

async fn by_command(stage: &Stage) {
    let workshop = Workshop::new(stage).await;
    let (code, output) = workshop.ends(&["replay", "--handler", "work"]).await;
    assert!(
        code == Some(1) && output.contains("there is no archive") && output.contains("`topology apply --archive 7d`"),
        "{code:?} {output}"
    );
    let made = workshop.command(&["topology", "apply", "--archive", "2d/50MB"]).await;
    assert!(
        made.contains(&format!(
            "archive {}.archive: everything on the bus, kept as 2d/50MB",
            stage.bus
        )),
        "{made}"
    );
    let (code, output) = workshop.ends(&["topology", "plan", "--archive", "3d/50MB"]).await;
    assert!(
        code == Some(1) && output.contains("the archive belongs to the bus"),
        "{code:?} {output}"
    );
    for (retention, says, good) in [
        ("7d", "archive 7d/10GB", true),
        (
            "forever",
            "EVENT_ARCHIVE is `forever`: unknown time; say how long",
            false,
        ),
    ] {
        let mut child = workshop
            .worker()
            .env("EVENT_ARCHIVE", retention)
            .arg("describe")
            .spawn();
        assert_eq!(child.wait_exit(SOON).await.success(), good, "{}", child.output());
        child.wait_line(says, SOON).await;
    }
    let ids = workshop.order(vec![Does::Nothing; 7]).await;
    let mut worker = workshop.worker().arg("run").spawn();
    let effects = |count| {
        let journal = &workshop.journal;
        eventually(SOON, "effects", async move || journal.count(Kind::Effect) >= count)
    };
    effects(7).await;

    let counted = workshop
        .json(&["replay", "--handler", "work", "--dry-run", "--json"])
        .await;
    let counted: Value = serde_json::from_str(&counted).unwrap();
    assert_eq!(
        (&counted["events"], &counted["read"]),
        (&7.into(), &7.into()),
        "{counted}"
    );
    assert_eq!(counted["types"][0]["type"], "work.ordered.v1", "{counted}");
    let told = workshop
        .command(&["replay", "--handler", "work", "--dry-run", "--to", "1h"])
        .await;
    assert!(
        told.contains(&format!("{}.archive: 7 events read, 0 for work", stage.bus)),
        "{told}"
    );

    for (words, complaint, status) in [
        (
            vec!["--handler", "wrk"],
            "there is no handler `wrk`, did you mean `work`?; there is work, cash",
            1,
        ),
        (
            vec!["--handler", "work", "--type", "order.placed"],
            "`work` does not take `order.placed`; it takes work.ordered.v1",
            1,
        ),
        (
            vec!["--handler", "work", "--type", "work.ordered.v7"],
            "does not read `work.ordered.v7`",
            1,
        ),
        (
            vec!["--handler", "work", "--from", "2026-01-02", "--to", "2026-01-01"],
            "no event is between",
            1,
        ),
        (vec!["--handler", "work", "--from", "yesterday"], "or how long ago", 2),
        (vec!["--handler", "work", "--rate", "0/s"], "`50/s`", 2),
        (vec!["--resume", "nobody"], "`replay-nobody.json` cannot be read", 1),
        (vec!["--resume", "../x"], "is not the id of a replay", 1),
        (vec![], "--handler", 2),
    ] {
        let words: Vec<_> = [vec!["replay"], words].concat();
        let (code, output) = workshop.ends(&words).await;
        assert!(
            code == Some(status) && output.contains(complaint),
            "{words:?}: {code:?} {output}"
        );
    }
    assert_eq!(workshop.journal.count(Kind::Effect), 7, "nothing of this was sent");

    let directory = std::env::temp_dir().join(format!("{}-replay", stage.bus));
    std::fs::create_dir(&directory).unwrap();
    let file = directory.join("state.json");
    let file = file.to_str().unwrap();
    let done = workshop
        .command(&["replay", "--handler", "work", "--key", "3", "--state", file])
        .await;
    assert!(done.contains("work: 1 of 1 events sent again"), "{done}");
    assert!(
        done.contains("work is not idempotent: what it has done it does again"),
        "{done}"
    );
    effects(8).await;
    let done = workshop
        .json(&[
            "replay",
            "--handler",
            "work",
            "--limit",
            "2",
            "--rate",
            "1000/s",
            "--state",
            file,
            "--json",
        ])
        .await;
    assert!(done.contains("\"sent\": 2"), "{done}");
    effects(10).await;
    let facts = workshop.journal.facts();
    let times = |id: &String| {
        facts
            .iter()
            .filter(|fact| fact.kind == Kind::Effect && fact.id == *id)
            .count()
    };
    assert_eq!(ids.iter().map(times).collect::<Vec<_>>(), [2, 2, 1, 2, 1, 1, 1]);
    assert!(
        std::fs::read_dir(&directory).unwrap().next().is_none(),
        "the file is removed at the end"
    );
    std::fs::remove_dir(&directory).unwrap();
    for output in [&told, &done, &worker.output()] {
        assert!(!output.contains("4111-1"), "a sensitive field is shown: {output}");
    }
    worker.sigterm();
    assert!(worker.wait_exit(SOON).await.success());
    workshop.close().await;
}
