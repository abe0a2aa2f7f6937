//! The command line as a user meets it: exact output, exact exit codes.

mod listing;
mod mistakes;
mod output;
mod support;
mod trouble;
