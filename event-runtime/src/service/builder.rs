use super::config::Config;
use super::moving::{Ordered, moves};
use super::running::Running;
use super::{Registered, command, signal, start, window};
use crate::catalog::{self, Catalog};
use crate::consumer::Most;
use crate::envelope::Prefix;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::handler::{Fits, NoStore, Options, With};
use crate::message::Limits;
use crate::reconcile::{Job, Runs};
use crate::store::Store;
use crate::topology::{Names, Plan, Retention};
use crate::transport::Transport;
use event_contract::Contract;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// Handlers, what they need, and where they run.
///
/// ```
/// use event_runtime::prelude::*;
///
/// #[derive(Debug, Clone, Serialize, Deserialize, Event)]
/// #[event(name = "order.placed", version = 1, owner = "checkout")]
/// struct OrderPlaced {
///     #[event(key)]
///     order_id: Uuid,
/// }
///
/// #[derive(Clone)]
/// struct Greeting(&'static str);
///
/// /// Greets the customer.
/// #[handler]
/// async fn greet(order: OrderPlaced, greeting: State<Greeting>) {
///     println!("{} {}", greeting.0.0, order.order_id);
/// }
///
/// # #[tokio::main]
/// # async fn main() -> event_runtime::Result<()> {
/// let service = Service::new("greeter").state(Greeting("hello")).handle::<greet>().start().await?;
/// service.publisher().publish(&OrderPlaced { order_id: Uuid::now_v7() }).await?;
/// service.idle().await;
/// service.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a service does nothing until `run`, `start` or `main`"]
pub struct Service<States = (), Store = NoStore> {
    pub(super) config: Config,
    states: States,
    store: PhantomData<fn(Store)>,
    pub(super) handlers: Vec<Registered>,
    pub(super) publishes: Vec<&'static Contract>,
    pub(super) jobs: Vec<Arc<Job>>,
}

impl Service {
    /// A service without handlers. The name is one word; queues and users are called after it.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            config: Config::new(name.into()),
            states: (),
            store: PhantomData,
            handlers: Vec::new(),
            publishes: Vec::new(),
            jobs: Vec::new(),
        }
    }
}

impl<States> Service<States> {
    /// Adds the store that `idempotent` handlers and the outbox need: `SqliteStore`, `PostgresStore`, `MemoryStore`.
    ///
    /// A service has one; its tables are made when it starts, see [`assume_schema`](Self::assume_schema).
    pub fn store<S: Store>(mut self, store: S) -> Service<States, S> {
        self.config.store = Some(Arc::new(store));
        Service {
            config: self.config,
            states: self.states,
            store: PhantomData,
            handlers: self.handlers,
            publishes: self.publishes,
            jobs: self.jobs,
        }
    }
}

impl<States, Store> Service<States, Store> {
    /// Adds something that handlers take as `State<T>`: a client, a pool, a configuration.
    ///
    /// It is cloned for every call that takes it: put an `Arc` inside, or use a type that is a handle already.
    pub fn state<T: Clone + Send + Sync + 'static>(self, value: T) -> Service<With<T, States>, Store> {
        Service {
            config: self.config,
            states: With::new(value, self.states),
            store: PhantomData,
            handlers: self.handlers,
            publishes: self.publishes,
            jobs: self.jobs,
        }
    }

    /// Says that the service publishes `E` outside its handlers, so that `describe` and `topology` know.
    pub fn publishes<E: Event>(mut self) -> Self {
        self.publishes.push(E::CONTRACT);
        self
    }

    /// Where the broker is: `amqp://user:password@host:5672/vhost`. Without one the service runs in process.
    ///
    /// The variable `EVENT_URL` overrides it.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.config.url = Some(url.into());
        self
    }

    /// Uses this transport, whatever the URL says: to share one between services, or to bring your own.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.config.transport = Some(Arc::new(transport));
        self
    }

    /// The topic exchange that all services of an environment share. Default `events`; `EVENT_BUS` overrides it.
    pub fn bus(mut self, bus: impl Into<String>) -> Self {
        self.config.bus = bus.into();
        self
    }

    /// What is refused before it is decoded, and before it is sent.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.config.limits = limits;
        self
    }

    /// How the CloudEvents headers of what we write begin. All forms are read, whatever this says.
    pub fn header_prefix(mut self, prefix: Prefix) -> Self {
        self.config.prefix = prefix;
        self
    }

    /// Takes messages without any CloudEvents attribute: `message_id` is the id, the `type` property or else the routing
    /// key is the type.
    pub fn accept_plain_messages(mut self) -> Self {
        self.config.plain = true;
        self
    }

    /// Expects exchanges and queues to be there: a deploy step made them with `topology apply`.
    ///
    /// A service that may declare nothing needs this. `EVENT_TOPOLOGY=assume` says the same.
    pub fn assume_topology(mut self) -> Self {
        self.config.apply = false;
        self
    }

    /// Expects the store's tables to be there: a deploy step made them with `migrate`.
    ///
    /// A service that may make no tables needs this. `EVENT_SCHEMA=assume` says the same.
    pub fn assume_schema(mut self) -> Self {
        self.config.migrate = false;
        self
    }

    /// How long dead letters are kept before somebody deletes them. Default 7 days.
    ///
    /// A replay after that may find an inbox that has forgotten the event: the window of every `idempotent` handler must
    /// be longer, and [`start`](Self::start) refuses one that is not.
    pub fn keep_dead_letters(mut self, time: Duration) -> Self {
        self.config.dead_letters = time;
        self
    }

    /// Where to send a POST with JSON when a dead letter is the first of its kind in a process, or the first after a quiet
    /// hour: a chat's incoming webhook, a pager. `EVENT_ALERT_URL` overrides it. Needs the feature `alerts`.
    ///
    /// It says which handler, event, reason and variant of the error; neither the body nor the key nor the text of the error.
    /// Nothing waits for it: a request may take 5 s, is tried four times, and is lost when the process ends.
    /// Only the URL's host is ever logged.
    pub fn alert_url(mut self, url: impl Into<String>) -> Self {
        self.config.alert_url = Some(url.into());
        self
    }

    /// Keeps everything that goes over the bus for `age`, at most `bytes` of it, so that `replay` can send it to a handler
    /// again. Without this there is no archive.
    ///
    /// The archive, `<bus>.archive`, belongs to the bus: services that ask for one must ask for the same. It takes what
    /// nobody else takes, so that publishing such an event is no error any more. On RabbitMQ it is a stream; in process it
    /// holds 10,000 events at most. `EVENT_ARCHIVE=7d/20GB` overrides it, and `topology apply --archive 7d` makes one for a
    /// service that says nothing.
    pub fn archive(mut self, age: Duration, bytes: u64) -> Self {
        self.config.archive = Some(Retention::new(age, bytes));
        self
    }

    /// How many keys a handler may hold, and how many events may wait for each of them. Default 1,000 and 10,000.
    ///
    /// One more, and the handler stops: it is not ready and says why, and events wait on the broker.
    pub fn hold_at_most(mut self, keys: u32, events: u32) -> Self {
        self.config.most_held = Most {
            keys: keys.into(),
            events: events.into(),
        };
        self
    }

    /// How long a shutdown waits for running handlers. Default 30 s; `EVENT_GRACE_SECONDS` overrides it.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.config.grace = grace;
        self
    }

    /// Starts the service and returns at once; it is ready when [`Running::ready`] says so.
    ///
    /// # Errors
    ///
    /// A setting that cannot be used. A broker that does not answer is waited for, not an error.
    pub async fn start(mut self) -> Result<Running> {
        self.config.read_environment()?;
        self.start_as_told().await
    }

    /// As [`start`](Self::start), without the environment: the command line has read it already, tests do not want it.
    pub(crate) async fn start_as_told(self) -> Result<Running> {
        self.check()?;
        start::start(self.config, self.handlers, self.publishes, self.jobs)
    }

    /// Runs until SIGTERM or Ctrl-C, then finishes what is running. A second signal ends it at once.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    ///
    /// # Cancel safety
    ///
    /// A dropped call ends the service abruptly; what was in hand comes again.
    pub async fn run(self) -> Result<()> {
        let running = self.start().await?;
        signal::until_asked_to_stop(running).await
    }

    /// Gives the binary its commands: `run` (the default), `describe`, `contracts`, `asyncapi`, `catalog`,
    /// `topology plan|apply`, `dlq list|groups|show|status|replay|edit|discard|export`, `replay`,
    /// `held list|show|replay|skip`, `outbox status|retry|drop`, `relay`, `migrate`.
    ///
    /// # Errors
    ///
    /// What the command runs into; wrong arguments end the process with the usual help and exit code 2.
    pub async fn main(self) -> Result<()> {
        command::main(self).await
    }

    /// What the service is, for people and other tools. Nothing runs, and no broker is asked.
    #[must_use]
    pub fn catalog(&self) -> Catalog {
        let handlers = self.handlers.iter().map(|handler| catalog::Handler {
            name: handler.name,
            summary: handler.summary,
            takes: handler.takes.to_vec(),
            publishes: handler.publishes.clone(),
            options: handler.options,
        });
        Catalog::new(
            &self.config.service,
            Names::new(&self.config.bus, &self.config.service),
            self.config.prefix,
            handlers.collect(),
            self.publishes.clone(),
        )
    }

    /// Makes the exchanges and queues that are missing, as `topology apply` does. A handler whose partitions have another number
    /// on the broker is moved, which lasts until everything in its old queues is done; `say` is told how far that is.
    ///
    /// # Errors
    ///
    /// A setting that cannot be used, no connection, no permission, an object that is there with other arguments.
    ///
    /// # Cancel safety
    ///
    /// Calling it again goes on.
    pub async fn apply_topology(&self, say: impl Fn(&str) + Sync) -> Result<Plan> {
        let mut config = self.config.clone();
        config.read_environment()?;
        self.check()?;
        let transport = config.transport()?;
        let applied = self.apply_as_told(&config, transport.as_ref(), &say).await;
        if config.transport.is_none() {
            transport.close().await;
        }
        applied
    }

    pub(super) async fn apply_as_told(
        &self,
        config: &Config,
        transport: &dyn Transport,
        say: &(dyn Fn(&str) + Sync),
    ) -> Result<Plan> {
        let names = Names::new(&config.bus, &config.service);
        let ordered = Ordered::of(config, &self.handlers);
        // Until none is left: what an old build makes anew in the meantime is moved as well.
        while let Some(handler) = moves(transport, &names, &ordered).await?.first() {
            handler.run(transport, say).await?;
        }
        let topology = start::topology(config, &self.handlers, &self.publishes);
        Ok(transport.apply(&topology).await?)
    }

    /// Deletes this service's queues and exchanges with everything in them, and the archive if it asks for one; for tests and
    /// examples.
    ///
    /// The bus goes too, unless it leads to the queues of other services. What is not there is no error.
    ///
    /// # Errors
    ///
    /// A setting that cannot be used, no connection, no permission.
    pub async fn remove_topology(&self) -> Result<()> {
        let mut config = self.config.clone();
        config.read_environment()?;
        self.check()?;
        let transport = config.transport()?;
        let removed = transport
            .remove(&start::topology(&config, &self.handlers, &self.publishes))
            .await;
        if config.transport.is_none() {
            transport.close().await;
        }
        Ok(removed?)
    }

    pub(super) fn check(&self) -> Result<()> {
        self.config.check()?;
        window::check(&self.handlers, self.config.dead_letters)?;
        window::check_held(&self.handlers)?;
        for handler in &self.handlers {
            if let Some(count) = handler
                .options
                .partitions()
                .filter(|count| !Options::PARTITIONS.contains(count))
            {
                return Err(Error::Setting(format!(
                    "`{}` has {count} partitions; it can have 1, 2, 4, 8, 16, 32 or 64",
                    handler.name
                )));
            }
        }
        for (at, handler) in self.handlers.iter().enumerate() {
            if self.handlers[..at].iter().any(|other| other.name == handler.name) {
                return Err(Error::Setting(format!(
                    "two handlers are called `{0}`; give one of them another name: `#[handler(name = \"{0}_2\")]`",
                    handler.name
                )));
            }
        }
        for (at, job) in self.jobs.iter().enumerate() {
            if self.jobs[..at].iter().any(|other| other.name == job.name) {
                return Err(Error::Setting(format!(
                    "two jobs are called `{0}`; give one of them another name: `#[reconcile(name = \"{0}_2\", ..)]`",
                    job.name
                )));
            }
        }
        Ok(())
    }
}

/// Registers handlers and jobs. In the prelude, so that `.handle::<name>()` reads like a method of [`Service`].
///
/// `Places` is where the states are that the handler needs; the compiler finds them, or says which one is missing.
pub trait Handle<Places>: Sized {
    /// What the service has so far.
    type States;
    /// Its store, or [`NoStore`].
    type Store;

    /// Registers the handler `H`.
    fn handle<H: Fits<Self::States, Self::Store, Places>>(self) -> Self;

    /// Registers the job `J`: what `#[reconcile(every = "1h")]` is on. It runs in one process of the service at a time.
    fn reconcile<J: Runs<Self::States, Self::Store, Places>>(self) -> Self;
}

impl<States, Store, Places> Handle<Places> for Service<States, Store> {
    type States = States;
    type Store = Store;

    fn handle<H: Fits<States, Store, Places>>(mut self) -> Self {
        self.handlers.push(Registered::new::<H>(H::needs(&self.states)));
        self
    }

    fn reconcile<J: Runs<States, Store, Places>>(mut self) -> Self {
        let job = Job::new::<J>(J::needs(&self.states));
        self.publishes.extend(&job.publishes);
        self.jobs.push(Arc::new(job));
        self
    }
}
