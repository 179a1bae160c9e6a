#![allow(dead_code)]

type Result<T> = std::result::Result<T, ()>;
type Option = u8;
type String = &'static str;

#[derive(serde::Serialize, serde::Deserialize, event_runtime::Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    #[event(key)]
    order_id: u64,
    #[event(sensitive)]
    email: std::string::String,
    #[event(sequence)]
    change: u32,
}

#[derive(event_runtime::EventSet)]
enum Some {
    Ok(OrderPlaced),
}

#[derive(Debug, thiserror::Error, event_runtime::Failure)]
#[error("full")]
#[failure(retry)]
struct Err;

#[event_runtime::handler]
async fn on_order(_: OrderPlaced) -> std::result::Result<(), Err> {
    std::result::Result::Err(Err)
}

fn main() {}
