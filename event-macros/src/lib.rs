//! The derive and attribute macros of event-runtime, which re-exports them.

mod attr;
mod ctxt;
mod duration;
mod event;
mod event_set;
mod failure;
mod handler;
mod runtime_path;
mod serde;
mod suggest;
mod symbol;
mod text;
mod value;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Event
#[proc_macro_derive(Event, attributes(event))]
pub fn event(input: TokenStream) -> TokenStream {
    event::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// EventSet
#[proc_macro_derive(EventSet, attributes(event_set))]
pub fn event_set(input: TokenStream) -> TokenStream {
    event_set::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Failure
#[proc_macro_derive(Failure, attributes(failure))]
pub fn failure(input: TokenStream) -> TokenStream {
    failure::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// handler
#[proc_macro_attribute]
pub fn handler(options: TokenStream, item: TokenStream) -> TokenStream {
    handler::expand(options.into(), item.into()).into()
}
