//! Runs a playbook on local "hosts" and writes down the events, a line each.

use std::path::Path;
use std::sync::{Arc, Mutex};

use runbook::engine::{Engine, Interrupt, Operator, Options, Setup};
use runbook::event::{Collector, Event, Reader, Sink, Status};
use runbook::inventory::Inventory;
use runbook::project::Project;
use runbook::template::Templar;
use runbook::transport::SystemConnector;

/// A playbook on its way to be run.
pub struct Case {
    dir: tempfile::TempDir,
    hosts: Vec<&'static str>,
    extra: Vec<String>,
    options: Options,
    interrupt_at: Option<&'static str>,
    answers: Vec<&'static str>,
}

/// The operator, whose answers are known beforehand; then nobody is there.
struct Answers(Mutex<Vec<&'static str>>);

#[async_trait::async_trait]
impl Operator for Answers {
    async fn ask(&self, _question: &str, _echo: bool) -> Option<String> {
        self.0.lock().unwrap().pop().map(str::to_owned)
    }
}

/// The operator's Ctrl-C at a task.
struct Stopper {
    interrupt: Interrupt,
    at: Option<&'static str>,
}

impl Reader for Stopper {
    fn on(&mut self, event: &Event) {
        if let (Event::TaskStarted { name, .. }, Some(at)) = (event, self.at)
            && name == at
        {
            self.interrupt.request();
        }
    }
}

/// What a run came to.
pub struct Ran {
    /// The exit code.
    pub code: u8,
    /// Plays, tasks and the ends of steps, a line each.
    pub lines: Vec<String>,
    /// The events themselves.
    pub events: Vec<Event>,
    /// The folder the run took place in.
    pub dir: tempfile::TempDir,
}

impl Case {
    /// Hosts `a`, `b` and `c`, all of them this machine.
    pub fn new(playbook: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let case = Self {
            dir,
            hosts: vec!["a", "b", "c"],
            extra: Vec::new(),
            // One host after the other: the transcript is then the same every time.
            options: Options {
                forks: 1,
                ..Options::default()
            },
            interrupt_at: None,
            answers: Vec::new(),
        };
        case.file("site.yml", playbook)
    }

    /// Writes a further file beside the playbook.
    pub fn file(self, name: &str, text: &str) -> Self {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub fn extra(mut self, vars: &str) -> Self {
        self.extra.push(vars.to_owned());
        self
    }

    pub fn options(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    /// The run is asked to stop when a task of this name begins.
    pub fn interrupt_at(mut self, task: &'static str) -> Self {
        self.interrupt_at = Some(task);
        self
    }

    /// What the operator says when asked, in turn.
    pub fn answers(mut self, answers: &[&'static str]) -> Self {
        self.answers = answers.iter().rev().copied().collect();
        self
    }

    pub fn run(mut self) -> Ran {
        let inventory: String = self
            .hosts
            .iter()
            .map(|h| format!("{h} ansible_connection=local\n"))
            .collect();
        let path = self.dir.path().join("hosts.ini");
        if !path.exists() {
            std::fs::write(&path, inventory).unwrap();
        }
        let (inventory, _) = Inventory::load(&[path.display().to_string()]).unwrap();
        self.dir.path().clone_into(&mut self.options.project_dir);
        self.options.inventory_sources = vec![path.display().to_string()];
        let templar = Templar::new();
        let project = Project::new(self.dir.path().to_owned(), &templar);
        let site = self.dir.path().join("site.yml");
        let (playbook, _) = project
            .playbook(&site.display().to_string())
            .unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)));
        let collector = Collector::default();
        let interrupt = Interrupt::default();
        let stopper = Stopper {
            interrupt: interrupt.clone(),
            at: self.interrupt_at,
        };
        let (extra_vars, _) = runbook::cli::parse_extra_vars(&self.extra).unwrap();
        let engine = Engine::new(Setup {
            options: self.options,
            inventory,
            extra_vars,
            templar,
            project,
            connector: Arc::new(SystemConnector::new()),
            sink: Sink::new(vec![Box::new(collector.clone()), Box::new(stopper)]),
            operator: Arc::new(Answers(Mutex::new(self.answers))),
            interrupt,
        });
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let code = runtime.block_on(engine.run(&[("site.yml".to_owned(), playbook)]));
        let events = collector.events();
        let lines = events
            .iter()
            .filter_map(|event| line(event, self.dir.path()))
            .collect();
        Ran {
            code,
            lines,
            events,
            dir: self.dir,
        }
    }
}

impl Ran {
    /// All lines, to be compared with an expected text.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// Asserts on the whole transcript; the expected text may be indented.
    pub fn expect(&self, expected: &str) -> &Self {
        let lines: Vec<&str> = expected.lines().filter(|l| !l.trim().is_empty()).collect();
        let indent = lines
            .iter()
            .map(|l| l.len() - l.trim_start().len())
            .min()
            .unwrap_or(0);
        let expected: Vec<&str> = lines.iter().map(|l| &l[indent..]).collect();
        pretty_assert(&self.text(), &expected.join("\n"));
        self
    }

    pub fn code(&self, code: u8) -> &Self {
        assert_eq!(self.code, code, "{}", self.text());
        self
    }
}

fn pretty_assert(actual: &str, expected: &str) {
    assert!(
        actual == expected,
        "\n--- expected\n{expected}\n--- actual\n{actual}\n---"
    );
}

fn line(event: &Event, dir: &Path) -> Option<String> {
    let line = match event {
        Event::PlayStarted { name, hosts, .. } => format!("play {name}: {}", hosts.join(" ")),
        Event::BatchStarted { hosts, .. } => format!("batch {}", hosts.join(" ")),
        Event::TaskStarted { name, kind, .. } => match kind {
            runbook::event::TaskKind::Handler => format!("handler {name}"),
            _ => format!("task {name}"),
        },
        Event::ItemFinished(step) => format!(
            "  {} item {} {}",
            step.host,
            step.item.as_deref().unwrap_or_default(),
            status(step.status)
        ),
        Event::StepFinished(step) => {
            let said = step.status != Status::Skipped && step.item.is_none();
            let msg = step.msg.as_deref().filter(|_| said).unwrap_or_default();
            let to = step
                .delegated_to
                .as_ref()
                .map(|to| format!("->{to}"))
                .unwrap_or_default();
            format!("  {}{to} {} {msg}", step.host, status(step.status))
                .trim_end()
                .to_owned()
        }
        Event::Rescued { hosts } => format!("rescue {}", hosts.join(" ")),
        Event::Notified { handler, host } => format!("  {host} notifies {handler}"),
        Event::PlayAborted { reason } => format!("aborted: {reason}"),
        Event::Notice { message } => format!("notice: {message}"),
        Event::Warning { message } => format!("warning: {message}"),
        _ => return None,
    };
    Some(line.replace(&format!("{}/", dir.display()), ""))
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Changed => "changed",
        Status::Skipped => "skipped",
        Status::Failed => "failed",
        Status::Ignored => "ignored",
        Status::Unreachable => "unreachable",
    }
}
