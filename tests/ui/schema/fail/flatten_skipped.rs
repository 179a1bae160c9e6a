use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Place {
    city: String,
}

#[derive(Serialize, Deserialize, Schema)]
struct Customer {
    #[serde(flatten, skip_serializing)]
    place: Place,
}

fn main() {}
