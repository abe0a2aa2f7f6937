//! Rows as `psql --csv` prints them.

/// A field; none where the marker for NULL stood.
pub(super) type Field = Option<String>;

/// Reads records: fields separated by commas, quoted where they must be, newlines allowed within
/// quotes. `null` is the marker that stands, unquoted, for NULL.
pub(super) fn parse(text: &str, null: &str) -> Vec<Vec<Field>> {
    let mut records = Vec::new();
    let mut record: Vec<Field> = Vec::new();
    let mut field = String::new();
    let (mut inside, mut quoted) = (false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if inside && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if inside || field.is_empty() => {
                inside = !inside;
                quoted = true;
            }
            ',' | '\n' if !inside => {
                let done = std::mem::take(&mut field);
                record.push(Some(done).filter(|f| quoted || f != null));
                quoted = false;
                if c == '\n' {
                    records.push(std::mem::take(&mut record));
                }
            }
            other => field.push(other),
        }
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_the_empty_text_and_quoted_text_are_three_things() {
        let rows = parse("1,NULL,\"NULL\",\n\"a \"\"b\"\", c\nd\",x,,\n\n", "NULL");
        let text = |t: &str| Some(t.to_owned());
        assert_eq!(
            rows,
            vec![
                vec![text("1"), None, text("NULL"), text("")],
                vec![text("a \"b\", c\nd"), text("x"), text(""), text("")],
                vec![text("")],
            ]
        );
    }
}
