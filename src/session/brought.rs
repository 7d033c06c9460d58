//! How many signals each client has brought, whichever connection it came by.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::session::peer::Peer;

/// Clients that are counted apart; further ones share a count.
const MAX_CLIENTS: usize = 1024;

/// Who a client is: what it came by, where from, and what it calls itself. One that gives itself another name is another
/// client, which can be done as easily as connecting; what bounds all of them is `max_signals`.
type Client = (u32, Option<IpAddr>, Option<String>);

/// Counts new signals by client. Only those that have brought some are remembered.
#[derive(Debug, Default)]
pub(super) struct Brought {
    by_client: HashMap<Client, u32>,
}

impl Brought {
    fn client(&self, peer: &Peer) -> Client {
        let client = (peer.grant_number(), peer.ip, peer.name.clone());
        if self.by_client.contains_key(&client) || self.by_client.len() < MAX_CLIENTS {
            client
        } else {
            Client::default()
        }
    }

    /// How many this one has brought. On one connection another name changes nothing.
    pub(super) fn of(&self, peer: &Peer) -> u32 {
        let before = self.by_client.get(&self.client(peer));
        before.copied().unwrap_or(0).max(peer.brought)
    }

    pub(super) fn set(&mut self, peer: &mut Peer, count: u32) {
        if count > 0 {
            peer.brought = count;
            self.by_client.insert(self.client(peer), count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::time::Time;

    fn peer(name: &str, address: u8) -> Peer {
        let now = Time::ZERO;
        let mut peer = Peer::new(1, 1, String::new(), true, &Options::server(), now);
        peer.name = Some(name.to_owned());
        peer.ip = Some(IpAddr::from([127, 0, 0, address]));
        peer
    }

    #[test]
    fn a_client_is_known_again_by_name_and_address() {
        let mut brought = Brought::default();
        brought.set(&mut peer("a", 1), 7);
        assert_eq!(brought.of(&peer("a", 1)), 7);
        assert_eq!(brought.of(&peer("b", 1)), 0);
        assert_eq!(brought.of(&peer("a", 2)), 0);
    }

    #[test]
    fn another_name_on_one_connection_begins_no_new_count() {
        let mut brought = Brought::default();
        let mut peer = peer("a", 1);
        brought.set(&mut peer, 7);
        peer.name = Some("b".to_owned());
        assert_eq!(brought.of(&peer), 7);
    }

    #[test]
    fn so_many_are_remembered_and_the_others_share_a_count() {
        let mut brought = Brought::default();
        for n in 0..MAX_CLIENTS + 10 {
            brought.set(&mut peer(&n.to_string(), 1), 5);
        }
        assert_eq!(brought.by_client.len(), MAX_CLIENTS + 1);
        assert_eq!(brought.of(&peer("yet another", 1)), 5);
        brought.set(&mut peer("0", 1), 6);
        assert_eq!(brought.of(&peer("0", 1)), 6);
    }
}
