//! Connection strings: `host=db1 port=5432 user=replicator`.

/// A connection string taken apart, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Conninfo(Vec<(String, String)>);

impl Conninfo {
    /// Reads `key=value` pairs; values may be quoted by `'`, with backslashes before `'` and `\`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut pairs = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (key, after) = rest.split_once('=').ok_or_else(|| {
                format!(
                    "the connection string has `{}` where `key=value` belongs",
                    first_word(rest)
                )
            })?;
            let (value, after) = value(after.trim_start())?;
            pairs.push((key.trim().to_owned(), value));
            rest = after.trim_start();
        }
        Ok(Self(pairs))
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
    }

    /// Gives a key a value, in its place or at the end.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        match self.0.iter_mut().find(|(k, _)| k == key) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((key.to_owned(), value.to_owned())),
        }
    }

    /// Takes a key out.
    pub(super) fn remove(&mut self, key: &str) {
        self.0.retain(|(k, _)| k != key);
    }

    /// Takes over every pair of another.
    pub(super) fn extend(&mut self, other: &Self) {
        for (key, value) in &other.0 {
            self.set(key, value);
        }
    }

    /// The string without what must not be shown.
    pub(super) fn without_password(&self) -> Self {
        let mut shown = self.clone();
        shown.remove("password");
        shown
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A word for a message: never more, as a password may follow.
fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

fn value(text: &str) -> Result<(String, &str), String> {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut chars = text.char_indices().skip(usize::from(quoted));
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            '\'' if quoted => return Ok((value, &text[at + 1..])),
            c if !quoted && c.is_whitespace() => return Ok((value, &text[at..])),
            c => value.push(c),
        }
    }
    if quoted {
        Err("the connection string ends within a quotation".to_owned())
    } else {
        Ok((value, ""))
    }
}

impl std::fmt::Display for Conninfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (n, (key, value)) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str(" ")?;
            }
            let plain = |c: char| !c.is_whitespace() && c != '\'' && c != '\\';
            if !value.is_empty() && value.chars().all(plain) {
                write!(f, "{key}={value}")?;
            } else {
                let escaped = value.replace('\\', "\\\\").replace('\'', "\\'");
                write!(f, "{key}='{escaped}'")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_survive_being_taken_apart() {
        let text = r"host=db1 port=5432 password='it\'s \\ me' application_name=''";
        let info = Conninfo::parse(text).expect("a connection string");
        assert_eq!(info.get("password"), Some(r"it's \ me"));
        assert_eq!(info.to_string(), text);
        assert_eq!(
            info.without_password().to_string(),
            "host=db1 port=5432 application_name=''"
        );
    }

    #[test]
    fn a_new_host_takes_the_old_ones_place() {
        let mut info = Conninfo::parse("user = rep host = a").expect("a connection string");
        info.set("host", "b");
        info.set("port", "1");
        assert_eq!(info.to_string(), "user=rep host=b port=1");
        assert!(Conninfo::parse("host").is_err());
        assert!(Conninfo::parse("host='a").is_err());
    }
}
