//! The files of a folder of variables.

use std::path::{Path, PathBuf};

use regex::Regex;

use super::Args;
use crate::diag::Diagnostic;

/// How deep folders of variables may be nested.
const DEEPEST: usize = 64;

/// Which files of a folder are read.
pub(super) struct Wanted {
    depth: usize,
    matching: Option<Regex>,
    ignored: Vec<Regex>,
    extensions: Vec<String>,
    ignore_unknown: bool,
}

impl Wanted {
    pub(super) fn new(args: &Args) -> Result<Self, Diagnostic> {
        let regex = |argument: &str, text: &str| {
            Regex::new(text).map_err(|why| {
                Diagnostic::error(format!("`{argument}` is no regular expression: {why}"))
            })
        };
        let matching = args.files_matching.as_deref();
        let matching = matching.map(|text| regex("files_matching", text));
        let ignored = args.ignore_files.iter().flatten();
        let ignored = ignored.map(|text| regex("ignore_files", &format!("(?:{text})$")));
        let known = || ["yaml", "yml", "json"].map(str::to_owned).to_vec();
        Ok(Self {
            depth: match args.depth.unwrap_or(0) {
                0 => usize::MAX,
                depth => usize::try_from(depth).unwrap_or(0),
            },
            matching: matching.transpose()?,
            ignored: ignored.collect::<Result<_, _>>()?,
            extensions: args.extensions.clone().unwrap_or_else(known),
            ignore_unknown: args.ignore_unknown_extensions.unwrap_or(false),
        })
    }

    /// Hands over every wanted file: those of a folder by name, then those of the folders in it.
    pub(super) fn walk(
        &self,
        root: &Path,
        read: &mut dyn FnMut(&Path) -> Result<(), Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let place = root.display();
        if !root.exists() {
            let error = Diagnostic::error(format!("there is no folder {place}"));
            return Err(error.help("a relative `dir` is looked for beside the file of the task"));
        }
        if !root.is_dir() {
            let error = Diagnostic::error(format!("{place} is not a folder"));
            return Err(error.help("give a single file as `file`"));
        }
        self.level(root, 1, read)
    }

    fn level(
        &self,
        dir: &Path,
        depth: usize,
        read: &mut dyn FnMut(&Path) -> Result<(), Diagnostic>,
    ) -> Result<(), Diagnostic> {
        if depth > self.depth {
            return Ok(());
        }
        if depth > DEEPEST {
            let message = format!("{} is nested more than {DEEPEST} deep", dir.display());
            return Err(Diagnostic::error(message));
        }
        let (folders, files) = entries(dir)?;
        for file in files {
            if self.wants(&file)? {
                read(&file)?;
            }
        }
        // Links to folders are not followed: they could lead around in a circle.
        for folder in folders.iter().filter(|folder| !folder.is_symlink()) {
            self.level(folder, depth + 1, read)?;
        }
        Ok(())
    }

    fn wants(&self, path: &Path) -> Result<bool, Diagnostic> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if self
            .matching
            .as_ref()
            .is_some_and(|regex| !regex.is_match(&name))
            || self.ignored.iter().any(|regex| regex.is_match(&name))
        {
            return Ok(false);
        }
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let known = self
            .extensions
            .iter()
            .any(|e| e.trim_start_matches('.') == extension);
        if !known && !self.ignore_unknown {
            let extensions = self.extensions.join(", ");
            let message = format!("{} has none of the extensions {extensions}", path.display());
            let help = "pass over such files with `ignore_unknown_extensions: true`";
            return Err(Diagnostic::error(message).help(help));
        }
        Ok(known)
    }
}

/// The folders and the files in a folder, each sorted by name.
fn entries(dir: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Diagnostic> {
    let unreadable =
        |why: std::io::Error| Diagnostic::error(format!("failed to read {}: {why}", dir.display()));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    Ok(paths.into_iter().partition(|path| path.is_dir()))
}
