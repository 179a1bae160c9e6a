use super::builder::Service;
use super::window::text;
use crate::catalog::Known;
use crate::handler::Options;
use crate::reconcile::Job;
use event_contract::Contract;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a service is, from its types alone: nothing runs, no broker is asked.
#[derive(Debug, Serialize)]
pub(super) struct Description {
    pub(super) service: String,
    pub(super) bus: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) archive: Option<String>,
    pub(super) handlers: Vec<HandlerDescription>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) jobs: Vec<JobDescription>,
    pub(super) events: Vec<EventDescription>,
}

#[derive(Debug, Serialize)]
pub(super) struct JobDescription {
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    pub(super) publishes: Vec<&'static str>,
    pub(super) every: String,
    pub(super) timeout: String,
    pub(super) window: String,
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
    let catalog = service.catalog();
    let handlers = catalog.handlers.iter().map(|handler| HandlerDescription {
        name: handler.name,
        summary: handler.summary,
        queue: catalog.names.queues_text(handler.name, handler.options.partitions()),
        takes: types(&handler.takes),
        publishes: types(&handler.publishes),
        guarantees: guarantees(&handler.options),
    });
    // Versions that only a file knows are for `contracts` and `catalog`.
    let versions = catalog.events.iter().flat_map(|event| event.versions.iter().rev());
    Description {
        service: catalog.service.clone(),
        bus: service.config.bus.clone(),
        archive: service.config.archive.map(|kept| kept.to_string()),
        handlers: handlers.collect(),
        jobs: service.jobs.iter().map(|job| describe_job(job)).collect(),
        events: versions
            .filter_map(|known| Some(event(known, known.contract?, &service.jobs)))
            .collect(),
    }
}

fn describe_job(job: &Job) -> JobDescription {
    JobDescription {
        name: job.name,
        summary: job.summary,
        publishes: types(&job.publishes),
        every: text(job.options.every),
        timeout: text(job.options.timeout),
        window: text(job.options.window),
    }
}

fn event(known: &Known, contract: &Contract, jobs: &[Arc<Job>]) -> EventDescription {
    let fields = contract.data.fields.iter();
    let jobs = jobs.iter().filter(|job| {
        job.publishes
            .iter()
            .any(|published| published.type_name == contract.type_name)
    });
    EventDescription {
        type_name: contract.type_name,
        summary: contract.summary,
        owner: contract.owner,
        key: contract.key,
        sensitive: known.sensitive(),
        fields: fields.map(|field| (field.name, field.shape.to_string())).collect(),
        taken_by: known.taken_by.clone(),
        published_by: known
            .published_by
            .iter()
            .copied()
            .chain(jobs.map(|job| job.name))
            .collect(),
    }
}

fn types(contracts: &[&'static Contract]) -> Vec<&'static str> {
    contracts.iter().map(|contract| contract.type_name).collect()
}

fn guarantees(options: &Options) -> Guarantees {
    let retry = options.retry;
    Guarantees {
        delivery: options.delivery(),
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
