use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Schema)]
struct Customer {
    #[schema(sensitive)]
    email: String,
}

fn main() {}
