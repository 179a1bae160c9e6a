#![deny(deprecated)]

use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Schema)]
enum Channel {
    Web,
    Store,
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "ui.widened", version = 1, owner = "checkout")]
struct Widened {
    channel: Channel,
}

fn main() {}
