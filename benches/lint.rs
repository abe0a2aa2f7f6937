//! How long it takes to load and to lint a playbook of 10,000 tasks.
//!
//! `cargo bench --bench lint` prints the times; no time makes it fail. `-- --tasks N` asks for
//! another size, `-- --show` prints the playbook instead.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use runbook::diag::SourceFile;
use runbook::lint::{Request, lint};
use runbook::playbook;
use runbook::project::Project;
use runbook::template::Templar;
use runbook::yaml;

const ROUNDS: usize = 7;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let tasks = args
        .iter()
        .skip_while(|arg| *arg != "--tasks")
        .nth(1)
        .and_then(|number| number.parse().ok())
        .unwrap_or(10_000);
    let text = playbook_of(tasks);
    if args.iter().any(|arg| arg == "--show") {
        print!("{text}");
        return;
    }
    let dir = std::env::temp_dir().join(format!("runbook-bench-{}", std::process::id()));
    let path = dir.join("playbooks/site.yml");
    if let Err(why) = write(&path, &text) {
        eprintln!("failed to write {}: {why}", path.display());
        std::process::exit(1);
    }
    println!(
        "{tasks} tasks, {} KiB, the best of {ROUNDS} rounds",
        text.len() / 1024
    );
    let source = SourceFile::inline("site.yml", text);
    report("parse YAML", || {
        assert!(yaml::read_one(&source).is_ok(), "the playbook is YAML");
    });
    report("load", || {
        let templar = Templar::new();
        let project = Project::new(dir.clone(), &templar);
        let loaded = playbook::load(&source, &*project, &templar);
        assert!(loaded.is_ok(), "the playbook is loaded");
    });
    let request = Request {
        inputs: vec![path.display().to_string()],
        ..Request::default()
    };
    report("load and lint", || {
        let templar = Templar::new();
        let project = Project::new(dir.clone(), &templar);
        let report = lint(&project, &templar, &request);
        assert_eq!(report.counts(), (0, 1), "one variable is misspelt");
    });
    let _ = std::fs::remove_dir_all(&dir);
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(path.parent().unwrap_or(path))?;
    std::fs::write(path, text)
}

/// Prints the shortest time of several rounds, and the shortest time on a processor: on a machine
/// that is busy otherwise only the latter says something.
fn report(what: &str, run: impl Fn()) {
    let times = (0..ROUNDS).map(|_| {
        let (start, worked) = (Instant::now(), on_processor());
        run();
        (start.elapsed(), on_processor().saturating_sub(worked))
    });
    let times: Vec<(Duration, Duration)> = times.collect();
    let best = |of: fn(&(Duration, Duration)) -> Duration| {
        times.iter().map(of).min().unwrap_or_default().as_secs_f64() * 1000.0
    };
    println!(
        "{what:<14} {:>7.1} ms, {:>7.1} ms on a processor",
        best(|t| t.0),
        best(|t| t.1)
    );
}

/// How long this process has worked, where the system says so.
fn on_processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = stat
        .split_whitespace()
        .next()
        .and_then(|word| word.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or_default())
}

/// A playbook of ordinary tasks: nearly every one with templates of its own.
fn playbook_of(tasks: usize) -> String {
    let mut text = "- name: A large playbook\n  hosts: all\n  vars: {base: /srv, port: 5432, replicas: [a, b]}\n  tasks:\n".to_owned();
    for n in 0..tasks {
        let _ = match n % 8 {
            0 => write!(
                text,
                "    - name: Write the settings of service {n}\n      copy:\n        content: \"port = {{{{ port + {n} }}}}\\n\"\n        dest: \"{{{{ base }}}}/service-{n}.conf\"\n        mode: \"0644\"\n      notify: reload\n"
            ),
            1 => write!(
                text,
                "    - name: Look at service {n}\n      command: systemctl is-active service-{n}\n      register: service_{n}\n      changed_when: false\n      failed_when: service_{n}.rc not in [0, {n}]\n"
            ),
            2 => write!(
                text,
                "    - name: Tell about service {}\n      debug:\n        msg: \"service {{{{ service_{}.stdout | default('unknown') | upper }}}} on {{{{ inventory_hostname }}}}\"\n      when: service_{}.rc == 0 and ansible_facts.os_family == 'Debian'\n",
                n - 1,
                n - 1,
                n - 1
            ),
            3 => write!(
                text,
                "    - name: Make the folders of {n}\n      file:\n        path: \"{{{{ base }}}}/{{{{ item }}}}/{n}\"\n        state: directory\n        mode: \"0750\"\n      loop: \"{{{{ replicas }}}}\"\n      become: true\n"
            ),
            4 => write!(
                text,
                "    - name: Set facts of {n}\n      set_fact:\n        fact_{n}: \"{{{{ (replicas | length) * {n} }}}}\"\n      tags: [facts, step{n}]\n"
            ),
            5 => write!(
                text,
                "    - name: Try step {n}\n      block:\n        - shell: test -e {{{{ base }}}}/{n} || touch {{{{ base }}}}/{n}\n          args:\n            creates: /srv/{n}\n      rescue:\n        - debug: {{msg: \"step {n}: {{{{ ansible_failed_result.msg }}}}\"}}\n"
            ),
            6 => write!(
                text,
                "    - name: Keep the line of {n}\n      lineinfile:\n        path: /etc/app.conf\n        regexp: '^key_{n}='\n        line: \"key_{n}={{{{ fact_{} | int + 1 }}}}\"\n      when: [fact_{} is defined, not ansible_check_mode]\n",
                n - 2,
                n - 2
            ),
            _ => write!(
                text,
                "    - name: Wait for service {n}\n      wait_for:\n        port: \"{{{{ port }}}}\"\n        timeout: {}\n      until: true\n      retries: 3\n      delay: 1\n",
                n % 300 + 1
            ),
        };
    }
    text.push_str("    - debug: {msg: '{{ bsae }}'}\n  handlers:\n    - name: reload\n      command: systemctl daemon-reload\n");
    text
}
