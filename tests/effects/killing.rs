//! Processes that are killed. The judge is the table that the handlers write, beside what the test has published.

use super::world::SOON;
use super::yard::{Database, Yard};
use event_runtime::topology::Names;
use event_runtime::transport::Transport as _;
use event_runtime::transport::rabbitmq::{RabbitMq, RabbitOptions};
use event_tests::eventually;
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

/// How many orders, unless `EVENT_TEST_ORDERS` says it.
fn orders() -> u32 {
    std::env::var("EVENT_TEST_ORDERS").map_or(50_000, |orders| orders.parse().unwrap())
}

/// Twenty times `kill -9` of three processes that consume and one that relays, with every fifth event twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_twenty_times_on_postgres() {
    let yard = Yard::postgres().await;
    yard.kill_until_done(3, orders(), 20).await;
    yard.all_once(orders().into()).await;
    yard.finish().await;
}

/// The same with SQLite and one process that consumes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_twenty_times_on_sqlite() {
    let yard = Yard::sqlite().await;
    yard.kill_until_done(1, orders(), 20).await;
    yard.all_once(orders().into()).await;
    yard.finish().await;
}

/// A worker dies at `point`; another one does the rest.
async fn killed_at(yard: &Yard, point: &str) {
    yard.order(1..11).await;
    yard.order(0..1).await;
    let mut worker = yard
        .worker()
        .arg("run")
        .env("EVENT_FAILPOINT", format!("{point}:kill"))
        .spawn();
    assert_eq!(worker.wait_exit(SOON).await.signal(), Some(6), "{}", worker.output());
    let mut worker = yard.worker().arg("run").spawn();
    eventually(SOON, "everything downstream", async || {
        yard.effects("send").await.len() == 11
    })
    .await;
    worker.sigterm();
    assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
    yard.all_once(11).await;
}

/// A worker that is killed in the middle of a commit, which the database finishes without it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_commit() {
    // What is put off until the commit makes it long.
    const SLOW: &str = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql \
         AS 'BEGIN PERFORM pg_sleep(0.4); RETURN NULL; END'; \
         CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON effects DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW WHEN (NEW.number % 20 = 0) EXECUTE FUNCTION slow()";
    const COMMITTING: &str = "SELECT count(*) FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event = 'PgSleep'";
    let yard = Yard::postgres().await;
    let Database::Postgres(schema) = &yard.database else {
        unreachable!()
    };
    let slow = sqlx::raw_sql(SLOW);
    slow.execute(&mut schema.connect().await).await.unwrap();
    let committing = async || {
        let count = sqlx::query_scalar::<_, i64>(COMMITTING);
        count.fetch_one(&mut schema.connect().await).await.unwrap() > 0
    };
    let spawn = || yard.worker().arg("run").env("RUST_LOG", "error").spawn();
    let done = async || yard.effects("pay").await.len() + yard.effects("send").await.len();
    let mut unanswered = 0;
    let mut orders = 0;
    for _ in 0..6 {
        let mut worker = spawn();
        yard.order(orders..orders + 20).await;
        orders += 20;
        eventually(SOON, "a commit", async || committing().await).await;
        worker.kill9();
        let told = done().await;
        eventually(SOON, "no commit any more", async || !committing().await).await;
        unanswered += done().await - told;
    }
    assert!(unanswered > 0, "no commit that nobody was told about");
    let mut worker = spawn();
    eventually(SOON, "everything downstream", async || {
        yard.effects("send").await.len() >= orders as usize
    })
    .await;
    yard.all_once(orders.into()).await;
    worker.sigterm();
    assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
    yard.finish().await;
}

macro_rules! dies {
    ($($point:ident = $text:literal),+ $(,)?) => {$(
        mod $point {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let yard = super::Yard::postgres().await;
                super::killed_at(&yard, $text).await;
                yard.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let yard = super::Yard::sqlite().await;
                super::killed_at(&yard, $text).await;
                yard.finish().await;
            }
        }
    )+};
}

// Fault matrix 1, 2 and 30.
dies!(
    before_the_commit = "before-commit",
    between_commit_and_ack = "after-commit",
    between_publishing_and_deleting = "after-relay",
);

/// A job that dies in the middle of what it has to publish; another process publishes the rest, and nothing twice. Nobody
/// handles what comes of it: the queue is counted.
async fn a_job_dies_at(yard: &Yard, point: &str) {
    const ORDERS: u64 = 250;
    let worker = || yard.worker().arg("run").env("WORKER_RECONCILE", ORDERS.to_string());
    let mut dying = worker().env("EVENT_FAILPOINT", format!("{point}:kill")).spawn();
    assert_eq!(dying.wait_exit(SOON).await.signal(), Some(6), "{}", dying.output());
    let mut worker = worker().spawn();
    let transport = RabbitMq::new(RabbitOptions::parse(&yard.url).unwrap());
    let queue = Names::new(&yard.bus, &yard.name).queue("send");
    eventually(SOON, "everything published", async || {
        transport.depth(&queue).await.unwrap() >= ORDERS
    })
    .await;
    // Some more runs.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(transport.depth(&queue).await.unwrap(), ORDERS, "{}", worker.output());
    transport.close().await;
    worker.sigterm();
    assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
}

macro_rules! job_dies {
    ($($point:ident = $text:literal),+ $(,)?) => {$(
        mod $point {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let yard = super::Yard::postgres().await;
                super::a_job_dies_at(&yard, $text).await;
                yard.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let yard = super::Yard::sqlite().await;
                super::a_job_dies_at(&yard, $text).await;
                yard.finish().await;
            }
        }
    )+};
}

job_dies!(
    before_the_commit_of_a_group = "before-group",
    after_the_commit_of_a_group = "after-group",
);
