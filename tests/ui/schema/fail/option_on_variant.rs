use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
enum Contact {
    #[schema(sensitive)]
    Mail { address: String },
}

fn main() {}
