//! Decoding.

use std::sync::Arc;

use super::*;
use crate::diag::{Diagnostics, SourceFile};
use crate::template::Templar;

/// Files of a test, by name.
struct Given(&'static [(&'static str, &'static str)]);

impl Files for Given {
    fn read(&self, _from: &SourceFile, relative: &str) -> Result<Arc<SourceFile>, String> {
        match self.0.iter().find(|(name, _)| *name == relative) {
            Some((name, text)) => Ok(SourceFile::inline(*name, *text)),
            None => Err(format!("there is no file `{relative}`")),
        }
    }
}

fn decode(text: &str, files: &'static [(&str, &str)]) -> Result<Playbook, Diagnostics> {
    let source = SourceFile::inline("play.yml", text);
    load(&source, &Given(files), &Templar::new()).map(|(playbook, _)| playbook)
}

fn mistakes(text: &str) -> String {
    mistakes_with(text, &[])
}

fn mistakes_with(text: &str, files: &'static [(&str, &str)]) -> String {
    match decode(text, files) {
        Ok(playbook) => panic!("this was decoded: {playbook:#?}"),
        Err(found) => found.render(false),
    }
}

fn right(text: &str) -> Playbook {
    right_with(text, &[])
}

fn right_with(text: &str, files: &'static [(&str, &str)]) -> Playbook {
    decode(text, files).unwrap_or_else(|found| panic!("{}", found.render(false)))
}
