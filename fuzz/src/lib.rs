//! What every fuzz target is made of.

pub use {libfuzzer_sys, runbook};

/// A target that goes through one door of the program (`src/probe/mod.rs`).
///
/// The fuzzer makes every panic a finding at once; some are caught and become messages (the YAML
/// parser's). So only one that comes out of the door counts.
#[macro_export]
macro_rules! target {
    ($door:ident) => {
        $crate::libfuzzer_sys::fuzz_target!(
            init: std::panic::set_hook(Box::new(|_| {})),
            |bytes: &[u8]| {
                let door = || $crate::runbook::probe::$door(bytes);
                if let Err(panic) = std::panic::catch_unwind(door) {
                    let text = panic.downcast_ref::<String>().map(String::as_str);
                    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                    eprintln!("panic: {}", text.unwrap_or("?"));
                    std::process::abort();
                }
            }
        );
    };
}
