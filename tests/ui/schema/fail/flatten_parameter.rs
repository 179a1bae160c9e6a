use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Page<T> {
    number: u32,
    #[serde(flatten)]
    of: T,
}

fn main() {}
