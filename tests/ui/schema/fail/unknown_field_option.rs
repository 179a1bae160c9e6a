use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Line {
    #[schema(name = "sku")]
    sku: String,
    #[schema(key)]
    number: u32,
}

fn main() {}
