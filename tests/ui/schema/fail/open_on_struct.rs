use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
#[schema(open)]
struct Line {
    sku: String,
}

fn main() {}
