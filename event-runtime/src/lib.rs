//! A proc-macro event framework: contracts checked by the compiler, handlers on RabbitMQ or in process.
//!
//! Annotate the structs that are your events and the async functions that take them; the runtime does the rest: routing,
//! confirms, retries, dead letters, traces, shutdown.
//!
//! - [A service in one page](#a-service-in-one-page)
//! - [Events](#events)
//! - [Handlers](#handlers)
//! - [What a handler publishes](#what-a-handler-publishes)
//! - [Effects once](#effects-once)
//! - [Order](#order)
//! - [Failures](#failures)
//! - [Publishing from outside](#publishing-from-outside)
//! - [Dead letters](#dead-letters)
//! - [Archive](#archive)
//! - [Where it runs](#where-it-runs)
//! - [Feature flags](#feature-flags)
//! - [Modules](#modules)
//!
//! # A service in one page
//!
//! ```
//! use event_runtime::prelude::*;
//!
//! /// A customer placed an order.
//! #[derive(Debug, Clone, Serialize, Deserialize, Event)]
//! #[event(name = "order.placed", version = 1, owner = "checkout")]
//! struct OrderPlaced {
//!     #[event(key)]
//!     order_id: Uuid,
//!     total_cents: i64,
//! }
//!
//! /// An order was paid.
//! #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
//! #[event(name = "order.paid", version = 1, owner = "payments", unrouted = "keep")]
//! struct OrderPaid {
//!     #[event(key)]
//!     order_id: Uuid,
//! }
//!
//! /// Takes the money for a placed order.
//! #[handler(retry(attempts = 5, from = "200ms", to = "30s"), timeout = "10s")]
//! async fn charge(order: OrderPlaced) -> Result<OrderPaid, BoxError> {
//!     Ok(OrderPaid { order_id: order.order_id })
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> event_runtime::Result<()> {
//! // Without a broker's URL everything runs in process.
//! let service = Service::new("payments").handle::<charge>().start().await?;
//!
//! let order = OrderPlaced { order_id: Uuid::now_v7(), total_cents: 4200 };
//! service.publisher().publish(&order).await?;
//! service.idle().await;
//! assert_eq!(service.snapshot().handlers[0].handled, 1);
//! service.shutdown().await;
//!
//! // The function stays a function.
//! let paid = charge(order.clone()).await.unwrap();
//! assert_eq!(paid, OrderPaid { order_id: order.order_id });
//! # Ok(())
//! # }
//! ```
//!
//! A service's binary ends with [`.main().await`](Service::main) instead of `start`. That gives it its commands: `run`,
//! `describe`, `contracts`, `asyncapi`, `catalog`, `topology`, `dlq`, `replay`, `held`, `outbox`,
//! `migrate`.
//!
//! # Events
//!
//! An event is a fact in the past tense: a struct with [`#[derive(Event)]`](derive@Event), a name, a version and an owner.
//! The field marked `key` orders and partitions, a `sequence` counts the changes of one key, and `sensitive` fields are
//! redacted where people look. On the wire an event is a CloudEvent, see [`envelope`].
//!
//! An incompatible change is a new version. `upcast_from` names the older type, and `From` says how it reads as the new
//! one; handlers take the newest version and get the older ones lifted.
//!
//! ```
//! use event_runtime::{Event, Version, prelude::*};
//!
//! #[derive(Serialize, Deserialize, Event)]
//! #[event(name = "order.placed", version = 1, owner = "checkout")]
//! struct OrderPlacedV1 {
//!     total_euros: i64,
//! }
//!
//! #[derive(Serialize, Deserialize, Event)]
//! #[event(name = "order.placed", version = 2, owner = "checkout", upcast_from = OrderPlacedV1)]
//! struct OrderPlaced {
//!     total_cents: i64,
//! }
//!
//! impl From<OrderPlacedV1> for OrderPlaced {
//!     fn from(old: OrderPlacedV1) -> Self {
//!         Self { total_cents: old.total_euros * 100 }
//!     }
//! }
//!
//! let old = OrderPlaced::decode(Version::FIRST, br#"{"total_euros": 42}"#)?;
//! assert_eq!(old.total_cents, 4200);
//! # Ok::<(), event_runtime::DecodeError>(())
//! ```
//!
//! # Handlers
//!
//! A handler is an async function with [`#[handler]`](macro@handler). Its first argument is an event, an [`Envelope`] of
//! one, a [`Batch`], or a set of events ([`#[derive(EventSet)]`](derive@EventSet)). The others are [`State`] that the service
//! holds, the [`Context`] of the call, and [`Emit`] for publishing part-way. A state that the service lacks is a compile
//! error.
//!
//! Every handler has its own queue and its own dead letters, and 5 attempts of 30 s unless it says otherwise. Deliveries
//! come at least once: [`Context::idempotency_key`] is the same for every attempt.
//!
//! # What a handler publishes
//!
//! is what it returns: nothing, an event, an `Option`, a `Vec` or a tuple of events, or a `Result` of one of these. The
//! delivery is done when the broker has confirmed them. Ids are derived from the incoming event, the handler and the
//! position, so a second attempt publishes the same events and not new ones.
//!
//! # Effects once
//!
//! `#[handler(idempotent)]` takes a transaction of the service's [`store`]: `tx: &mut Tx<'_, Postgres>`, or `Sqlite`, or
//! `Memory` in tests. The note that the event is handled, what the handler writes there and the events it emits commit
//! together; a repeated event is acked and has no effect. [`Running::outbox`] does the same for code outside of handlers,
//! and [`#[reconcile]`](macro@reconcile) jobs publish what another system knows and we do not.
//!
//! ```
//! use event_runtime::prelude::*;
//!
//! # #[derive(Debug, Clone, Serialize, Deserialize, Event)]
//! # #[event(name = "order.placed", version = 1, owner = "checkout")]
//! # struct OrderPlaced { order_id: u32 }
//! /// Counts an order once.
//! #[handler(idempotent)]
//! async fn count(order: OrderPlaced, tx: &mut Tx<'_, Memory>) {
//!     tx.put("last", order.order_id.to_string());
//! }
//!
//! let service = Service::new("counter").store(MemoryStore::new()).handle::<count>();
//! # let _ = service;
//! ```
//!
//! # Order
//!
//! `#[handler(ordered_by = "order_id")]` handles the events of one key one after another, in their order, over retries,
//! processes and restarts, and different keys side by side. The field is the key of every event that the handler takes. An
//! event that has failed for good holds its key: later events of the key line up behind it in the store, until
//! [`Running::held`] or the command `held replay` handles the line. Without a store it stops the handler instead.
//!
//! ```
//! use event_runtime::prelude::*;
//!
//! # #[derive(Debug, Clone, Serialize, Deserialize, Event)]
//! # #[event(name = "order.placed", version = 1, owner = "checkout")]
//! # struct OrderPlaced { #[event(key)] order_id: u32 }
//! # #[derive(Debug, Clone, Serialize, Deserialize, Event)]
//! # #[event(name = "order.paid", version = 1, owner = "payments")]
//! # struct OrderPaid { #[event(key)] order_id: u32 }
//! #[derive(Debug, EventSet)]
//! enum OrderEvents {
//!     Placed(OrderPlaced),
//!     Paid(OrderPaid),
//! }
//!
//! /// Keeps what we know about an order.
//! #[handler(idempotent, ordered_by = "order_id")]
//! async fn project(event: OrderEvents, tx: &mut Tx<'_, Memory>) {
//!     match event {
//!         OrderEvents::Placed(order) => tx.put(order.order_id.to_string(), "placed"),
//!         OrderEvents::Paid(order) => tx.put(order.order_id.to_string(), "paid"),
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> event_runtime::Result<()> {
//! let store = MemoryStore::new();
//! let service = Service::new("orders").store(store.clone()).handle::<project>().start().await?;
//! service.publisher().publish(&OrderPlaced { order_id: 7 }).await?;
//! service.publisher().publish(&OrderPaid { order_id: 7 }).await?;
//! service.idle().await;
//! assert_eq!(store.tables()["7"], "paid");
//! assert_eq!(service.held().count("project").await?.keys, 0);
//! # service.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Failures
//!
//! A plain error is tried again. [`#[derive(Failure)]`](derive@Failure) says of each variant what is to be done; see
//! [`Class`].
//!
//! ```
//! use event_runtime::prelude::*;
//!
//! #[derive(Debug, thiserror::Error, Failure)]
//! enum PaymentError {
//!     #[error("card declined")]
//!     #[failure(poison)]
//!     Declined,
//!     #[error("rate limited")]
//!     #[failure(retry(after = "30s"))]
//!     Throttled,
//! }
//!
//! assert_eq!(PaymentError::Declined.class(), Class::Poison);
//! ```
//!
//! Short waits are spent in process, longer ones on the broker. A panic is a failed attempt, a timeout as well. What
//! cannot be read is a dead letter at once.
//!
//! # Publishing from outside
//!
//! [`Running::publisher`] gives a [`Publisher`]: persistent, confirmed, and an error when nobody takes the event, unless
//! the event says `unrouted = "keep"`. [`EventId::derived`] names what another system calls by its own id, so that a webhook
//! called twice gives one event.
//!
//! # Dead letters
//!
//! [`Running::dead_letters`] reads, counts, groups, replays, edits and discards them: the event as it came, every failed
//! attempt, and a fingerprint that is the same for what failed alike. The commands `dlq ..` do so from the command line.
//! [`Service::alert_url`] tells somebody of the first one of its kind.
//!
//! # Archive
//!
//! With [`Service::archive`] the bus keeps what goes over it for a while. [`Running::replay`] and the command `replay` send it
//! to one handler again: see [`Replay`].
//!
//! # Where it runs
//!
//! Without a URL a service runs in process, with the routing, redelivery, delays and dead letters of RabbitMQ. With
//! `EVENT_URL=amqp://user:password@host` or [`Service::url`] it runs on RabbitMQ. Both pass the same conformance suite, which is
//! public: see [`transport`] for a third one.
//!
//! # Feature flags
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `macros` | ✔ | the derives, `#[handler]` and `#[reconcile]` |
//! | `rabbitmq` | ✔ | the RabbitMQ transport |
//! | `alerts` | ✔ | the POST of `Service::alert_url` |
//! | `postgres` | | `PostgresStore` |
//! | `sqlite` | | `SqliteStore` |
//! | `anyhow` | | `anyhow::Error` as a handler's error |
//! | `chrono`, `jiff`, `rust_decimal` | | the types of these crates in the fields of events |
//! | `testing` | | the conformance suites, and fault switches for tests |
//!
//! # Modules
//!
//! | module | holds |
//! |---|---|
//! | [`catalog`] | what a service is, for people and other tools: AsyncAPI, Markdown, HTML |
//! | [`prelude`] | what a service needs, in one `use` |
//! | [`envelope`] | CloudEvents: attributes, ids, traces |
//! | [`handler`](mod@handler) | what a handler takes and returns, and its options |
//! | [`message`] | body, headers, limits |
//! | [`reconcile`](mod@reconcile) | jobs that publish what is missing |
//! | [`store`] | inbox and outbox; the memory, SQLite and PostgreSQL stores |
//! | [`topology`] | exchanges, queues and bindings, and their names |
//! | [`transport`] | the seam to a broker; the memory and RabbitMQ transports |
//! | `testing` | the conformance suite, with the feature of that name |

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
mod alert;
pub mod catalog;
mod consumer;
mod dead_letter;
pub mod envelope;
mod error;
mod event;
mod failpoint;
mod failure;
pub mod handler;
pub mod message;
mod outbox;
pub mod prelude;
mod publisher;
pub mod reconcile;
mod replay;
mod retry;
mod service;
mod stats;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod topology;
pub mod transport;

pub use consumer::{Attempt, Drained, FailedAgain, Tried};
pub use dead_letter::{
    Browsed, DeadLetter, DeadLetterGroup, DeadLetters, Discarded, Edit, EditedFrom, FailedReplay, Rehearsed, Replay,
    Replayed, Select,
};
pub use envelope::{DecodeError, Envelope, EventId};
pub use error::{Error, Result};
pub use event::{Event, EventSet, View};
pub use event_contract::{Contract, Field, Object, Schema, Shape, Status, Unrouted, Version};
#[cfg(feature = "macros")]
pub use event_macros::{Event, EventSet, Failure, Schema, View, handler, reconcile};
pub use failure::{BoxError, Class, Failure};
pub use handler::{Batch, Context, Emit, Handler, State};
pub use outbox::{Outbox, OutboxError};
pub use publisher::Publisher;
pub use reconcile::Missing;
pub use replay::{Backfill, Backfilled, Choice, Counted, Events, Progress};
pub use retry::RetryPolicy;
pub use service::{Handle, Held, Lined, Processed, Running, Service};
pub use stats::{HandlerSnapshot, JobSnapshot, Snapshot};
