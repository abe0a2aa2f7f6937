//! The `#jinja2: trim_blocks: False, …` line at the top of a template.

use crate::diag::{did_you_mean, or_list};
use crate::template::FileOptions;

const KEYS: &[&str] = &[
    "trim_blocks",
    "lstrip_blocks",
    "keep_trailing_newline",
    "variable_start_string",
    "variable_end_string",
    "block_start_string",
    "block_end_string",
    "comment_start_string",
    "comment_end_string",
];

/// Reads the header into the options. The text without the header's words, its line kept so that
/// errors name the right one; none when there is no header.
pub(crate) fn apply(text: &str, options: &mut FileOptions) -> Result<Option<String>, String> {
    let Some(rest) = text.strip_prefix("#jinja2:") else {
        return Ok(None);
    };
    let end = rest.find('\n').unwrap_or(rest.len());
    for pair in rest[..end]
        .split(',')
        .filter(|pair| !pair.trim().is_empty())
    {
        let (key, value) = pair.split_once(':').ok_or_else(|| {
            format!(
                "the `#jinja2:` line needs `key: value`, not `{}`",
                pair.trim()
            )
        })?;
        set(key.trim(), value.trim(), options)?;
    }
    Ok(Some(rest[end..].to_owned()))
}

fn set(key: &str, value: &str, options: &mut FileOptions) -> Result<(), String> {
    let text = value.trim_matches(['\'', '"']).to_owned();
    match key {
        "trim_blocks" => options.trim_blocks = boolean(key, &text)?,
        "lstrip_blocks" => options.lstrip_blocks = boolean(key, &text)?,
        "keep_trailing_newline" => options.keep_trailing_newline = boolean(key, &text)?,
        "variable_start_string" => options.variable_start = text,
        "variable_end_string" => options.variable_end = text,
        "block_start_string" => options.block_start = text,
        "block_end_string" => options.block_end = text,
        "comment_start_string" => options.comment_start = text,
        "comment_end_string" => options.comment_end = text,
        other => {
            let hint = match did_you_mean(other, KEYS.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it takes {}", or_list(KEYS.iter().copied())),
            };
            return Err(format!("the `#jinja2:` line has no `{other}`; {hint}"));
        }
    }
    Ok(())
}

fn boolean(key: &str, text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" => Ok(true),
        "false" | "no" => Ok(false),
        _ => Err(format!(
            "`{key}` in the `#jinja2:` line must be `True` or `False`, not `{text}`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_sets_options_and_leaves_its_line() {
        let mut options = FileOptions::default();
        let text = "#jinja2: trim_blocks:False, variable_start_string:'[%'\nx\n";
        let rest = apply(text, &mut options).expect("a header").expect("text");
        assert_eq!((rest.as_str(), options.trim_blocks), ("\nx\n", false));
        assert_eq!(options.variable_start, "[%");
    }

    #[test]
    fn a_mistake_in_the_header_is_named() {
        let mut options = FileOptions::default();
        let error = apply("#jinja2: trim_blocks: maybe\n", &mut options).expect_err("an error");
        assert_eq!(
            error,
            "`trim_blocks` in the `#jinja2:` line must be `True` or `False`, not `maybe`"
        );
        assert!(apply("plain\n", &mut options).expect("no header").is_none());
    }
}
