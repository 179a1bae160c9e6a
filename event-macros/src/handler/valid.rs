use super::ast::Handler;
use super::attr::HandlerAttrs;
use super::options::Retry;
use super::order;
use crate::ctxt::Ctxt;
use crate::duration::text;
use event_contract::{MAX_WORD, NameError, check_word};
use quote::ToTokens;
use std::time::Duration;
use syn::ext::IdentExt as _;
use syn::{FnArg, GenericArgument, PathArguments, PathSegment, Type};

/// What the runtime does when the attribute does not say; a test compares them.
pub(crate) const DEFAULT_FROM: Duration = Duration::from_millis(200);
pub(crate) const DEFAULT_TO: Duration = Duration::from_secs(30);
pub(crate) const DEFAULT_CONCURRENCY: u32 = 16;
pub(crate) const DEFAULT_PREFETCH: u32 = 100;

/// Whether generated code can call the function.
pub(crate) fn check_function(cx: &Ctxt, attrs: &HandlerAttrs, handler: &Handler) -> bool {
    // Each rule is checked, whatever the others find.
    [
        check_async(cx, handler),
        check_plain(cx, handler),
        check_generics(cx, handler),
        check_first(cx, handler),
        check_arguments(cx, attrs, handler),
        check_transaction(cx, handler),
    ]
    .into_iter()
    .all(|good| good)
}

// Handlers wait for databases and other services.
fn check_async(cx: &Ctxt, handler: &Handler) -> bool {
    let signature = &handler.signature;
    if signature.asyncness.is_none() {
        cx.error(
            signature.fn_token,
            format_args!("a handler is async: write `async fn {}`", handler.ident()),
        );
    }
    signature.asyncness.is_some()
}

// The runtime calls it like any other function.
fn check_plain(cx: &Ctxt, handler: &Handler) -> bool {
    let signature = &handler.signature;
    let mut good = true;
    let mut refuse = |at: &dyn ToTokens, what: &str| {
        good = false;
        cx.error(
            at,
            format_args!("a handler is an ordinary function, so it cannot be {what}"),
        );
    };
    if let Some(constness) = &signature.constness {
        refuse(constness, "const");
    }
    if let syn::Safety::Unsafe(token) = &signature.safety {
        refuse(
            token,
            "unsafe; put the unsafe part into a function that the handler calls",
        );
    }
    if let Some(abi) = &signature.abi {
        refuse(abi, "extern");
    }
    if let Some(variadic) = &signature.variadic {
        refuse(variadic, "variadic");
    }
    good
}

// Its queue, its bindings and its permissions are made from concrete types.
fn check_generics(cx: &Ctxt, handler: &Handler) -> bool {
    let generics = &handler.signature.generics;
    if generics.params.is_empty() {
        return true;
    }
    cx.error(
        generics,
        format_args!(
            "a handler has one queue for concrete events, so `{}` cannot be generic; write one handler per event, \
             and let them call a generic function",
            handler.ident()
        ),
    );
    false
}

// The first argument says which events are delivered.
fn check_first(cx: &Ctxt, handler: &Handler) -> bool {
    let ident = handler.ident();
    match handler.signature.inputs.first() {
        Some(FnArg::Typed(_)) => true,
        Some(FnArg::Receiver(receiver)) => {
            cx.error(
                receiver,
                "a handler is a free function without `self`; what it needs comes as `State<T>` arguments",
            );
            false
        }
        None => {
            cx.error(
                ident,
                format_args!("which event does it handle? Give it one as the first argument: `async fn {ident}(order: OrderPlaced)`"),
            );
            false
        }
    }
}

// Arguments are made for each call and moved in; only the transaction of an idempotent handler is lent.
fn check_arguments(cx: &Ctxt, attrs: &HandlerAttrs, handler: &Handler) -> bool {
    let mut good = true;
    for (at, ty) in handler.arguments().enumerate() {
        match ty {
            Type::Reference(reference) if is_transaction(&reference.elem) && reference.mutability.is_none() => cx
                .error(
                    ty,
                    format_args!(
                        "the transaction is lent for writing: `&mut {}`",
                        crate::text::source(&reference.elem)
                    ),
                ),
            Type::Reference(reference) if is_transaction(&reference.elem) && !attrs.idempotent.is_given() => cx.error(
                ty,
                "only an `idempotent` handler has a transaction: write `#[handler(idempotent)]`",
            ),
            Type::Reference(reference) if at > 0 && reference.mutability.is_some() && attrs.idempotent.is_given() => {
                continue;
            }
            Type::Reference(reference) => {
                let inner = crate::text::source(&reference.elem);
                cx.error(
                    ty,
                    format_args!("a handler takes its arguments by value: write `{inner}`"),
                );
            }
            Type::ImplTrait(_) => cx.error(
                ty,
                "a handler's arguments have concrete types, so `impl Trait` cannot be one",
            ),
            Type::Path(_) if is_transaction(ty) => cx.error(
                ty,
                format_args!(
                    "the transaction is lent to the handler: `&mut {}`",
                    crate::text::source(ty)
                ),
            ),
            _ => continue,
        }
        good = false;
    }
    good
}

// There is one transaction, of one database.
fn check_transaction(cx: &Ctxt, handler: &Handler) -> bool {
    let lent = handler.arguments().filter_map(|ty| match ty {
        Type::Reference(reference) if reference.mutability.is_some() => Some(&*reference.elem),
        _ => None,
    });
    let mut good = true;
    for (at, ty) in lent.enumerate() {
        if at > 0 {
            cx.error(ty, "a handler has one transaction; take it once");
            good = false;
        } else if is_transaction(ty) && !names_lifetime_and_database(ty) {
            cx.error(
                ty,
                "write the lifetime and the database: `Tx<'_, Postgres>`, `Tx<'_, Sqlite>` or `Tx<'_, Memory>`",
            );
            good = false;
        }
    }
    good
}

/// By its name: what a type is only the compiler knows, and it checks that too.
fn is_transaction(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == "Tx")
}

fn names_lifetime_and_database(ty: &Type) -> bool {
    let Some(PathArguments::AngleBracketed(arguments)) = last_segment(ty).map(|segment| &segment.arguments) else {
        return false;
    };
    let mut arguments = arguments.args.iter();
    matches!(arguments.next(), Some(GenericArgument::Lifetime(_)))
        && matches!(arguments.next(), Some(GenericArgument::Type(_)))
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

// One word, because it is one part of the queue's name. `None` when it is wrong.
pub(crate) fn check_name(cx: &Ctxt, attrs: &HandlerAttrs, handler: &Handler) -> Option<String> {
    let (name, given) = match attrs.name.get() {
        Some(name) => (name.value(), true),
        None if attrs.name.is_given() => return None,
        None => (handler.ident().unraw().to_string(), false),
    };
    let at: &dyn ToTokens = match attrs.name.get() {
        Some(name) => name,
        None => handler.ident(),
    };
    match check_word(&name) {
        Ok(()) => return Some(name),
        Err(NameError::TooLong) => cx.error(at, format_args!("the handler's name is longer than {MAX_WORD} bytes")),
        Err(error) if given => cx.error(
            at,
            format_args!("{error}; a handler's name is one word, such as `authorize_payment`"),
        ),
        Err(_) => cx.error(
            at,
            format_args!(
                "`{name}` cannot name a queue; give the handler a name of lower-case letters, digits and `_`: \
                          `#[handler(name = \"..\")]`"
            ),
        ),
    }
    None
}

/// What the options come to, with the defaults filled in where one depends on another.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) concurrency: Option<u16>,
    pub(crate) prefetch: Option<u16>,
}

impl HandlerAttrs {
    /// Checks the options against each other.
    pub(crate) fn settings(&self, cx: &Ctxt) -> Settings {
        if let Some(retry) = self.retry.get() {
            check_backoff(cx, retry);
        }
        check_not_zero(cx, self);
        check_prefetch(cx, self);
        order::check(cx, self);
        let value = |count: Option<u32>| count.and_then(|count| u16::try_from(count).ok());
        let concurrency = self.concurrency.get().map(|count| count.value);
        let prefetch = self.prefetch.get().map(|count| count.value);
        let batch = self.batch.get().and_then(|batch| batch.max.get()).map(|max| max.value);
        let held = concurrency.unwrap_or(DEFAULT_CONCURRENCY).max(batch.unwrap_or(0));
        let given = match self.ordered_by.is_given() {
            true => order::DEFAULT_PREFETCH,
            false => DEFAULT_PREFETCH,
        };
        Settings {
            // No more can run than are held.
            concurrency: value(concurrency.or(prefetch.filter(|prefetch| *prefetch < DEFAULT_CONCURRENCY))),
            prefetch: value(prefetch.or(Some(held).filter(|held| *held > given))),
        }
    }
}

// Waits grow from the first to the longest.
fn check_backoff(cx: &Ctxt, retry: &Retry) {
    let from = retry.from.get().map_or(DEFAULT_FROM, |from| from.value);
    let to = retry.to.get().map_or(DEFAULT_TO, |to| to.value);
    if from <= to {
        return;
    }
    match (retry.from.get(), retry.to.get()) {
        (Some(at), None) if !retry.to.is_given() => cx.error(
            at,
            format_args!(
                "the first wait is longer than the longest, which is {} unless `to` says otherwise",
                text(to)
            ),
        ),
        (None, Some(at)) if !retry.from.is_given() => cx.error(
            at,
            format_args!(
                "the longest wait is shorter than the first, which is {} unless `from` says otherwise",
                text(from)
            ),
        ),
        (Some(at), Some(_)) => cx.error(
            at,
            format_args!(
                "the first wait (`from`, {}) is longer than the longest (`to`, {}); swap them",
                text(from),
                text(to)
            ),
        ),
        _ => {}
    }
}

// A time of nothing lets nothing happen.
fn check_not_zero(cx: &Ctxt, attrs: &HandlerAttrs) {
    if let Some(timeout) = attrs.timeout.get()
        && timeout.value.is_zero()
    {
        cx.error(
            timeout,
            "a timeout of nothing fails every attempt; the default is \"30s\"",
        );
    }
    if let Some(window) = attrs.idempotent.get().and_then(|idempotent| idempotent.window.get())
        && window.value.is_zero()
    {
        cx.error(window, "a window of nothing remembers nothing; the default is \"14d\"");
    }
    if let Some(within) = attrs.batch.get().and_then(|batch| batch.within.get())
        && within.value.is_zero()
    {
        cx.error(
            within,
            "a batch that waits for nothing holds one event; for example `within = \"500ms\"`",
        );
    }
}

// What is handled, or waits in a batch, is unsettled: the broker must have handed over that much.
fn check_prefetch(cx: &Ctxt, attrs: &HandlerAttrs) {
    let Some(prefetch) = attrs.prefetch.get() else { return };
    let held = [
        ("concurrency", attrs.concurrency.get()),
        ("batch(max)", attrs.batch.get().and_then(|batch| batch.max.get())),
    ];
    for (word, least) in held {
        if let Some(least) = least
            && prefetch.value < least.value
        {
            let (least, prefetch_value) = (least.value, prefetch.value);
            cx.error(
                prefetch,
                format_args!("`prefetch` is {prefetch_value}, so `{word} = {least}` is never reached; make it at least {least}, or leave it out"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use event_runtime::handler::Options;

    #[test]
    fn defaults_are_those_of_the_runtime() {
        let Options {
            retry,
            concurrency,
            prefetch,
            ..
        } = Options::DEFAULT;
        assert_eq!((retry.from, retry.to), (DEFAULT_FROM, DEFAULT_TO));
        assert_eq!(
            (u32::from(concurrency), u32::from(prefetch)),
            (DEFAULT_CONCURRENCY, DEFAULT_PREFETCH)
        );
        assert_eq!(u32::from(Options::ORDERED_PREFETCH), order::DEFAULT_PREFETCH);
        assert_eq!(Options::PARTITIONS.map(u32::from), order::PARTITIONS);
    }
}
