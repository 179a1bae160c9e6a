use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
#[serde(tag = "method")]
enum Payment {
    Card { last: String },
}

#[derive(Serialize, Deserialize, Schema)]
struct Order {
    id: u64,
    #[serde(flatten)]
    payment: Payment,
}

fn main() {}
