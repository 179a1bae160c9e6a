//! What a bad network or a restarting broker does to us.

use crate::scene::{Scene, id, next};
use event_runtime::transport::rabbitmq::{RabbitMq, RabbitOptions};
use event_runtime::transport::{Health, PublishError, Transport, TransportError};
use event_tests::{Mode, PrivateBroker, Proxy, eventually, require_broker};
use futures_util::future::join_all;
use std::collections::HashSet;
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);

async fn up(rabbit: &RabbitMq) {
    eventually(20 * SECOND, "up", async || *rabbit.health().borrow() == Health::Up).await;
}

/// How many channels the publisher spreads over.
const CHANNELS: usize = 4;

/// What is published next finds an open channel, and is sent.
async fn every_channel_open(scene: &Scene) {
    for _ in 0..CHANNELS {
        scene.fill(1).await;
    }
}

/// Threads of the client library in this process.
fn threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let name = |task: std::io::Result<std::fs::DirEntry>| std::fs::read_to_string(task.unwrap().path().join("comm"));
    tasks
        .map(name)
        .filter(|name| name.as_ref().is_ok_and(|name| name.starts_with("lapin")))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_resets_lose_nothing_and_need_no_code() {
    let proxy = Proxy::start(&require_broker().await);
    let scene = Scene::at(&proxy.url(), |options| options).await;
    let mut session = scene.read(10).await;
    let storm = async {
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(60)).await;
            proxy.reset_all();
        }
    };
    let publish = async {
        for round in 0..20 {
            let messages = (0..50).map(|n| scene.message("order.placed", &format!("{round}.{n}")));
            let calls = messages.map(|message| scene.rabbit.publish(vec![message]));
            let answers = join_all(calls).await.concat();
            assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        }
    };
    tokio::join!(storm, publish);
    while let Some(delivery) = next(&mut *session).await {
        session.recycle(delivery);
    }
    assert!(!session.usable());
    assert!(session.end().unwrap().contains(&scene.queue), "{:?}", session.end());

    up(&scene.rabbit).await;
    let mut session = scene.rabbit.consume(&scene.queue, 2000).await.unwrap();
    let mut seen = HashSet::new();
    while seen.len() < 1000 {
        seen.insert(id(&next(&mut *session).await.unwrap()).to_owned());
    }
    session.close().await;
    eventually(5 * SECOND, "two connections", async || proxy.open() == 2).await;
    scene.finish().await;
    eventually(5 * SECOND, "no connection", async || proxy.open() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_network_gives_an_unknown_outcome_in_time() {
    let proxy = Proxy::start(&require_broker().await);
    let scene = Scene::at(&proxy.url(), |options| options.confirm_timeout(SECOND)).await;
    every_channel_open(&scene).await;
    proxy.set(Mode::HoldToClient);
    let start = Instant::now();
    let message = scene.message("order.placed", "held");
    let calls = [vec![message.clone()], vec![message.clone(); 300]].map(|messages| scene.rabbit.publish(messages));
    for answer in join_all(calls).await.concat() {
        assert_eq!(answer, Err(PublishError::Unknown { within_ms: 1000 }));
    }
    assert!(start.elapsed() < 2 * SECOND, "{:?}", start.elapsed());
    proxy.set(Mode::Pass);
    assert_eq!(scene.rabbit.publish(vec![message]).await, [Ok(())]);
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_confirm_is_asked_for_again_with_the_same_id() {
    let proxy = Proxy::start(&require_broker().await);
    let scene = Scene::at(&proxy.url(), |options| options).await;
    every_channel_open(&scene).await;
    proxy.set(Mode::HoldToClient);
    let publish = scene.rabbit.publish(vec![scene.message("order.placed", "twice")]);
    let cut = async {
        tokio::time::sleep(SECOND / 2).await;
        proxy.set(Mode::Pass);
        proxy.reset_all();
    };
    let (answers, ()) = tokio::join!(publish, cut);
    assert_eq!(answers, [Ok(())]);
    up(&scene.rabbit).await;
    let mut session = scene.read(10).await;
    for expected in ["0"; CHANNELS].into_iter().chain(["twice"; 2]) {
        assert_eq!(id(&next(&mut *session).await.unwrap()), expected);
    }
    session.close().await;
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_said_in_time() {
    let proxy = Proxy::start(&require_broker().await);
    let scene = Scene::new().await;
    let options = RabbitOptions::parse(&proxy.url()).unwrap();
    let patience = SECOND / 5;
    let rabbit = RabbitMq::new(options.connect_timeout(patience).confirm_timeout(patience));
    for mode in [Mode::Refuse, Mode::AcceptThenClose, Mode::BlackHole] {
        proxy.set(mode);
        for _ in 0..5 {
            let refused = rabbit.consume(&scene.queue, 1).await.err();
            assert!(
                matches!(refused, Some(TransportError::Unavailable { .. })),
                "{mode:?}: {refused:?}"
            );
            let answers = rabbit.publish(vec![scene.message("order.placed", "early")]).await;
            assert!(
                matches!(answers[0], Err(PublishError::Blocked(_))),
                "{mode:?}: {answers:?}"
            );
        }
        assert!(matches!(*rabbit.health().borrow(), Health::Down(_)));
    }
    proxy.set(Mode::Pass);
    eventually(20 * SECOND, "consume", async || {
        rabbit.consume(&scene.queue, 1).await.is_ok()
    })
    .await;
    eventually(20 * SECOND, "publish", async || {
        rabbit.publish(vec![scene.message("order.placed", "late")]).await == [Ok(())]
    })
    .await;
    rabbit.close().await;
    scene.finish().await;
}

/// The client library has a thread for each connection, which waits for ever on a host that says nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_hung_attempts_leave_no_threads() {
    let proxy = Proxy::start(&require_broker().await);
    proxy.set(Mode::BlackHole);
    for _ in 0..100 {
        let options = RabbitOptions::parse(&proxy.url()).unwrap();
        let rabbit = RabbitMq::new(options.connect_timeout(SECOND / 50));
        assert!(rabbit.consume("any", 1).await.is_err());
    }
    // Those that are left belong to the tests beside this one.
    eventually(5 * SECOND, "the threads end", async || threads() < 60).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_hosts_one_is_enough() {
    let good = require_broker().await;
    let gone = Proxy::start(&good);
    gone.set(Mode::Refuse);
    let scene = Scene::at(&format!("{},{good}", gone.url()), |options| options).await;
    scene.fill(1).await;
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_broker_comes_back_with_everything_confirmed() {
    let mut broker = PrivateBroker::start().await;
    let scene = Scene::at(&broker.url(), |options| {
        options.settle(3 * SECOND).confirm_timeout(60 * SECOND)
    })
    .await;
    let mut session = scene.read(10).await;
    let publish = async {
        let mut confirmed = HashSet::new();
        for round in 0..30 {
            let ids: Vec<_> = (0..50).map(|n| format!("{round}.{n}")).collect();
            let messages = ids.iter().map(|id| scene.message("order.placed", id)).collect();
            let answers = scene.rabbit.publish(messages).await;
            confirmed.extend(
                ids.into_iter()
                    .zip(answers)
                    .filter(|(_, answer)| answer.is_ok())
                    .map(|(id, _)| id),
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        confirmed
    };
    let kill = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        broker.kill9();
        broker.restart().await;
    };
    let (confirmed, ()) = tokio::join!(publish, kill);
    assert_eq!(confirmed.len(), 1500);
    while next(&mut *session).await.is_some() {}
    drop(session);
    up(&scene.rabbit).await;
    let mut session = scene.rabbit.consume(&scene.queue, 4000).await.unwrap();
    let mut seen = HashSet::new();
    while !confirmed.is_subset(&seen) {
        seen.insert(id(&next(&mut *session).await.unwrap()).to_owned());
    }
    session.close().await;
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_bounds_what_waits_and_stops_no_consumer() {
    let broker = PrivateBroker::start().await;
    let scene = Scene::at(&broker.url(), |options| options.confirm_timeout(2 * SECOND).buffer(20)).await;
    scene.fill(5).await;
    let mut session = scene.read(2).await;
    broker.ctl(&["set_vm_memory_high_watermark", "0.000001"]).await;
    // The broker says that it is blocked once something was published.
    let message = |n: usize| scene.message("order.placed", &format!("alarm.{n}"));
    let answers = scene.rabbit.publish(vec![message(0)]).await;
    assert!(
        matches!(answers[0], Ok(()) | Err(PublishError::Unknown { .. })),
        "{answers:?}"
    );
    eventually(5 * SECOND, "blocked", async || {
        matches!(*scene.rabbit.health().borrow(), Health::Blocked(_))
    })
    .await;

    let start = Instant::now();
    let timed = async |n| (scene.rabbit.publish(vec![message(n)]).await, start.elapsed());
    let answers = join_all((1..=60).map(timed)).await;
    for (answer, _) in &answers {
        assert!(matches!(answer[0], Err(PublishError::Blocked(_))), "{answer:?}");
    }
    let at_once = answers.iter().filter(|(_, after)| *after < SECOND).count();
    assert_eq!(at_once, 40);
    assert!(answers.iter().all(|(_, after)| *after < 3 * SECOND));

    for expected in ["0", "1", "2", "3", "4"] {
        let delivery = next(&mut *session).await.unwrap();
        assert_eq!(id(&delivery), expected);
        session.ack(delivery.tag, false);
        crate::scene::flush(&mut *session).await;
    }
    broker.ctl(&["set_vm_memory_high_watermark", "0.6"]).await;
    up(&scene.rabbit).await;
    assert_eq!(scene.rabbit.publish(vec![message(61)]).await, [Ok(())]);
    session.close().await;
    scene.finish().await;
}
