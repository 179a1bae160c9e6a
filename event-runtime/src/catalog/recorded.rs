use event_contract::{Committed, Reader, Version};
use serde_json::Value;

/// What contract files say: status and form of each version, who elsewhere reads what, and samples.
#[derive(Debug, Default)]
pub struct Recorded {
    contracts: Vec<Committed>,
    readers: Vec<(&'static str, Version, Reader)>,
    samples: Vec<(String, Version, Value)>,
}

impl Recorded {
    pub(super) fn contract(&self, event: &str, version: Version) -> Option<Committed> {
        let is = |contract: &&Committed| contract.event == event && contract.version == version;
        self.contracts.iter().find(is).copied()
    }

    pub(super) fn readers(&self, event: &str, version: Version) -> Vec<Reader> {
        let of = self
            .readers
            .iter()
            .filter(|(name, of, _)| *name == event && *of == version);
        of.map(|(.., reader)| *reader).collect()
    }

    pub(super) fn sample(&self, event: &str, version: Version) -> Option<&Value> {
        let is = |(name, of, _): &&(String, Version, Value)| name == event && *of == version;
        self.samples.iter().find(is).map(|(.., value)| value)
    }
}
