//! Decoding.

mod accepted;
mod imports;
mod mistakes;
mod refused;

use std::sync::Arc;

use super::*;
use crate::diag::{Diagnostic, Diagnostics, SourceFile};
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

/// The playbook, which must be right.
fn right(text: &str, files: &'static [(&str, &str)]) -> Playbook {
    decode(text, files).unwrap_or_else(|found| panic!("{}", found.render(false)))
}

/// The tasks of the only play, which must be right.
fn tasks(tasks: &str) -> Vec<Step> {
    right(&in_play(tasks), &[]).plays.remove(0).tasks
}

/// The task that is written, which must be right.
fn task(text: &str) -> Arc<Task> {
    match tasks(text).remove(0) {
        Step::Task(task) => task,
        Step::Block(block) => panic!("a block: {block:#?}"),
    }
}

/// A play with these tasks.
fn in_play(tasks: &str) -> String {
    let indented = tasks.trim_end().replace('\n', "\n    ");
    format!("- hosts: all\n  tasks:\n    {indented}\n")
}

/// Everything that is wrong, a line each.
fn told(text: &str, files: &'static [(&str, &str)]) -> String {
    match decode(text, files) {
        Ok(playbook) => panic!("this was decoded: {playbook:#?}"),
        Err(found) => {
            let lines: Vec<String> = found.iter().map(Diagnostic::one_line).collect();
            lines.join("\n")
        }
    }
}

/// The same for the tasks of a play.
fn told_of_tasks(tasks: &str) -> String {
    told(&in_play(tasks), &[])
}
