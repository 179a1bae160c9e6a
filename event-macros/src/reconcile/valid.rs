use super::ast::Job;
use super::attr::ReconcileAttrs;
use crate::ctxt::Ctxt;
use crate::duration::text;
use event_contract::{MAX_WORD, NameError, check_word};
use proc_macro2::Span;
use quote::ToTokens;
use std::time::Duration;
use syn::ext::IdentExt as _;
use syn::{FnArg, Type};

/// What the runtime does when the attribute does not say; a test compares them.
pub(crate) const DEFAULT_WINDOW: Duration = Duration::from_secs(14 * 24 * 3600);

/// Whether generated code can call the function.
pub(crate) fn check_function(cx: &Ctxt, job: &Job) -> bool {
    // Each rule is checked, whatever the others find.
    [check_async(cx, job), check_plain(cx, job), check_arguments(cx, job)]
        .into_iter()
        .all(|good| good)
}

// It waits for another system.
fn check_async(cx: &Ctxt, job: &Job) -> bool {
    let signature = &job.signature;
    if signature.asyncness.is_none() {
        cx.error(
            signature.fn_token,
            format_args!("a job is async: write `async fn {}`", job.ident()),
        );
    }
    signature.asyncness.is_some()
}

// The runtime calls it like any other function, and knows its events.
fn check_plain(cx: &Ctxt, job: &Job) -> bool {
    let signature = &job.signature;
    let mut good = true;
    let mut refuse = |at: &dyn ToTokens, what: &str| {
        good = false;
        cx.error(
            at,
            format_args!("a job is an ordinary function, so it cannot be {what}"),
        );
    };
    if let Some(constness) = &signature.constness {
        refuse(constness, "const");
    }
    if let syn::Safety::Unsafe(token) = &signature.safety {
        refuse(token, "unsafe; put the unsafe part into a function that the job calls");
    }
    if let Some(abi) = &signature.abi {
        refuse(abi, "extern");
    }
    if let Some(variadic) = &signature.variadic {
        refuse(variadic, "variadic");
    }
    if !signature.generics.params.is_empty() {
        refuse(
            &signature.generics,
            "generic; write one job per event, and let them call a generic function",
        );
    }
    good
}

// Arguments are made for each run and moved in.
fn check_arguments(cx: &Ctxt, job: &Job) -> bool {
    let ident = job.ident();
    let mut good = true;
    let mut refuse = |at: &dyn ToTokens, what: &dyn std::fmt::Display| {
        good = false;
        cx.error(at, what);
    };
    if job.signature.inputs.is_empty() {
        refuse(
            ident,
            &format_args!("what does it publish? Take it: `async fn {ident}(missing: Missing<PaymentSettled>)`"),
        );
    }
    if let Some(FnArg::Receiver(receiver)) = job.signature.inputs.first() {
        let what = "a job is a free function without `self`; what it needs comes as `State<T>` arguments";
        refuse(receiver, &what);
    }
    for ty in job.arguments() {
        match ty {
            Type::Reference(reference) if is_transaction(&reference.elem) => refuse(
                ty,
                &"a job has no transaction: `Missing<E>` writes what it is given in transactions of its own",
            ),
            Type::Reference(reference) => {
                let inner = crate::text::source(&reference.elem);
                refuse(ty, &format_args!("a job takes its arguments by value: write `{inner}`"));
            }
            Type::ImplTrait(_) => refuse(
                ty,
                &"a job's arguments have concrete types, so `impl Trait` cannot be one",
            ),
            _ => {}
        }
    }
    good
}

fn is_transaction(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == "Tx"))
}

/// The options by themselves, and against each other.
pub(crate) fn check_options(cx: &Ctxt, attrs: &ReconcileAttrs, job: Option<&Job>) {
    if !attrs.every.is_given() && attrs.complete {
        let missing = "how often does it run? Write `#[reconcile(every = \"1h\")]`";
        match job {
            Some(job) => cx.error(job.ident(), missing),
            None => cx.push(syn::Error::new(Span::call_site(), missing)),
        }
    }
    let zero = [
        (
            &attrs.every,
            "a job that runs all the time leaves time for nothing else; for example `every = \"1h\"`",
        ),
        (
            &attrs.timeout,
            "a timeout of nothing fails every run; the default is \"5m\"",
        ),
        (
            &attrs.window,
            "a window of nothing remembers nothing; the default is \"14d\"",
        ),
    ];
    for (time, why) in zero {
        if let Some(time) = time.get()
            && time.value.is_zero()
        {
            cx.error(time, why);
        }
    }
    check_window(cx, attrs);
}

// What is forgotten before the next run is missing again.
fn check_window(cx: &Ctxt, attrs: &ReconcileAttrs) {
    let Some(every) = attrs.every.get() else { return };
    match attrs.window.get() {
        Some(window) if !window.value.is_zero() && window.value <= every.value => cx.error(
            window,
            format_args!(
                "what was published is forgotten before the next run, which comes after {}, and would be published again; \
                 make the window longer than the time the other system is asked back for",
                text(every.value)
            ),
        ),
        None if !attrs.window.is_given() && every.value >= DEFAULT_WINDOW => cx.error(
            every,
            "what was published is forgotten after 14 days, before the next run, and would be published again; say how \
             long it is remembered: `window = \"90d\"`",
        ),
        _ => {}
    }
}

// One word, as for handlers. `None` when it is wrong.
pub(crate) fn check_name(cx: &Ctxt, attrs: &ReconcileAttrs, job: &Job) -> Option<String> {
    let (name, at): (String, &dyn ToTokens) = match attrs.name.get() {
        Some(name) => (name.value(), name),
        None if attrs.name.is_given() => return None,
        None => (job.ident().unraw().to_string(), job.ident()),
    };
    match check_word(&name) {
        Ok(()) => return Some(name),
        Err(NameError::TooLong) => cx.error(at, format_args!("the job's name is longer than {MAX_WORD} bytes")),
        Err(error) if attrs.name.is_given() => cx.error(
            at,
            format_args!("{error}; a job's name is one word, such as `missing_payments`"),
        ),
        Err(_) => cx.error(
            at,
            format_args!(
                "`{name}` cannot name a job; give it a name of lower-case letters, digits and `_`: \
                 `#[reconcile(name = \"..\", ..)]`"
            ),
        ),
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use event_runtime::reconcile::JobOptions;

    #[test]
    fn the_default_is_that_of_the_runtime() {
        assert_eq!(JobOptions::new(Duration::from_secs(1)).window, DEFAULT_WINDOW);
    }
}
