//! Which signals a client of ours wants.

use std::collections::HashSet;

use crate::session::aliases::Aliases;
use crate::signals::{BitSet, Names};

/// Names that no signal has yet and that one client awaits, in bytes.
const AWAITED_OF_ONE: usize = 16 << 20;
/// The same of all clients together.
const AWAITED_OF_ALL: usize = 64 << 20;
/// What such a name takes beside its own bytes.
const NAME_BYTES: usize = 64;

/// The signals that a client wants.
#[derive(Debug, Default)]
pub(crate) struct Subscription {
    signals: BitSet,
    /// Names that do not exist yet; they match signals created later.
    awaited: HashSet<Box<str>>,
    /// What those take.
    awaited_bytes: usize,
}

impl Subscription {
    /// Of the names that are to be awaited, those that there is room for beside what the `others` await. Also gives how
    /// many there was none for.
    pub(crate) fn new(wanted: Vec<String>, names: &Names, others: usize) -> (Self, u32) {
        let mut subscription = Self::default();
        let room = AWAITED_OF_ALL.saturating_sub(others).min(AWAITED_OF_ONE);
        let mut left_out = 0;
        for name in wanted {
            if let Some(id) = names.find(&name) {
                subscription.signals.insert(id);
                continue;
            }
            let bytes = subscription.awaited_bytes + taken_by(&name);
            if bytes > room {
                left_out += 1;
                continue;
            }
            subscription.awaited_bytes = bytes;
            subscription.awaited.insert(name.into());
        }
        (subscription, left_out)
    }

    pub(crate) const fn awaited_bytes(&self) -> usize {
        self.awaited_bytes
    }

    pub(crate) fn contains(&self, id: u32) -> bool {
        self.signals.contains(id)
    }

    pub(crate) fn for_each(&self, each: impl FnMut(u32)) {
        self.signals.for_each(each);
    }

    /// The client knows some signals by other names than they have here, so it asked for those.
    pub(crate) fn adopt(&mut self, aliases: &Aliases, names: &Names) {
        for (own, id) in aliases.iter() {
            let hidden = names.find(own);
            if self.awaited.contains(own) || hidden.is_some_and(|hidden| self.contains(hidden)) {
                self.signals.insert(id);
            }
        }
    }

    /// A signal was created: tells whether it was awaited.
    pub(crate) fn created(&mut self, id: u32, name: &str) -> bool {
        let awaited = !self.awaited.is_empty() && self.awaited.remove(name);
        if awaited {
            self.awaited_bytes -= taken_by(name);
            self.signals.insert(id);
        }
        awaited
    }
}

const fn taken_by(name: &str) -> usize {
    name.len() + NAME_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_signal_has_are_kept_up_to_a_number_of_bytes() {
        let names = Names::default();
        let long = |n: usize| format!("{n:0500}");
        let fit = AWAITED_OF_ONE / (500 + NAME_BYTES);
        let wanted: Vec<String> = (0..fit + 7).map(long).collect();
        let (mut one, left_out) = Subscription::new(wanted, &names, 0);
        assert_eq!((one.awaited.len(), left_out), (fit, 7));
        assert!(one.created(0, &long(0)) && !one.created(1, &long(fit)));
        assert_eq!(one.awaited_bytes(), (fit - 1) * (500 + NAME_BYTES));
        let two = vec![long(1), long(2)];
        let others = AWAITED_OF_ALL - (500 + NAME_BYTES);
        assert_eq!(Subscription::new(two.clone(), &names, others).1, 1);
        assert_eq!(Subscription::new(two, &names, usize::MAX).1, 2);
    }
}
