use event_runtime::prelude::*;

#[handler]
struct OnOrder;

fn main() {}
