//! Everything in `fuzz/corpus/` through the doors that the fuzz targets go through: inputs worth
//! starting from, and what once made a reader panic, hang or grow.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use runbook::probe::{DOORS, Door};

/// The stack of the engine's threads.
const STACK: usize = 2 * 1024 * 1024;

fn files(name: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(name);
    let entries = std::fs::read_dir(&dir).unwrap_or_else(|why| panic!("{}: {why}", dir.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Reads every file of a corpus; says which one it was that broke something.
fn replay(name: &'static str, door: Door) {
    let files = files(name);
    assert!(
        (1..100).contains(&files.len()),
        "{name} has {} files",
        files.len()
    );
    for file in files {
        // With --nocapture it is known which one it was even if the process dies.
        println!("{}", file.display());
        let bytes = std::fs::read(&file).unwrap();
        let thread = std::thread::Builder::new().stack_size(STACK);
        let read = thread.spawn(move || door(&bytes)).unwrap().join();
        assert!(read.is_ok(), "{} broke the door `{name}`", file.display());
    }
}

macro_rules! corpora {
    ($($name:ident),*) => {
        $(
            #[test]
            fn $name() {
                let name = stringify!($name);
                let (_, door) = DOORS.iter().find(|(known, _)| *known == name).unwrap();
                replay(name, *door);
            }
        )*

        #[test]
        fn every_door_has_a_corpus_and_a_target() {
            let doors: Vec<&str> = DOORS.iter().map(|(name, _)| *name).collect();
            assert_eq!(doors, [$(stringify!($name)),*]);
            let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
            let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
            for name in doors {
                assert!(fuzz.join(format!("targets/{name}.rs")).exists());
                assert!(manifest.contains(&format!("name = \"{name}\"")));
            }
        }
    };
}

corpora!(yaml, ini, pattern, template, playbook, frames, vault);
