//! A service that is told of orders and tells of payments.

use event_runtime::Running;
use event_runtime::envelope::{Metadata, Prefix};
use event_runtime::prelude::*;
use event_runtime::transport::Transport;
use event_tests::unique;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

/// A customer placed an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
pub(crate) struct OrderPlaced {
    #[event(key)]
    pub(crate) order: String,
    #[event(sequence)]
    pub(crate) change: u64,
    pub(crate) note: String,
}

/// An order was paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "order.paid", version = 3, owner = "payments", unrouted = "keep")]
pub(crate) struct OrderPaid {
    #[event(key)]
    pub(crate) order: String,
}

/// What the handler saw.
#[derive(Debug, Clone)]
pub(crate) struct Seen(UnboundedSender<(Metadata, OrderPlaced)>);

/// Takes every order as paid.
#[handler]
async fn pay(order: Envelope<OrderPlaced>, seen: State<Seen>) -> OrderPaid {
    let paid = OrderPaid {
        order: order.order.clone(),
    };
    seen.0.0.send((order.metadata, order.event)).unwrap();
    paid
}

/// The service, running on a bus of its own.
pub(crate) struct Scene {
    pub(crate) service: String,
    pub(crate) bus: String,
    pub(crate) running: Running,
    orders: UnboundedReceiver<(Metadata, OrderPlaced)>,
}

impl Scene {
    pub(crate) async fn start(transport: impl Transport, prefix: Prefix) -> Self {
        let (bus, service) = (unique("bus").replace('-', "_"), unique("pay"));
        let (seen, orders) = unbounded_channel();
        let running = Service::new(&service)
            .bus(&bus)
            .transport(transport)
            .header_prefix(prefix)
            .state(Seen(seen))
            .handle::<pay>()
            .start()
            .await
            .unwrap();
        running.ready().await;
        Self {
            service,
            bus,
            running,
            orders,
        }
    }

    /// Publishes an order, which the handler takes, and raw bytes.
    pub(crate) async fn publish(&self) -> EventId {
        let publisher = self.running.publisher();
        let id = publisher.publish(&order()).await.unwrap();
        self.running.idle().await;
        let raw = r#"{"bridge": [1, 2.5, null]}"#;
        let key = order().order;
        publisher
            .publish_raw(&EventId::new(), "bridge.crossed.v9", Some(&key), raw)
            .await
            .unwrap();
        id
    }

    /// What the handler sees next.
    pub(crate) async fn next(&mut self) -> (Metadata, OrderPlaced) {
        let dead = self.running.dead_letters();
        match timeout(Duration::from_secs(10), self.orders.recv()).await {
            Ok(seen) => seen.unwrap(),
            Err(_) => panic!("no order; dead letters: {:#?}", dead.list("pay").await),
        }
    }

    pub(crate) async fn finish(self) {
        self.running.remove_topology().await.unwrap();
        self.running.shutdown().await;
    }
}

pub(crate) fn order() -> OrderPlaced {
    OrderPlaced {
        order: "o-é-東京-🦀".into(),
        change: 7,
        note: "\"quoted\" \\ and\nnew line, null \u{0}".into(),
    }
}

/// Holds what Python read of an order, its payment and raw bytes against what we published.
pub(crate) fn check_read(answers: &[Value], service: &str, id: &EventId) {
    let [placed, paid, raw] = answers else {
        panic!("{answers:#?}")
    };
    let (id, order) = (id.to_string(), order());
    let attribute = |answer: &Value, name: &str| answer["attributes"][name].as_str().map(str::to_owned);
    for (answer, type_name) in [
        (placed, "order.placed.v1"),
        (paid, "order.paid.v3"),
        (raw, "bridge.crossed.v9"),
    ] {
        assert_eq!(answer["refused"], Value::Null, "{answer:#}");
        for (name, expected) in [
            ("specversion", "1.0"),
            ("type", type_name),
            ("source", service),
            ("subject", &*order.order),
            ("partitionkey", &*order.order),
            ("datacontenttype", "application/json"),
        ] {
            assert_eq!(
                attribute(answer, name).as_deref(),
                Some(expected),
                "{name} of {answer:#}"
            );
        }
        let time: jiff::Timestamp = attribute(answer, "time").unwrap().parse().unwrap();
        assert!(time.duration_until(jiff::Timestamp::now()).as_secs() < 60);
        assert_eq!(attribute(answer, "traceparent").unwrap().len(), 55);
    }
    assert_eq!(placed["data"], serde_json::to_value(&order).unwrap());
    assert_eq!(paid["data"], json!({ "order": order.order }));
    assert_eq!(raw["data"], json!({ "bridge": [1, 2.5, null] }));
    assert_eq!(attribute(placed, "id").as_deref(), Some(&*id));
    assert_eq!(attribute(placed, "sequence").as_deref(), Some("00000000000000000007"));
    assert_eq!(attribute(placed, "correlationid"), None);
    assert_eq!(attribute(paid, "correlationid").as_deref(), Some(&*id));
    assert_eq!(attribute(paid, "causationid").as_deref(), Some(&*id));
    let trace = |answer| attribute(answer, "traceparent").unwrap()[3..35].to_owned();
    assert_eq!(trace(placed), trace(paid));
    assert_ne!(trace(placed), trace(raw));
}

/// Orders for Python to write, in every form it has.
pub(crate) fn to_write() -> Vec<Value> {
    let task = |binding: &str, mode: &str, as_bytes: bool| {
        json!({
            "do": "write",
            "binding": binding,
            "mode": mode,
            "as_bytes": as_bytes,
            "attributes": {
                "id": format!("{binding}-{mode}-é"),
                "source": "https://example.com/shop?a=1#b",
                "type": "order.placed.v1",
                "time": "2026-01-02T03:04:05.678+00:00",
                "subject": order().order,
                "datacontenttype": "application/json",
                "dataschema": "https://example.com/order/1",
                "correlationid": "talk",
                "sequence": "17",
                "sampledrate": 30,
                "urgent": true,
            },
            "data": order(),
        })
    };
    vec![
        task("amqp", "binary", false),
        task("rabbitmq", "binary", false),
        task("amqp", "structured", false),
        task("rabbitmq", "structured", true),
    ]
}

/// Holds what the handler saw against what Python was asked to write.
pub(crate) fn check_written((metadata, event): &(Metadata, OrderPlaced), task: &Value) {
    let attribute = |name: &str| task["attributes"][name].as_str().unwrap();
    assert_eq!(event, &order());
    assert_eq!(metadata.id.to_string(), attribute("id"));
    assert_eq!(metadata.source, attribute("source"));
    assert_eq!((&*metadata.name, metadata.version.get()), ("order.placed", 1));
    assert_eq!(metadata.time.unwrap().to_string(), "2026-01-02T03:04:05.678Z");
    assert_eq!(metadata.subject.as_deref(), Some(attribute("subject")));
    assert_eq!(metadata.data_schema.as_deref(), Some(attribute("dataschema")));
    assert_eq!(metadata.correlation_id, "talk");
    assert_eq!(metadata.sequence.as_deref(), Some("17"));
    assert_eq!((&metadata.causation_id, metadata.trace), (&None, None));
}
