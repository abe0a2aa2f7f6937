//! The generator behind Python's `random`, so that a seed gives the same choice as with Ansible.
//!
//! From Matsumoto and Nishimura's paper (MT19937), seeded as Python's documentation tells.

use minijinja::Error;
use sha2::{Digest as _, Sha512};

use super::filters::{fail, unguessable};
use crate::vars::Value;

const SIZE: usize = 624;
const SHIFT: usize = 397;

/// A stream of numbers.
pub(super) struct Mersenne {
    state: [u32; SIZE],
    next: usize,
}

impl Mersenne {
    /// The stream of a seed; without one, another stream at every call.
    pub(super) fn new(seed: Option<&Value>) -> Result<Self, Error> {
        match seed.filter(|seed| !seed.is_none()) {
            None => {
                let mut bytes = [0; 32];
                unguessable(&mut bytes)?;
                let word = |chunk: &[u8]| {
                    chunk
                        .iter()
                        .fold(0, |word, byte| word << 8 | u32::from(*byte))
                };
                Ok(Self::from_words(
                    &bytes.chunks(4).map(word).collect::<Vec<_>>(),
                ))
            }
            Some(seed) => Ok(Self::from_words(&words(seed)?)),
        }
    }

    fn from_words(key: &[u32]) -> Self {
        let mut state = [0u32; SIZE];
        state[0] = 19_650_218;
        for at in 1..SIZE {
            state[at] = mixed(state[at - 1], 1_812_433_253).wrapping_add(small(at));
        }
        let (mut at, mut word) = (1, 0);
        for _ in 0..SIZE.max(key.len()) {
            state[at] = (state[at] ^ mixed(state[at - 1], 1_664_525))
                .wrapping_add(key[word])
                .wrapping_add(small(word));
            word = (word + 1) % key.len();
            at = wrapped(at + 1, &mut state);
        }
        for _ in 1..SIZE {
            state[at] = (state[at] ^ mixed(state[at - 1], 1_566_083_941)).wrapping_sub(small(at));
            at = wrapped(at + 1, &mut state);
        }
        state[0] = 1 << 31;
        Self { state, next: SIZE }
    }

    fn word(&mut self) -> u32 {
        if self.next == SIZE {
            self.twist();
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    fn twist(&mut self) {
        for at in 0..SIZE {
            let high = self.state[at] & 0x8000_0000;
            let low = self.state[(at + 1) % SIZE] & 0x7fff_ffff;
            let both = high | low;
            let odd = if both & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[at] = self.state[(at + SHIFT) % SIZE] ^ (both >> 1) ^ odd;
        }
        self.next = 0;
    }

    /// A number of so many bits, at most 64.
    fn bits(&mut self, count: u32) -> u64 {
        if count <= 32 {
            return u64::from(self.word() >> (32 - count));
        }
        let low = u64::from(self.word());
        low | u64::from(self.word() >> (64 - count)) << 32
    }

    /// A number below a limit, which must not be zero.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        let count = u64::BITS - limit.leading_zeros();
        loop {
            let number = self.bits(count);
            if number < limit {
                return number;
            }
        }
    }

    /// The place of one of so many items.
    pub(super) fn index(&mut self, count: usize) -> usize {
        // Both ways are exact: it is below a `usize`.
        usize::try_from(self.below(count as u64)).unwrap_or_default()
    }

    /// Puts items into another order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            let other = self.index(at + 1);
            items.swap(at, other);
        }
    }
}

fn mixed(word: u32, factor: u32) -> u32 {
    (word ^ (word >> 30)).wrapping_mul(factor)
}

/// An index as a word; there are fewer of them than a word can count.
fn small(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn wrapped(at: usize, state: &mut [u32; SIZE]) -> usize {
    if at < SIZE {
        return at;
    }
    state[0] = state[SIZE - 1];
    1
}

/// A seed as the words of a large number, the lowest first.
fn words(seed: &Value) -> Result<Vec<u32>, Error> {
    if let Some(text) = seed.as_str() {
        let mut bytes = text.as_bytes().to_vec();
        bytes.extend_from_slice(&Sha512::digest(text.as_bytes()));
        let mut words: Vec<u32> = bytes
            .rchunks(4)
            .map(|chunk| {
                chunk
                    .iter()
                    .fold(0, |word, byte| word << 8 | u32::from(*byte))
            })
            .collect();
        while words.len() > 1 && words.last() == Some(&0) {
            words.pop();
        }
        return Ok(words);
    }
    let number = i64::try_from(seed.clone())
        .map_err(|_| fail("a seed is a text or a whole number"))?
        .unsigned_abs();
    let (low, high) = (number & 0xffff_ffff, number >> 32);
    let word = |half: u64| u32::try_from(half).unwrap_or_default();
    Ok(if high == 0 {
        vec![word(low)]
    } else {
        vec![word(low), word(high)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_what_python_gives() {
        let below =
            |seed: Value, limit: u64| Mersenne::new(Some(&seed)).expect("a seed").below(limit);
        assert_eq!(below(Value::from("x"), 10), 5);
        let mut items = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        let seed = Value::from(42);
        Mersenne::new(Some(&seed))
            .expect("a seed")
            .shuffle(&mut items);
        assert_eq!(items, [7, 3, 2, 8, 5, 6, 9, 4, 0, 1]);
        assert!(Mersenne::new(Some(&Value::from(1.5))).is_err());
    }
}
