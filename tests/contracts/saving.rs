//! Several writers of one file.

use event_contract::file::{Existing, write_file};
use event_tests::TempDir;
use std::fs;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

const LENGTH: usize = 200_000;

#[test]
fn a_reader_sees_one_whole_text() {
    let dir = TempDir::new("contract-save");
    let path = dir.path().join("order.placed").join("v1.toml");
    let texts = ["a", "b"].map(|letter| letter.repeat(LENGTH));
    write_file(&path, &texts[0], Existing::Replace).unwrap();
    let stopped = AtomicBool::new(false);
    thread::scope(|scope| {
        let writers = texts.each_ref().map(|text| {
            let path = &path;
            scope.spawn(move || (0..50).for_each(|_| write_file(path, text, Existing::Replace).unwrap()))
        });
        let reader = scope.spawn(|| {
            let mut seen = 0;
            while !stopped.load(Ordering::Relaxed) {
                let text = fs::read_to_string(&path).unwrap();
                assert!(texts.contains(&text), "{} bytes, of several writers", text.len());
                seen += 1;
            }
            seen
        });
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        stopped.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
    assert_eq!(names(&path), ["v1.toml"], "nothing is left beside it");
}

#[test]
fn of_many_who_begin_a_file_one_does() {
    let dir = TempDir::new("contract-begin");
    let path = dir.path().join("v1.toml");
    let (begun, late) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for number in 0..8 {
            let (path, begun, late) = (&path, &begun, &late);
            scope.spawn(move || match write_file(path, &number.to_string(), Existing::Keep) {
                Ok(()) => begun.fetch_add(1, Ordering::Relaxed),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => late.fetch_add(1, Ordering::Relaxed),
                Err(error) => panic!("{error}"),
            });
        }
    });
    assert_eq!((begun.into_inner(), late.into_inner()), (1, 7));
    let kept = fs::read_to_string(&path).unwrap();
    write_file(&path, "other", Existing::Keep).unwrap_err();
    assert_eq!(fs::read_to_string(&path).unwrap(), kept);
    assert_eq!(names(&path), ["v1.toml"]);
}

fn names(path: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(path.parent().unwrap()).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}
