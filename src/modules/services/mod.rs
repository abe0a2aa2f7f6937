//! Modules about services: the state of units, and how to change it.

mod service;
mod service_facts;
mod systemd;
mod unit;

pub(super) use service::MODULE as SERVICE;
pub(super) use service_facts::MODULE as SERVICE_FACTS;
pub(super) use systemd::MODULE as SYSTEMD;
