//! What the runners are given: one inventory, one playbook per scenario, and for pyinfra the same
//! tasks in its own words.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::Failure;
use crate::runner::{Bench, host_name};
use crate::scenario::Scenario;
use crate::sshd::Server;

/// How many tasks of each of the five kinds scenario B has.
const EACH: usize = 10;

const NETWORKS: [&str; 3] = ["10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"];

/// Newlines come from an expression, as the runners differ in what they do with one after a tag.
const TEMPLATE: &str = "# {{ node }}, rule set {{ index }}\n\
    listen = '{{ networks | join(\",\") }}'\n\
    {% for network in networks %}host all all {{ network }} scram-sha-256{{ \"\\n\" }}{% endfor %}\
    # end\n";

/// Writes everything below the scratch directory.
pub(crate) fn write(bench: &Bench<'_>) -> Result<(), Failure> {
    write_all(bench).map_err(|error| format!("failed to write the playbooks: {error}"))
}

fn write_all(bench: &Bench<'_>) -> io::Result<()> {
    let work = bench.work();
    for directory in ["files", "templates"] {
        fs::create_dir_all(work.join(directory))?;
    }
    for directory in ["controller", "log", "tmp"] {
        fs::create_dir_all(bench.scratch.join(directory))?;
    }
    for index in 1..=EACH {
        fs::write(
            work.join(format!("files/copy_{index:02}.conf")),
            copied(index),
        )?;
    }
    fs::write(work.join("templates/rules.conf.j2"), TEMPLATE)?;
    fs::write(work.join("inventory.yml"), pretty(&inventory(bench))?)?;
    fs::write(work.join("ansible.cfg"), ansible_configuration(bench, ""))?;
    fs::write(work.join("mitogen.cfg"), mitogen_configuration(bench))?;
    for scenario in [Scenario::A, Scenario::B] {
        let letter = scenario.letter();
        fs::write(work.join(format!("play-{letter}.yml")), playbook(scenario))?;
        fs::write(work.join(format!("deploy_{letter}.py")), deploy(scenario))?;
        let hosts = pyinfra_inventory(bench, scenario)?;
        fs::write(work.join(format!("inventory_{letter}.py")), hosts)?;
    }
    Ok(())
}

/// Puts the hosts' directories back to what they are before a run of scenario B.
pub(crate) fn reset(bench: &Bench<'_>) -> io::Result<()> {
    for number in 1..=Scenario::B.hosts() {
        let data = bench.data(number);
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        fs::create_dir_all(&data)?;
        for index in 1..=EACH {
            fs::write(
                data.join(format!("line_{index:02}.conf")),
                settings("128MB"),
            )?;
        }
    }
    Ok(())
}

/// Compares what a run of scenario B left behind with what it must leave behind.
pub(crate) fn verify(bench: &Bench<'_>) -> Result<(), Failure> {
    for number in 1..=Scenario::B.hosts() {
        let data = bench.data(number);
        for index in 1..=EACH {
            let changed = settings(&format!("{}MB", 200 + index));
            check(&data.join(format!("copy_{index:02}.conf")), &copied(index))?;
            check(&data.join(format!("line_{index:02}.conf")), &changed)?;
            check(
                &data.join(format!("template_{index:02}.conf")),
                &rendered(number, index),
            )?;
            check(&data.join(format!("command_{index:02}.conf")), &changed)?;
        }
        let found = fs::read_dir(&data).map_or(0, Iterator::count);
        if found != 4 * EACH {
            return Err(format!(
                "{} holds {found} files, not {}",
                data.display(),
                4 * EACH
            ));
        }
    }
    Ok(())
}

fn check(path: &Path, expected: &str) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let wrong = |what: String| Err(format!("wrong outcome: {} {what}", path.display()));
    match fs::read_to_string(path) {
        Err(error) => return wrong(format!("cannot be read: {error}")),
        Ok(found) if found != expected => {
            let found: String = found.chars().take(80).collect();
            return wrong(format!("begins {found:?}"));
        }
        Ok(_) => {}
    }
    let mode = fs::metadata(path).map_or(0, |it| it.permissions().mode() & 0o7777);
    if mode == 0o644 {
        Ok(())
    } else {
        wrong(format!("has mode {mode:04o}, not 0644"))
    }
}

/// `text` of 1 to `count`, one after another.
fn each(count: usize, text: impl Fn(usize) -> String) -> String {
    (1..=count).map(text).collect()
}

/// About 2 KB that differ from task to task.
fn copied(index: usize) -> String {
    each(60, |line| {
        format!("setting_{line:02} = 'value {line} of file {index}'\n")
    })
}

fn settings(shared_buffers: &str) -> String {
    format!("# settings\nport = 5432\nshared_buffers = {shared_buffers}\nwork_mem = 4MB\n")
}

fn rendered(number: usize, index: usize) -> String {
    let node = host_name(number);
    let rules = NETWORKS
        .map(|network| format!("host all all {network} scram-sha-256\n"))
        .concat();
    let listen = NETWORKS.join(",");
    format!("# {node}, rule set {index}\nlisten = '{listen}'\n{rules}# end\n")
}

/// JSON is YAML, so one writer serves both.
fn pretty(value: &Value) -> io::Result<String> {
    Ok(serde_json::to_string_pretty(value)?)
}

fn inventory(bench: &Bench<'_>) -> Value {
    let host = |number| {
        let data = bench.data(number);
        let node = host_name(number);
        (
            node.clone(),
            json!({"ansible_host": Server::address(number), "node": node, "data": data}),
        )
    };
    let hosts: Map<String, Value> = (1..=Scenario::B.hosts()).map(host).collect();
    json!({"all": {"hosts": hosts, "vars": {
        "ansible_port": bench.server.port,
        "ansible_user": bench.server.user,
        "ansible_ssh_private_key_file": bench.server.key,
        "ansible_ssh_common_args": bench.ssh_arguments().join(" "),
        "ansible_python_interpreter": "/usr/bin/python3",
        "networks": NETWORKS,
    }}})
}

fn pyinfra_inventory(bench: &Bench<'_>, scenario: Scenario) -> io::Result<String> {
    let host = |number| {
        json!([host_name(number), {
            "ssh_hostname": Server::address(number),
            "node": host_name(number),
            "data": bench.data(number),
        }])
    };
    let hosts: Vec<Value> = (1..=scenario.hosts()).map(host).collect();
    let shared = json!({
        "ssh_port": bench.server.port,
        "ssh_user": bench.server.user,
        "ssh_key": bench.server.key,
        "ssh_known_hosts_file": bench.server.known_hosts,
        "ssh_strict_host_key_checking": "yes",
        "networks": NETWORKS,
    });
    let hosts = serde_json::to_string(&hosts)?;
    Ok(format!(
        "hosts = ([tuple(host) for host in {hosts}], {shared})\n"
    ))
}

fn ansible_configuration(bench: &Bench<'_>, more: &str) -> String {
    let scratch = bench.scratch.display();
    format!(
        "[defaults]\nhome = {scratch}/controller/ansible\nlocal_tmp = {scratch}/tmp\n\
         remote_tmp = {scratch}/home/ansible\ngathering = explicit\n\
         interpreter_python = /usr/bin/python3\nretry_files_enabled = False\n{more}\
         [ssh_connection]\npipelining = True\ncontrol_path_dir = {scratch}/cp\n"
    )
}

fn mitogen_configuration(bench: &Bench<'_>) -> String {
    let lib = bench.tools.bin.with_file_name("lib");
    let versions = fs::read_dir(lib).into_iter().flatten().flatten();
    let plugins = versions
        .map(|entry| {
            entry
                .path()
                .join("site-packages/ansible_mitogen/plugins/strategy")
        })
        .find(|path| path.exists())
        .unwrap_or_default();
    let more = format!(
        "strategy = mitogen_linear\nstrategy_plugins = {}\n",
        plugins.display()
    );
    ansible_configuration(bench, &more)
}

fn playbook(scenario: Scenario) -> String {
    let hosts = if scenario == Scenario::A {
        "node01"
    } else {
        "all"
    };
    let tasks = match scenario {
        Scenario::A => each(scenario.tasks(), |index| {
            format!("    - name: No-op {index:03}\n      command: /bin/true\n")
        }),
        Scenario::B => each(EACH, mixed_tasks),
    };
    format!("- hosts: {hosts}\n  gather_facts: false\n  tasks:\n{tasks}")
}

fn mixed_tasks(index: usize) -> String {
    let buffers = 200 + index;
    format!(
        r#"    - name: Copy {index:02}
      copy:
        src: copy_{index:02}.conf
        dest: "{{{{ data }}}}/copy_{index:02}.conf"
        mode: "0644"
    - name: Line {index:02}
      lineinfile:
        path: "{{{{ data }}}}/line_{index:02}.conf"
        regexp: '^shared_buffers'
        line: shared_buffers = {buffers}MB
    - name: Stat {index:02}
      stat:
        path: "{{{{ data }}}}/line_{index:02}.conf"
      register: seen
    - name: Template {index:02}
      template:
        src: rules.conf.j2
        dest: "{{{{ data }}}}/template_{index:02}.conf"
        mode: "0644"
      vars:
        index: {index}
    - name: Command {index:02}
      command: cp {{{{ data }}}}/line_{index:02}.conf {{{{ data }}}}/command_{index:02}.conf
"#
    )
}

/// The same tasks for pyinfra, written out: its operations are ordered by their line.
fn deploy(scenario: Scenario) -> String {
    let head = "from pyinfra import host\nfrom pyinfra.facts.files import File\n\
        from pyinfra.operations import files, server\n\ndata = host.data\n";
    let operations: String = match scenario {
        Scenario::A => each(scenario.tasks(), |n| {
            format!("server.shell(name='No-op {n:03}', commands=['/bin/true'])\n")
        }),
        Scenario::B => each(EACH, mixed_operations),
    };
    format!("{head}{operations}")
}

fn mixed_operations(index: usize) -> String {
    let buffers = 200 + index;
    format!(
        r"files.put(name='Copy {index:02}', src='files/copy_{index:02}.conf',
          dest=f'{{data.data}}/copy_{index:02}.conf', mode='644')
files.line(name='Line {index:02}', path=f'{{data.data}}/line_{index:02}.conf',
           line='^shared_buffers.*$', replace='shared_buffers = {buffers}MB')
seen = host.get_fact(File, path=f'{{data.data}}/line_{index:02}.conf')
files.template(name='Template {index:02}', src='templates/rules.conf.j2',
               dest=f'{{data.data}}/template_{index:02}.conf', mode='644',
               node=data.node, networks=data.networks, index={index})
server.shell(name='Command {index:02}', commands=[
    f'cp {{data.data}}/line_{index:02}.conf {{data.data}}/command_{index:02}.conf'])
"
    )
}
