use event_runtime::prelude::*;

#[handler]
async fn on_event(_: impl Event) {}

fn main() {}
