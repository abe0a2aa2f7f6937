//! Diagnostics as a compiler would show them.

use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Severity, SourceFile, Span};

/// The message with its line, underlined.
pub(super) fn render(diagnostic: &Diagnostic, color: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Note => Level::NOTE,
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let mut group = Group::with_title(level.primary_title(diagnostic.message.as_str()));
    group = match &diagnostic.span {
        Some(span) if span.source().secret => group.element(origin(span)),
        Some(span) => places(group, diagnostic, span),
        None => group,
    };
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.render(&[group]).trim_end().to_owned()
}

/// The underlined place with the other places of the same file, then those of other files.
fn places<'a>(mut group: Group<'a>, diagnostic: &'a Diagnostic, span: &'a Span) -> Group<'a> {
    let mut primary = AnnotationKind::Primary.span(first_line(span));
    if let Some(label) = &diagnostic.label {
        primary = primary.label(label.as_str());
    }
    let mut here = snippet(span.source()).annotation(primary);
    let mut elsewhere = Vec::new();
    for (other, label) in &diagnostic.also {
        let context = AnnotationKind::Context
            .span(first_line(other))
            .label(label.as_str());
        if Arc::ptr_eq(other.source(), span.source()) {
            here = here.annotation(context);
        } else if !other.source().secret {
            elsewhere.push(snippet(other.source()).annotation(context));
        }
    }
    group = group.element(here);
    group.elements(elsewhere)
}

/// A place in a text that is not to be quoted.
fn origin(span: &Span) -> Origin<'_> {
    let (line, column) = span.line_col();
    Origin::path(span.source().name.as_str())
        .line(line)
        .char_column(column)
}

fn snippet(source: &SourceFile) -> Snippet<'_, Annotation<'_>> {
    Snippet::source(source.text.as_str()).path(source.name.as_str())
}

/// Only the first line of a place is underlined: whole blocks of YAML say nothing more.
fn first_line(span: &Span) -> Range<usize> {
    let range = span.range();
    let line = span.text().lines().next().unwrap_or_default();
    range.start..range.start + line.trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Arc<SourceFile> {
        SourceFile::inline(
            "plays/é.yml",
            "- hosts: all\n  tasks:\n  - é: whne\n    x: 1\n",
        )
    }

    fn place(text: &str) -> Span {
        let source = source();
        let start = source.text.find(text).expect("the text is in the source");
        Span::new(&source, start..start + text.len())
    }

    #[test]
    fn a_place_is_underlined_with_label_and_help() {
        let shown = Diagnostic::error("unknown keyword `whne`")
            .at(&place("whne"))
            .label("here")
            .help("did you mean `when`?")
            .render(false);
        insta::assert_snapshot!(shown, @r"
        error: unknown keyword `whne`
         --> plays/é.yml:3:8
          |
        3 |   - é: whne
          |        ^^^^ here
          |
          = help: did you mean `when`?
        ");
    }

    #[test]
    fn two_places_of_a_file_share_a_snippet() {
        let source = source();
        let at = |text: &str| {
            let start = source.text.find(text).expect("the text is in the source");
            Span::new(&source, start..start + text.len())
        };
        let shown = Diagnostic::error("twice")
            .at(&at("tasks"))
            .label("again")
            .also(&at("hosts"), "first")
            .render(false);
        insta::assert_snapshot!(shown, @r"
        error: twice
         --> plays/é.yml:2:3
          |
        1 | - hosts: all
          |   ----- first
        2 |   tasks:
          |   ^^^^^ again
        ");
    }

    #[test]
    fn another_file_gets_a_snippet_of_its_own() {
        let other = SourceFile::inline("other.yml", "a: 1\n");
        let shown = Diagnostic::error("twice")
            .at(&place("x: 1"))
            .also(&Span::new(&other, 0..1), "first")
            .render(false);
        insta::assert_snapshot!(shown, @r"
        error: twice
         --> plays/é.yml:4:5
          |
        4 |     x: 1
          |     ^^^^
          |
         ::: other.yml:1:1
          |
        1 | a: 1
          | - first
        ");
    }

    #[test]
    fn of_a_block_only_the_first_line_is_underlined() {
        let shown = Diagnostic::warning("long")
            .at(&source().whole())
            .render(false);
        insta::assert_snapshot!(shown, @r"
        warning: long
         --> plays/é.yml:1:1
          |
        1 | - hosts: all
          | ^^^^^^^^^^^^
        ");
    }

    #[test]
    fn without_a_place_the_message_stands_alone() {
        let shown = Diagnostic::error("no inventory")
            .help("pass one with `-i`")
            .render(false);
        insta::assert_snapshot!(shown, @r"
        error: no inventory
         |
         = help: pass one with `-i`
        ");
    }

    #[test]
    fn a_decrypted_text_is_not_quoted() {
        let source = source().with_secret_text("a: hunter2\n".to_owned());
        let shown = Diagnostic::error("no")
            .at(&Span::new(&source, 3..10))
            .render(false);
        insta::assert_snapshot!(shown, @r"
        error: no
        --> plays/é.yml:1:4
        ");
    }

    #[test]
    fn colour_is_only_added_when_asked_for() {
        let diagnostic = Diagnostic::error("no").at(&place("x"));
        assert!(!diagnostic.render(false).contains('\u{1b}'));
        assert!(diagnostic.render(true).contains("\u{1b}["));
    }

    #[test]
    fn an_empty_source_is_shown_too() {
        let source = SourceFile::inline("empty.yml", "");
        let shown = Diagnostic::error("nothing")
            .at(&source.whole())
            .render(false);
        insta::assert_snapshot!(shown, @r"
        error: nothing
         --> empty.yml:1:1
          |
        1 |
          | ^
        ");
    }
}
