use super::Registered;
use super::builder::Service;
use crate::handler::Options;
use event_contract::{Contract, Object, Shape};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a service is, from its types alone: nothing runs, no broker is asked.
#[derive(Debug, Serialize)]
pub(super) struct Description {
    pub(super) service: String,
    pub(super) bus: String,
    pub(super) handlers: Vec<HandlerDescription>,
    pub(super) events: Vec<EventDescription>,
}

#[derive(Debug, Serialize)]
pub(super) struct HandlerDescription {
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    pub(super) queue: String,
    pub(super) takes: Vec<&'static str>,
    pub(super) publishes: Vec<&'static str>,
    pub(super) guarantees: Guarantees,
}

#[derive(Debug, Serialize)]
pub(super) struct Guarantees {
    pub(super) delivery: String,
    pub(super) order: String,
    pub(super) attempts: u32,
    pub(super) backoff: String,
    pub(super) timeout: String,
    pub(super) concurrency: u16,
    pub(super) prefetch: u16,
    pub(super) rate: Option<String>,
    pub(super) batch: Option<String>,
    pub(super) from: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct EventDescription {
    #[serde(rename = "type")]
    pub(super) type_name: &'static str,
    pub(super) summary: &'static str,
    pub(super) owner: &'static str,
    pub(super) key: Option<&'static str>,
    pub(super) sensitive: Vec<String>,
    pub(super) fields: BTreeMap<&'static str, String>,
    pub(super) taken_by: Vec<&'static str>,
    pub(super) published_by: Vec<&'static str>,
}

pub(super) fn describe<S, T>(service: &Service<S, T>) -> Description {
    let names = crate::topology::Names::new(&service.config.bus, &service.config.service);
    let handlers = service.handlers.iter().map(|handler| HandlerDescription {
        name: handler.name,
        summary: handler.summary,
        queue: names.queue(handler.name),
        takes: types(handler.takes),
        publishes: types(&handler.publishes),
        guarantees: guarantees(&handler.options),
    });
    Description {
        service: service.config.service.clone(),
        bus: service.config.bus.clone(),
        handlers: handlers.collect(),
        events: events(&service.handlers, &service.publishes),
    }
}

fn types(contracts: &[&'static Contract]) -> Vec<&'static str> {
    contracts.iter().map(|contract| contract.type_name).collect()
}

fn guarantees(options: &Options) -> Guarantees {
    let retry = options.retry;
    Guarantees {
        delivery: match options.idempotent {
            Some(idempotent) => {
                let by = idempotent.by.unwrap_or("id");
                format!(
                    "effects once by {by}, for {} days",
                    idempotent.window.as_secs() / 86_400
                )
            }
            None => "at least once".to_owned(),
        },
        order: options.order(),
        attempts: retry.attempts,
        backoff: format!("{:?} to {:?}, with jitter", retry.from, retry.to),
        timeout: format!("{:?}", options.timeout),
        concurrency: options.concurrency,
        prefetch: options.prefetch,
        rate: options.rate.map(|rate| format!("{} per {:?}", rate.count, rate.per)),
        batch: options
            .batch
            .map(|batch| format!("{} within {:?}", batch.max, batch.within)),
        from: options.from.to_vec(),
    }
}

fn events(handlers: &[Registered], publishes: &[&'static Contract]) -> Vec<EventDescription> {
    let mut all: BTreeMap<&'static str, &'static Contract> = BTreeMap::new();
    let of_handlers = handlers
        .iter()
        .flat_map(|handler| handler.takes.iter().chain(&handler.publishes));
    for contract in publishes.iter().chain(of_handlers) {
        all.insert(contract.type_name, contract);
    }
    let describe = |contract: &'static Contract| EventDescription {
        type_name: contract.type_name,
        summary: contract.summary,
        owner: contract.owner,
        key: contract.key,
        sensitive: sensitive(contract.data),
        fields: contract
            .data
            .fields
            .iter()
            .map(|field| (field.name, field.shape.to_string()))
            .collect(),
        taken_by: named(handlers, |handler| {
            handler.takes.iter().any(|taken| taken.name == contract.name)
        }),
        published_by: named(handlers, |handler| handler.publishes.contains(&contract)),
    };
    all.into_values().map(describe).collect()
}

/// The paths of the fields that are hidden: `email`, `lines[].note`.
fn sensitive(object: &'static Object) -> Vec<String> {
    let mut paths = Vec::new();
    find_sensitive("", &Shape::Object(object), &mut paths);
    paths.sort();
    paths.dedup();
    paths
}

fn find_sensitive(path: &str, shape: &Shape, into: &mut Vec<String>) {
    match shape {
        Shape::Optional(inner) | Shape::Nullable(inner) => find_sensitive(path, inner, into),
        Shape::List(item) | Shape::Set(item) | Shape::Array(item, _) => {
            find_sensitive(&format!("{path}[]"), item, into);
        }
        Shape::Map(_, value) => find_sensitive(&format!("{path}{{}}"), value, into),
        Shape::Tuple(parts) => {
            for (at, part) in parts.iter().enumerate() {
                find_sensitive(&format!("{path}.{at}"), part, into);
            }
        }
        Shape::Object(object) => {
            for field in object.fields {
                let dot = if path.is_empty() { "" } else { "." };
                let path = format!("{path}{dot}{}", field.name);
                if field.sensitive {
                    into.push(path);
                } else {
                    find_sensitive(&path, &field.shape, into);
                }
            }
        }
        Shape::Choice(choice) => {
            for content in choice.variants.iter().filter_map(|variant| variant.content.as_ref()) {
                find_sensitive(path, content, into);
            }
        }
        _ => {}
    }
}

fn named(handlers: &[Registered], is: impl Fn(&Registered) -> bool) -> Vec<&'static str> {
    handlers
        .iter()
        .filter(|handler| is(handler))
        .map(|handler| handler.name)
        .collect()
}
