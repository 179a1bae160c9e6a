#![deny(deprecated)]

use event_runtime::prelude::*;

#[derive(Debug, Deserialize, View)]
#[view(event = "ui.retired", versions = [1])]
struct Viewed {
    order_id: Uuid,
}

fn main() {}
