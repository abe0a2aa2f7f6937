//! The command line as a user meets it: exact output, exact exit codes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod limits;
mod lint;
mod listing;
mod mistakes;
mod output;
mod secrets;
mod support;
mod trouble;
mod vault;
