//! `--tags` and `--skip-tags`.

/// Which tasks run, by their tags.
#[derive(Debug, Clone, Default)]
pub struct TagFilter {
    /// Only tasks with one of these; everything when empty. `all`, `tagged` and `untagged` mean
    /// what they say.
    pub only: Vec<String>,
    /// No task with one of these.
    pub skip: Vec<String>,
}

impl TagFilter {
    /// Whether a task with these tags, inherited ones included, runs. `always` runs unless it is
    /// skipped by name; `never` runs only when one of the task's tags was asked for.
    #[must_use]
    pub fn admits(&self, tags: &[String]) -> bool {
        self.asked_for(tags) && !self.skipped(tags)
    }

    fn asked_for(&self, tags: &[String]) -> bool {
        let has = |name: &str| tags.iter().any(|tag| tag == name);
        if tags.iter().any(|tag| self.only.contains(tag)) {
            return true;
        }
        if has("never") {
            return false;
        }
        self.only.is_empty()
            || has("always")
            || self.only.iter().any(|only| match only.as_str() {
                "all" => true,
                "tagged" => !tags.is_empty(),
                "untagged" => tags.is_empty(),
                _ => false,
            })
    }

    fn skipped(&self, tags: &[String]) -> bool {
        let has_always = tags.iter().any(|tag| tag == "always");
        self.skip.iter().any(|skip| match skip.as_str() {
            "all" => !has_always,
            "tagged" => !tags.is_empty(),
            "untagged" => tags.is_empty(),
            name => tags.iter().any(|tag| tag == name),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(only: &[&str], skip: &[&str]) -> TagFilter {
        let own = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        TagFilter {
            only: own(only),
            skip: own(skip),
        }
    }

    fn admits(only: &[&str], skip: &[&str], tags: &[&str]) -> bool {
        let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
        filter(only, skip).admits(&tags)
    }

    #[test]
    fn everything_but_never_runs_unasked() {
        assert!(admits(&[], &[], &[]));
        assert!(admits(&[], &[], &["a"]));
        assert!(admits(&[], &[], &["always"]));
        assert!(!admits(&[], &[], &["never", "a"]));
    }

    #[test]
    fn only_what_was_asked_for_and_always() {
        assert!(admits(&["a"], &[], &["a", "b"]));
        assert!(!admits(&["a"], &[], &["b"]));
        assert!(!admits(&["a"], &[], &[]));
        assert!(admits(&["a"], &[], &["always"]));
        assert!(admits(&["a"], &[], &["never", "a"]));
        assert!(admits(&["never"], &[], &["never"]));
        assert!(!admits(&["all"], &[], &["never"]));
    }

    #[test]
    fn tagged_and_untagged() {
        assert!(admits(&["tagged"], &[], &["a"]));
        assert!(!admits(&["tagged"], &[], &[]));
        assert!(admits(&["untagged"], &[], &[]));
        assert!(!admits(&[], &["untagged"], &[]));
        assert!(!admits(&[], &["tagged"], &["a"]));
    }

    #[test]
    fn skipping_wins() {
        assert!(!admits(&["a"], &["a"], &["a"]));
        assert!(!admits(&[], &["always"], &["always"]));
        assert!(admits(&[], &["all"], &["always"]));
    }
}
