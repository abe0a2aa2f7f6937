//! The same playbook run by `runbook` and by `ansible-playbook`: recap, exit code and every file
//! the run left must be the same.
//!
//! A case is one point of the language, in `cases/AREA/POINT.yml`, or in a folder
//! `cases/AREA/POINT/` with a `playbook.yml` and whatever belongs to it. What ansible-core did is
//! kept in `recorded/`; where ansible-core itself is installed it is asked again, and its answer
//! must still be the recorded one. `README.md` beside this file tells how to write a case.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod case;
mod normal;
mod outcome;
mod tools;

use libtest_mimic::{Arguments, Failed, Trial};

use case::Case;
use tools::Peer;

fn main() {
    let arguments = Arguments::from_args();
    let peer = Peer::find();
    if !arguments.list {
        println!("{}", peer.describe());
    }
    let mut trials = vec![Trial::test("no_record_without_a_case", no_orphans)];
    trials.extend(case::all().into_iter().map(|case| {
        let peer = peer.clone();
        Trial::test(case.name.clone(), move || judge(&case, &peer))
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

/// A case that was renamed takes its record with it.
fn no_orphans() -> Result<(), Failed> {
    let cases = case::all();
    match case::records()
        .into_iter()
        .find(|path| !cases.iter().any(|case| case.recorded() == *path))
    {
        Some(orphan) => Err(format!("{} belongs to no case", orphan.display()).into()),
        None => Ok(()),
    }
}

fn judge(case: &Case, peer: &Peer) -> Result<(), Failed> {
    let expected = match peer {
        Peer::Installed { bin, record } => {
            let live = tools::ansible(case, bin)?;
            if *record {
                live.write(&case.recorded())?;
            } else if let Some(recorded) = outcome::Outcome::read(&case.recorded())? {
                live.same(&recorded, "ansible-core now", "ansible-core as recorded")?;
            }
            live
        }
        Peer::Recorded { .. } => outcome::Outcome::read(&case.recorded())?.ok_or_else(|| {
            format!(
                "there is no {}: install ansible-core {} and run with RUNBOOK_RECORD=1",
                case.recorded().display(),
                tools::VERSION
            )
        })?,
    };
    let ours = tools::runbook(case)?;
    ours.same(&expected, "runbook", "ansible-core")
}
