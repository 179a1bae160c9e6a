use super::handler::Handler;
use super::recorded::Recorded;
use super::{fields, sample};
use event_contract::{Committed, Contract, Object, Reader, Status, Unrouted, Version};
use serde_json::Value;
use std::collections::BTreeMap;

/// An event by its name, with every version that matters to the service.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: &'static str,
    /// Newest first; never empty.
    pub(crate) versions: Vec<Known>,
}

/// What is known of one version.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) version: Version,
    /// `order.placed.v2`
    pub(crate) type_name: String,
    /// The Rust type, where the service has one.
    pub(crate) contract: Option<&'static Contract>,
    pub(crate) committed: Option<Committed>,
    /// Handlers that publish it.
    pub(crate) published_by: Vec<&'static str>,
    /// Published outside the handlers.
    pub(crate) outside: bool,
    /// Handlers that take it.
    pub(crate) taken_by: Vec<&'static str>,
    /// Who elsewhere reads it, as recorded.
    pub(crate) readers: Vec<Reader>,
    /// What it looks like.
    pub(crate) sample: Option<Value>,
}

impl Event {
    /// The first of the versions that says something about `what`.
    fn first<T>(&self, what: impl Fn(&Known) -> Option<T>) -> Option<T> {
        self.versions.iter().find_map(what)
    }

    fn said(&self, what: impl Fn(&Known) -> &'static str) -> &'static str {
        self.first(|known| Some(what(known)).filter(|text| !text.is_empty()))
            .unwrap_or_default()
    }

    pub(crate) fn owner(&self) -> &'static str {
        self.said(Known::owner)
    }

    pub(crate) fn summary(&self) -> &'static str {
        self.said(Known::summary)
    }

    pub(crate) fn key(&self) -> Option<&'static str> {
        self.first(Known::key)
    }

    pub(crate) fn sequence(&self) -> Option<&'static str> {
        self.first(Known::sequence)
    }

    /// Where sensitive values are, in any version.
    pub(crate) fn sensitive(&self) -> Vec<String> {
        fields::sensitive(self.versions.iter().filter_map(Known::data).flat_map(fields::rows))
    }

    /// Who elsewhere reads any version.
    pub(crate) fn readers(&self) -> Vec<&'static str> {
        let all = self.versions.iter().flat_map(|known| &known.readers);
        unique(all.map(|reader| &reader.consumer))
    }

    pub(crate) fn is_published(&self) -> bool {
        self.versions.iter().any(Known::is_published)
    }

    pub(crate) fn taken_by(&self) -> Vec<&'static str> {
        unique(self.versions.iter().flat_map(|known| &known.taken_by))
    }

    pub(crate) fn published_by(&self) -> Vec<&'static str> {
        unique(self.versions.iter().flat_map(|known| &known.published_by))
    }

    /// What becomes of it when nobody takes it.
    pub(crate) fn is_kept(&self) -> bool {
        self.versions.iter().any(|known| {
            known
                .contract
                .is_some_and(|contract| contract.unrouted == Unrouted::Keep)
        })
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a &'static str>) -> Vec<&'static str> {
    let mut found = Vec::new();
    for name in names {
        if !found.contains(name) {
            found.push(*name);
        }
    }
    found
}

impl Known {
    pub(crate) fn is_published(&self) -> bool {
        self.outside || !self.published_by.is_empty()
    }

    /// The form of the body: of the Rust type, or else as recorded.
    pub(crate) fn data(&self) -> Option<&'static Object> {
        match (self.contract, &self.committed) {
            (Some(contract), _) => Some(contract.data),
            (None, Some(committed)) => Some(committed.data),
            (None, None) => None,
        }
    }

    /// Where sensitive values are.
    pub(crate) fn sensitive(&self) -> Vec<String> {
        fields::sensitive(self.data().into_iter().flat_map(fields::rows))
    }

    pub(crate) fn status(&self) -> Option<Status> {
        // What is compiled in counts: the folder may be that of another revision.
        let compiled = self.contract.and_then(|contract| contract.status);
        compiled.or(self.committed.map(|committed| committed.status))
    }

    pub(crate) fn key(&self) -> Option<&'static str> {
        match self.contract {
            Some(contract) => contract.key,
            None => self.committed.and_then(|committed| committed.key),
        }
    }

    pub(crate) fn sequence(&self) -> Option<&'static str> {
        match self.contract {
            Some(contract) => contract.sequence,
            None => self.committed.and_then(|committed| committed.sequence),
        }
    }

    pub(crate) fn owner(&self) -> &'static str {
        self.fact(|contract| contract.owner, |committed| committed.owner)
            .unwrap_or_default()
    }

    pub(crate) fn summary(&self) -> &'static str {
        self.fact(|contract| contract.summary, |committed| committed.summary)
            .unwrap_or_default()
    }

    fn fact(
        &self,
        own: impl Fn(&'static Contract) -> &'static str,
        recorded: impl Fn(Committed) -> &'static str,
    ) -> Option<&'static str> {
        let said = [self.contract.map(own), self.committed.map(recorded)];
        said.into_iter().flatten().find(|text| !text.is_empty())
    }
}

/// Every event that the service has to do with.
pub(super) fn all(handlers: &[Handler], publishes: &[&'static Contract], recorded: &Recorded) -> Vec<Event> {
    // What is published says more than what is read of it.
    let published = publishes
        .iter()
        .chain(handlers.iter().flat_map(|handler| &handler.publishes));
    let contracts: Vec<_> = published
        .chain(handlers.iter().flat_map(|handler| &handler.takes))
        .copied()
        .collect();
    let mut names: BTreeMap<&'static str, BTreeMap<Version, Option<&'static Contract>>> = BTreeMap::new();
    for contract in contracts {
        let versions = names.entry(contract.name).or_default();
        versions.entry(contract.version).or_default().get_or_insert(contract);
        for version in contract.reads {
            versions.entry(*version).or_default();
        }
    }
    let event = |(name, versions): (&'static str, BTreeMap<Version, Option<&'static Contract>>)| Event {
        name,
        versions: versions
            .into_iter()
            .rev()
            .map(|(version, contract)| known(name, version, contract, handlers, publishes, recorded))
            .collect(),
    };
    names.into_iter().map(event).collect()
}

fn known(
    name: &'static str,
    version: Version,
    contract: Option<&'static Contract>,
    handlers: &[Handler],
    publishes: &[&'static Contract],
    recorded: &Recorded,
) -> Known {
    let is = |one: &&'static Contract| one.name == name && one.version == version;
    let reads = |one: &&'static Contract| one.name == name && one.can_read(version);
    let of = |takes: &dyn Fn(&Handler) -> bool| -> Vec<&'static str> {
        let found = handlers.iter().filter(|handler| takes(handler));
        found.map(|handler| handler.name).collect()
    };
    let mut known = Known {
        version,
        type_name: format!("{name}.{version}"),
        contract,
        committed: recorded.contract(name, version),
        published_by: of(&|handler| handler.publishes.iter().any(is)),
        outside: publishes.iter().any(is),
        taken_by: of(&|handler| handler.takes.iter().any(reads)),
        readers: recorded.readers(name, version),
        sample: None,
    };
    known.sample = known
        .data()
        .map(|data| sample::of(data, recorded.sample(name, version)));
    known
}
