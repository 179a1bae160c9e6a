use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Place {
    city: String,
}

#[derive(Serialize, Deserialize, Schema)]
struct Customer {
    #[serde(flatten)]
    #[schema(sensitive)]
    place: Place,
}

fn main() {}
