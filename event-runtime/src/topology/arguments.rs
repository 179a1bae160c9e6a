use super::Queue;

/// An argument with which a queue is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Argument {
    Text(String),
    Number(i64),
    Yes,
}

impl Queue {
    /// Always a quorum queue with a delivery limit. Dead-lettering at least once needs three arguments together: the
    /// broker takes them one by one as well, and then quietly dead-letters at most once.
    pub(crate) fn arguments(&self) -> Vec<(&'static str, Argument)> {
        let text = |text: &str| Argument::Text(text.to_owned());
        let mut arguments = vec![
            ("x-queue-type", text("quorum")),
            ("x-delivery-limit", Argument::Number(self.delivery_limit.max(1).into())),
        ];
        if self.single_active {
            arguments.push(("x-single-active-consumer", Argument::Yes));
        }
        if let Some(dead_letter) = &self.dead_letter {
            arguments.push(("x-dead-letter-exchange", text(&dead_letter.exchange)));
            if let Some(key) = &dead_letter.routing_key {
                arguments.push(("x-dead-letter-routing-key", text(key)));
            }
            arguments.push(("x-dead-letter-strategy", text("at-least-once")));
            arguments.push(("x-overflow", text("reject-publish")));
        }
        if let Some(ttl) = self.message_ttl {
            let milliseconds = i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX);
            arguments.push(("x-message-ttl", Argument::Number(milliseconds)));
        }
        arguments
    }
}

/// Segments of the size that RabbitMQ takes if nothing is said: fewer, larger files for a large archive.
#[cfg(any(feature = "rabbitmq", test))]
const LARGEST_SEGMENT: u64 = 500_000_000;

#[cfg(any(feature = "rabbitmq", test))]
impl super::Archive {
    /// A stream. Whole segments are dropped, so that they must be small against the whole.
    pub(crate) fn arguments(&self) -> Vec<(&'static str, Argument)> {
        let number = |number: u64| Argument::Number(i64::try_from(number).unwrap_or(i64::MAX));
        vec![
            ("x-queue-type", Argument::Text("stream".to_owned())),
            (
                "x-max-age",
                Argument::Text(format!("{}s", self.retention.age.as_secs())),
            ),
            ("x-max-length-bytes", number(self.retention.bytes)),
            (
                "x-stream-max-segment-size-bytes",
                number((self.retention.bytes / 20).min(LARGEST_SEGMENT)),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::DeadLetterTo;
    use std::time::Duration;

    fn keys(queue: &Queue) -> Vec<&'static str> {
        let mut keys: Vec<_> = queue.arguments().into_iter().map(|(name, _)| name).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn dead_lettering_is_one_unit() {
        let mut queue = Queue {
            name: "q".into(),
            delivery_limit: 50,
            single_active: false,
            dead_letter: None,
            message_ttl: None,
        };
        assert_eq!(keys(&queue), ["x-delivery-limit", "x-queue-type"]);
        queue.dead_letter = Some(DeadLetterTo {
            exchange: "dlx".into(),
            routing_key: None,
        });
        queue.message_ttl = Some(Duration::from_secs(1));
        queue.single_active = true;
        assert_eq!(
            keys(&queue),
            [
                "x-dead-letter-exchange",
                "x-dead-letter-strategy",
                "x-delivery-limit",
                "x-message-ttl",
                "x-overflow",
                "x-queue-type",
                "x-single-active-consumer"
            ]
        );
    }
}
