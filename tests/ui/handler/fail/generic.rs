use event_runtime::prelude::*;

#[handler]
async fn on_event<E: Event>(_: E) {}

fn main() {}
