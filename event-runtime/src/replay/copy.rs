use super::Target;
use crate::envelope::{EventId, JSON, MAX_ID, PREFIXES};
use crate::message::{Headers, Message, Outgoing, header, property};
use crate::transport::Delivery;
use jiff::Timestamp;
use uuid::Uuid;

/// The copy that goes `to` the handler, or to a queue of it: the event as it was published, where it came from, and which replay it is of.
///
/// `anew` is the id it gets instead of its own; a structured event, whose id is in its body, comes unfolded with it.
pub(super) fn copy(
    target: &Target,
    to: &str,
    replay: &str,
    delivery: &Delivery,
    anew: Option<(&str, Option<&Message>)>,
) -> Outgoing {
    let original = &delivery.message;
    let mut headers = Headers::with_capacity(original.headers.bytes() + 512, original.headers.len() + 6);
    let mut body = original.body.clone();
    if let Some((id, unfolded)) = anew {
        headers.push(property::MESSAGE_ID, id);
        if let Some(unfolded) = unfolded {
            headers.push(property::CONTENT_TYPE, JSON);
            keep(&mut headers, &unfolded.headers, Some(id));
            body = unfolded.body.clone();
        }
    }
    keep(&mut headers, &original.headers, anew.map(|(id, _)| id));
    if headers.get(property::MESSAGE_ID).is_none() {
        headers.push_display(property::MESSAGE_ID, Uuid::now_v7());
    }
    headers.push(header::ORIGIN_KEY, &delivery.routing_key);
    if let Some(user) = original.headers.get(property::USER_ID) {
        headers.push(header::ORIGIN_USER, user);
    }
    headers.push(header::REPLAY_ID, replay);
    headers.push_display(header::REPLAYED_AT, Timestamp::now());
    Outgoing {
        exchange: target.names.inlet(),
        routing_key: to.to_owned(),
        message: Message { headers, body },
    }
}

/// What a copy keeps: nothing that only this service or the broker may say, and no id where there is another one.
fn keep(headers: &mut Headers, from: &Headers, anew: Option<&str>) {
    for (name, value) in from.iter() {
        let is_ours = name.starts_with("x-evt-") || name == property::USER_ID || header::is_stripped(name);
        match anew {
            _ if is_ours => {}
            None => headers.push(name, value),
            Some(_) if headers.get(name).is_some() => {}
            Some(id) if PREFIXES.iter().any(|prefix| name.strip_prefix(prefix) == Some("id")) => headers.push(name, id),
            Some(_) => headers.push(name, value),
        }
    }
}

/// The id under which an event runs again, whatever an inbox remembers: the same one whenever this replay sends it.
pub(super) fn anew(replay: &str, id: &str) -> String {
    let new = format!("replay:{replay}:{id}");
    if new.len() <= MAX_ID {
        new
    } else {
        EventId::derived(replay, id).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_for_every_replay_that_fits() {
        assert_eq!(anew("r", "e"), "replay:r:e");
        let long = "e".repeat(MAX_ID);
        assert!(anew("r", &long).len() <= MAX_ID);
        assert_eq!(anew("r", &long), anew("r", &long));
        assert_ne!(anew("r", &long), anew("s", &long));
    }
}
