//! The engine, run for real on this machine: hosts are local shells, assertions are on what it
//! said happened, in order.

mod blocks;
mod delegation;
mod failures;
mod handlers;
mod includes;
mod loops;
mod selection;
mod support;
mod variables;
