//! Tests of paths on this machine (not on the managed hosts).

use std::borrow::Cow;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::template::table::{Entry, tests};

pub(super) static TABLE: &[Entry] = tests! {
    "abs": abs, "an absolute path";
    "directory": directory, "a folder here";
    "exists": exists, "a path that exists here";
    "file": file, "a regular file here";
    "is_abs": abs, "an absolute path";
    "is_dir": directory, "a folder here";
    "is_file": file, "a regular file here";
    "is_link": link, "a symbolic link here";
    "is_mount": mount, "where a file system is mounted here";
    "is_same_file": same_file, "the same file here as this path";
    "link": link, "a symbolic link here";
    "link_exists": link_exists, "a path that exists here, its link not followed";
    "mount": mount, "where a file system is mounted here";
    "same_file": same_file, "the same file here as this path";
    "vaulted_file": vaulted_file, "a file here that is encrypted";
};

fn abs(path: Cow<'_, str>) -> bool {
    path.starts_with('/')
}

fn directory(path: Cow<'_, str>) -> bool {
    Path::new(path.as_ref()).is_dir()
}

fn exists(path: Cow<'_, str>) -> bool {
    Path::new(path.as_ref()).exists()
}

fn file(path: Cow<'_, str>) -> bool {
    Path::new(path.as_ref()).is_file()
}

fn link(path: Cow<'_, str>) -> bool {
    Path::new(path.as_ref()).is_symlink()
}

fn link_exists(path: Cow<'_, str>) -> bool {
    Path::new(path.as_ref()).symlink_metadata().is_ok()
}

fn vaulted_file(path: Cow<'_, str>) -> Result<bool, minijinja::Error> {
    use std::io::Read as _;
    let mut start = Vec::new();
    std::fs::File::open(path.as_ref())
        .and_then(|file| file.take(64).read_to_end(&mut start))
        .map_err(|error| {
            crate::template::filters::fail(format!("failed to read {path}: {error}"))
        })?;
    Ok(crate::vault::is_encrypted(&start))
}

fn mount(path: Cow<'_, str>) -> bool {
    let path = Path::new(path.as_ref());
    let device = |path: &Path| {
        path.symlink_metadata()
            .ok()
            .map(|meta| (meta.dev(), meta.ino()))
    };
    match (device(path), device(&path.join(".."))) {
        (Some(here), Some(above)) => here.0 != above.0 || here.1 == above.1,
        _ => false,
    }
}

fn same_file(a: Cow<'_, str>, b: Cow<'_, str>) -> bool {
    let id = |path: &str| {
        Path::new(path)
            .metadata()
            .ok()
            .map(|meta| (meta.dev(), meta.ino()))
    };
    id(&a).is_some() && id(&a) == id(&b)
}
