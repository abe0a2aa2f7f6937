//! Drives the lab until the command line does.
use runbook::lab::{self, DownOptions, LabOptions, Progress};

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let name = args.get(1).cloned();
    let project_dir = std::env::var_os("PROJECT").map_or_else(|| ".".into(), Into::into);
    let show = |progress: Progress| eprintln!("{progress:?}");
    let result = match args.first().map(String::as_str) {
        Some("up") => lab::up(
            &LabOptions {
                layout: "m1".into(),
                name,
                project_dir,
                rebuild: false,
            },
            &show,
        )
        .await
        .map(|handle| format!("{handle:#?}")),
        Some("down") => lab::down(
            &DownOptions {
                name: name.unwrap_or_else(|| "m1".into()),
                images: args.get(2).is_some(),
            },
            &show,
        )
        .await
        .map(|removed| format!("{removed:#?}")),
        Some("status") => lab::status(&name.unwrap_or_else(|| "m1".into()))
            .await
            .map(|status| format!("{status:#?}")),
        _ => lab::list().await.map(|labs| format!("{labs:#?}")),
    };
    match result {
        Ok(text) => println!("{text}"),
        Err(error) => {
            eprintln!("error: {error}");
            std::process::exit(1);
        }
    }
}
