//! Which hosts there are, how they are grouped, and which variables they bring.
//!
//! Inventories are read from INI and YAML files, directories of them, executable scripts and
//! comma-separated lists of names, with `group_vars/` and `host_vars/` beside them; the meaning of
//! all of it is ansible-core's.

mod address;
mod discover;
mod dynamic;
mod ini;
mod layers;
mod load;
mod model;
mod pattern;
pub(crate) mod python;
pub(crate) mod var_files;
pub(crate) mod vars;
pub(crate) mod words;
mod yaml;

#[cfg(test)]
mod tests;

pub use discover::discover;
pub use model::{Group, Host, Inventory, Source};
pub use pattern::Selection;
