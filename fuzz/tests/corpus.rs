//! The corpus of each target, as it is and changed at random, on stable Rust without a fuzzer.
//!
//! `DBMIG_FUZZ_CASES` says how many changed inputs each target gets, `DBMIG_FUZZ_SEED` which.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use std::{env, fs, thread};

use dbmig_fuzz::{TARGETS, Target};

const CASES: usize = 2000;
const SEED: usize = 1;
/// An input takes about a millisecond, but the machine may have other things to do.
const LIMIT: Duration = Duration::from_secs(60);
/// Of a changed input, in bytes.
const LONGEST: usize = 4096;

/// What it is, for a person, and the bytes.
type Input = (String, Vec<u8>);

#[test]
fn the_corpus_breaks_no_law() {
    for target in TARGETS {
        run("as-it-is", target, corpus(target).into_iter());
    }
}

#[test]
fn the_corpus_changed_at_random_breaks_no_law() {
    let (cases, seed) = (number("DBMIG_FUZZ_CASES", CASES), number("DBMIG_FUZZ_SEED", SEED));
    for target in TARGETS {
        let (corpus, mut random) = (corpus(target), Random(seed as u64));
        let cases = (0..cases).map(move |case| {
            let (name, data) = changed(&corpus, &mut random);
            (format!("case {case} of DBMIG_FUZZ_SEED={seed}, once {name}"), data)
        });
        run("changed", target, cases);
    }
}

#[test]
fn every_target_is_for_cargo_fuzz_and_for_these_tests() {
    let mut files = paths("fuzz_targets");
    files.extend(paths("corpus"));
    let names = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut found: Vec<_> = files.iter().map(names).collect();
    found.sort();
    let expected: Vec<_> = TARGETS.iter().flat_map(|target| [target.name; 2]).collect();
    assert_eq!(found, expected, "the files in fuzz_targets, the folders in corpus, and TARGETS");
}

/// Runs the inputs on a thread, one after the other.
///
/// Each is written to a file first, where it still lies after a crash or an endless loop.
fn run(how: &str, target: &'static Target, inputs: impl Iterator<Item = Input> + Send + 'static) {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{how}", target.name));
    let (begin, begun) = channel();
    let at = file.clone();
    let running = thread::spawn(move || {
        for (name, data) in inputs {
            fs::write(&at, &data).unwrap();
            begin.send(name).unwrap();
            (target.run)(&data);
        }
    });
    let mut last = String::from("nothing");
    let hangs = loop {
        match begun.recv_timeout(LIMIT) {
            Ok(name) => last = name,
            Err(error) => break error == RecvTimeoutError::Timeout,
        }
    };
    let (target, file) = (target.name, file.display());
    assert!(!hangs, "{target} takes more than {LIMIT:?} for {last}; the input is in {file}");
    assert!(running.join().is_ok(), "{target} panics on {last}; the input is in {file}");
}

/// In the order of their names, so that a seed means the same everywhere.
fn paths(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn corpus(target: &Target) -> Vec<Input> {
    let paths = paths(&format!("corpus/{}", target.name));
    paths.iter().map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect()
}

fn number(variable: &str, default: usize) -> usize {
    env::var(variable).map_or(default, |text| text.parse().unwrap())
}

/// One of the corpus after a few changes.
fn changed(corpus: &[Input], random: &mut Random) -> Input {
    let (name, mut data) = random.one_of(corpus).clone();
    for _ in 0..=random.below(4) {
        change(&mut data, corpus, random);
    }
    data.truncate(LONGEST);
    (name, data)
}

fn change(data: &mut Vec<u8>, corpus: &[Input], random: &mut Random) {
    let part = random.part(data);
    match random.below(5) {
        0 => data.truncate(part.start),
        1 => _ = data.drain(part),
        2 => data[part].iter_mut().for_each(|byte| *byte ^= 1 << random.below(8)),
        3 => {
            let more = data[part.clone()].repeat(1 + random.below(4));
            _ = data.splice(part.end..part.end, more);
        }
        _ => {
            let (_, other) = random.one_of(corpus);
            let other = other[random.part(other)].to_vec();
            _ = data.splice(part, other);
        }
    }
}

/// SplitMix64, which needs no crate and never changes.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// Some of it, mostly not much.
    fn part(&mut self, data: &[u8]) -> std::ops::Range<usize> {
        let start = self.below(data.len() + 1);
        let longest = (data.len() - start).min(1 << self.below(10));
        start..start + self.below(longest + 1)
    }
}
