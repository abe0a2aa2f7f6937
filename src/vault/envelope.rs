//! The text around encrypted bytes: a header line, and hexadecimal digits within hexadecimal
//! digits.

use std::fmt::Write as _;

use super::error::VaultError;

/// How every encrypted text begins.
const MARK: &str = "$ANSIBLE_VAULT;";
/// The only cipher that is read and written.
const CIPHER: &str = "AES256";
/// How many digits stand on a line.
const WIDTH: usize = 80;
/// The length of a SHA-256 authentication code.
const CODE_LEN: usize = 32;

/// Encrypted bytes with what is needed to decrypt them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The vault id of format 1.2.
    pub label: Option<String>,
    /// What the keys are derived with.
    pub salt: Vec<u8>,
    /// The authentication code of the ciphertext.
    pub code: [u8; CODE_LEN],
    /// The padded text, encrypted.
    pub ciphertext: Vec<u8>,
}

/// Whether bytes claim to be encrypted by a vault.
#[must_use]
pub fn is_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(MARK.as_bytes())
}

impl Envelope {
    /// Takes the text apart; white space around its lines does not count.
    pub fn parse(text: &[u8]) -> Result<Self, VaultError> {
        let text = std::str::from_utf8(text)
            .map_err(|_| damaged("it holds bytes that are no text"))?
            .trim_start();
        let (header, body) = text.split_once('\n').unwrap_or((text, ""));
        let label = header_label(header.trim_end())?;
        let parts = unhex(body, "the body")?;
        let mut parts = parts.split(|byte| *byte == b'\n');
        let mut part = |what: &str| -> Result<Vec<u8>, VaultError> {
            let part = parts.next().ok_or_else(|| missing(what))?;
            let part = std::str::from_utf8(part).map_err(|_| no_digits(what))?;
            unhex(part, what)
        };
        let salt = part("the salt")?;
        let code = part("the authentication code")?;
        let ciphertext = part("the ciphertext")?;
        if ciphertext.is_empty() {
            return Err(missing("the ciphertext"));
        }
        let code = <[u8; CODE_LEN]>::try_from(code)
            .map_err(|_| damaged("the authentication code is too short or too long"))?;
        Ok(Self {
            label,
            salt,
            code,
            ciphertext,
        })
    }

    /// The text as a vault writes it.
    #[must_use]
    pub fn text(&self) -> String {
        let inner = format!(
            "{}\n{}\n{}",
            hex(&self.salt),
            hex(&self.code),
            hex(&self.ciphertext)
        );
        let mut text = match &self.label {
            Some(label) => format!("{MARK}1.2;{CIPHER};{label}\n"),
            None => format!("{MARK}1.1;{CIPHER}\n"),
        };
        let digits = hex(inner.as_bytes());
        for line in digits.as_bytes().chunks(WIDTH) {
            text.push_str(std::str::from_utf8(line).unwrap_or_default());
            text.push('\n');
        }
        text
    }
}

/// Checks the first line, and gives the label in it.
fn header_label(header: &str) -> Result<Option<String>, VaultError> {
    let Some(fields) = header.strip_prefix(MARK) else {
        return Err(damaged(
            "its first line does not begin with $ANSIBLE_VAULT;",
        ));
    };
    let mut fields = fields.split(';');
    let version = fields.next().unwrap_or_default().trim();
    let cipher = fields.next().unwrap_or_default().trim();
    let label = fields
        .next()
        .map(str::trim)
        .filter(|label| !label.is_empty());
    match (version, cipher) {
        ("1.1" | "1.2", CIPHER) => Ok(label.map(str::to_owned)),
        ("1.0", _) | (_, "AES") => Err(VaultError::Format(
            "it is of format 1.0 (AES), whose keys are too weak to be used".to_owned(),
        )),
        ("1.1" | "1.2", "") => Err(damaged("its first line names no cipher")),
        ("1.1" | "1.2", other) => Err(VaultError::Format(format!(
            "its cipher is `{other}`, only {CIPHER} is read"
        ))),
        (other, _) => Err(VaultError::Format(format!(
            "it is of format `{other}`, only 1.1 and 1.2 are read"
        ))),
    }
}

fn damaged(why: impl Into<String>) -> VaultError {
    VaultError::Damaged(why.into())
}

fn missing(what: &str) -> VaultError {
    damaged(format!("it ends before {what}"))
}

fn no_digits(what: &str) -> VaultError {
    damaged(format!(
        "{what} holds something else than hexadecimal digits"
    ))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Bytes from digits; white space between them does not count.
fn unhex(text: &str, what: &str) -> Result<Vec<u8>, VaultError> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for (line, digits) in text.lines().enumerate() {
        for digit in digits.chars().filter(|c| !c.is_whitespace()) {
            let value = digit
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok());
            let Some(value) = value else {
                return Err(if what == "the body" {
                    damaged(format!(
                        "line {} holds `{digit}`, which is no hexadecimal digit",
                        line + 2
                    ))
                } else {
                    no_digits(what)
                });
            };
            match high.take() {
                None => high = Some(value),
                Some(high) => bytes.push(high << 4 | value),
            }
        }
    }
    match high {
        None => Ok(bytes),
        Some(_) => Err(damaged(format!("{what} lacks a digit"))),
    }
}
