//! Events with a key and a number, handlers that write down what they see, and the judge of the order.

use event_runtime::Running;
use event_runtime::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A step of something that has a name. The steps of one name are numbered from 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "step.taken", version = 1, owner = "tests")]
pub(crate) struct Step {
    #[event(key)]
    pub(crate) name: String,
    #[event(sequence)]
    pub(crate) number: u32,
}

/// Another event of the same things.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "step.undone", version = 1, owner = "tests")]
pub(crate) struct Undone {
    #[event(key)]
    pub(crate) name: String,
    #[event(sequence)]
    pub(crate) number: u32,
}

#[derive(Debug, EventSet)]
pub(crate) enum Steps {
    Taken(Step),
    Undone(Undone),
}

impl Steps {
    fn step(&self) -> (&str, u32) {
        match self {
            Self::Taken(step) => (&step.name, step.number),
            Self::Undone(step) => (&step.name, step.number),
        }
    }
}

pub(crate) fn step(name: &str, number: u32) -> Step {
    Step {
        name: name.to_owned(),
        number,
    }
}

/// `count` steps of each name: all first ones, all second ones, ...
pub(crate) fn steps(names: &[&str], count: u32) -> Vec<Step> {
    let of = |number| names.iter().map(move |name| step(name, number));
    (1..=count).flat_map(of).collect()
}

#[derive(Debug, thiserror::Error, Failure)]
pub(crate) enum Trouble {
    #[error("not now")]
    #[failure(retry)]
    Again,
    #[error("not ever")]
    #[failure(poison)]
    Never,
}

/// What a handler is to do about a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Does {
    Work(Duration),
    Fail,
    Poison,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Saw {
    Begin,
    Failed,
    Done,
}

/// Asked with name and number of a step, and which call for it this is, from 1.
type Orders = dyn Fn(&str, u32, u32) -> Does + Send + Sync;

/// What the handlers do and have seen; a clone is the same one.
#[derive(Clone)]
pub(crate) struct Book {
    does: Arc<Orders>,
    seen: Arc<Mutex<Vec<(String, u32, Saw)>>>,
}

impl Book {
    /// `does` is asked with name and number of the step, and which call for it this is, from 1.
    pub(crate) fn new(does: impl Fn(&str, u32, u32) -> Does + Send + Sync + 'static) -> Self {
        Self {
            does: Arc::new(does),
            seen: Arc::default(),
        }
    }

    /// The same book with other orders.
    pub(crate) fn told(&self, does: impl Fn(&str, u32, u32) -> Does + Send + Sync + 'static) -> Self {
        Self {
            does: Arc::new(does),
            seen: Arc::clone(&self.seen),
        }
    }

    fn write(&self, name: &str, number: u32, saw: Saw) {
        self.seen.lock().unwrap().push((name.to_owned(), number, saw));
    }

    pub(crate) async fn act(&self, name: &str, number: u32) -> Result<(), Trouble> {
        self.write(name, number, Saw::Begin);
        let seen = self.seen.lock().unwrap().clone();
        let calls = seen
            .iter()
            .filter(|(of, at, saw)| of == name && *at == number && *saw == Saw::Begin);
        let failed = match (self.does)(name, number, calls.count() as u32) {
            Does::Work(time) => {
                tokio::time::sleep(time).await;
                self.write(name, number, Saw::Done);
                return Ok(());
            }
            Does::Fail => Trouble::Again,
            Does::Poison => Trouble::Never,
        };
        self.write(name, number, Saw::Failed);
        Err(failed)
    }

    /// The numbers that are done of `name`, in the order in which they were.
    pub(crate) fn done(&self, name: &str) -> Vec<u32> {
        let seen = self.seen.lock().unwrap();
        let done = seen.iter().filter(|(of, _, saw)| of == name && *saw == Saw::Done);
        done.map(|(_, number, _)| *number).collect()
    }

    /// The numbers that were begun of `name`, in the order in which they were.
    pub(crate) fn begun(&self, name: &str) -> Vec<u32> {
        let seen = self.seen.lock().unwrap();
        let begun = seen.iter().filter(|(of, _, saw)| of == name && *saw == Saw::Begin);
        begun.map(|(_, number, _)| *number).collect()
    }

    pub(crate) fn done_in_all(&self) -> usize {
        self.seen
            .lock()
            .unwrap()
            .iter()
            .filter(|(_, _, saw)| *saw == Saw::Done)
            .count()
    }

    /// In how many names steps were being taken at the same time, at most.
    pub(crate) fn side_by_side(&self) -> usize {
        let mut open = BTreeSet::new();
        let mut most = 0;
        for (name, _, saw) in self.seen.lock().unwrap().iter() {
            match saw {
                Saw::Begin => drop(open.insert(name.clone())),
                Saw::Failed | Saw::Done => drop(open.remove(name)),
            }
            most = most.max(open.len());
        }
        most
    }

    /// Of no name two steps at the same time, and no step before an earlier one was done; `gaps` were never done.
    #[track_caller]
    pub(crate) fn in_order(&self, gaps: &[(&str, u32)]) {
        let mut open = BTreeMap::new();
        let mut last = BTreeMap::<String, u32>::new();
        for (name, number, saw) in self.seen.lock().unwrap().iter() {
            match saw {
                Saw::Begin => {
                    let other = open.insert(name.clone(), *number);
                    assert_eq!(other, None, "{name}: {number} began while another one was under way");
                    let mut next = last.get(name).map_or(1, |last| last + 1);
                    while gaps.contains(&(name.as_str(), next)) && next != *number {
                        next += 1;
                    }
                    assert!(*number <= next, "{name}: {number} began, and {next} is not done");
                }
                Saw::Failed => drop(open.remove(name)),
                Saw::Done => {
                    open.remove(name);
                    let last = last.entry(name.clone()).or_default();
                    *last = (*last).max(*number);
                }
            }
        }
    }
}

/// Every step takes a few milliseconds, some longer than others.
pub(crate) fn works(name: &str, number: u32, _: u32) -> Does {
    let spread = name.len() as u64 + u64::from(number) * 7 % 5;
    Does::Work(Duration::from_millis(1 + spread % 4))
}

/// Poison stops it: it has no store.
#[handler(ordered_by = "name", retry(attempts = 3, from = "20ms", to = "40ms"))]
pub(crate) async fn walk(steps: Steps, State(book): State<Book>) -> Result<(), Trouble> {
    let (name, number) = steps.step();
    book.act(name, number).await
}

#[handler(
    ordered_by = "name",
    on_poison = "skip",
    retry(attempts = 3, from = "20ms", to = "40ms")
)]
pub(crate) async fn stroll(step: Step, State(book): State<Book>) -> Result<(), Trouble> {
    book.act(&step.name, step.number).await
}

/// Publishes one after another, so that their order is known.
pub(crate) async fn publish(running: &Running, steps: impl IntoIterator<Item = Step>) {
    let id = |step: Step| {
        (
            EventId::derived("steps", &format!("{}/{}", step.name, step.number)),
            step,
        )
    };
    let steps: Vec<_> = steps.into_iter().map(id).collect();
    let all = steps.iter().map(|(id, step)| (id.clone(), step));
    for answer in running.publisher().publish_all(all).await {
        answer.unwrap();
    }
}
