//! Splitting a line as a POSIX shell would, with the place of every character.

use std::ops::Range;
use std::sync::Arc;

use crate::diag::{SourceFile, Span};

/// A word without its quotes.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    /// What it says.
    pub text: String,
    /// Where each byte of it stands in the source.
    offsets: Vec<usize>,
    /// Where all of it stands, quotes included.
    range: Range<usize>,
}

impl Word {
    fn new(start: usize) -> Self {
        Self {
            text: String::new(),
            offsets: Vec::new(),
            range: start..start,
        }
    }

    fn push(&mut self, c: char, at: usize) {
        self.text.push(c);
        self.offsets.extend(at..at + c.len_utf8());
    }

    /// All of it.
    pub fn span(&self, source: &Arc<SourceFile>) -> Span {
        Span::new(source, self.range.clone())
    }

    /// A byte range of its text.
    pub fn part(&self, source: &Arc<SourceFile>, range: Range<usize>) -> Span {
        let place = |i: usize| self.offsets.get(i).copied();
        let last = range.end.checked_sub(1).filter(|last| *last >= range.start);
        match (place(range.start), last.and_then(place)) {
            (Some(start), Some(end)) => Span::new(source, start..end + 1),
            _ => Span::new(source, self.range.end..self.range.end),
        }
    }
}

/// The words of a line.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// In order.
    pub words: Vec<Word>,
    /// Where a comment begins in the middle of a word (`a=b#c`), which is seldom meant.
    pub glued_comment: Option<usize>,
}

/// A quote that is never closed stands here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unclosed(pub usize);

/// How a line is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// `#` outside quotes begins a comment.
    Comments,
    /// `#` is a character like others, and what stands between `{{` and `}}` stays as it is.
    Templates,
}

/// Splits a range of the source.
pub(crate) fn split(text: &str, range: Range<usize>, rules: Rules) -> Result<Words, Unclosed> {
    let mut splitter = Splitter {
        chars: text[range.clone()].char_indices().peekable(),
        base: range.start,
        end: range.end,
        out: Words::default(),
        word: None,
    };
    splitter.run(rules)?;
    Ok(splitter.out)
}

struct Splitter<'a> {
    chars: std::iter::Peekable<std::str::CharIndices<'a>>,
    base: usize,
    end: usize,
    out: Words,
    word: Option<Word>,
}

impl Splitter<'_> {
    fn run(&mut self, rules: Rules) -> Result<(), Unclosed> {
        while let Some((at, c)) = self.next() {
            match c {
                c if rules == Rules::Templates && self.in_template() => {
                    self.current(at).push(c, at);
                }
                '#' if rules == Rules::Comments => {
                    self.out.glued_comment = self.word.as_ref().map(|_| at);
                    self.finish();
                    return Ok(());
                }
                c if c.is_whitespace() => self.finish(),
                '\'' => self.single(at)?,
                '"' => self.double(at)?,
                '\\' => match self.next() {
                    Some((at, c)) => self.current(at - 1).push(c, at),
                    None => return Err(Unclosed(at)),
                },
                c => self.current(at).push(c, at),
            }
            let end = self.here();
            if let Some(word) = &mut self.word {
                word.range.end = end;
            }
        }
        self.finish();
        Ok(())
    }

    fn in_template(&self) -> bool {
        let count = |word: &Word, mark| word.text.matches(mark).count();
        let word = self.word.as_ref();
        word.is_some_and(|word| count(word, "{{") > count(word, "}}"))
    }

    fn single(&mut self, start: usize) -> Result<(), Unclosed> {
        self.current(start);
        loop {
            match self.next() {
                Some((_, '\'')) => return Ok(()),
                Some((at, c)) => self.current(start).push(c, at),
                None => return Err(Unclosed(start)),
            }
        }
    }

    fn double(&mut self, start: usize) -> Result<(), Unclosed> {
        self.current(start);
        loop {
            match self.next() {
                Some((_, '"')) => return Ok(()),
                Some((at, '\\')) => match self.next() {
                    Some((at, c @ ('"' | '\\'))) => self.current(start).push(c, at),
                    Some((next, c)) => {
                        self.current(start).push('\\', at);
                        self.current(start).push(c, next);
                    }
                    None => return Err(Unclosed(start)),
                },
                Some((at, c)) => self.current(start).push(c, at),
                None => return Err(Unclosed(start)),
            }
        }
    }

    fn next(&mut self) -> Option<(usize, char)> {
        let (at, c) = self.chars.next()?;
        Some((self.base + at, c))
    }

    /// Where the next character stands.
    fn here(&mut self) -> usize {
        let next = self.chars.peek();
        next.map_or(self.end, |(at, _)| self.base + at)
    }

    fn current(&mut self, at: usize) -> &mut Word {
        self.word.get_or_insert_with(|| Word::new(at))
    }

    fn finish(&mut self) {
        self.out.words.extend(self.word.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        let words = split(line, 0..line.len(), Rules::Comments).unwrap().words;
        words.into_iter().map(|w| w.text).collect()
    }

    #[test]
    fn quotes_and_escapes_are_a_shells() {
        assert_eq!(
            texts(r#"db1 a="x y" b='p "q"' c=\  d="\"\$" e='' # end"#),
            ["db1", "a=x y", "b=p \"q\"", "c= ", "d=\"\\$", "e="]
        );
        assert_eq!(texts("# all of it"), Vec::<String>::new());
        assert_eq!(texts("''"), [""]);
    }

    #[test]
    fn open_ends_are_told() {
        for (line, at) in [("a 'b", 2), ("a=\"b\\", 2), ("é \\", 3)] {
            assert_eq!(
                split(line, 0..line.len(), Rules::Comments).unwrap_err(),
                Unclosed(at)
            );
        }
    }

    #[test]
    fn a_comment_in_a_word_is_noticed() {
        let words = split("a=b#c", 0..5, Rules::Comments).unwrap();
        assert_eq!(
            (words.words[0].text.as_str(), words.glued_comment),
            ("a=b", Some(3))
        );
        assert_eq!(
            split("a=b#c", 0..5, Rules::Templates).unwrap().words[0].text,
            "a=b#c"
        );
    }

    #[test]
    fn templates_stay_whole() {
        let line = "a={{ b | default('x y') }} c={{ d";
        let words = split(line, 0..line.len(), Rules::Templates).unwrap().words;
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(texts, ["a={{ b | default('x y') }}", "c={{ d"]);
    }

    #[test]
    fn parts_stand_where_they_were_written() {
        let source = SourceFile::inline("x", "h key=\"é v\"");
        let words = split(&source.text, 0..source.text.len(), Rules::Comments)
            .unwrap()
            .words;
        assert_eq!(words[1].span(&source).text(), "key=\"é v\"");
        assert_eq!(words[1].part(&source, 4..8).text(), "é v");
        assert_eq!(words[1].part(&source, 8..8).text(), "");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[a-bé='\"\\\\# ]{0,16}") {
            let source = SourceFile::inline("x", text.as_str());
            for word in split(&text, 0..text.len(), Rules::Comments).unwrap_or_default().words {
                let _ = word.part(&source, 0..word.text.len());
            }
        }
    }
}
