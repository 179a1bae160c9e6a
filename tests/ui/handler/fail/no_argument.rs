use event_runtime::prelude::*;

#[handler]
async fn on_order() {}

fn main() {}
