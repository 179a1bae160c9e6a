use event_runtime::prelude::*;

/// A copy of a contract of another producer.
#[derive(Debug, Deserialize, View)]
#[view(event = "ui.copied", versions = [2, 1])]
struct Copied {
    order_id: Uuid,
    /// Only in v2.
    note: Option<String>,
}

#[handler]
async fn on_copied(_: Copied) {}

fn main() {
    assert_eq!(Copied::CONTRACT.type_name, "ui.copied.v2");
    assert_eq!(Copied::CONTRACT.reads.len(), 1);
    assert_eq!((Copied::CONTRACT.owner, Copied::CONTRACT.key), ("orders", Some("order_id")));
    let _ = Service::new("billing").handle::<on_copied>();
}
