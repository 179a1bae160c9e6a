use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
#[serde(rename_all = "camelCase")]
struct Line {
    unit_price: u32,
    #[serde(alias = "unitPrice")]
    price: u32,
}

#[derive(Serialize, Deserialize, Schema)]
enum Kind {
    Parcel,
    #[serde(rename = "Parcel")]
    Box,
}

fn main() {}
