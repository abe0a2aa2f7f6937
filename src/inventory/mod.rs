//! Which hosts there are, how they are grouped, and which variables they bring.
//!
//! Inventories are read from INI, YAML and TOML files, directories of them, executable scripts and
//! comma-separated lists of names, with `group_vars/` and `host_vars/` beside them; the meaning of
//! all of it is ansible-core's.

mod address;
mod constructed;
mod discover;
mod dynamic;
mod ini;
mod keyed;
mod layers;
mod load;
mod model;
mod names;
mod pattern;
mod process;
pub(crate) mod python;
mod reading;
mod toml_file;
pub(crate) mod var_files;
pub(crate) mod vars;
pub(crate) mod words;
mod yaml;

#[cfg(test)]
mod tests;

pub use discover::discover;
pub use model::{Group, Host, Inventory, Source};
pub use pattern::Selection;
pub use reading::{GroupNames, Reading};
