//! The `password` lookup: a password made once and kept in a file only its owner can read.

use std::fmt::Write as _;
use std::fs::{DirBuilder, File, Permissions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use minijinja::Error;

use super::{Call, Lookup, lookups};
use crate::template::filters::{fail, hashed, random_salt, with_home};
use crate::template::mersenne::Mersenne;
use crate::vars::Value;

pub(super) static TABLE: &[Lookup] = lookups! {
    "password": password, "a password, made by chance and kept in a file";
};

/// The longest password made, and the largest file read.
const MAX_LENGTH: usize = 10_000;

/// Hosts run side by side and may ask for the same file.
static MAKING: Mutex<()> = Mutex::new(());

/// What one term asks for.
struct Wanted {
    path: String,
    length: usize,
    chars: Vec<char>,
    encrypt: Option<String>,
    ident: Option<String>,
    seed: Option<Value>,
}

/// What a file keeps.
struct Kept {
    password: String,
    salt: Option<String>,
    ident: Option<String>,
}

fn password(call: &Call<'_, '_>) -> Result<Vec<Value>, Error> {
    let terms = call.texts()?;
    terms
        .iter()
        .map(|term| one(&wanted(call, term)?, call))
        .collect()
}

/// Takes `path key=value …` apart; what the term does not say, the options may.
fn wanted(call: &Call<'_, '_>, term: &str) -> Result<Wanted, Error> {
    let mut path = Vec::new();
    let mut given = std::collections::HashMap::new();
    for word in term.split_whitespace() {
        match word.split_once('=') {
            Some((key @ ("length" | "chars" | "encrypt" | "ident" | "seed"), value)) => {
                given.insert(key, Value::from(value));
            }
            _ => path.push(word),
        }
    }
    let mut option = |name: &'static str| -> Result<Option<Value>, Error> {
        let option = call.options.get::<Option<Value>>(name)?;
        Ok(given
            .remove(name)
            .or(option)
            .filter(|value| !value.is_none()))
    };
    let length = match option("length")? {
        None => 20,
        Some(length) => length
            .to_string()
            .parse()
            .ok()
            .filter(|length| (1..=MAX_LENGTH).contains(length))
            .ok_or_else(|| {
                fail(format!(
                    "`length={length}` is not a number up to {MAX_LENGTH}"
                ))
            })?,
    };
    let text = |value: Option<Value>| value.map(|value| value.to_string());
    Ok(Wanted {
        path: path.join(" "),
        length,
        chars: candidates(option("chars")?)?,
        encrypt: text(option("encrypt")?),
        ident: text(option("ident")?),
        seed: text(option("seed")?).map(Value::from),
    })
}

/// The characters a password may have, in the order Python's `string` has them.
fn candidates(chars: Option<Value>) -> Result<Vec<char>, Error> {
    let names: Vec<String> = match chars {
        None => ["ascii_letters", "digits", ".,:-_"]
            .map(str::to_owned)
            .to_vec(),
        Some(chars) => match chars.as_str() {
            Some(text) => split(text),
            None => chars.try_iter()?.map(|name| name.to_string()).collect(),
        },
    };
    let all: String = names.iter().map(|name| set(name)).collect();
    // As in Ansible, quotes are never part of a password.
    let all: Vec<char> = all.chars().filter(|c| !matches!(c, '"' | '\'')).collect();
    if all.is_empty() {
        return Err(fail("`chars` leaves no character for a password"));
    }
    Ok(all)
}

/// Names with commas between; two commas stand for one that is meant, which comes first.
fn split(text: &str) -> Vec<String> {
    let names = text.replace(",,", ",");
    let names = names.split(',').filter(|name| !name.is_empty());
    let comma = text.contains(",,").then_some(",");
    comma.into_iter().chain(names).map(str::to_owned).collect()
}

fn set(name: &str) -> String {
    let range = |from: char, to: char| (from..=to).collect::<String>();
    let (lower, upper, digits) = (range('a', 'z'), range('A', 'Z'), range('0', '9'));
    match name {
        "ascii_letters" => lower + &upper,
        "ascii_lowercase" => lower,
        "ascii_uppercase" => upper,
        "digits" => digits,
        "hexdigits" => digits + "abcdefABCDEF",
        "octdigits" => range('0', '7'),
        "punctuation" => "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".to_owned(),
        other => other.to_owned(),
    }
}

fn one(wanted: &Wanted, call: &Call<'_, '_>) -> Result<Value, Error> {
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let path = place(&wanted.path, call);
    let stored = path != Path::new("/dev/null");
    let known = if stored { read(&path)? } else { None };
    let is_new = known.is_none();
    let mut kept = match known {
        Some(kept) => kept,
        None => Kept {
            password: made(wanted)?,
            salt: None,
            ident: None,
        },
    };
    let result = match &wanted.encrypt {
        None => kept.password.clone(),
        Some(kind) => {
            let missing = kept.salt.is_none();
            if missing {
                let size = if kind.starts_with('b') { 22 } else { 16 };
                kept.salt = Some(random_salt(size)?);
                kept.ident.clone_from(&wanted.ident);
            }
            let ident = wanted.ident.as_deref().or(kept.ident.as_deref());
            let hash = hashed(
                &kept.password,
                kind,
                kept.salt.as_deref(),
                None,
                None,
                ident,
            )?;
            if missing && !is_new && stored {
                write(&path, &kept)?;
            }
            hash
        }
    };
    if is_new && stored {
        write(&path, &kept)?;
    }
    Ok(Value::from(result))
}

/// A relative path is one beside the playbook.
fn place(path: &str, call: &Call<'_, '_>) -> PathBuf {
    let path = with_home(path);
    let base = call.text_var("playbook_dir").unwrap_or_else(|| ".".into());
    Path::new(&base).join(path)
}

fn made(wanted: &Wanted) -> Result<String, Error> {
    let mut chance = Mersenne::new(wanted.seed.as_ref())?;
    let all = &wanted.chars;
    if wanted.seed.is_some() {
        return Ok((0..wanted.length)
            .map(|_| all[chance.index(all.len())])
            .collect());
    }
    secret(wanted.length, all)
}

/// A password nobody can guess.
fn secret(length: usize, all: &[char]) -> Result<String, Error> {
    let mut password = String::with_capacity(length);
    let mut bytes = [0; 8];
    for _ in 0..length {
        crate::template::filters::unguessable(&mut bytes)?;
        // The bias of a 64-bit remainder by some dozens of characters cannot be used.
        let at = u64::from_le_bytes(bytes) % all.len() as u64;
        password.push(all[usize::try_from(at).unwrap_or_default()]);
    }
    Ok(password)
}

/// Reads a file back; none when there is no such file.
fn read(path: &Path) -> Result<Option<Kept>, Error> {
    let mut text = String::new();
    let limit = MAX_LENGTH as u64 * 4 + 1024;
    match File::open(path).and_then(|file| file.take(limit).read_to_string(&mut text)) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(format!("failed to read {}: {error}", path.display()))),
    }
    let line = text.trim_end_matches('\n');
    let (line, ident) = cut(line, " ident=");
    let (password, salt) = cut(line, " salt=");
    Ok(Some(Kept {
        password: password.to_owned(),
        salt: salt.map(str::to_owned),
        ident: ident.map(str::to_owned),
    }))
}

fn cut<'a>(line: &'a str, key: &str) -> (&'a str, Option<&'a str>) {
    line.rsplit_once(key)
        .map_or((line, None), |(line, value)| (line, Some(value)))
}

/// Writes a file as a whole, readable by its owner alone from the first byte on.
fn write(path: &Path, kept: &Kept) -> Result<(), Error> {
    let mut line = kept.password.clone();
    for (key, value) in [("salt", &kept.salt), ("ident", &kept.ident)] {
        if let Some(value) = value {
            // Writing to a string never fails.
            let _ = write!(line, " {key}={value}");
        }
    }
    line.push('\n');
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .and_then(|()| tempfile::NamedTempFile::new_in(folder))
        .and_then(|mut file| {
            file.as_file()
                .set_permissions(Permissions::from_mode(0o600))?;
            file.write_all(line.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(path).map_err(|error| error.error)
        });
    written.map(drop).map_err(|error| {
        fail(format!(
            "failed to keep a password in {}: {error}",
            path.display()
        ))
    })
}
