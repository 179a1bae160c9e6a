use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
#[schema(sensitive)]
struct Customer {
    email: String,
}

fn main() {}
