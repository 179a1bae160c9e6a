use super::ast::EventSet;
use crate::ctxt::Ctxt;
use crate::text::source;

pub(crate) fn check(cx: &Ctxt, set: &EventSet<'_>) {
    check_generics(cx, set);
    check_distinct(cx, set);
}

// A handler's events are known when it is compiled.
fn check_generics(cx: &Ctxt, set: &EventSet<'_>) {
    let generics = &set.original.generics;
    if !generics.params.is_empty() {
        cx.error(
            generics,
            "an event set cannot be generic; name the events in its variants",
        );
    }
}

// An event that arrives goes to one variant. Names that are equal are found when the constants are evaluated.
fn check_distinct(cx: &Ctxt, set: &EventSet<'_>) {
    for (at, member) in set.members.iter().enumerate() {
        if let Some(first) = set.members[..at]
            .iter()
            .find(|first| source(first.ty) == source(member.ty))
        {
            let first = first.ident;
            cx.error(
                member.ty,
                format_args!("`{first}` holds this event already; remove one of the two variants"),
            );
        }
    }
}
