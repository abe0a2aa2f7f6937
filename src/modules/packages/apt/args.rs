//! The arguments of `apt`.

use crate::{module_args, module_choice};

module_choice! {
    /// What `state` may be.
    pub(super) enum State {
        Present = "present",
        Latest = "latest",
        Absent = "absent",
        Fixed = "fixed",
        BuildDep = "build-dep",
    }
}

module_choice! {
    /// What `upgrade` may be.
    pub(super) enum Upgrade {
        No = "no",
        Yes = "yes",
        Safe = "safe",
        Full = "full",
        Dist = "dist",
        False = "false",
        True = "true",
    }
}

module_args! {
    /// Arguments of `apt`.
    pub(super) struct Args {
        /// The packages: `name`, `name=version`, `name=version*`, `name>=version`, `name:arch`; a
        /// pattern such as `postgresql-15*` means every package of such a name.
        name: Option<Vec<String>> ["package", "pkg"];
        /// `present` installs what is missing, `latest` also upgrades, `absent` removes, `fixed`
        /// repairs broken dependencies, `build-dep` installs what building them needs.
        state: State = "present";
        /// Fetch the package lists first.
        update_cache: Option<bool> ["update-cache"];
        /// Fetch the lists only when they are older than this many seconds; implies `update_cache`.
        cache_valid_time: i64 = "0";
        /// How often fetching the lists is tried again after a lock or a network failure.
        update_cache_retries: i64 = "5";
        /// Longest pause between two such tries, in seconds.
        update_cache_retry_max_delay: i64 = "12";
        /// Download the packages and install nothing (an argument of our own): a later step then
        /// needs no network.
        download_only: bool = "false";
        /// Upgrade what is installed, install nothing new.
        only_upgrade: bool = "false";
        /// Whether recommended packages come along; apt's own setting when left out.
        install_recommends: Option<bool> ["install-recommends"];
        /// Whether a pin may replace a newer version by an older one.
        allow_downgrade: bool = "false" ["allow-downgrade", "allow_downgrades", "allow-downgrades"];
        /// Whether packages on hold may change.
        allow_change_held_packages: bool = "false";
        /// Whether unsigned packages are taken.
        allow_unauthenticated: bool = "false" ["allow-unauthenticated"];
        /// Remove configuration files too.
        purge: bool = "false";
        /// Remove what was installed only as a dependency and is needed no more.
        autoremove: bool = "false";
        /// Remove downloaded packages that can be downloaded no more.
        autoclean: bool = "false";
        /// Remove all downloaded packages.
        clean: bool = "false";
        /// Fail rather than remove any package.
        fail_on_autoremove: bool = "false";
        /// The release to prefer, as `apt-get -t` takes it.
        default_release: Option<String> ["default-release"];
        /// Upgrade the whole system: `safe` (or `yes`) removes nothing, `full` (or `dist`) may.
        upgrade: Upgrade = "no";
        /// How many seconds to wait for another process that holds dpkg's lock.
        lock_timeout: i64 = "60";
        /// Answer of `policy-rc.d` while packages change; 101 keeps maintainer scripts from
        /// starting, stopping or restarting any service. What was there before is put back, also
        /// after a failure.
        policy_rc_d: Option<i64>;
        /// Options for dpkg, comma-separated, without their dashes.
        dpkg_options: String = "force-confdef,force-confold";
        /// Taken for compatibility: `apt-get` is always used.
        force_apt_get: bool = "false";
    }
}

impl Args {
    /// Whether the lists may have to be fetched.
    pub(super) fn wants_update(&self) -> bool {
        self.update_cache.unwrap_or(self.cache_valid_time > 0)
    }

    /// The whole-system upgrade asked for, as `apt-get` calls it.
    pub(super) fn upgrade_verb(&self) -> Option<&'static str> {
        match self.upgrade {
            Upgrade::No | Upgrade::False => None,
            Upgrade::Yes | Upgrade::Safe | Upgrade::True => Some("upgrade --with-new-pkgs"),
            Upgrade::Full | Upgrade::Dist => Some("dist-upgrade"),
        }
    }
}
