//! The engine: walks plays over hosts and says what happens, as events and nothing else.
//!
//! It knows no PostgreSQL, never prints, and never knows who listens. Its files, from the outside
//! in: `run` → `play` → `batch` (sections) → `steps` (lists, blocks, rescue) → `task` (one
//! task over hosts) → `step` (one task on one host: `when`, loops, retries) → `invoke` (one call
//! of a module).

mod arguments;
mod batch;
mod connection_vars;
mod connections;
mod controller;
mod custom_stats;
mod defaults;
mod effects;
mod exports;
mod gather;
mod handlers;
mod include;
mod include_role;
mod inherit;
mod interrupt;
mod invoke;
mod jobs;
mod judge;
mod keywords;
mod lanes;
mod listing;
mod loops;
mod magic;
mod meta;
mod options;
mod order;
mod play;
mod play_scope;
mod prompts;
mod refresh;
mod role;
mod roles_run;
mod run;
mod serial;
mod stats;
mod step;
mod steps;
mod store;
mod story;
mod tags;
mod task;
mod vars_files;

pub use connection_vars::{ConnectionVariable, Heed, connection_variables};
pub use defaults::{Gathering, KeywordDefaults, UnknownHosts};
pub use interrupt::Interrupt;
pub use listing::{PlayListing, TaskListing, list};
pub use options::{ConnectionDefaults, Operator, Options};
pub use run::{Engine, Setup};
pub use serial::{SerialError, batches};
pub use tags::TagFilter;
