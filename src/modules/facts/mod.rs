//! Facts: what a host is, read in one round trip.

mod collect;
mod local;
mod network;
mod platform;
mod resources;
mod setup;
mod subset;

pub(super) use setup::MODULE as SETUP;
