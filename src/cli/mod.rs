//! cli

pub mod extra_vars;
