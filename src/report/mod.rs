//! What the operator sees: a reader of the event stream that writes lines to a terminal or a log.
//!
//! [`Terminal`] writes the same lines everywhere; on a terminal a progress line stands below them.

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
