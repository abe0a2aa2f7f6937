//! The script that reads a host: files of `/proc` and few programs, so that it costs little.

use super::local;
use super::subset::Group;
use crate::modules::sections::PRELUDE;

const MIN: &str = r#"rb uname; uname -s; uname -n; uname -r; uname -m; uname -v
rb fqdn; hostname -f 2>/dev/null
rb os; cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release 2>/dev/null
rb debian; cat /etc/debian_version 2>/dev/null
rb date; date '+%s %N %z %Z %Y-%m-%d %H:%M:%S %A %w %W'
U=$(id -u)
rb user; echo "$U"; getent passwd "$U" || grep "^[^:]*:[^:]*:$U:" /etc/passwd
rb gid; id -g
rb init; read -r I </proc/1/comm && echo "$I"; [ ! -d /run/systemd/system ] || echo systemd
rb managers; for m in apt-get dnf yum zypper apk; do command -v $m; done
rb machine; cat /etc/machine-id 2>/dev/null
rb container; cat /run/systemd/container 2>/dev/null || { [ ! -e /.dockerenv ] || echo docker; }
rb product; cat /sys/class/dmi/id/product_name 2>/dev/null; rb vendor; cat /sys/class/dmi/id/sys_vendor 2>/dev/null
rb fips; cat /proc/sys/crypto/fips_enabled 2>/dev/null
rb apparmor; [ ! -d /sys/kernel/security/apparmor ] || echo enabled
rb load; cat /proc/loadavg 2>/dev/null
rb cmdline; cat /proc/cmdline 2>/dev/null
rb selinux; [ ! -d /sys/fs/selinux ] || cat /sys/fs/selinux/enforce 2>/dev/null
"#;

const HARDWARE: &str = r#"rb cpus; getconf _NPROCESSORS_ONLN 2>/dev/null || nproc
rb nproc; nproc 2>/dev/null
rb cpuinfo; grep -E '^(processor|model name|vendor_id|physical id|cpu cores|siblings)' /proc/cpuinfo 2>/dev/null
rb meminfo; cat /proc/meminfo
rb uptime; cat /proc/uptime
rb mounts; set --
while read -r D M T O R; do
  case $D in /*|*:*) ;; *) continue ;; esac
  case $M in *\\*) continue ;; esac
  echo "$D $M $T $O"; set -- "$@" "$M"
done </proc/mounts
rb sizes; [ $# -eq 0 ] || timeout 10 stat -f -c '%S %b %f %a %c %d %n' -- "$@" 2>/dev/null
"#;

const NETWORK: &str = r"if command -v ip >/dev/null; then
  rb links; ip -o link show; rb addresses; ip -o addr show; rb route4; ip -4 route show default; rb route6; ip -6 route show default
else
  rb hostaddresses; hostname -I 2>/dev/null
fi
rb dns; cat /etc/resolv.conf 2>/dev/null
";

/// The script that reads these groups.
pub(super) fn script(groups: &[Group], fact_path: &str) -> String {
    let mut script = format!("{PRELUDE}export LC_ALL=C\n");
    let mut environment = "";
    for group in groups {
        match group {
            Group::Min => {
                script.push_str(MIN);
                script.push_str(&local::script(fact_path));
            }
            // First of all, before the script's own variables are there.
            Group::Env => environment = "rb env; env -0\n",
            Group::Hardware => script.push_str(HARDWARE),
            Group::Network => script.push_str(NETWORK),
        }
    }
    script.push_str("true\n");
    script.replacen(
        "export LC_ALL=C\n",
        &format!("{environment}export LC_ALL=C\n"),
        1,
    )
}
