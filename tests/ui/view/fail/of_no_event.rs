use event_runtime::prelude::*;

struct OrderPlaced;

#[derive(Debug, Deserialize, View)]
#[view(of = OrderPlaced)]
struct Viewed {
    total_cents: i64,
}

fn main() {}
