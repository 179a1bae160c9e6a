use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Place {
    city: String,
}

#[derive(Serialize, Deserialize, Schema)]
struct Customer {
    name: String,
    #[serde(flatten)]
    place: Option<Place>,
}

fn main() {}
