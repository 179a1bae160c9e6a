use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Email(#[schema(sensitive)] String);

fn main() {}
