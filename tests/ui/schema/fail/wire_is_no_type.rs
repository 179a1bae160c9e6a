use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Line {
    #[schema(wire = "a text")]
    sku: String,
    #[schema(wire = String)]
    lot: String,
    #[schema(wire)]
    bin: String,
}

fn main() {}
