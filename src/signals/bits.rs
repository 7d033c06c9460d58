//! A set of signal ids whose cost follows what is in it, not how many signals exist.

/// A bit a signal, with a summary bit for each word, so that draining skips what is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct BitSet {
    words: Vec<u64>,
    summary: Vec<u64>,
    count: usize,
}

impl BitSet {
    /// Makes room for ids below `len`, so that inserting them does not allocate.
    #[cold]
    pub(crate) fn reserve(&mut self, len: usize) {
        let words = len.div_ceil(64);
        if words > self.words.len() {
            self.words.resize(words, 0);
            self.summary.resize(words.div_ceil(64), 0);
        }
    }

    /// Adds `id`; tells whether it is new.
    #[inline]
    pub(crate) fn insert(&mut self, id: u32) -> bool {
        let (word, mask) = place(id);
        if word >= self.words.len() {
            self.reserve(id as usize + 1);
        }
        let bits = &mut self.words[word];
        let new = *bits & mask == 0;
        if new {
            *bits |= mask;
            self.summary[word / 64] |= 1 << (word % 64);
            self.count += 1;
        }
        new
    }

    /// Removes `id`; tells whether it was there.
    pub(crate) fn remove(&mut self, id: u32) -> bool {
        let (word, mask) = place(id);
        let Some(bits) = self.words.get_mut(word) else {
            return false;
        };
        let there = *bits & mask != 0;
        *bits &= !mask;
        if *bits == 0 {
            self.summary[word / 64] &= !(1 << (word % 64));
        }
        self.count -= usize::from(there);
        there
    }

    #[inline]
    pub(crate) fn contains(&self, id: u32) -> bool {
        let (word, mask) = place(id);
        self.words.get(word).is_some_and(|bits| bits & mask != 0)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn clear(&mut self) {
        self.drain(|_| {});
    }

    /// Empties the set, smallest id first.
    #[inline]
    pub(crate) fn drain(&mut self, mut each: impl FnMut(u32)) {
        if self.count == 0 {
            return;
        }
        for (block, summary) in self.summary.iter_mut().enumerate() {
            while *summary != 0 {
                let word = block * 64 + summary.trailing_zeros() as usize;
                *summary &= *summary - 1;
                let mut bits = std::mem::take(&mut self.words[word]);
                while bits != 0 {
                    each((word * 64) as u32 + bits.trailing_zeros());
                    bits &= bits - 1;
                }
            }
        }
        self.count = 0;
    }

    /// Visits the ids, smallest first.
    #[inline]
    pub(crate) fn for_each(&self, mut each: impl FnMut(u32)) {
        if self.count == 0 {
            return;
        }
        for (block, summary) in self.summary.iter().enumerate() {
            let mut summary = *summary;
            while summary != 0 {
                let word = block * 64 + summary.trailing_zeros() as usize;
                summary &= summary - 1;
                let mut bits = self.words[word];
                while bits != 0 {
                    each((word * 64) as u32 + bits.trailing_zeros());
                    bits &= bits - 1;
                }
            }
        }
    }
}

const fn place(id: u32) -> (usize, u64) {
    (id as usize / 64, 1 << (id % 64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn behaves_like_a_sorted_set(steps in proptest::collection::vec((any::<bool>(), 0u32..20_000), 0..300)) {
            let mut bits = BitSet::default();
            let mut model = BTreeSet::new();
            for (insert, id) in steps {
                if insert {
                    prop_assert_eq!(bits.insert(id), model.insert(id));
                } else {
                    prop_assert_eq!(bits.remove(id), model.remove(&id));
                }
                prop_assert_eq!(bits.contains(id), model.contains(&id));
                prop_assert_eq!(bits.len(), model.len());
            }
            let mut seen = Vec::new();
            bits.for_each(|id| seen.push(id));
            prop_assert_eq!(&seen, &model.iter().copied().collect::<Vec<_>>());
            let mut drained = Vec::new();
            bits.drain(|id| drained.push(id));
            prop_assert_eq!(drained, seen);
            prop_assert!(bits.is_empty());
        }
    }
}
