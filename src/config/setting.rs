//! What a setting is.

/// One row of the table of settings.
#[derive(Debug)]
pub struct Setting {
    /// Its name: the key in `runbook.toml`, and in upper case after `RUNBOOK_` the variable.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// The value without any configuration, as one would write it; empty for none.
    pub default: &'static str,
    /// Where it stands in an `ansible.cfg`, as `section.key`, words apart.
    places: &'static str,
    /// Ansible's environment variables for it, words apart, the first one winning.
    variables: &'static str,
    /// What it does here.
    pub effect: Effect,
    /// What it is for.
    pub doc: &'static str,
}

/// What the values of a setting are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// A path, relative to the file it is written in.
    Path,
    /// Inventories, with commas between them.
    Inventories,
    /// Paths, with colons between them.
    Paths,
    /// Words, with commas between them.
    List,
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// What a setting does here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It does what it says.
    Works,
    /// It changes nothing, since nothing here needs it; this is why.
    Moot(&'static str),
    /// It would change what a run does and does not here; whoever sets it is warned, and told why.
    Ignored(&'static str),
    /// Only its default is accepted; this is why.
    Fixed(&'static str),
}

impl Setting {
    /// A row; `places` and `variables` are words apart.
    pub(super) const fn new(
        name: &'static str,
        (kind, default): (Kind, &'static str),
        places: &'static str,
        variables: &'static str,
        effect: Effect,
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            kind,
            default,
            places,
            variables,
            effect,
            doc,
        }
    }

    /// Where it stands in an `ansible.cfg`: sections and keys.
    pub fn places(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let words = self.places.split_whitespace();
        words.filter_map(|place| place.split_once('.'))
    }

    /// The environment variables that set it, the first one winning.
    pub fn variables(&self) -> impl Iterator<Item = String> {
        let own = format!("RUNBOOK_{}", self.name.to_ascii_uppercase());
        let theirs = self.variables.split_whitespace().map(str::to_owned);
        std::iter::once(own).chain(theirs)
    }
}

impl Effect {
    /// Why it does less than its name says; none when it works.
    #[must_use]
    pub fn why(self) -> Option<&'static str> {
        match self {
            Self::Works => None,
            Self::Moot(why) | Self::Ignored(why) | Self::Fixed(why) => Some(why),
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Bool => "yes or no",
            Self::Int => "a whole number",
            Self::Float => "a number",
            Self::Path => "a path",
            Self::Inventories => "inventories, commas between them",
            Self::Paths => "paths, colons between them",
            Self::List => "words, commas between them",
            Self::Choice(words) => {
                return f.write_str(&crate::diag::or_list(words.iter().copied()));
            }
        })
    }
}
