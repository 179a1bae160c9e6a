use crate::envelope::{DecodeError, decode_json};
use crate::event::View;
use event_contract::{Contract, Object, Version};

/// Reads a version that the view names.
///
/// # Errors
///
/// Another event, another version, and what is not the event.
pub fn decode_view<V: View>(name: &str, version: Version, body: &[u8]) -> Result<V, DecodeError> {
    let contract = V::CONTRACT;
    if name == contract.name && contract.can_read(version) {
        decode_json(&format!("{name}.{version}"), body)
    } else {
        Err(DecodeError::unknown_type(name, version))
    }
}

/// The versions of one event, newest first.
///
/// # Panics
///
/// When evaluated by the compiler: for different events, and for one version twice.
#[must_use]
#[track_caller]
pub const fn older<const N: usize>(of: &[&'static Contract; N]) -> [Version; N] {
    let mut versions = [Version::FIRST; N];
    let mut at = 0;
    while at < N {
        event_contract::check_same_event(of[0], of[at]);
        versions[at] = of[at].version;
        let mut back = at;
        while back > 0 && versions[back - 1].get() < versions[back].get() {
            (versions[back - 1], versions[back]) = (versions[back], versions[back - 1]);
            back -= 1;
        }
        at += 1;
    }
    versions
}

/// The contract of a view of these events.
#[must_use]
pub const fn view_contract(
    of: &[&'static Contract],
    versions: &'static [Version],
    data: &'static Object,
    summary: &'static str,
) -> Contract {
    let mut newest = of[0];
    let mut at = 1;
    while at < of.len() {
        if of[at].version.get() > newest.version.get() {
            newest = of[at];
        }
        at += 1;
    }
    let contract = Contract::new(newest.name, newest.version, newest.type_name)
        .with_reads(versions.split_at(1).1)
        .with_owner(newest.owner)
        .with_summary(summary)
        .with_data(data);
    let contract = match newest.key {
        Some(key) => contract.with_key(key),
        None => contract,
    };
    match newest.sequence {
        Some(sequence) => contract.with_sequence(sequence),
        None => contract,
    }
}

/// Holds a view against an event that is a type here, the one at `at` of those that it names.
///
/// # Panics
///
/// When evaluated by the compiler: for a view that does not read the event.
#[track_caller]
pub const fn check_view_of<const N: usize>(view: &Object, of: &[&'static Contract; N], at: usize) {
    let mut bodies = [of[at].data; N];
    let mut next = 0;
    while next < N {
        if of[next].is_invalid() {
            return;
        }
        bodies[next] = of[next].data;
        next += 1;
    }
    event_contract::check_view(view, of[at].name, of[at].version, &bodies, at);
}

/// Says a warning where a view names a version that its producer has retired: the compiler has no other way for that.
#[deprecated(
    note = "the producer has retired this version and publishes it no more; read a newer one, and keep this one \
                     only for what still waits in queues and dead letters"
)]
pub const RETIRED: () = ();
