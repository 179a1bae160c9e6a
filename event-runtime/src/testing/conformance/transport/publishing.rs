//! What a publish promises.

use crate::message::{Limits, property};
use crate::testing::conformance::Check;
use crate::testing::conformance::lab::{self, Lab, message};
use crate::testing::conformance::verdict::{Failure, Verdict, check, ensure, ensure_eq};
use crate::topology::ExchangeKind::Topic;
use crate::transport::PublishError;
use bytes::Bytes;
use futures_util::future::try_join_all;
use std::collections::BTreeSet;

pub(super) const CHECKS: &[Check] = &[
    check!(
        confirmed_means_stored,
        "what was confirmed outlives the connection that published it"
    ),
    check!(
        order_of_a_publish,
        "the messages of one publish, and of publishes one after the other, keep their order"
    ),
    check!(
        many_publishers,
        "publishes side by side lose nothing, repeat nothing and each keep their order"
    ),
    check!(
        size_limits,
        "a message above a limit is refused, its neighbours are not, and one at the limit arrives"
    ),
    check!(
        unsendable,
        "what AMQP cannot carry is invalid, and its neighbours are stored"
    ),
    check!(no_forged_user, "nobody can send in another user's name"),
    check!(
        content_untouched,
        "bodies, headers and properties arrive as they were sent"
    ),
];

async fn inbox(lab: &Lab) -> Verdict<(String, String)> {
    let draft = lab.draft().exchange("bus", Topic).queue("q");
    draft.bind("bus", "q", "#").make().await?;
    Ok((lab.name("bus"), lab.name("q")))
}

async fn confirmed_means_stored(lab: &Lab) -> Verdict {
    let (bus, queue) = inbox(lab).await?;
    let sent: Vec<_> = (0..100).map(|n| n.to_string()).collect();
    let messages = sent.iter().map(|body| message(&bus, "a", body)).collect();
    for answer in lab.two.publish(messages).await {
        answer?;
    }
    lab.two.close().await;
    lab.holds(&queue, 100).await?;
    let mut reader = lab.read(&queue, 200).await?;
    ensure_eq!(reader.bodies(100).await?, sent, "stored");
    ensure!(lab.publish(Vec::new()).await?.is_empty(), "no messages got an answer");
    Ok(())
}

async fn order_of_a_publish(lab: &Lab) -> Verdict {
    let (bus, queue) = inbox(lab).await?;
    // Longer than any window of confirms, then short ones.
    lab.send(&bus, "a", 0..1000).await?;
    for n in 1000..1020 {
        lab.send(&bus, "b", [n]).await?;
    }
    let mut reader = lab.read(&queue, 300).await?;
    let wanted: Vec<_> = (0..1020).map(|n| n.to_string()).collect();
    let found = reader.bodies(1020).await?;
    let wrong = found.iter().zip(&wanted).position(|(found, wanted)| found != wanted);
    ensure!(wrong.is_none(), "out of order at {wrong:?}");
    reader.quiet().await
}

async fn many_publishers(lab: &Lab) -> Verdict {
    let (bus, queue) = inbox(lab).await?;
    let senders = (0..8).map(async |sender| {
        for part in 0..10 {
            let bodies = (0..20).map(|n| format!("{sender}:{:03}", part * 20 + n));
            let messages = bodies.map(|body| message(&bus, "a", body)).collect();
            let by = if sender % 2 == 0 { &lab.one } else { &lab.two };
            for answer in by.publish(messages).await {
                answer?;
            }
        }
        Ok::<_, Failure>(())
    });
    try_join_all(senders).await?;
    let mut reader = lab.read(&queue, 300).await?;
    let found = reader.bodies(1600).await?;
    ensure_eq!(found.iter().collect::<BTreeSet<_>>().len(), 1600, "different messages");
    for sender in 0..8 {
        let of = found.iter().filter(|body| body.starts_with(&format!("{sender}:")));
        ensure!(of.is_sorted(), "the messages of publisher {sender} are out of order");
    }
    reader.quiet().await
}

async fn size_limits(lab: &Lab) -> Verdict {
    let (bus, queue) = inbox(lab).await?;
    let limits = Limits::TRANSPORT;
    // Larger than what a service takes: it must be able to become a dead letter. The limit itself is too much for a test.
    let large = 2 * Limits::default().body;
    let sized = |body: usize, headers: usize, count: usize| {
        let mut sent = message(&bus, "a", "");
        sent.message.body = vec![b'x'; body].into();
        let fill = headers.saturating_sub(sent.message.headers.bytes() + "x-fill".len());
        if headers > 0 {
            sent.message.headers.push("x-fill", &"y".repeat(fill));
        }
        for n in sent.message.headers.len()..count {
            sent.message.headers.push(&format!("x-{n}"), "z");
        }
        sent
    };
    let messages = vec![
        sized(large, 0, 0),
        sized(1, limits.headers, 0),
        sized(2, limits.headers + 1, 0),
        sized(3, 0, limits.header_count),
        sized(4, 0, limits.header_count + 1),
        sized(5, 0, 0),
    ];
    let wanted = [true, true, false, true, false, true];
    for (n, answer) in lab.publish(messages).await?.into_iter().enumerate() {
        let as_wanted = match answer {
            Ok(()) => wanted[n],
            Err(PublishError::TooLarge(_)) => !wanted[n],
            Err(_) => false,
        };
        ensure!(as_wanted, "message {n}: {answer:?}");
    }
    let mut reader = lab.read(&queue, 10).await?;
    let arrived: Vec<_> = reader
        .take_acked(4)
        .await?
        .iter()
        .map(|delivery| delivery.message.body.len())
        .collect();
    ensure_eq!(arrived, [large, 1, 3, 5], "bytes of the bodies that arrived");
    reader.quiet().await
}

async fn unsendable(lab: &Lab) -> Verdict {
    let (bus, queue) = inbox(lab).await?;
    let long = "n".repeat(256);
    let with = |name: &str, value: &str| {
        let mut sent = message(&bus, "a", "invalid");
        sent.message.headers.push(name, value);
        sent
    };
    let mut anonymous = message(&bus, "a", "invalid");
    anonymous.message.headers.clear();
    let mut long_id = anonymous.clone();
    long_id.message.headers.push(property::MESSAGE_ID, &long);
    let messages = vec![
        message(&bus, "a", "first"),
        anonymous,
        long_id,
        with(&long, "a name too long"),
        with(property::TYPE, &long),
        with(property::TIMESTAMP, "yesterday"),
        with(":priority", "not one of ours"),
        message(&bus, &long, "a key too long"),
        message(&bus, "a", "last"),
    ];
    let last = messages.len() - 1;
    for (n, answer) in lab.publish(messages).await?.into_iter().enumerate() {
        let as_wanted = match answer {
            Ok(()) => n == 0 || n == last,
            Err(PublishError::Invalid(_)) => n != 0 && n != last,
            Err(_) => false,
        };
        ensure!(as_wanted, "message {n}: {answer:?}");
    }
    let mut reader = lab.read(&queue, 10).await?;
    ensure_eq!(reader.bodies(2).await?, ["first", "last"], "stored");
    reader.quiet().await
}

async fn no_forged_user(lab: &Lab) -> Verdict {
    let (bus, queue) = inbox(lab).await?;
    let mut sent = message(&bus, "a", "");
    sent.message.headers.push(property::USER_ID, "mallory");
    sent.message.headers.push("x-other", "kept");
    for answer in lab.publish(vec![sent]).await? {
        answer?;
    }
    let headers = lab.read(&queue, 1).await?.next().await?.message.headers;
    ensure!(
        headers.get(property::USER_ID) != Some("mallory"),
        "the sender is called mallory"
    );
    ensure_eq!(headers.get("x-other"), Some("kept"), "the other header");
    Ok(())
}

async fn content_untouched(lab: &Lab) -> Verdict {
    let (bus, queue) = inbox(lab).await?;
    let bodies = [
        Bytes::from((0..=u8::MAX).collect::<Vec<_>>()),
        Bytes::new(),
        Bytes::from_static("žluťoučký kůň, 馬, 🐎".as_bytes()),
    ];
    let key = "grün.馬";
    for (n, body) in bodies.into_iter().enumerate() {
        let mut sent = message(&bus, key, "");
        sent.message.body = body;
        let long = "long ".repeat(1000);
        for (name, value) in [
            (property::TYPE, "order.placed.v1"),
            (property::CONTENT_TYPE, "application/json"),
            (property::CORRELATION_ID, "conversation 1"),
            (property::APP_ID, "checkout"),
            (property::TIMESTAMP, "1767225600"),
            ("cloudEvents_subject", "Füße 馬 🐎"),
            ("cloudEvents:time", "2026-01-01T00:00:00Z"),
            ("ce-empty", ""),
            ("x-evt-key", " with blanks, \"quotes\",\ttabs\nand lines "),
            ("X-Evt-Key", "another spelling is another header"),
            ("x-evt-long", &long),
        ] {
            // The second message has fewer headers, so that what is left in reused memory shows.
            if n != 1 || name.starts_with(':') {
                sent.message.headers.push(name, value);
            }
        }
        for answer in lab.publish(vec![sent.clone()]).await? {
            answer?;
        }
        lab.holds(&queue, 1).await?;
        let mut reader = lab.read(&queue, 10).await?;
        let delivery = reader.take_acked(1).await?.remove(0);
        ensure!(delivery.message.body == sent.message.body, "body {n} was changed");
        ensure_eq!(delivery.routing_key, key, "routing key");
        ensure_eq!(
            lab::names(&delivery.message.headers),
            lab::names(&sent.message.headers),
            "names of headers"
        );
        for (name, value) in sent.message.headers.iter() {
            let same = delivery.message.headers.get(name) == Some(value);
            ensure!(same, "the value of header {name} was changed");
        }
        reader.close().await?;
    }
    Ok(())
}
