use event_runtime::prelude::*;

#[derive(Debug, Deserialize, Schema)]
enum Channel {
    Web,
}

#[derive(Debug, Deserialize, View)]
#[view(event = "ui.viewed", versions = [1])]
struct Viewed {
    channel: Channel,
}

fn main() {}
