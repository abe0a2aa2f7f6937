//! The engine, run for real on this machine: hosts are local shells, assertions are on what it
//! said happened, in order.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod blocks;
mod bounds;
mod delegation;
mod failures;
mod handlers;
mod includes;
mod loops;
mod prompts;
mod roles;
mod selection;
mod support;
mod variables;
