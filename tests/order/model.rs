//! Holding and replaying against a model of a few lines: random interleavings of events, failures, repairs, replays that are
//! cut short, and crashes.

use super::keeping::Keeping;
use super::world::{Book, Does, publish, step};
use crate::behaviour::stage::{SOON, Stage, on_memory};
use event_runtime::Running;
use fastrand::Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const KEYS: [&str; 4] = ["ada", "bob", "cyd", "dan"];

/// What has become of one key.
#[derive(Clone, Debug, Default)]
struct Key {
    published: u32,
    written: Vec<u32>,
    /// Empty unless the key is held.
    line: Vec<u32>,
}

/// What the service should come to.
#[derive(Debug, Default)]
struct Model {
    keys: BTreeMap<&'static str, Key>,
}

type Broken = Arc<Mutex<BTreeSet<(String, u32)>>>;

impl Model {
    fn arrive(&mut self, name: &'static str, broken: &Broken) -> u32 {
        let key = self.keys.entry(name).or_default();
        key.published += 1;
        let number = key.published;
        if !key.line.is_empty() || is_broken(broken, name, number) {
            key.line.push(number);
        } else {
            key.written.push(number);
        }
        number
    }

    fn replay(&mut self, name: &'static str, broken: &Broken) {
        let key = self.keys.entry(name).or_default();
        while let Some(first) = key.line.first().copied()
            && !is_broken(broken, name, first)
        {
            key.line.remove(0);
            key.written.push(first);
        }
    }
}

fn is_broken(broken: &Broken, name: &str, number: u32) -> bool {
    broken.lock().unwrap().contains(&(name.to_owned(), number))
}

/// Plays one random story.
async fn story(stage: &Stage, keeping: &Keeping, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let broken = Broken::default();
    let breaks = Arc::clone(&broken);
    let book = Book::new(move |name, number, call| match is_broken(&breaks, name, number) {
        true => Does::Poison,
        // Fails once, now and then.
        false if number % 7 == 3 && call == 1 => Does::Fail,
        false => Does::Work(Duration::ZERO),
    });
    let mut model = Model::default();
    let mut running = keeping.keep(stage, &book).await;
    let mut told = Vec::new();
    for _ in 0..rng.usize(8..24) {
        let name = KEYS[rng.usize(..KEYS.len())];
        match rng.u8(..10) {
            0..4 => {
                let count = rng.usize(1..6);
                told.push(format!("{count} events, the first of {name}"));
                for at in 0..count {
                    let name = KEYS[(rng.usize(..2) * at + KEYS.iter().position(|key| *key == name).unwrap()) % 4];
                    let number = model.arrive(name, &broken);
                    publish(&running, [step(name, number)]).await;
                }
            }
            4..6 => {
                // One that is still to come.
                let next = model.keys.get(name).map_or(0, |key| key.published) + rng.u32(1..4);
                told.push(format!("{name} {next} will fail"));
                broken.lock().unwrap().insert((name.to_owned(), next));
            }
            6 => {
                // What has arrived before has failed before.
                at_rest(&running, &model, keeping, seed, &told).await;
                told.push(format!("{name} is mended"));
                broken.lock().unwrap().retain(|(of, _)| of != name);
            }
            7 => {
                told.push(format!("{name} is replayed"));
                at_rest(&running, &model, keeping, seed, &told).await;
                model.replay(name, &broken);
                let _ = running.held().replay("keep", name).await;
            }
            8 => {
                // Cut short somewhere, while events arrive; then done again.
                told.push(format!("a replay of {name} is cut short"));
                at_rest(&running, &model, keeping, seed, &told).await;
                let number = model.arrive(name, &broken);
                model.replay(name, &broken);
                let cut = Duration::from_micros(rng.u64(..3_000));
                let held = running.held();
                let replay = tokio::time::timeout(cut, held.replay("keep", name));
                let (_, ()) = tokio::join!(replay, publish(&running, [step(name, number)]));
                resting(&running).await;
                let _ = running.held().replay("keep", name).await;
            }
            _ => {
                told.push("the process dies".to_owned());
                // Not asked to stop: what is in hand is dropped in the middle of whatever it does.
                drop(running);
                running = keeping.keep(stage, &book).await;
            }
        }
    }
    at_rest(&running, &model, keeping, seed, &told).await;
    broken.lock().unwrap().clear();
    for name in KEYS {
        model.replay(name, &broken);
        let _ = running.held().replay("keep", name).await;
    }
    told.push("all is mended and replayed".to_owned());
    at_rest(&running, &model, keeping, seed, &told).await;
    running.shutdown().await;
}

async fn resting(running: &Running) {
    tokio::time::timeout(SOON, running.idle())
        .await
        .expect("a service that comes to rest");
}

/// The service, at rest, is where the model is.
async fn at_rest(running: &Running, model: &Model, keeping: &Keeping, seed: u64, told: &[String]) {
    resting(running).await;
    for (name, key) in &model.keys {
        let story = || format!("seed {seed}, {name}: {key:?}\n{}", told.join("\n"));
        assert_eq!(keeping.written(name).await, key.written, "{}", story());
        let line = running.held().line("keep", name).await.unwrap();
        let body = |lined: &event_runtime::Lined| {
            let step: super::world::Step = serde_json::from_slice(&lined.event.message.body).unwrap();
            step.number
        };
        assert_eq!(line.iter().map(body).collect::<Vec<_>>(), key.line, "{}", story());
        let held = running
            .held()
            .keys("keep")
            .await
            .unwrap()
            .into_iter()
            .any(|held| held.key == **name);
        assert_eq!(held, !key.line.is_empty(), "held: {}", story());
    }
}

/// How many stories, unless `EVENT_TEST_CASES` says another number.
fn cases(usual: u64) -> u64 {
    std::env::var("EVENT_TEST_CASES").map_or(usual, |cases| cases.parse().unwrap())
}

/// Different ones in every run, or the one that `EVENT_TEST_SEED` names.
fn seeds(usual: u64) -> Vec<u64> {
    match std::env::var("EVENT_TEST_SEED") {
        Ok(seed) => vec![seed.parse().unwrap()],
        Err(_) => (0..cases(usual)).map(|_| fastrand::u64(..)).collect(),
    }
}

#[tokio::test(start_paused = true)]
async fn memory() {
    for seed in seeds(150) {
        on_memory(async |stage| story(stage, &Keeping::memory(), seed).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    for seed in seeds(8) {
        let keeping = Keeping::sqlite().await;
        on_memory(async |stage| story(stage, &keeping, seed).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    for seed in seeds(8) {
        let keeping = Keeping::postgres().await;
        on_memory(async |stage| story(stage, &keeping, seed).await).await;
    }
}
