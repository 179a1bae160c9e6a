//! The derive and attribute macros of `event-runtime`, which re-exports them: depend on that crate, not on this one.
//!
//! Each macro reports every mistake it finds at once, on the word that is wrong, and says what to write instead.

mod attr;
mod contracts;
mod ctxt;
mod duration;
mod event;
mod event_set;
mod failure;
mod handler;
mod reconcile;
mod runtime_path;
mod schema;
mod serde;
mod shape;
#[cfg(test)]
mod snapshot;
mod suggest;
mod symbol;
mod test;
mod text;
mod value;
mod view;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct an event: a name, a version, an owner, and the fields as its contract.
///
/// ```
/// use event_runtime::prelude::*;
///
/// /// A customer placed an order.
/// #[derive(Clone, Serialize, Deserialize, Event)]
/// #[event(name = "order.placed", version = 1, owner = "checkout")]
/// pub struct OrderPlaced {
///     #[event(key)]
///     pub order_id: Uuid,
///     pub total_cents: i64,
///     #[event(sensitive)]
///     pub email: String,
/// }
///
/// assert_eq!(OrderPlaced::CONTRACT.type_name, "order.placed.v1");
/// assert_eq!(OrderPlaced::CONTRACT.summary, "A customer placed an order.");
/// ```
///
/// The struct has named fields and no generic parameters, and derives `Serialize` and `Deserialize`. The contract says
/// what is on the wire: every serde attribute is honoured, as in [`Schema`](macro@Schema), which an event has as well and
/// which the types of its fields derive. The first paragraph of the documentation becomes the summary in catalogs and in
/// `describe`.
///
/// # On the struct
///
/// | option | meaning |
/// |---|---|
/// | `name = "order.placed"` | required: lower-case words joined by dots, without the version |
/// | `version = 1` | required: 1 and up; an incompatible change is the next version |
/// | `owner = "checkout"` | required: the team that answers for the event |
/// | `upcast_from = OrderPlacedV1` | the version before this one; see below |
/// | `source = "https://.."` | the CloudEvents `source`; by default the publishing service |
/// | `unrouted = "keep"` | an event that no handler takes waits in the bus's `unrouted` queue; by default its publisher gets an error |
/// | `crate = "my::event_runtime"` | where the runtime is, for crates that re-export it |
///
/// # On a field
///
/// | option | meaning |
/// |---|---|
/// | `key` | orders and partitions, and becomes the `subject`; at most one, of a type with a text (`Uuid`, `String`, an integer, anything `Display`) |
/// | `sequence` | counts the changes of a key; at most one, an integer |
/// | `sensitive` | never shown in logs, dead letters or exports |
/// | `wire = "String"` | the Rust type it looks like on the wire, for what serde alone cannot tell: `with`, types of other crates |
///
/// A key is visible in headers and logs, so it cannot be `sensitive`.
///
/// # Sensitive fields
///
/// An event with a `sensitive` field gets its `Debug` from this derive, which shows `"[redacted]"` in place of the value.
/// Leave `Debug` out of the derive list then; the compiler reports the two of them as conflicting implementations, on the
/// word `sensitive`.
///
/// ```
/// # use event_runtime::prelude::*;
/// #[derive(Serialize, Deserialize, Event)]
/// #[event(name = "customer.joined", version = 1, owner = "crm")]
/// struct CustomerJoined {
///     customer_id: u64,
///     #[event(sensitive)]
///     email: String,
/// }
///
/// let joined = CustomerJoined { customer_id: 7, email: "ada@example.org".to_owned() };
/// assert_eq!(format!("{joined:?}"), r#"CustomerJoined { customer_id: 7, email: "[redacted]" }"#);
/// ```
///
/// # A new version
///
/// The newest version is the type that code uses. It names the one before it, and an ordinary `From` says how an old
/// event reads as a new one. Handlers of the new type are then given events of every version in the chain.
///
/// ```
/// use event_runtime::prelude::*;
/// use event_runtime::Version;
///
/// #[derive(Debug, Serialize, Deserialize, Event)]
/// #[event(name = "order.placed", version = 1, owner = "checkout")]
/// struct OrderPlacedV1 {
///     id: u64,
/// }
///
/// #[derive(Debug, Serialize, Deserialize, Event)]
/// #[event(name = "order.placed", version = 2, owner = "checkout", upcast_from = OrderPlacedV1)]
/// struct OrderPlaced {
///     order_id: String,
/// }
///
/// impl From<OrderPlacedV1> for OrderPlaced {
///     fn from(old: OrderPlacedV1) -> Self {
///         Self { order_id: old.id.to_string() }
///     }
/// }
///
/// let old = OrderPlaced::decode(Version::FIRST, br#"{"id":7}"#)?;
/// assert_eq!(old.order_id, "7");
/// # Ok::<(), event_runtime::DecodeError>(())
/// ```
///
/// Another event, a version that is not older, or a missing `From` do not compile.
#[proc_macro_derive(Event, attributes(event))]
pub fn event(input: TokenStream) -> TokenStream {
    event::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Says at compile time what a type looks like on the wire.
///
/// The types of an event's fields need it. Derive it beside serde's derives:
///
/// ```
/// use event_runtime::prelude::*;
/// use event_runtime::Schema;
///
/// #[derive(Debug, Serialize, Deserialize, Schema)]
/// struct Line {
///     sku: String,
///     quantity: u32,
/// }
///
/// #[derive(Debug, Serialize, Deserialize, Schema)]
/// #[serde(tag = "method", rename_all = "snake_case")]
/// enum Payment {
///     Card { last_digits: String },
///     Transfer { iban: String, reference: Option<String> },
/// }
///
/// #[derive(Debug, Serialize, Deserialize, Event)]
/// #[event(name = "order.placed", version = 1, owner = "checkout")]
/// struct OrderPlaced {
///     order_id: Uuid,
///     lines: Vec<Line>,
///     payment: Payment,
/// }
///
/// assert_eq!(<Vec<Line>>::SHAPE.to_string(), "[Line]");
/// ```
///
/// Every serde attribute is honoured: both directions of `rename` and `rename_all`, `alias`, `default`, the skips,
/// `flatten`, `deny_unknown_fields`, `transparent`, `tag`, `content` and `other`. Where the form cannot be told from the
/// fields, the derive says so and asks for `wire`: `untagged`, `with` and its like, `from`, `into`, `remote`.
///
/// # Options
///
/// | option | on | meaning |
/// |---|---|---|
/// | `wire = "String"` | type, field | the Rust type it looks like on the wire, for what serde alone cannot tell |
/// | `sensitive` | field | never shown in logs, dead letters or exports; see [`Event`](macro@Event#sensitive-fields) |
/// | `open` | enum | more variants may come at any time: no warning when they do, and views of it need a catch-all |
/// | `crate = "my::event_runtime"` | type | where the runtime is, for crates that re-export it |
///
/// # What cannot be told
///
/// * A type that holds itself has no end: hand over ids, or give the field inside `wire = "serde_json::Value"`. The derive
///   sees its own name; two types that hold each other are the compiler's to report, as a cycle (E0391).
/// * A flattened `Option`, a flattened enum and a flattened map of anything but `serde_json::Value` read too much to be
///   promised.
/// * The compiler knows the form of `Uuid`, and with the features `chrono`, `jiff` and `rust_decimal` of `event-runtime`
///   that of the types of these crates. Others need `wire`.
#[proc_macro_derive(Schema, attributes(schema))]
pub fn schema(input: TokenStream) -> TokenStream {
    schema::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a struct what a handler reads of an event that is declared elsewhere.
///
/// It has the fields that are needed and no others. The compiler checks that every event of the versions it names can be
/// read as this: against the producer's contract file, or against the producer's types.
///
/// ```
/// use event_runtime::prelude::*;
///
/// # mod orders {
/// #     use event_runtime::prelude::*;
/// #     #[derive(Debug, Serialize, Deserialize, Event)]
/// #     #[event(name = "order.placed", version = 1, owner = "checkout")]
/// #     pub struct OrderPlaced { pub order_id: u64, pub total_cents: i64, pub note: Option<String> }
/// # }
/// /// What is needed to send an invoice.
/// #[derive(Debug, Deserialize, View)]
/// #[view(of = orders::OrderPlaced)]
/// struct Placed {
///     order_id: u64,
///     total_cents: i64,
/// }
///
/// /// Sends an invoice.
/// #[handler]
/// async fn send_invoice(order: Placed) {
///     println!("{}: {}", order.order_id, order.total_cents);
/// }
///
/// assert_eq!(Placed::CONTRACT.type_name, "order.placed.v1");
/// ```
///
/// A handler takes it as it takes an event, alone or in `Envelope` or `Batch`; it is not published, and no member of a set.
/// Each version is read as it is, without upcasts; others are refused. The struct derives `Deserialize`, and every serde
/// attribute is honoured, as in [`Schema`](macro@Schema).
///
/// # On the struct
///
/// | option | meaning |
/// |---|---|
/// | `event = "order.placed", versions = [1, 2]` | checked against `contracts/order.placed/v1.toml` and `v2.toml`, or the copies in `contracts/vendor` that `cargo event contract fetch` brings |
/// | `of = orders::OrderPlaced` | checked against types, of a crate that holds the producer's contracts; `of = [A, B]` for several versions |
/// | `crate = "my::event_runtime"` | where the runtime is, for crates that re-export it |
///
/// # On a field
///
/// | option | meaning |
/// |---|---|
/// | `sensitive` | never shown; see [`Event`](macro@Event#sensitive-fields) |
/// | `wire = "String"` | the Rust type it looks like on the wire, for what serde alone cannot tell |
///
/// # What does not compile
///
/// A field that none of the versions has, of another type or a narrower range; a field that is required here and that one
/// of the versions lacks, or may leave out or write as `null`; an enum that lacks a variant and has no `#[serde(other)]`;
/// `deny_unknown_fields`, which would break with the producer's next field; a version without a contract. A retired version
/// is a warning.
#[proc_macro_derive(View, attributes(view))]
pub fn view(input: TokenStream) -> TokenStream {
    view::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes an enum the events of one handler, in one queue and in one order.
///
/// Each variant holds one event; every event converts into the set with `From`.
///
/// ```
/// use event_runtime::prelude::*;
///
/// #[derive(Debug, Serialize, Deserialize, Event)]
/// #[event(name = "order.placed", version = 1, owner = "checkout")]
/// struct OrderPlaced {
///     order_id: u64,
/// }
///
/// #[derive(Debug, Serialize, Deserialize, Event)]
/// #[event(name = "order.paid", version = 1, owner = "payments")]
/// struct OrderPaid {
///     order_id: u64,
/// }
///
/// #[derive(Debug, EventSet)]
/// enum OrderEvents {
///     Placed(OrderPlaced),
///     Paid(OrderPaid),
/// }
///
/// /// Keeps the list of open orders.
/// #[handler]
/// async fn project_orders(event: OrderEvents) {
///     match event {
///         OrderEvents::Placed(order) => println!("open: {}", order.order_id),
///         OrderEvents::Paid(order) => println!("paid: {}", order.order_id),
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// project_orders(OrderPlaced { order_id: 7 }.into()).await;
/// # }
/// ```
///
/// Two versions of an event in one set do not compile: the newest one reads the older ones through `upcast_from`.
/// `#[event_set(crate = "my::event_runtime")]` says where the runtime is, for crates that re-export it.
#[proc_macro_derive(EventSet, attributes(event_set))]
pub fn event_set(input: TokenStream) -> TokenStream {
    event_set::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Says of each error whether the event is worth another try.
///
/// ```
/// use event_runtime::prelude::*;
/// use std::io;
///
/// #[derive(Debug, thiserror::Error, Failure)]
/// enum PaymentError {
///     #[error("card declined")]
///     #[failure(poison)]
///     Declined,
///     #[error("gateway unavailable")]
///     #[failure(retry)]
///     Gateway(#[from] io::Error),
///     #[error("rate limited")]
///     #[failure(retry(after = "30s"))]
///     Throttled,
///     #[error("paid already")]
///     #[failure(skip)]
///     PaidAlready,
/// }
///
/// assert_eq!(PaymentError::Declined.class(), Class::Poison);
/// assert_eq!(PaymentError::from(io::Error::other("reset")).code(), "Gateway");
/// ```
///
/// | choice | the event |
/// |---|---|
/// | `retry` | is tried again, as the handler's `retry(..)` says |
/// | `retry(after = "30s")` | is tried again, not before that time has passed |
/// | `poison` | goes to the dead letters at once |
/// | `skip` | counts as handled |
/// | `transparent` | is judged by the one field inside, which is a `Failure` itself |
///
/// Every variant has a choice; one on the enum holds for the variants without their own. A struct has its choice above
/// it. The type is an error (`std::error::Error`), from which the dead letter takes its text. The variant's name is the
/// failure's code: what dead letters are grouped by.
///
/// `#[failure(crate = "my::event_runtime")]` says where the runtime is, for crates that re-export it.
#[proc_macro_derive(Failure, attributes(failure))]
pub fn failure(input: TokenStream) -> TokenStream {
    failure::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes an async function a handler, and leaves it a function.
///
/// ```
/// use event_runtime::prelude::*;
///
/// #[derive(Debug, Serialize, Deserialize, Event)]
/// #[event(name = "order.placed", version = 1, owner = "checkout")]
/// struct OrderPlaced {
///     order_id: u64,
///     total_cents: i64,
/// }
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
/// #[event(name = "payment.authorized", version = 1, owner = "payments")]
/// struct PaymentAuthorized {
///     order_id: u64,
/// }
///
/// #[derive(Clone)]
/// struct Gateway;
///
/// /// Authorizes the payment of a placed order.
/// #[handler(retry(attempts = 5, from = "200ms", to = "30s"), timeout = "10s")]
/// async fn authorize_payment(order: OrderPlaced, gateway: State<Gateway>) -> Result<PaymentAuthorized, BoxError> {
///     let _ = gateway;
///     Ok(PaymentAuthorized { order_id: order.order_id })
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// // Registered under its name, which is a type as well:
/// let service = Service::new("payments").state(Gateway).handle::<authorize_payment>();
///
/// // Called like any function, in a unit test for example:
/// let paid = authorize_payment(OrderPlaced { order_id: 7, total_cents: 995 }, State(Gateway)).await?;
/// assert_eq!(paid, PaymentAuthorized { order_id: 7 });
/// # let _ = service;
/// # Ok(())
/// # }
/// ```
///
/// # Arguments and result
///
/// The first argument says what is handled: an event, a set (`#[derive(EventSet)]`), or `Envelope<E>` or `Batch<E>` of
/// one. After it come any of `State<T>`, `Context` and `Emit<E>`, all by value, and in an `idempotent` handler the transaction
/// of the store, lent: `tx: &mut Tx<'_, Postgres>`. What is returned is published: `()`, an
/// event, `Option`, `Vec` or a tuple of events, or a `Result` of one of these whose error derives `Failure` or is
/// `BoxError`.
///
/// The function is async and neither generic nor a method. The first paragraph of its documentation is shown by
/// `describe`.
///
/// # Options
///
/// | option | default | meaning |
/// |---|---|---|
/// | `name = "authorize"` | the function's name | names the queue, with the service's name before it |
/// | `idempotent` | no | an event has its effect once: `tx: &mut Tx<'_, D>` and what is emitted commit with the note that it is handled; `idempotent(by = "payment_id", window = "14d", alone)` |
/// | `retry(attempts = 5, from = "200ms", to = "30s")` | these | how often an event is tried in all; the first and the longest wait in between |
/// | `timeout = "30s"` | this | the longest one attempt may take |
/// | `concurrency = 16` | this, or `prefetch` where that is less | how many run at the same time in one process |
/// | `prefetch = 100` | this (50 with `ordered_by`, 1000 with `idempotent`), or what `concurrency` and `batch` need | how many events one process holds |
/// | `rate = "100/s"` | none | the most attempts that start per second (`/s`), minute (`/m`) or hour (`/h`) in one process |
/// | `batch(max = 100, within = "500ms")` | none | several events in one call, for a first argument `Batch<E>`: so many, or those that came within the time |
/// | `ordered_by = "order_id"` | no order | the events of one key, which is this field of all of them, are handled one after another, in their order; different keys side by side |
/// | `partitions = 16` | one queue | with `ordered_by`: the keys are spread over so many queues (1, 2, 4 .. 64), which the processes share; how to change the number is in `docs/partitions.md` |
/// | `on_poison = "hold"` | this with `idempotent`, otherwise `"stop"` | what becomes of an ordered key whose event has failed for good: it waits in the store until it is replayed; `"skip"`: it goes on without the event; `"stop"`: the handler stops |
/// | `stale = "skip"` | no | an event whose `sequence` is not newer than the newest one handled of its key is skipped; needs `idempotent` |
/// | `from = ["checkout"]` | anyone | the broker users whose events are taken |
/// | `crate = "my::event_runtime"` | `::event_runtime` | where the runtime is, for crates that re-export it |
///
/// Times are a whole number and a unit: `"200ms"`, `"30s"`, `"5m"`, `"1h"`, `"14d"`.
#[proc_macro_attribute]
pub fn handler(options: TokenStream, item: TokenStream) -> TokenStream {
    handler::expand(options.into(), item.into()).into()
}

/// Makes an async function a job that publishes what another system knows and we do not, and leaves it a function.
///
/// ```
/// use event_runtime::prelude::*;
///
/// #[derive(Debug, Serialize, Deserialize, Event)]
/// #[event(name = "payment.settled", version = 1, owner = "payments", unrouted = "keep")]
/// struct PaymentSettled {
///     payment_id: String,
/// }
///
/// #[derive(Clone)]
/// struct Provider;
///
/// impl Provider {
///     async fn settled(&self) -> Result<Vec<String>, BoxError> {
///         Ok(vec!["pay_1".to_owned()])
///     }
/// }
///
/// /// Publishes the payments that the provider knows and we do not.
/// #[reconcile(every = "1h", timeout = "5m")]
/// async fn missing_payments(provider: State<Provider>, missing: Missing<PaymentSettled>) -> Result<(), BoxError> {
///     for payment_id in provider.settled().await? {
///         // The same id as in the webhook: what came there is not missing.
///         let id = EventId::derived("provider", &payment_id);
///         missing.publish(id, &PaymentSettled { payment_id }).await?;
///     }
///     Ok(())
/// }
///
/// let service = Service::new("payments").state(Provider).store(MemoryStore::new()).reconcile::<missing_payments>();
/// # let _ = service;
/// ```
///
/// What is missing is decided by ids, in the transaction that puts the events into the outbox, so a job that dies in the
/// middle has published nothing twice, and the next run publishes the rest. The service needs a store. One process of a
/// service runs the jobs; another takes over when it is gone.
///
/// A run that fails, panics or takes too long is logged with its error and counted in `Running::snapshot`; the next one comes
/// after 1 s, 2 s, .. up to `every`. At a shutdown a run is broken off at its next `await`.
///
/// # Arguments and result
///
/// `State<T>`, and `Missing<E>` for each event it publishes, by value. It returns nothing or `Result<(), E>`, with any error.
///
/// # Options
///
/// | option | default | meaning |
/// |---|---|---|
/// | `every = "1h"` | required | how long after one run the next one begins, give or take a tenth; the first begins within 10 s of the start |
/// | `timeout = "5m"` | this | the longest one run may take |
/// | `window = "14d"` | this | how long it is remembered what was published: longer than the other system is asked back for |
/// | `name = "missing"` | the function's name | names it in `describe`, in logs and in figures |
/// | `crate = "my::event_runtime"` | `::event_runtime` | where the runtime is, for crates that re-export it |
#[proc_macro_attribute]
pub fn reconcile(options: TokenStream, item: TokenStream) -> TokenStream {
    reconcile::expand(options.into(), item.into()).into()
}
