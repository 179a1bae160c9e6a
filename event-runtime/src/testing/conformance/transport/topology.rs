//! Looking at, making and removing what is needed.

use crate::testing::conformance::Check;
use crate::testing::conformance::lab::{Lab, message};
use crate::testing::conformance::verdict::{Verdict, check, ensure, ensure_eq};
use crate::topology::ExchangeKind::{Fanout, Topic};
use crate::topology::{Route, Topology};
use crate::transport::TransportError;
use std::collections::BTreeSet;

pub(super) const CHECKS: &[Check] = &[
    check!(
        plan_then_apply,
        "a plan names what is missing, apply makes it, the next plan finds it there"
    ),
    check!(apply_again, "applying again changes nothing and loses no message"),
    check!(
        bound_later,
        "a binding takes effect for the next message, also on an exchange in use"
    ),
    check!(
        different_arguments,
        "an object with other arguments is reported, by its name, and left alone"
    ),
    check!(
        remove,
        "removing takes queues and exchanges away, and once more is no error"
    ),
    check!(remove_shared, "removing leaves an exchange that others are bound to"),
    check!(depth, "the depth counts what waits, not what is being handled"),
    check!(
        no_such_queue,
        "reading a queue that is not there is an error, and says so"
    ),
];

fn named(topology: &Topology) -> BTreeSet<String> {
    let exchanges = topology
        .exchanges
        .iter()
        .map(|exchange| format!("exchange {}", exchange.name));
    let queues = topology.queues.iter().map(|queue| format!("queue {}", queue.name));
    exchanges.chain(queues).collect()
}

fn whole_service(lab: &Lab) -> Topology {
    let routes = ["one", "two"].map(|handler| Route::new(handler, Vec::new()));
    Topology::of_service(&lab.names, &routes, &[])
}

async fn plan_then_apply(lab: &Lab) -> Verdict {
    let topology = whole_service(lab);
    let all = named(&topology);
    let plan = lab.one.plan(&topology).await?;
    ensure_eq!(
        plan.missing.into_iter().collect::<BTreeSet<_>>(),
        all,
        "missing at first"
    );
    ensure_eq!(plan.present, 0, "present at first");
    let untouched = lab.one.plan(&topology).await?;
    ensure_eq!(untouched.missing.len(), all.len(), "missing after a plan");
    lab.will_remove(&topology);
    let applied = lab.one.apply(&topology).await?;
    ensure_eq!(
        applied.missing.into_iter().collect::<BTreeSet<_>>(),
        all,
        "made by apply"
    );
    let plan = lab.two.plan(&topology).await?;
    ensure!(plan.missing.is_empty(), "missing after apply: {:?}", plan.missing);
    ensure!(plan.different.is_empty(), "different after apply: {:?}", plan.different);
    ensure_eq!(plan.present, all.len(), "present after apply");
    Ok(())
}

async fn apply_again(lab: &Lab) -> Verdict {
    let draft = lab.draft().exchange("in", Fanout).queue("q");
    let topology = draft.bind("in", "q", "").make().await?;
    lab.send(&lab.name("in"), "", ["before"]).await?;
    let again = lab.two.apply(&topology).await?;
    ensure!(again.missing.is_empty(), "made again: {:?}", again.missing);
    ensure_eq!(again.present, 2, "present");
    lab.send(&lab.name("in"), "", ["after"]).await?;
    let mut reader = lab.read(&lab.name("q"), 10).await?;
    ensure_eq!(reader.bodies(2).await?, ["before", "after"], "messages");
    reader.quiet().await
}

async fn bound_later(lab: &Lab) -> Verdict {
    let draft = lab.draft().exchange("bus", Topic).queue("a");
    draft.bind("bus", "a", "order.*").make().await?;
    let bus = lab.name("bus");
    lab.send(&bus, "order.placed", ["first"]).await?;
    let early = lab.publish(vec![message(&bus, "stock.low", "early")]).await?;
    ensure!(early[0].is_err(), "a message that nothing took was called stored");
    let draft = lab.draft().exchange("bus", Topic).queue("a").queue("b");
    draft.bind("bus", "a", "stock.*").bind("bus", "b", "#").make().await?;
    lab.send(&bus, "stock.low", ["second"]).await?;
    lab.send(&bus, "order.placed", ["third"]).await?;
    for (queue, wanted) in [("a", &["first", "second", "third"][..]), ("b", &["second", "third"])] {
        let mut reader = lab.read(&lab.name(queue), 10).await?;
        ensure_eq!(reader.bodies(wanted.len()).await?, wanted, "messages of {queue}");
        reader.quiet().await?;
    }
    Ok(())
}

async fn different_arguments(lab: &Lab) -> Verdict {
    let draft = lab.draft().exchange("in", Fanout).queue("q");
    draft.bind("in", "q", "").make().await?;
    lab.send(&lab.name("in"), "", ["kept"]).await?;
    let limit = lab.draft().queue("q").with(|queue| queue.delivery_limit = 7).topology();
    let single = lab
        .draft()
        .queue("q")
        .with(|queue| queue.single_active = true)
        .topology();
    let kind = lab.draft().exchange("in", Topic).topology();
    let alternate = lab.draft().exchange("in", Fanout).or_else("other").topology();
    for (topology, name) in [(limit, "q"), (single, "q"), (kind, "in"), (alternate, "in")] {
        let name = lab.name(name);
        let plan = lab.one.plan(&topology).await?;
        ensure!(
            plan.different.len() == 1 && plan.different[0].contains(&name),
            "{name}: the plan says {plan:?}"
        );
        match lab.one.apply(&topology).await {
            Err(TransportError::Different { object, .. }) if object.contains(&name) => {}
            other => ensure!(false, "{name}: apply says {other:?}"),
        }
    }
    lab.send(&lab.name("in"), "", ["and more"]).await?;
    let mut reader = lab.read(&lab.name("q"), 10).await?;
    ensure_eq!(reader.bodies(2).await?, ["kept", "and more"], "messages");
    Ok(())
}

async fn remove(lab: &Lab) -> Verdict {
    let draft = lab.draft().exchange("in", Fanout).queue("q");
    let topology = draft.bind("in", "q", "").make().await?;
    lab.send(&lab.name("in"), "", ["gone"]).await?;
    lab.one.remove(&topology).await?;
    let plan = lab.one.plan(&topology).await?;
    ensure_eq!(
        plan.missing.into_iter().collect::<BTreeSet<_>>(),
        named(&topology),
        "missing"
    );
    lab.one.remove(&topology).await?;
    lab.make(&topology).await?;
    lab.holds(&lab.name("q"), 0).await?;
    lab.send(&lab.name("in"), "", ["new"]).await?;
    let mut reader = lab.read(&lab.name("q"), 10).await?;
    ensure_eq!(reader.bodies(1).await?, ["new"], "messages of the new queue");
    Ok(())
}

async fn remove_shared(lab: &Lab) -> Verdict {
    let ours = lab.draft().exchange("bus", Fanout).queue("ours");
    let ours = ours.bind("bus", "ours", "").make().await?;
    let theirs = lab.draft().exchange("bus", Fanout).queue("theirs");
    theirs.bind("bus", "theirs", "").make().await?;
    lab.one.remove(&ours).await?;
    lab.send(&lab.name("bus"), "", ["still here"]).await?;
    lab.holds(&lab.name("theirs"), 1).await?;
    let plan = lab.one.plan(&ours).await?;
    ensure_eq!(plan.missing, [format!("queue {}", lab.name("ours"))], "missing");
    Ok(())
}

async fn depth(lab: &Lab) -> Verdict {
    lab.draft()
        .exchange("in", Fanout)
        .queue("q")
        .bind("in", "q", "")
        .make()
        .await?;
    let queue = lab.name("q");
    lab.holds(&queue, 0).await?;
    lab.send(&lab.name("in"), "", 0..5).await?;
    lab.holds(&queue, 5).await?;
    let mut reader = lab.read(&queue, 2).await?;
    let held = reader.take(2).await?;
    lab.holds(&queue, 3).await?;
    reader.ack(held[1].tag, true).await?;
    lab.holds(&queue, 1).await?;
    reader.close().await?;
    lab.holds(&queue, 3).await
}

async fn no_such_queue(lab: &Lab) -> Verdict {
    let missing = lab.name("missing");
    let read = lab.one.consume(&missing, 1).await.map(|_| "a session");
    ensure_eq!(read, Err(TransportError::NoQueue(missing.clone())), "reading");
    let depth = lab.one.depth(&missing).await;
    ensure_eq!(depth, Err(TransportError::NoQueue(missing)), "depth");
    lab.draft()
        .exchange("in", Fanout)
        .queue("q")
        .bind("in", "q", "")
        .make()
        .await?;
    lab.send(&lab.name("in"), "", ["later"]).await?;
    let mut reader = lab.read(&lab.name("q"), 10).await?;
    ensure_eq!(reader.bodies(1).await?, ["later"], "after the error");
    Ok(())
}
