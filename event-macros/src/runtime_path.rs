use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;

/// Where generated code finds the runtime: `::event_runtime`, or what `crate = "..."` says.
#[derive(Default)]
pub(crate) struct RuntimePath(pub(crate) Option<Path>);

impl RuntimePath {
    /// Brings `__private` into scope.
    pub(crate) fn import(&self) -> TokenStream {
        quote!(use #self::__private;)
    }
}

impl ToTokens for RuntimePath {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.0 {
            Some(path) => path.to_tokens(tokens),
            None => tokens.extend(quote!(::event_runtime)),
        }
    }
}
