use event_runtime::prelude::*;

struct OnOrder;

fn main() {
    let _ = Service::new("shop").handle::<OnOrder>();
}
