//! Modules about packages: what is installed, what is offered, how one becomes the other.
//!
//! [`package`] picks the manager of the host; each manager has a folder of its own.

mod apt;
mod debversion;
mod package;
mod package_facts;
mod package_versions;

pub(super) use apt::MODULE as APT;
pub(super) use package::MODULE as PACKAGE;
pub(super) use package_facts::MODULE as PACKAGE_FACTS;
pub(super) use package_versions::MODULE as PACKAGE_VERSIONS;
