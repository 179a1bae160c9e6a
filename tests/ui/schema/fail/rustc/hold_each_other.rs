use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Folder {
    files: Vec<File>,
}

#[derive(Serialize, Deserialize, Schema)]
struct File {
    within: Box<Folder>,
}

fn main() {}
