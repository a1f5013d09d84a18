//! Who asks. Every service method takes a [`Caller`], and only this feature can make one.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use wire::accounts::{Person, Role};

use crate::Error;

/// Who asks, and from where. Made by [`super::Accounts`] from checked credentials and by nobody else, so that a method
/// that has one knows that it is true. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(super) who: Option<Arc<Who>>,
    pub(super) address: Address,
}

/// The person behind a caller, and the credentials that showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Who {
    pub(super) person: Person,
    pub(super) credentials: Credentials,
}

/// What a caller showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Credentials {
    /// A browser's cookie; the session's id.
    Session(i64),
    /// An API token; its id.
    Token(i64),
    /// Nothing: this is `--open`.
    Open,
}

impl Credentials {
    /// See [`Caller::session_id`].
    pub(super) fn live_id(self) -> Option<i64> {
        match self {
            Self::Session(id) => Some(id),
            Self::Token(id) => Some(-id),
            Self::Open => None,
        }
    }
}

impl Caller {
    /// Who it is, in whatever role; a stranger is told to sign in.
    pub fn person(&self) -> Result<&Person, Error> {
        self.who
            .as_deref()
            .map(|who| &who.person)
            .ok_or(Error::Unauthorized)
    }

    /// Who it is, if not a guest.
    pub fn member(&self) -> Result<&Person, Error> {
        self.at_least(Role::Member)
    }

    /// Who it is, if an administrator.
    pub fn admin(&self) -> Result<&Person, Error> {
        self.at_least(Role::Admin)
    }

    fn at_least(&self, role: Role) -> Result<&Person, Error> {
        let person = self.person()?;
        if person.role >= role {
            Ok(person)
        } else {
            Err(Error::Forbidden)
        }
    }

    /// The user's id, unless this is a stranger.
    pub fn user_id(&self) -> Option<i64> {
        self.who.as_ref().map(|who| who.person.id)
    }

    /// Names the credentials that were shown, for [`crate::hub::Hub::disconnect_session`]: what was opened with them ends
    /// with them. A session's own id; an API token's is negative, so that the two never meet.
    pub fn session_id(&self) -> Option<i64> {
        self.who.as_ref()?.credentials.live_id()
    }

    /// Whether this is the member `anonymous` of `--open`, whom no rate per person binds.
    pub fn is_open(&self) -> bool {
        self.who
            .as_ref()
            .is_some_and(|who| who.credentials == Credentials::Open)
    }

    /// The browser's session, if that is what was shown.
    pub(super) fn browser(&self) -> Option<i64> {
        match self.who.as_ref()?.credentials {
            Credentials::Session(id) => Some(id),
            Credentials::Token(_) | Credentials::Open => None,
        }
    }

    /// Who it is, if they have an account of their own: neither a guest nor everybody's `anonymous`.
    pub(super) fn owner(&self) -> Result<&Person, Error> {
        if self.is_open() {
            Err(Error::Forbidden)
        } else {
            self.member()
        }
    }

    /// Where it asks from.
    pub fn address(&self) -> Address {
        self.address
    }
}

/// Where a request comes from, through proxies that are trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    ip: IpAddr,
    exempt: bool,
}

impl Address {
    /// A client's own address. Loopback is exempt from the limits per address.
    pub fn new(ip: IpAddr) -> Self {
        let ip = ip.to_canonical();
        Self {
            ip,
            exempt: ip.is_loopback(),
        }
    }

    /// An address that no limit per address binds: a trusted proxy's own.
    pub fn exempt(ip: IpAddr) -> Self {
        Self {
            ip: ip.to_canonical(),
            exempt: true,
        }
    }

    /// An address that the limits bind even if it is loopback: a proxy's, which stands for clients that it did not name.
    pub fn limited(ip: IpAddr) -> Self {
        Self {
            ip: ip.to_canonical(),
            exempt: false,
        }
    }

    /// The address itself.
    pub fn ip(self) -> IpAddr {
        self.ip
    }

    /// What a limit per address counts by: the address, or the /64 network that one IPv6 customer has; `None` when no
    /// limit applies.
    pub fn limited_as(self) -> Option<IpAddr> {
        if self.exempt {
            return None;
        }
        Some(match self.ip {
            IpAddr::V4(ip) => ip.into(),
            IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
        })
    }
}
