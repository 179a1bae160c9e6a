use event_runtime::prelude::*;

#[handler]
async fn on_order(_: String) {}

fn main() {}
