//! Playbooks: plays of blocks of tasks, every one with its place.
//!
//! Decoded by hand from spanned nodes, so that one pass reports every mistake.

mod ast;

pub use ast::{
    Action, Block, Common, Include, LoopControl, Meta, Play, Playbook, Section, SerialSize, Step,
    Task, TaskArgs,
};
