//! Exchanges, queues and bindings: looked at, made and removed.

use super::archive::Log;
use super::bus::{Bus, State};
use super::exchange::Target;
use super::queue::Queue;
use crate::topology::{self, Plan, Topology};
use crate::transport::TransportError;
use std::fmt::Debug;
use std::sync::Arc;

impl Bus {
    /// Makes what is missing; nothing, when something is there with other arguments.
    pub(super) fn apply(self: &Arc<Self>, topology: &Topology) -> Result<Plan, TransportError> {
        self.change(|state| {
            let plan = state.plan(topology);
            if let Some(error) = state.differences(topology).into_iter().next() {
                return Err(error);
            }
            topology
                .exchanges
                .iter()
                .for_each(|exchange| state.exchanges.declare(exchange));
            topology.queues.iter().for_each(|queue| state.declare_queue(queue));
            topology
                .archives
                .iter()
                .for_each(|archive| state.declare_archive(archive));
            for binding in &topology.bindings {
                state.bind(binding)?;
            }
            state.retry_dead_letters();
            Ok(plan)
        })
    }

    pub(super) fn cut(self: &Arc<Self>, exchange: &str) {
        self.change(|state| state.exchanges.cut(exchange));
    }

    pub(super) fn remove(self: &Arc<Self>, topology: &Topology) {
        self.change(|state| {
            topology.queues.iter().for_each(|queue| state.remove_queue(&queue.name));
            topology
                .archives
                .iter()
                .for_each(|archive| state.remove_queue(&archive.name));
            // An exchange is in use as long as it leads somewhere: to another of these, or to somebody else's queue.
            let mut left: Vec<_> = topology.exchanges.iter().map(|exchange| &exchange.name).collect();
            let mut before = usize::MAX;
            while left.len() < before {
                before = left.len();
                left.retain(|exchange| !state.exchanges.remove_unused(exchange));
            }
        });
    }
}

impl State {
    pub(super) fn plan(&self, topology: &Topology) -> Plan {
        let exchanges = topology
            .exchanges
            .iter()
            .filter(|wanted| self.exchanges.get(&wanted.name).is_none());
        let queues = topology
            .queues
            .iter()
            .filter(|wanted| !self.queue_ids.contains_key(&wanted.name));
        let archives = topology
            .archives
            .iter()
            .filter(|wanted| !self.queue_ids.contains_key(&wanted.name));
        let missing: Vec<_> = exchanges
            .map(|exchange| format!("exchange {}", exchange.name))
            .chain(queues.map(|queue| format!("queue {}", queue.name)))
            .chain(archives.map(|archive| format!("archive {}", archive.name)))
            .collect();
        let different: Vec<_> = self.differences(topology).iter().map(ToString::to_string).collect();
        Plan {
            present: topology.exchanges.len() + topology.queues.len() + topology.archives.len()
                - missing.len()
                - different.len(),
            missing,
            different,
            moves: Vec::new(),
        }
    }

    /// What is there with other arguments than `topology` says.
    fn differences(&self, topology: &Topology) -> Vec<TransportError> {
        let exchanges = topology.exchanges.iter().filter_map(|wanted| {
            let found = self.exchanges.get(&wanted.name)?;
            let fields = [
                ("kind", text(&wanted.kind), text(&found.kind)),
                ("alternate", text(&wanted.alternate), text(&found.alternate)),
            ];
            different(format!("exchange {}", wanted.name), &fields)
        });
        let queues = topology.queues.iter().filter_map(|wanted| {
            let id = *self.queue_ids.get(&wanted.name)?;
            let found = &self.queues[id].as_deref()?.model;
            let fields = [
                (
                    "delivery limit",
                    text(&wanted.delivery_limit),
                    text(&found.delivery_limit),
                ),
                (
                    "single active consumer",
                    text(&wanted.single_active),
                    text(&found.single_active),
                ),
                ("dead letters to", text(&wanted.dead_letter), text(&found.dead_letter)),
                ("message time-out", text(&wanted.message_ttl), text(&found.message_ttl)),
            ];
            different(format!("queue {}", wanted.name), &fields)
        });
        let archives = topology.archives.iter().filter_map(|wanted| {
            let id = *self.queue_ids.get(&wanted.name)?;
            let log = self.queues[id].as_deref()?.log.as_ref();
            let found = log.map_or_else(|| "a queue".to_owned(), |log| log.retention.to_string());
            let fields = [("retention", wanted.retention.to_string(), found)];
            different(format!("archive {}", wanted.name), &fields)
        });
        exchanges.chain(queues).chain(archives).collect()
    }

    fn declare_queue(&mut self, model: &topology::Queue) {
        if !self.queue_ids.contains_key(&model.name) {
            let id = self.queues.len();
            self.queues.push(Some(Box::new(Queue::new(id, model.clone()))));
            self.queue_ids.insert(model.name.clone(), id);
        }
    }

    fn declare_archive(&mut self, model: &topology::Archive) {
        if !self.queue_ids.contains_key(&model.name) {
            self.declare_queue(&topology::Queue {
                name: model.name.clone(),
                delivery_limit: 1,
                single_active: false,
                dead_letter: None,
                message_ttl: None,
            });
            if let Some(queue) = self.queues.last_mut().and_then(Option::as_deref_mut) {
                queue.log = Some(Log::new(model.retention));
            }
        }
    }

    fn bind(&mut self, binding: &topology::Binding) -> Result<(), TransportError> {
        let missing = |what: &dyn Debug| TransportError::Refused(format!("cannot bind: there is no {what:?}"));
        if self.exchanges.get(&binding.source).is_none() {
            return Err(missing(&topology::Destination::Exchange(binding.source.clone())));
        }
        let to = Target::find(&binding.destination, &self.queue_ids, &self.exchanges)
            .ok_or_else(|| missing(&binding.destination))?;
        self.exchanges.bind(&binding.source, &binding.key, to);
        Ok(())
    }

    /// New bindings may take what nothing took before.
    fn retry_dead_letters(&mut self) {
        for id in 0..self.queues.len() {
            if let Some(queue) = self.queue(id)
                && !queue.stuck.is_empty()
            {
                let items = std::mem::take(&mut queue.stuck);
                let to = queue.model.dead_letter.clone();
                self.dead_letter(id, to.as_ref(), items);
            }
        }
    }

    fn remove_queue(&mut self, name: &str) {
        let Some(id) = self.queue_ids.remove(name) else {
            return;
        };
        self.exchanges.unbind(&Target::Queue(id));
        if let Some(mut queue) = self.queues[id].take() {
            let reason = format!("queue `{name}` was deleted");
            for consumer in queue.consumer_ids(|_| true) {
                queue.leave(consumer, Some(&reason), &mut self.after);
            }
        }
    }

    pub(super) fn depth(&self, queue: &str) -> Result<u64, TransportError> {
        let found = self.queue_ids.get(queue).and_then(|&id| self.queues[id].as_deref());
        let found = found.ok_or_else(|| TransportError::NoQueue(queue.into()))?;
        Ok(found.depth() as u64)
    }

    pub(super) fn readers(&self, queue: &str) -> Result<u64, TransportError> {
        let found = self.queue_ids.get(queue).and_then(|&id| self.queues[id].as_deref());
        let found = found.ok_or_else(|| TransportError::NoQueue(queue.into()))?;
        Ok(found.consumer_ids(|_| true).len() as u64)
    }
}

fn text(value: &impl Debug) -> String {
    format!("{value:?}")
}

/// The first of `fields` (what, wanted, found) that is not as wanted.
fn different(object: String, fields: &[(&str, String, String)]) -> Option<TransportError> {
    let (what, wanted, found) = fields.iter().find(|(_, wanted, found)| wanted != found)?;
    let difference = format!("{what} should be {wanted}, is {found}");
    Some(TransportError::Different { object, difference })
}
