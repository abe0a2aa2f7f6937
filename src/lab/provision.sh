#!/bin/sh
# Turns a minimal Debian bookworm into a host of the test lab: systemd, sshd, two users, everything PostgreSQL depends
# on, and a local package repository with two minor versions of it. Runs as root, in a container or in a chroot.
# It takes the PostgreSQL major version and nothing from the lab, so that its text alone decides what the image holds.
set -eu
major=$1
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
repository=/srv/runbook-repo
# The binary packages that change with a minor release. All others are installed here, once.
versioned="postgresql-$major postgresql-client-$major libpq5"

step() { echo "lab: $*"; }

# The version after $1, of the same length: 15.20-0+deb12u1 becomes 15.20-0+deb12u2.
next_revision() {
    digit=${1##*[!0-9]}
    case $digit in
        '' | *9) echo "failed to derive a version after $1" >&2; return 1 ;;
        *) echo "${1%"$digit"}$((digit + 1))" ;;
    esac
}

# Builds package file $1 again as version $3 instead of $2. The version is compiled into the programs as well; both
# texts have the same length, so the running server reports the update as it would report a real one.
repack() {
    tree=$(mktemp -d)
    dpkg-deb -R "$1" "$tree"
    sed -i "s/$2/$3/g" "$tree/DEBIAN/control"
    { grep -rlF -- "$2" "$tree/usr" || true; } | while read -r file; do LC_ALL=C sed -i "s/$2/$3/g" "$file"; done
    if [ -f "$tree/DEBIAN/md5sums" ]; then
        (cd "$tree" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | xargs -0 -r md5sum > DEBIAN/md5sums)
    fi
    dpkg-deb --root-owner-group -Zgzip -z1 -b "$tree" . >/dev/null
    rm -rf "$tree"
}

step "installing the base system"
# No documentation and no translations: half of all files, and nobody reads them here.
cat > /etc/dpkg/dpkg.cfg.d/runbook-lab <<'CFG'
force-unsafe-io
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
CFG
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d   # No service starts while the image is built.
chmod 755 /usr/sbin/policy-rc.d
apt-get -qq update
dependencies=$(apt-get -s --no-install-recommends install "postgresql-$major" | awk '/^Inst /{print $2}')
for package in $versioned; do
    dependencies=$(printf '%s\n' $dependencies | grep -vx "$package")
done
apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install \
    systemd systemd-sysv dbus openssh-server iproute2 sudo ca-certificates procps $dependencies >/dev/null

step "building the package repository"
mkdir -p "$repository"
cd "$repository"
offered=$(apt-cache madison "postgresql-$major" | awk '{print $3}' | uniq)
new=$(printf '%s\n' "$offered" | head -n 1)
old=$(printf '%s\n' "$offered" | tail -n 1)
for version in $(printf '%s\n' "$new" "$old" | uniq); do
    for package in $versioned; do
        apt-get -qq -o APT::Sandbox::User=root download "$package=$version"
    done
done
if [ "$new" = "$old" ]; then
    new=$(next_revision "$old")
    for file in *.deb; do repack "$file" "$old" "$new"; done
fi
for file in *.deb; do
    dpkg-deb -f "$file"
    echo "Filename: ./$file"
    echo "Size: $(stat -c %s "$file")"
    echo "SHA256: $(sha256sum "$file" | cut -d ' ' -f 1)"
    echo
done > Packages
# What the controller reads to know what this image offers.
printf 'old=%s\nnew=%s\n' "$old" "$new" > versions

step "configuring the host"
# `copy:` makes a download a real one: the file is fetched into apt's cache before anything is installed.
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*
echo "deb [trusted=yes] copy:$repository ./" > /etc/apt/sources.list.d/runbook-lab.list
rm -rf /var/lib/apt/lists/*
apt-get -qq update
apt-get clean
# The package must not create a cluster of its own: the deployment creates it on purpose.
mkdir -p /etc/postgresql-common/createcluster.d
echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/runbook-lab.conf

useradd --create-home --shell /bin/bash runbook
useradd --create-home --shell /bin/bash dba
cat > /etc/sudoers.d/runbook-lab <<'CFG'
runbook ALL=(ALL:ALL) NOPASSWD: ALL
dba ALL=(ALL:ALL) ALL
CFG
chmod 440 /etc/sudoers.d/runbook-lab

# Host keys and authorized keys belong to one lab and are put in place when its containers are created.
rm -f /etc/ssh/ssh_host_*
mkdir -p /etc/ssh/authorized_keys
cat > /etc/ssh/sshd_config.d/runbook-lab.conf <<'CFG'
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile /etc/ssh/authorized_keys/%u
PasswordAuthentication no
PermitRootLogin no
CFG

# Packages are installed without a terminal from now on.
echo 'debconf debconf/frontend select Noninteractive' | debconf-set-selections

# What a container has no use for, and what would take apt's lock at times of its own choosing.
systemctl -q mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \
    getty@tty1.service console-getty.service systemd-logind.service systemd-networkd.service \
    systemd-resolved.service systemd-timesyncd.service systemd-udevd.service
systemctl -q enable ssh.service
# The first process. Engines with cgroup v2 mount the hierarchy read-only; systemd needs its own part of it writable.
cat > /usr/local/sbin/lab-init <<'CFG'
#!/bin/sh
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    mount -o remount,bind,rw /sys/fs/cgroup
fi
exec /sbin/init
CFG
chmod 755 /usr/local/sbin/lab-init
echo 'LANG=C.UTF-8' > /etc/default/locale
: > /etc/machine-id
rm -f /usr/sbin/policy-rc.d
