#![no_main]

runbook_fuzz::target!(yaml);
