//! The `runbook` library.
pub mod lab;
