use event_runtime::prelude::*;

#[derive(Schema)]
union Bits {
    number: u32,
    real: f32,
}

fn main() {}
