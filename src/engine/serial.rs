//! `serial`: cutting a play's hosts into batches.

use std::sync::Arc;

use crate::playbook::SerialSize;
use crate::vars::Value;

/// A size that is none.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`serial` must be a number of hosts, a percentage such as `30%`, or a list of them, not {0}"
)]
pub struct SerialError(String);

/// Cuts hosts into batches of the given sizes; the last size repeats. No sizes: one batch.
#[must_use]
pub fn batches(hosts: &[Arc<str>], sizes: &[SerialSize]) -> Vec<Vec<Arc<str>>> {
    let Some(last) = sizes.last() else {
        return vec![hosts.to_vec()];
    };
    let mut rest = hosts;
    let mut cut = Vec::new();
    let mut sizes = sizes.iter();
    while !rest.is_empty() {
        let size = sizes.next().unwrap_or(last).of(hosts.len()).min(rest.len());
        let (batch, after) = rest.split_at(size);
        cut.push(batch.to_vec());
        rest = after;
    }
    cut
}

impl SerialSize {
    /// The size in hosts, of so many; 0 means all, and a percentage is at least one host.
    fn of(self, total: usize) -> usize {
        match self {
            Self::Hosts(0) => total,
            Self::Hosts(count) => count,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a percentage of a host count, checked to be within 0 and 100"
            )]
            Self::Percent(percent) => ((total as f64 * percent / 100.0) as usize).max(1),
        }
    }
}

/// Reads the value of `serial`.
pub(super) fn sizes(value: &Value) -> Result<Vec<SerialSize>, SerialError> {
    use minijinja::value::ValueKind;
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => match value.try_iter() {
            Ok(items) => items.map(|item| size(&item)).collect(),
            Err(_) => Err(SerialError(value.to_string())),
        },
        _ => Ok(vec![size(value)?]),
    }
}

fn size(value: &Value) -> Result<SerialSize, SerialError> {
    let text = value.to_string();
    let text = text.trim();
    let parsed = match text.strip_suffix('%') {
        Some(percent) => percent
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|p| (0.0..=100.0).contains(p))
            .map(SerialSize::Percent),
        None => text.parse::<usize>().ok().map(SerialSize::Hosts),
    };
    parsed.ok_or_else(|| SerialError(format!("`{text}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(count: usize, sizes: &[SerialSize]) -> Vec<usize> {
        let hosts: Vec<Arc<str>> = (0..count).map(|i| format!("h{i}").into()).collect();
        batches(&hosts, sizes).iter().map(Vec::len).collect()
    }

    #[test]
    fn the_last_size_repeats() {
        assert_eq!(
            cut(7, &[SerialSize::Hosts(1), SerialSize::Hosts(2)]),
            [1, 2, 2, 2]
        );
        assert_eq!(cut(5, &[SerialSize::Hosts(2)]), [2, 2, 1]);
        assert_eq!(cut(5, &[]), [5]);
        assert_eq!(cut(5, &[SerialSize::Hosts(0)]), [5]);
    }

    #[test]
    fn a_percentage_is_at_least_one_host() {
        assert_eq!(cut(10, &[SerialSize::Percent(30.0)]), [3, 3, 3, 1]);
        assert_eq!(cut(3, &[SerialSize::Percent(10.0)]), [1, 1, 1]);
    }

    #[test]
    fn values_of_every_form_are_read() {
        assert_eq!(sizes(&Value::from(2)), Ok(vec![SerialSize::Hosts(2)]));
        let list = Value::from(vec![Value::from("1"), Value::from("50%")]);
        assert_eq!(
            sizes(&list),
            Ok(vec![SerialSize::Hosts(1), SerialSize::Percent(50.0)])
        );
        let error = sizes(&Value::from("some")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`serial` must be a number of hosts, a percentage such as `30%`, or a list of them, \
             not `some`"
        );
    }
}
