use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
#[serde(untagged)]
enum Amount {
    Number(u32),
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.priced", version = 1, owner = "checkout")]
struct OrderPriced {
    amount: Amount,
    shipping: Option<Amount>,
}

fn main() {}
