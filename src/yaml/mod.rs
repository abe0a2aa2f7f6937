//! Reading what people write in YAML, with the place of every node.
//!
//! Scalars keep their raw text and are typed lazily as `PyYAML` (YAML 1.1) types them, because
//! that is what Ansible's own files were written for: `0644` is octal, `yes` is true.

mod build;
mod glued;
mod locate;
mod mapping;
mod node;
mod read;
mod resolve;
mod syntax;
mod tag;
#[cfg(test)]
mod tests;

pub use node::{Kind, Node, Style};
pub use read::{read_all, read_one};
pub use resolve::Scalar;
