//! `vars_prompt`: asking the operator before a play.

use std::sync::Arc;

use super::keywords;
use super::run::Engine;
use crate::diag::Diagnostic;
use crate::playbook::{Play, Prompt};
use crate::template::random_salt;
use crate::vars::{Scope, Value, Var, VarMap};
use crate::yaml::{Node, Style};

/// How often an answer may differ from its confirmation.
const TRIES: usize = 10;
/// How long a salt is that nobody gave a length for.
const SALT: i64 = 8;

/// What is asked, worked out.
struct Question {
    text: String,
    default: Option<String>,
    echo: bool,
    confirm: bool,
}

impl Engine {
    /// Asks for what `-e` does not give. Where nobody can be asked the defaults count.
    pub(super) async fn ask(&self, play: &Play, scope: &Arc<Scope>) -> Result<VarMap, Diagnostic> {
        let mut answers = VarMap::new();
        for prompt in &play.vars_prompt {
            if self.store.is_extra(&prompt.name) {
                continue;
            }
            let question = question(prompt, scope)?;
            let answer = self.answer(prompt, question).await?;
            let answer = encrypted(prompt, answer, scope)?;
            answers.insert(prompt.name.as_str().into(), Var::Data(answer));
        }
        Ok(answers)
    }

    /// The answer to one question.
    async fn answer(&self, prompt: &Prompt, question: Question) -> Result<String, Diagnostic> {
        for _ in 0..TRIES {
            let text = format!("{}: ", question.text);
            let Some(answer) = self.operator.ask(&text, question.echo).await else {
                self.warn_once("nobody can be asked: defaults count in `vars_prompt`".to_owned());
                return question.default.ok_or_else(|| unanswered(prompt));
            };
            if question.confirm {
                let again = format!("confirm {text}");
                let again = self.operator.ask(&again, question.echo).await;
                if again.as_ref() != Some(&answer) {
                    self.warn(format!("the two answers for `{}` differ", prompt.name));
                    continue;
                }
            }
            return Ok(match question.default {
                Some(default) if answer.is_empty() => default,
                _ => answer,
            });
        }
        let message = format!(
            "the two answers for `{}` differed {TRIES} times",
            prompt.name
        );
        Err(Diagnostic::error(message).at(&prompt.span))
    }
}

fn unanswered(prompt: &Prompt) -> Diagnostic {
    let name = &prompt.name;
    Diagnostic::error(format!(
        "nobody can be asked for `{name}`, and it has no default"
    ))
    .at(&prompt.span)
    .help(format!("give it with `-e {name}=…`"))
}

fn question(prompt: &Prompt, scope: &Arc<Scope>) -> Result<Question, Diagnostic> {
    let text: Option<String> = keywords::value("prompt", prompt.prompt.as_ref(), scope)?;
    let default = match &prompt.default {
        Some(node) => Some(scope.templar().node(node, scope)?.to_string()),
        None => None,
    };
    let text = text.unwrap_or_else(|| prompt.name.clone());
    let text = match &default {
        Some(default) => format!("{text} [{default}]"),
        None => text,
    };
    Ok(Question {
        text,
        default,
        echo: !keywords::flag("private", prompt.private.as_ref(), true, scope)?,
        confirm: keywords::flag("confirm", prompt.confirm.as_ref(), false, scope)?,
    })
}

/// The answer, hashed where that is asked for.
fn encrypted(prompt: &Prompt, answer: String, scope: &Arc<Scope>) -> Result<Value, Diagnostic> {
    let scheme: Option<String> = keywords::value("encrypt", prompt.encrypt.as_ref(), scope)?;
    let Some(scheme) = scheme else {
        return Ok(Value::from(answer));
    };
    let salt: Option<String> = keywords::value("salt", prompt.salt.as_ref(), scope)?;
    let size: Option<i64> = keywords::value("salt_size", prompt.salt_size.as_ref(), scope)?;
    let scheme = match scheme.strip_suffix("_crypt") {
        Some(short) => short,
        None => &scheme,
    };
    let salt = match salt {
        None if scheme != "bcrypt" => Some(made_salt(prompt, size.unwrap_or(SALT))?),
        salt => salt,
    };
    let given = [
        ("answer", Some(answer)),
        ("salt", salt),
        ("scheme", Some(scheme.to_owned())),
    ];
    let vars: VarMap = given
        .into_iter()
        .map(|(name, value)| (name.into(), Var::Data(Value::from(value))))
        .collect();
    let text = "{{ answer | password_hash(scheme, salt) }}";
    let hash = Node::text(&prompt.span, text, Style::Plain);
    let scope = scope.with(Arc::new(vars));
    let hashed = scope.templar().node(&hash, &scope);
    hashed.map_err(|error| Diagnostic::from(error).at(&prompt.span))
}

fn made_salt(prompt: &Prompt, size: i64) -> Result<String, Diagnostic> {
    let size = usize::try_from(size).unwrap_or(0);
    random_salt(size).map_err(|error| {
        let message = format!("failed to make a salt for `{}`: {error}", prompt.name);
        Diagnostic::error(message).at(&prompt.span)
    })
}
