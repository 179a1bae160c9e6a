use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Paid {
    name: String,
    #[serde(flatten)]
    amount: Amount,
}

#[derive(Serialize, Deserialize, Schema)]
struct Amount {
    wei: Option<u128>,
}

fn main() {}
