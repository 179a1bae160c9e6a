use quote::ToTokens;
use std::cell::RefCell;
use std::fmt::Display;
use std::thread;

/// Collects what is wrong, so that everything is reported at once.
///
/// The only way out is [`finish`](Self::finish); forgetting it panics.
pub(crate) struct Ctxt(RefCell<Option<Vec<syn::Error>>>);

impl Ctxt {
    pub(crate) fn new() -> Self {
        Self(RefCell::new(Some(Vec::new())))
    }

    /// Records a mistake at these tokens of the user's.
    pub(crate) fn error(&self, at: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(at, message));
    }

    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(found) = self.0.borrow_mut().as_mut() {
            found.push(error);
        }
    }

    /// The value, or `None` with the mistake recorded.
    pub(crate) fn absorb<T>(&self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Everything that was found, as one error.
    pub(crate) fn finish(self) -> syn::Result<()> {
        let found = self.0.borrow_mut().take().unwrap_or_default();
        let all = found.into_iter().reduce(|mut all, next| {
            all.combine(next);
            all
        });
        all.map_or(Ok(()), Err)
    }
}

impl Drop for Ctxt {
    fn drop(&mut self) {
        if !thread::panicking() && self.0.borrow().is_some() {
            panic!("a Ctxt was dropped without being finished");
        }
    }
}
