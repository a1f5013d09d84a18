//! One topic as the tab follows it: who wants it, how far each has read, what waits for a fresh snapshot.
//!
//! Invariant: a follower is told every event after its position once and in order, or [`Told::StartAgain`].

use wire::{
    accounts::Person,
    live::compact::Publication,
    topic::{Position, Topic},
};

/// Names one follower in the tab.
pub type FollowerId = u32;

/// Most events kept for a follower that is fetching its snapshot. When more come, it is brought up by the server instead.
const MAX_WAITING: usize = 2_000;

/// What a follower hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Events of a durable topic, in offset order, each once; several when they were missed together.
    Events(Vec<Publication>),
    /// A signal or a latest value.
    Signal(Publication),
    /// What was missed is no longer to be had: take a snapshot, then say so with `renew`.
    StartAgain,
    /// Everybody who is here.
    Here(Vec<Person>),
    /// The topic may not be followed, or no longer.
    Refused,
}

#[derive(Debug)]
struct Follower {
    id: FollowerId,
    reads: Reads,
}

#[derive(Debug)]
enum Reads {
    /// Wants what comes from now on, and never a snapshot.
    Now,
    /// Has everything up to here.
    From(Position),
    /// Is fetching a snapshot; what came since `from` is kept.
    Waits { from: Position, kept: Vec<Publication> },
}

/// One topic and its followers.
#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) topic: Topic,
    /// The request that is not answered yet.
    pub(crate) asked: Option<u32>,
    /// Whether the subscription stands on the present connection.
    pub(crate) stands: bool,
    /// When to ask again after a passing refusal.
    pub(crate) again_at: Option<u64>,
    here: Vec<Person>,
    followers: Vec<Follower>,
}

/// What a change in a feed asks of the connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Nothing,
    /// Subscribe (again) from [`Feed::since`].
    Subscribe,
}

/// Who is to be told what.
pub(crate) type Tell = Vec<(FollowerId, Told)>;

impl Feed {
    pub(crate) fn new(topic: Topic) -> Self {
        let (here, followers) = Default::default();
        Self {
            topic,
            asked: None,
            stands: false,
            again_at: None,
            here,
            followers,
        }
    }

    /// Where the server is to go on from: the least that a follower has read.
    pub(crate) fn since(&self) -> Option<Position> {
        self.positions().min_by_key(|position| position.offset).cloned()
    }

    /// Whether nobody follows any more.
    pub(crate) fn is_idle(&self) -> bool {
        self.followers.is_empty()
    }

    /// Whether every follower is up to date, as far as this tab can know.
    pub(crate) fn is_settled(&self) -> bool {
        let waits = |follower: &Follower| matches!(follower.reads, Reads::Waits { .. });
        (self.stands || self.asked.is_none() && self.again_at.is_none()) && !self.followers.iter().any(waits)
    }

    pub(crate) fn add(&mut self, id: FollowerId, since: Option<Position>, tell: &mut Tell) -> Need {
        let known = self.positions().next().cloned();
        let reads = since.map_or(Reads::Now, Reads::From);
        let late = matches!((&reads, &known), (Reads::From(mine), known) if known.as_ref() != Some(mine));
        self.followers.push(Follower { id, reads });
        if self.stands && !late {
            tell.push((id, Told::Here(self.here.clone())));
            return Need::Nothing;
        }
        Need::Subscribe
    }

    /// Returns whether `id` was one of this feed's.
    pub(crate) fn remove(&mut self, id: FollowerId) -> bool {
        let before = self.followers.len();
        self.followers.retain(|follower| follower.id != id);
        self.followers.len() < before
    }

    /// `id` has taken a snapshot that stands at `position`.
    pub(crate) fn renew(&mut self, id: FollowerId, position: Position, tell: &mut Tell) -> Need {
        let Some(follower) = self.followers.iter_mut().find(|follower| follower.id == id) else {
            return Need::Nothing;
        };
        let reads = std::mem::replace(&mut follower.reads, Reads::From(position.clone()));
        let Reads::Waits { from, kept } = reads else {
            return Need::Subscribe;
        };
        if from.epoch != position.epoch || position.offset < from.offset {
            return Need::Subscribe;
        }
        follower.hear(&position.epoch, &kept, tell);
        Need::Nothing
    }

    /// The server has answered: the subscription stands at `position`, and `missed` lies before it.
    pub(crate) fn subscribed(
        &mut self,
        position: &Position,
        recovered: bool,
        missed: &[Publication],
        here: Vec<Person>,
        tell: &mut Tell,
    ) {
        self.asked = None;
        self.again_at = None;
        self.stands = true;
        self.here = here;
        for follower in &mut self.followers {
            match &follower.reads {
                Reads::Now => {}
                Reads::From(mine) if mine == position => {}
                Reads::From(mine) if recovered && mine.epoch == position.epoch => {
                    follower.hear(&position.epoch, missed, tell);
                    follower.reads = Reads::From(position.clone());
                }
                Reads::From(_) | Reads::Waits { .. } => {
                    follower.reads = Reads::Waits {
                        from: position.clone(),
                        kept: Vec::new(),
                    };
                    tell.push((follower.id, Told::StartAgain));
                }
            }
            tell.push((follower.id, Told::Here(self.here.clone())));
        }
    }

    pub(crate) fn published(&mut self, publication: &Publication, tell: &mut Tell) -> Need {
        let mut need = Need::Nothing;
        for follower in &mut self.followers {
            match (publication.offset, &mut follower.reads) {
                (None, _) => tell.push((follower.id, Told::Signal(publication.clone()))),
                (Some(_), Reads::Now) => tell.push((follower.id, Told::Events(vec![publication.clone()]))),
                (Some(offset), Reads::Waits { from, kept }) => keep(from, kept, offset, publication),
                (Some(offset), Reads::From(mine)) if offset > mine.offset + 1 => {
                    if self.asked.is_none() {
                        need = Need::Subscribe;
                    }
                }
                (Some(_), Reads::From(mine)) => {
                    let epoch = mine.epoch.clone();
                    follower.hear(&epoch, std::slice::from_ref(publication), tell);
                }
            }
        }
        need
    }

    pub(crate) fn joined(&mut self, who: Person, tell: &mut Tell) {
        self.here.retain(|person| person.id != who.id);
        self.here.push(who);
        self.tell_all(&Told::Here(self.here.clone()), tell);
    }

    pub(crate) fn left(&mut self, who: &Person, tell: &mut Tell) {
        self.here.retain(|person| person.id != who.id);
        self.tell_all(&Told::Here(self.here.clone()), tell);
    }

    pub(crate) fn tell_all(&self, told: &Told, tell: &mut Tell) {
        tell.extend(self.followers.iter().map(|follower| (follower.id, told.clone())));
    }

    fn positions(&self) -> impl Iterator<Item = &Position> {
        self.followers
            .iter()
            .filter_map(|follower| match &follower.reads {
                Reads::From(position) => Some(position),
                Reads::Now | Reads::Waits { .. } => None,
            })
    }
}

impl Follower {
    /// Passes on what lies after its position.
    fn hear(&mut self, epoch: &str, publications: &[Publication], tell: &mut Tell) {
        let Reads::From(mine) = &mut self.reads else {
            return;
        };
        let new = publications
            .iter()
            .filter(|p| p.offset.is_some_and(|offset| offset > mine.offset));
        let new: Vec<Publication> = new.cloned().collect();
        if let Some(offset) = new.last().and_then(|last| last.offset) {
            *mine = Position {
                epoch: epoch.to_owned(),
                offset,
            };
            tell.push((self.id, Told::Events(new)));
        }
    }
}

fn keep(from: &mut Position, kept: &mut Vec<Publication>, offset: u64, publication: &Publication) {
    if kept.len() >= MAX_WAITING {
        kept.clear();
        from.offset = offset;
    } else {
        kept.push(publication.clone());
    }
}
