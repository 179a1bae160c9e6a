//! Macros.
use proc_macro::TokenStream;
/// Event
#[proc_macro_derive(Event, attributes(event))]
pub fn event(_: TokenStream) -> TokenStream {
    TokenStream::new()
}
/// EventSet
#[proc_macro_derive(EventSet)]
pub fn event_set(_: TokenStream) -> TokenStream {
    TokenStream::new()
}
/// Failure
#[proc_macro_derive(Failure, attributes(failure))]
pub fn failure(_: TokenStream) -> TokenStream {
    TokenStream::new()
}
/// handler
#[proc_macro_attribute]
pub fn handler(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}
