use event_runtime::Status;
use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "ui.drafted", version = 1, owner = "checkout")]
struct Drafted {
    order_id: Uuid,
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "ui.read", version = 1, owner = "checkout")]
struct Live {
    order_id: Uuid,
    note: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "ui.ended", version = 1, owner = "checkout")]
struct Retired {
    order_id: Uuid,
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "ui.new", version = 1, owner = "checkout")]
struct New {
    order_id: Uuid,
}

/// What the file says of a version is known where it runs; without a file there is nothing to know.
fn main() {
    assert_eq!(Drafted::CONTRACT.status, Some(Status::Draft));
    assert_eq!(Live::CONTRACT.status, Some(Status::Live));
    assert_eq!(Retired::CONTRACT.status, Some(Status::Retired));
    assert_eq!(New::CONTRACT.status, None);
}
