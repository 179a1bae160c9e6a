use event_runtime::prelude::*;

#[derive(EventSet)]
enum OrderEvents {}

fn main() {}
