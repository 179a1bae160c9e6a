//! Partitions: over several queues one key stays in its order, and other numbers of them are come to in order as well.

use super::world::{Book, Does, Step, publish, step, steps, works};
use crate::behaviour::stage::{self, SOON, Stage, counts, letters};
use event_runtime::Select;
use event_runtime::prelude::*;
use event_runtime::store::memory::MemoryStore;
use event_runtime::transport::Health;
use event_tests::{PrivateBroker, eventually};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::OnceCell;

/// A broker that can spread keys; ended with the tests.
pub(super) async fn broker() -> String {
    static BROKER: OnceCell<PrivateBroker> = OnceCell::const_new();
    let start = || PrivateBroker::start_with("", &["rabbitmq_consistent_hash_exchange"]);
    BROKER.get_or_init(start).await.url()
}

/// As `on_both`, on a broker that can spread keys.
macro_rules! on_both_spreading {
    ($($scenario:ident),+ $(,)?) => {$(
        mod $scenario {
            #[tokio::test(start_paused = true)]
            async fn memory() {
                crate::behaviour::stage::on_memory(super::$scenario).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn rabbitmq() {
                crate::behaviour::stage::on_broker(&super::broker().await, super::$scenario).await;
            }
        }
    )+};
}

on_both_spreading!(
    a_key_has_one_partition,
    a_second_process_gets_its_share,
    what_says_no_key_where_the_broker_looks_is_a_dead_letter,
    a_build_with_another_number_waits_for_the_move,
    from_one_queue_to_more_and_back_under_load,
    the_new_build_empties_the_old_queues_alone,
    partitions_are_for_handlers_that_had_an_order,
    two_moves_do_not_wait_for_each_other,
    dead_letters_and_replays_find_the_partition_of_their_key,
);

const NAMES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

macro_rules! walks {
    ($($build:ident: $([$partitions:tt])?;)+) => {$(
        mod $build {
            use super::*;

            /// The same handler, as another build has it.
            #[handler(idempotent, ordered_by = "name" $(, partitions = $partitions)?)]
            pub(super) async fn walk(step: Step, book: State<Book>) -> Result<(), super::super::world::Trouble> {
                book.act(&step.name, step.number).await
            }
        }
    )+};
}

walks!(
    plain: ;
    one: [1];
    two: [2];
    four: [4];
    eight: [8];
);

macro_rules! build {
    ($stage:expr, $build:ident, $book:expr, $store:expr) => {
        $stage
            .service()
            .store($store.clone())
            .state($book.clone())
            .publishes::<Step>()
            .handle::<$build::walk>()
    };
}

/// Removes what a scenario has made for one of these builds.
macro_rules! forget {
    ($stage:expr, $($build:ident),+) => {$(
        build!($stage, $build, Book::new(works), MemoryStore::new()).remove_topology().await.unwrap();
    )+};
}

async fn all_done(book: &Book, count: usize) {
    eventually(4 * SOON, "all steps done", async || book.done_in_all() >= count).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    book.in_order(&[]);
    assert_eq!(book.done_in_all(), count);
}

async fn a_key_has_one_partition(stage: &Stage) {
    let (book, store) = (Book::new(works), MemoryStore::new());
    let running = stage.start(build!(stage, four, book, store)).await;
    publish(&running, steps(&NAMES, 20)).await;
    all_done(&book, 20 * NAMES.len()).await;
    assert!(book.side_by_side() > 1, "keys side by side");
    let wire = stage.connect();
    let mut readers = 0;
    for queue in stage.names().queues("walk", Some(4)) {
        readers += wire.readers(&queue).await.unwrap();
    }
    assert_eq!(readers, 4);
    wire.close().await;
    running.shutdown().await;
    forget!(stage, four);
}

async fn a_second_process_gets_its_share(stage: &Stage) {
    let (book, store) = (Book::new(works), MemoryStore::new());
    let first = stage.start(build!(stage, four, book, store)).await;
    let second = stage.start(build!(stage, four, book, store)).await;
    let number = AtomicU32::new(0);
    let handled = |running| counts(running, "walk").handled;
    eventually(2 * SOON, "both handle events", async || {
        let next = number.fetch_add(1, Ordering::Relaxed) + 1;
        publish(&first, NAMES.iter().map(|name| step(name, next))).await;
        handled(&first) > 20 && handled(&second) > 20
    })
    .await;
    all_done(&book, number.load(Ordering::Relaxed) as usize * NAMES.len()).await;
    // Nobody gives away what is a fair share.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let sessions = |running| counts(running, "walk").sessions;
    let before = (sessions(&first), sessions(&second));
    let next = number.load(Ordering::Relaxed) + 1;
    publish(&first, NAMES.iter().map(|name| step(name, next))).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!((sessions(&first), sessions(&second)), before);
    second.shutdown().await;
    publish(&first, NAMES.iter().map(|name| step(name, next + 1))).await;
    all_done(&book, (next as usize + 1) * NAMES.len()).await;
    first.shutdown().await;
    forget!(stage, four);
}

async fn what_says_no_key_where_the_broker_looks_is_a_dead_letter(stage: &Stage) {
    let (book, store) = (Book::new(works), MemoryStore::new());
    let running = stage.start(build!(stage, four, book, store)).await;
    let mut foreign = stage.message("step.taken.v1", "f1", r#"{"name":"x","number":1}"#);
    foreign.message.headers.push("cloudEvents_subject", "x");
    assert_eq!(stage.send(vec![foreign]).await, [Ok(())]);
    let letters = letters(&running, "walk", 1).await;
    assert_eq!(letters[0].reason, "no_partition");
    assert!(
        letters[0]
            .error
            .contains("without the header `cloudEvents_partitionkey`"),
        "{}",
        letters[0].error
    );
    publish(&running, steps(&NAMES, 2)).await;
    all_done(&book, 2 * NAMES.len()).await;
    running.shutdown().await;
    forget!(stage, four);
}

async fn a_build_with_another_number_waits_for_the_move(stage: &Stage) {
    let (book, store) = (Book::new(works), MemoryStore::new());
    let old = stage.start(build!(stage, two, book, store)).await;
    publish(&old, steps(&NAMES, 3)).await;
    let new = build!(stage, four, book, store).start().await.unwrap();
    eventually(SOON, "not ready, and what to do", async || match new.health() {
        Health::Down(why) => {
            why.contains("walk has 2 partitions on the broker, and 4 partitions in this build")
                && why.contains("`topology apply` of this build moves it")
        }
        _ => false,
    })
    .await;
    publish(&old, NAMES.iter().map(|name| step(name, 4))).await;
    let plan = build!(stage, four, book, store).apply_topology(|_| {}).await.unwrap();
    assert!(plan.moves.is_empty() && plan.different.is_empty(), "{plan:?}");
    tokio::time::timeout(SOON, new.ready()).await.expect("ready by itself");
    publish(&new, NAMES.iter().map(|name| step(name, 5))).await;
    all_done(&book, 5 * NAMES.len()).await;
    // Back to the old build: it waits as well.
    old.shutdown().await;
    let old = build!(stage, two, book, store).start().await.unwrap();
    eventually(
        SOON,
        "not ready",
        async || matches!(old.health(), Health::Down(why) if why.contains("4 partitions on the broker")),
    )
    .await;
    old.shutdown().await;
    new.shutdown().await;
    forget!(stage, two, four);
}

/// Publishes rounds of steps until it is told to stop; how many.
async fn load(from: &event_runtime::Running, next: &AtomicU32, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        let number = next.fetch_add(1, Ordering::Relaxed) + 1;
        publish(from, NAMES.iter().map(|name| step(name, number))).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn from_one_queue_to_more_and_back_under_load(stage: &Stage) {
    let (book, store) = (Book::new(works), MemoryStore::new());
    let shop = stage.start(stage.named("shop").publishes::<Step>()).await;
    let (next, stop) = (AtomicU32::new(0), AtomicBool::new(false));
    let mut old = stage.start(build!(stage, plain, book, store)).await;
    let moving = async {
        macro_rules! to {
            ($build:ident) => {
                let new = build!(stage, $build, book, store);
                let said = Mutex::new(Vec::new());
                new.apply_topology(|text| said.lock().unwrap().push(text.to_owned()))
                    .await
                    .unwrap();
                assert!(
                    said.into_inner()
                        .unwrap()
                        .iter()
                        .any(|text| text.ends_with("everything in it is done"))
                );
                let new = stage.start(new).await;
                old.shutdown().await;
                old = new;
            };
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        to!(four);
        to!(eight);
        to!(two);
        to!(one);
        stop.store(true, Ordering::Relaxed);
        old
    };
    let publishing = load(&shop, &next, &stop);
    let (last, ()) = tokio::join!(moving, publishing);
    all_done(&book, next.load(Ordering::Relaxed) as usize * NAMES.len()).await;
    let wire = stage.connect();
    for gone in ["walk", "walk.1of4", "walk.8of8", "walk.2of2", "walk.words"] {
        let queue = stage.names().queue(gone);
        assert!(wire.depth(&queue).await.is_err(), "{queue} is still there");
    }
    wire.close().await;
    last.shutdown().await;
    shop.shutdown().await;
    forget!(stage, plain, one, two, four, eight);
}

async fn the_new_build_empties_the_old_queues_alone(stage: &Stage) {
    let slow = |_: &str, _: u32, _: u32| Does::Work(Duration::from_millis(20));
    let (book, store) = (Book::new(slow), MemoryStore::new());
    let old = stage.start(build!(stage, two, book, store)).await;
    let shop = stage.start(stage.named("shop").publishes::<Step>()).await;
    publish(&shop, steps(&NAMES, 40)).await;
    old.shutdown().await;
    let left = book.done_in_all();
    assert!(left < 40 * NAMES.len(), "something is left in the old queues");
    let new = build!(stage, four, book, store);
    let applying = build!(stage, four, book, store);
    let running = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        publish(&shop, NAMES.iter().map(|name| step(name, 41))).await;
        stage.start(new).await
    };
    let (applied, running) = tokio::join!(applying.apply_topology(|_| {}), running);
    applied.unwrap();
    all_done(&book, 41 * NAMES.len()).await;
    running.shutdown().await;
    shop.shutdown().await;
    forget!(stage, two, four);
}

/// What failed, and what is in the archive, comes back to where the later events of its key are.
async fn dead_letters_and_replays_find_the_partition_of_their_key(stage: &Stage) {
    let bad = |_: &str, number: u32, _: u32| match number {
        2 => Does::Poison,
        _ => Does::Work(Duration::from_millis(1)),
    };
    let (book, store) = (Book::new(bad), MemoryStore::new());
    let skipping = |book: &Book| {
        let service = stage
            .service()
            .store(store.clone())
            .archive(Duration::from_secs(86_400), 50_000_000);
        service
            .state(book.clone())
            .publishes::<Step>()
            .handle::<skipping::walk>()
    };
    let running = stage.start(skipping(&book)).await;
    publish(&running, steps(&NAMES, 3)).await;
    letters(&running, "walk", NAMES.len()).await;
    running.shutdown().await;
    let running = stage.start(skipping(&book.told(works))).await;
    let replayed = running
        .dead_letters()
        .replay("walk", &Select::all(), |_| {})
        .await
        .unwrap();
    assert_eq!((replayed.sent, replayed.stopped), (NAMES.len() as u64, None));
    eventually(SOON, "all of them", async || book.done_in_all() == 3 * NAMES.len()).await;
    let again = running.replay("walk").unwrap().force().rate(10_000).pause_live();
    let done = again.run(|_| {}).await.unwrap();
    assert_eq!(done.sent, 3 * NAMES.len() as u64);
    assert_eq!(book.done_in_all(), 6 * NAMES.len());
    for name in NAMES {
        assert_eq!(book.done(name), [1, 3, 2, 1, 2, 3], "{name}");
    }
    running.shutdown().await;
    skipping(&book).remove_topology().await.unwrap();
}

mod skipping {
    use super::*;

    /// Each event in a transaction of its own: what was undone with another one would be in the book as well.
    #[handler(idempotent(alone), ordered_by = "name", partitions = 4, on_poison = "skip")]
    pub(super) async fn walk(step: Step, book: State<Book>) -> Result<(), super::super::world::Trouble> {
        book.act(&step.name, step.number).await
    }
}

async fn two_moves_do_not_wait_for_each_other(stage: &Stage) {
    let (book, store) = (Book::new(works), MemoryStore::new());
    let old = stage.start(build!(stage, two, book, store)).await;
    old.shutdown().await;
    let shop = stage.start(stage.named("shop").publishes::<Step>()).await;
    publish(&shop, steps(&NAMES, 3)).await;
    // Nobody reads the old queues: it waits, and is broken off.
    let said = Mutex::new(Vec::new());
    let say = |text: &str| said.lock().unwrap().push(text.to_owned());
    let new = build!(stage, four, book, store);
    let moving = tokio::time::timeout(Duration::from_secs(20), new.apply_topology(say));
    assert!(moving.await.is_err(), "{said:?}");
    assert!(
        said.lock()
            .unwrap()
            .iter()
            .any(|text| text.contains("nobody reads them: start the service")),
        "{said:?}"
    );
    let back = build!(stage, two, book, store)
        .apply_topology(|_| {})
        .await
        .unwrap_err()
        .to_string();
    assert!(
        back.contains("walk is being moved to 4 partitions: `topology apply` of the build that has them"),
        "{back}"
    );
    let running = stage.start(build!(stage, four, book, store)).await;
    new.apply_topology(|_| {}).await.unwrap();
    all_done(&book, 3 * NAMES.len()).await;
    running.shutdown().await;
    shop.shutdown().await;
    forget!(stage, two, four);
}

mod unordered {
    use super::*;

    #[handler(idempotent)]
    pub(super) async fn walk(_: Step) {}
}

async fn partitions_are_for_handlers_that_had_an_order(stage: &Stage) {
    let (book, store) = (Book::new(works), MemoryStore::new());
    let service = stage.service().store(store.clone()).handle::<unordered::walk>();
    stage.start(service).await.shutdown().await;
    let new = build!(stage, four, book, store);
    let refused = new.apply_topology(|_| {}).await.unwrap_err().to_string();
    assert!(
        refused.contains("the handler had no order so far; give it a new name"),
        "{refused}"
    );
    forget!(stage, plain, four);
}

/// The broker that everybody has does not know how to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_plugin_is_one_clear_error() {
    let broker = PrivateBroker::start().await;
    stage::on_broker(&broker.url(), async |stage: &Stage| {
        let (book, store) = (Book::new(works), MemoryStore::new());
        let running = build!(stage, four, book, store).start().await.unwrap();
        let enable = "rabbitmq-plugins enable rabbitmq_consistent_hash_exchange";
        eventually(
            SOON,
            "not ready, and the command",
            async || matches!(running.health(), Health::Down(why) if why.contains(enable)),
        )
        .await;
        running.shutdown().await;
        let refused = build!(stage, four, book, store)
            .apply_topology(|_| {})
            .await
            .unwrap_err();
        assert!(refused.to_string().contains(enable), "{refused}");
        forget!(stage, plain);
    })
    .await;
}
