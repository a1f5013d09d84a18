//! What the server sends, turned into events and answers.

use std::time::Duration;

use wire::{
    live::json::{self, Reply},
    topic::{Position, Topic},
};

use super::{Event, Live, Raw};
use crate::Error;

/// Answers a ping.
const PONG: &str = "{}";

/// From this unsubscribe code on, the client subscribes again.
const RESUBSCRIBE: u16 = 2500;

impl Live {
    /// Reads a frame of replies, a line each.
    pub(super) fn read(&mut self, text: &str) -> Result<(), Error> {
        self.heard();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let reply: Reply<Raw> =
                serde_json::from_str(line).map_err(|error| Error::Unexpected(error.to_string()))?;
            if reply.id > 0 {
                self.answered(reply)?;
            } else if let Some(push) = reply.push {
                self.pushed(push);
            } else {
                self.out.push_back(PONG.to_owned());
            }
        }
        Ok(())
    }

    fn answered(&mut self, reply: Reply<Raw>) -> Result<(), Error> {
        if let Some(connected) = reply.connect {
            self.ping = Duration::from_secs(connected.ping.into());
            self.heard();
            self.retry.succeeded();
            self.events.push_back(Event::Connected);
            return Ok(());
        }
        let asked = self
            .topics
            .iter()
            .find(|(_, followed)| followed.asked == Some(reply.id));
        let Some(topic) = asked.map(|(topic, _)| topic.clone()) else {
            self.answers.insert(reply.id, reply);
            return Ok(());
        };
        match (reply.subscribe, reply.error) {
            (Some(result), _) => self.subscribed(topic, result),
            (None, Some(error)) if error.temporary => self.lose(error.message),
            (None, Some(error)) => self.end(topic, refused(error)),
            (None, None) => return Err(Error::Unexpected("a subscription without a result".to_owned())),
        }
        Ok(())
    }

    fn subscribed(&mut self, topic: Topic, result: json::SubscribeResult<Raw>) {
        let Some(followed) = self.topics.get_mut(&topic) else {
            return;
        };
        followed.asked = None;
        let position = Position {
            epoch: result.epoch,
            offset: result.offset,
        };
        let whole = result.recovered || !result.was_recovering;
        followed.position = result.recoverable.then(|| position.clone());
        self.events.push_back(Event::Subscribed {
            topic: topic.clone(),
            position,
            whole,
        });
        for publication in result.publications {
            self.published(&topic, publication);
        }
    }

    fn published(&mut self, topic: &Topic, publication: json::Publication<Raw>) {
        let Some(followed) = self.topics.get_mut(topic) else {
            return;
        };
        let json::Publication { data, info, offset } = publication;
        if let Some(position) = followed.position.as_mut().filter(|_| offset > 0) {
            if offset <= position.offset {
                return;
            }
            position.offset = offset;
        }
        let offset = (offset > 0).then_some(offset);
        self.events.push_back(Event::Published {
            topic: topic.clone(),
            offset,
            data,
            from: info,
        });
    }

    fn pushed(&mut self, push: json::Push<Raw>) {
        let Ok(topic) = Topic::try_from(push.channel) else {
            return;
        };
        if let Some(publication) = push.publication {
            self.published(&topic, publication);
        } else if let Some(join) = push.join {
            self.events.push_back(Event::Joined(topic, join.info));
        } else if let Some(leave) = push.leave {
            self.events.push_back(Event::Left(topic, leave.info));
        } else if let Some(json::Unsubscribe { code, reason }) = push.unsubscribe {
            if code >= RESUBSCRIBE {
                self.subscribe(topic);
            } else {
                self.end(
                    topic,
                    Error::Live {
                        code,
                        message: reason,
                    },
                );
            }
        }
    }

    fn end(&mut self, topic: Topic, why: Error) {
        self.topics.remove(&topic);
        self.events.push_back(Event::Ended { topic, why });
    }
}

pub(super) fn refused(error: json::Error) -> Error {
    Error::Live {
        code: error.code,
        message: error.message,
    }
}
