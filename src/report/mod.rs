//! What the operator sees: readers of the event stream and of what the verbs list, turned to text.
//!
//! [`Terminal`] writes the same lines everywhere; on a terminal a progress line stands below them.

pub mod config;
pub mod doc;
pub mod inventory;
pub mod lab;
pub mod listing;

mod diff;
mod failure;
mod lines;
mod progress;
mod recap;
mod style;
mod terminal;
mod value;

#[cfg(test)]
mod tests;

pub use progress::Screen;
pub use style::Palette;
pub use terminal::{Options, Terminal};
