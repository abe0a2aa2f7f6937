//! Where in a playbook a mapping stands.

/// What a mapping with keywords is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A play.
    Play,
    /// A block.
    Block,
    /// A task of a play, a block or a file.
    Task,
    /// A task among handlers.
    Handler,
    /// An `import_playbook` entry.
    ImportPlaybook,
    /// A `loop_control`.
    LoopControl,
    /// An entry of `roles`, or of a role's `dependencies`.
    Role,
}

impl Place {
    const ALL: [Self; 7] = [
        Self::Play,
        Self::Block,
        Self::Task,
        Self::Role,
        Self::Handler,
        Self::ImportPlaybook,
        Self::LoopControl,
    ];

    /// For messages: "on a task".
    pub(crate) fn one(self) -> &'static str {
        match self {
            Self::Play => "a play",
            Self::Block => "a block",
            Self::Task => "a task",
            Self::Handler => "a handler",
            Self::ImportPlaybook => "an `import_playbook`",
            Self::LoopControl => "a `loop_control`",
            Self::Role => "a role",
        }
    }

    /// For messages: "a keyword of tasks".
    fn many(self) -> &'static str {
        match self {
            Self::Play => "plays",
            Self::Block => "blocks",
            Self::Task => "tasks",
            Self::Handler => "handlers",
            Self::ImportPlaybook => "`import_playbook`",
            Self::LoopControl => "`loop_control`",
            Self::Role => "roles",
        }
    }
}

/// A set of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Places(u8);

impl Places {
    /// These places.
    pub(crate) const fn of(places: &[Place]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < places.len() {
            bits |= 1 << places[i] as u8;
            i += 1;
        }
        Self(bits)
    }

    /// Whether a place is among them.
    pub(crate) fn contain(self, place: Place) -> bool {
        self.0 & (1 << place as u8) != 0
    }

    /// "plays, blocks and tasks". Handlers are tasks where both are meant.
    pub(crate) fn describe(self) -> String {
        let names: Vec<&str> = Place::ALL
            .into_iter()
            .filter(|p| self.contain(*p))
            .filter(|p| *p != Place::Handler || !self.contain(Place::Task))
            .map(Place::many)
            .collect();
        match names.split_last() {
            Some((last, others)) if !others.is_empty() => {
                format!("{} and {last}", others.join(", "))
            }
            _ => names.concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_as_english() {
        assert_eq!(Places::of(&[Place::Play]).describe(), "plays");
        assert_eq!(Places::of(&[Place::Handler]).describe(), "handlers");
        assert_eq!(
            Places::of(&[Place::Task, Place::Handler]).describe(),
            "tasks"
        );
        assert_eq!(
            Places::of(&[Place::Task, Place::Play, Place::Block]).describe(),
            "plays, blocks and tasks"
        );
    }
}
