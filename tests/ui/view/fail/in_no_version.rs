use event_runtime::prelude::*;

#[derive(Debug, Deserialize, View)]
#[view(event = "ui.copied", versions = [2, 1])]
struct Viewed {
    order_id: Uuid,
    notes: Option<String>,
}

fn main() {}
