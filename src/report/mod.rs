//! report
pub mod doc;
pub mod lab;
pub mod listing;
