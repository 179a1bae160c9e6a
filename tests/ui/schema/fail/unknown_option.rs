use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
#[schema(opne)]
enum Kind {
    Parcel,
}

fn main() {}
