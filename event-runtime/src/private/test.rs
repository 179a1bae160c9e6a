use crate::event::{Event, View};
use event_contract::file::{self, ViewFile};
use event_contract::{Contract, Reader, Schema, Status, Version, json};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// What `cargo event contract` sets: the folder that every type writes itself to.
const OUT: &str = "EVENT_CONTRACT_OUT";

/// Holds the tests of a type, if it has any.
#[derive(Debug)]
pub struct Tested<T>(PhantomData<T>);

/// What [`Tested`] does with any other type: its own functions go first.
pub trait Untested {
    fn contract() {}

    fn view(_: &str) {}
}

impl<T> Untested for Tested<T> {}

impl<E: Event + Schema> Tested<E> {
    /// See [`contract_test`].
    pub fn contract() {
        contract_test::<E>();
    }
}

impl<V: View> Tested<V> {
    /// See [`view_test`].
    pub fn view(word: &str) {
        view_test::<V>(word);
    }
}

/// The test of an event's contract: it reads the golden sample of every version that it should, and what it writes again
/// has the form that it promises. Without samples there is nothing to test.
///
/// # Panics
///
/// When the test fails.
fn contract_test<E: Event + Schema>() {
    let contract = E::CONTRACT;
    if let Some(out) = env::var_os(OUT) {
        let accepted = file::accept(None, contract, &[], Status::Draft);
        let now = accepted.unwrap_or_else(|refused| panic!("{refused}")).committed;
        save(
            &PathBuf::from(out),
            &format!("{}.toml", contract.type_name),
            &file::write(&now),
        );
        return;
    }
    for (version, sample) in samples(contract) {
        let event = E::decode(version, &sample.text)
            .unwrap_or_else(|error| panic!("{} is read no longer: {error}", sample.path.display()));
        let again = serde_json::to_value(&event).expect("an event is JSON");
        if let Err(mismatches) = json::conforms(&E::SHAPE, &again) {
            let all: Vec<_> = mismatches.iter().map(ToString::to_string).collect();
            panic!(
                "{} is written again in another form than `{}` promises: {}",
                sample.path.display(),
                contract.type_name,
                all.join("; ")
            );
        }
    }
}

/// The test of a view: it reads the golden sample of every version that it names.
///
/// # Panics
///
/// When the test fails.
fn view_test<V: View>(word: &str) {
    let contract = V::CONTRACT;
    if let Some(out) = env::var_os(OUT) {
        let consumer: &'static str = format!("{}.{word}", service()).leak();
        for version in versions(contract) {
            let reader = Reader {
                consumer,
                data: contract.data,
            };
            let text = file::write_view(&ViewFile::new(contract.name, version, reader));
            let name = format!("{consumer}.{}.{version}.toml", contract.name);
            save(&Path::new(&out).join("views"), &name, &text);
        }
        return;
    }
    for (version, sample) in samples(contract) {
        if let Err(error) = V::decode_named(contract.name, version, &sample.text) {
            panic!("the view does not read {}: {error}", sample.path.display());
        }
    }
}

struct Sample {
    path: PathBuf,
    text: Vec<u8>,
}

fn versions(contract: &Contract) -> impl Iterator<Item = Version> {
    [contract.version].into_iter().chain(contract.reads.iter().copied())
}

/// The samples of the versions that are read: the producer's own, and copies of them.
fn samples(contract: &Contract) -> Vec<(Version, Sample)> {
    let Some(folder) = file::folder(&package()) else {
        return Vec::new();
    };
    let vendor = fs::read_dir(folder.join("vendor")).into_iter().flatten();
    let producers: Vec<_> = vendor.filter_map(Result::ok).map(|producer| producer.path()).collect();
    let mut samples = Vec::new();
    for version in versions(contract) {
        for folder in [&folder].into_iter().chain(&producers) {
            let path = folder
                .join(contract.name)
                .join("samples")
                .join(format!("{version}.json"));
            if let Ok(text) = fs::read(&path) {
                samples.push((version, Sample { path, text }));
            }
        }
    }
    samples
}

/// The folder of the package that is tested.
fn package() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from)
}

/// A stand-in for the name of the service, which `publish-view` knows.
fn service() -> String {
    let package = package();
    let name = package
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let kept: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if event_contract::check_word(&kept).is_ok() {
        kept
    } else {
        "service".to_owned()
    }
}

fn save(folder: &Path, name: &str, text: &str) {
    let saved = fs::create_dir_all(folder).and_then(|()| fs::write(folder.join(name), text));
    if let Err(error) = saved {
        panic!("{} cannot be written: {error}", folder.join(name).display());
    }
}
