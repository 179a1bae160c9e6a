use super::Registered;
use super::config::Config;
use super::held::{Held, Holder};
use super::keep::Keeping;
use super::moving::{self, Found, Ordered};
use super::running::{Kept, Part, Running, Started};
use super::watch::Waiting;
use crate::alert::Alerts;
use crate::consumer::{Balance, Caller, Durable, Job, Phase, Shared, Turn, balance, host, inbox, supervise};
use crate::dead_letter::DeadLetters;
use crate::error::Result;
use crate::handler::Idempotent;
use crate::outbox::{Outbox, Relay, published, relay as relay_events};
use crate::publisher::Publisher;
use crate::reconcile::{Job as Reconciling, Runner, run as run_jobs};
use crate::stats::{HandlerStats, Stats};
use crate::topology::{Names, Plan, Route, Topology};
use crate::transport::{Health, Transport};
use event_contract::Contract;
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

/// What the handlers need on the broker.
pub(super) fn topology(config: &Config, handlers: &[Registered], publishes: &[&'static Contract]) -> Topology {
    let names = &Names::new(&config.bus, &config.service);
    let routes: Vec<_> = handlers
        .iter()
        .map(|handler| {
            let route = Route::new(handler.name, handler.takes.to_vec());
            route.with_queues(handler.options.queues(config.prefix.partition_key()))
        })
        .collect();
    let mut all: Vec<&'static Contract> = publishes.to_vec();
    all.extend(handlers.iter().flat_map(|handler| &handler.publishes));
    let mut topology = Topology::of_service(names, &routes, &all);
    if let Some(retention) = config.archive {
        topology.archive(names, retention);
    }
    topology
}

pub(super) fn start(
    config: Config,
    handlers: Vec<Registered>,
    publishes: Vec<&'static Contract>,
    reconciling: Vec<Arc<Reconciling>>,
) -> Result<Running> {
    let transport = config.transport()?;
    let names = Names::new(&config.bus, &config.service);
    let topology = topology(&config, &handlers, &publishes);
    let stats = Arc::new(Stats::default());
    let (ready, topology_ready) = watch::channel(Health::Connecting);
    let publisher = Publisher::new(
        Arc::clone(&transport),
        names.clone(),
        config.service.clone(),
        config.prefix,
        config.limits,
        Arc::clone(&stats),
        topology_ready,
    );
    let store_health = watch::Sender::new(if config.store.is_some() {
        Health::Connecting
    } else {
        Health::Up
    });
    let (outbox, handled) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let keeping = config.store.as_ref().map(|store| Keeping {
        store: Arc::clone(store),
        migrate: config.migrate,
        health: store_health.clone(),
        windows: windows(&config.service, &handlers, &reconciling),
    });
    let common = Common {
        names: names.clone(),
        publisher: publisher.clone(),
        store_health: store_health.clone(),
        outbox: Arc::clone(&outbox),
        handled: Arc::clone(&handled),
        alerts: Arc::new(Alerts::new(config.alert_url()?)),
    };
    let ordered = Ordered::of(&config, &handlers);
    let mut started = Vec::with_capacity(handlers.len());
    let mut jobs = Vec::with_capacity(handlers.len());
    let (mut holders, mut balances) = (Vec::new(), Vec::new());
    let callers = handlers.iter().map(|handler| common.caller(&config, handler)).collect();
    for handler in handlers {
        let stats = Arc::new(HandlerStats::new(handler.name));
        holders.extend(common.holder(&config, &handler, &stats));
        let mut parts = Vec::new();
        for queue in names.queues(handler.name, handler.options.partitions()) {
            let shared = common.share(&config, &handler, &stats);
            let health = watch::Sender::new(Health::Connecting);
            parts.push(Part {
                shared: Arc::clone(&shared),
                queue: queue.clone(),
                health: health.subscribe(),
            });
            let make_slot = (handler.make_slots)(Arc::clone(&shared));
            jobs.push(Job {
                shared,
                queue,
                transport: Arc::clone(&transport),
                make_slot,
                health,
            });
        }
        if parts.len() > 1 {
            balances.push(Balance {
                transport: Arc::clone(&transport),
                parts: parts
                    .iter()
                    .map(|part| (part.queue.clone(), Arc::clone(&part.shared)))
                    .collect(),
            });
        }
        started.extend(Started::new(parts));
    }
    let (stop_relay, relay_stops) = watch::channel(false);
    let (asked, asked_to_stop) = watch::channel(false);
    let relay = config.store.as_ref().map(|store| Relay {
        store: Arc::clone(store),
        service: config.service.clone(),
        publisher: publisher.clone(),
        wake: Arc::clone(&outbox),
        health: store_health.clone(),
        stop: relay_stops,
    });
    let outbox = Outbox::new(publisher.clone(), config.service.clone(), outbox);
    let store = config.store.as_ref().filter(|_| !reconciling.is_empty());
    let runner = store.map(|store| Runner {
        store: Arc::clone(store),
        outbox: outbox.clone(),
        jobs: reconciling.clone(),
        stop: asked_to_stop.clone(),
    });
    let waiting = Arc::new(Waiting::default());
    let letters = DeadLetters::new(Arc::clone(&transport), names.clone());
    let names_of = started.iter().map(|handler| handler.shared().handler).collect();
    let mut tasks = JoinSet::new();
    tasks.spawn(bring_up(
        Arc::clone(&transport),
        (names.clone(), ordered),
        topology.clone(),
        config.apply,
        ready.clone(),
        jobs,
        balances,
        keeping,
        relay.map(|relay| (relay, stop_relay)),
        runner,
        asked_to_stop,
        super::watch::watch(letters, names_of, Arc::clone(&waiting)),
    ));
    let kept = Kept {
        health: store_health.subscribe(),
        store: config.store.clone(),
        outbox,
        jobs: reconciling,
        handled,
        asked,
        held: Held::new(config.store.clone(), config.service.clone(), holders),
        callers,
        waiting,
    };
    Ok(Running::new(
        config, transport, names, topology, publisher, stats, started, ready, tasks, kept,
    ))
}

/// What all handlers of a service have in common.
struct Common {
    names: Names,
    publisher: Publisher,
    store_health: watch::Sender<Health>,
    outbox: Arc<Notify>,
    handled: Arc<Notify>,
    alerts: Arc<Alerts>,
}

impl Common {
    fn share(&self, config: &Config, handler: &Registered, stats: &Arc<HandlerStats>) -> Arc<Shared> {
        let store = config.store.as_ref().filter(|_| handler.options.idempotent.is_some());
        let durable = store.map(|store| {
            let durable = Durable::new(
                Arc::clone(store),
                config.service.clone(),
                handler.name,
                self.store_health.clone(),
                Arc::clone(&self.outbox),
                Arc::clone(&self.handled),
            );
            durable.holding(config.most_held)
        });
        Arc::new(Shared {
            handler: handler.name,
            options: handler.options,
            contracts: handler.takes,
            names: self.names.clone(),
            publisher: self.publisher.clone(),
            limits: config.limits,
            plain: config.plain,
            stats: Arc::clone(stats),
            alerts: Arc::clone(&self.alerts),
            host: host(),
            build: build(),
            phase: watch::Sender::new(Phase::Running),
            stopped: OnceLock::new(),
            durable,
            turn: Turn::default(),
        })
    }

    /// What replays the lines of a handler: with a phase of its own, so that it goes on whatever becomes of the sessions with
    /// the broker.
    fn holder(&self, config: &Config, handler: &Registered, stats: &Arc<HandlerStats>) -> Option<Holder> {
        // Also without an order: what was held when it had one does not get lost.
        if config.store.is_none() || handler.options.idempotent.is_none() {
            return None;
        }
        let shared = self.share(config, handler, stats);
        Some(Holder {
            make_slot: Arc::from((handler.make_slots)(Arc::clone(&shared))),
            shared,
        })
    }

    /// What tries out what a handler would do: its figures are nobody's.
    fn caller(&self, config: &Config, handler: &Registered) -> Caller {
        let shared = self.share(config, handler, &Arc::new(HandlerStats::new(handler.name)));
        Caller {
            make_slot: Arc::from((handler.make_slots)(Arc::clone(&shared))),
            shared,
        }
    }
}

/// The held keys of a service that does not run here.
pub(super) fn held(config: &Config, handlers: &[Registered], transport: Arc<dyn Transport>) -> Held {
    let common = common(config, transport);
    let holders = handlers.iter().filter_map(|handler| {
        let stats = Arc::new(HandlerStats::new(handler.name));
        common.holder(config, handler, &stats)
    });
    Held::new(config.store.clone(), config.service.clone(), holders.collect())
}

/// The handlers of a service that does not run here, to be tried.
pub(super) fn callers(config: &Config, handlers: &[Registered], transport: Arc<dyn Transport>) -> Vec<Caller> {
    let common = common(config, transport);
    handlers.iter().map(|handler| common.caller(config, handler)).collect()
}

fn common(config: &Config, transport: Arc<dyn Transport>) -> Common {
    let names = Names::new(&config.bus, &config.service);
    let (_, up) = watch::channel(Health::Up);
    let publisher = Publisher::new(
        transport,
        names.clone(),
        config.service.clone(),
        config.prefix,
        config.limits,
        Arc::new(Stats::default()),
        up,
    );
    Common {
        names,
        publisher,
        store_health: watch::Sender::new(Health::Up),
        outbox: Arc::default(),
        handled: Arc::default(),
        alerts: Arc::default(),
    }
}

/// How long each inbox remembers.
fn windows(service: &str, handlers: &[Registered], jobs: &[Arc<Reconciling>]) -> Vec<(String, Duration)> {
    let longest = jobs
        .iter()
        .map(|job| job.options.window)
        .chain([Idempotent::DEFAULT.window])
        .max();
    let published = longest.map(|window| (published(service), window));
    let window = |handler: &Registered| Some((inbox(service, handler.name), handler.options.idempotent?.window));
    handlers.iter().filter_map(window).chain(published).collect()
}

/// Makes topology and tables, trying until it works, then runs the handlers until they stop, and the relay until it has
/// published what they left.
#[allow(clippy::too_many_arguments, reason = "called once, by the start of a service")]
async fn bring_up(
    transport: Arc<dyn Transport>,
    (names, ordered): (Names, Vec<Ordered>),
    topology: Topology,
    apply: bool,
    ready: watch::Sender<Health>,
    jobs: Vec<Job>,
    balances: Vec<Balance>,
    keeping: Option<Keeping>,
    relay: Option<(Relay, watch::Sender<bool>)>,
    runner: Option<Runner>,
    mut asked_to_stop: watch::Receiver<bool>,
    watching: impl Future<Output = ()> + Send + 'static,
) {
    let tables = async {
        if let Some(keeping) = &keeping {
            keeping.make_tables().await;
        }
    };
    let objects = async {
        if apply {
            make(transport.as_ref(), &topology, (&names, &ordered), &ready).await;
        }
        ready.send_replace(Health::Up);
    };
    let mut asked = asked_to_stop.clone();
    tokio::select! {
        _ = asked.wait_for(|asked| *asked) => return,
        _ = async { tokio::join!(tables, objects) } => {}
    }
    tracing::info!(at = transport.describe(), handlers = jobs.len(), "handlers start");
    let mut beside = JoinSet::new();
    beside.spawn(watching);
    for handler in balances {
        beside.spawn(balance(handler));
    }
    if let Some(keeping) = keeping {
        beside.spawn(keeping.forget());
    }
    let mut relays = JoinSet::new();
    let stop = relay.map(|(job, stop)| {
        relays.spawn(relay_events(job));
        stop
    });
    let mut reconciling = JoinSet::new();
    if let Some(runner) = runner {
        reconciling.spawn(run_jobs(runner));
    }
    let mut handlers = JoinSet::new();
    for job in jobs {
        handlers.spawn(watched(job));
    }
    while handlers.join_next().await.is_some() {}
    while reconciling.join_next().await.is_some() {}
    if let Some(stop) = stop {
        // An error means that nobody can ask any more.
        let _ = asked_to_stop.wait_for(|asked| *asked).await;
        stop.send_replace(true);
        while relays.join_next().await.is_some() {}
    }
}

/// Makes what is missing, and tries until it works. A handler that is being moved, from or to this build, is read as it is.
async fn make(
    transport: &dyn Transport,
    topology: &Topology,
    (names, ordered): (&Names, &[Ordered]),
    ready: &watch::Sender<Health>,
) {
    let mut wait = Duration::from_millis(100);
    loop {
        let why = match moving::look(transport, names, ordered).await {
            Ok(Found::UnderWay) => return,
            Ok(Found::Other(why)) => why,
            Ok(Found::Free { gates }) => {
                let mut missing = topology.clone();
                missing.exchanges.retain(|exchange| !gates.contains(&exchange.name));
                match transport.apply(&missing).await {
                    Ok(_) => return,
                    Err(error) => {
                        // What is there with other arguments will not change by itself, but an operator may change it.
                        let way_out = Plan::way_out(&error.to_string()).map(|way_out| format!("; {way_out}"));
                        format!("{error}{}", way_out.unwrap_or_default())
                    }
                }
            }
            Err(error) => error.to_string(),
        };
        tracing::warn!(why, "cannot make exchanges and queues; trying again");
        ready.send_replace(Health::Down(why));
        tokio::time::sleep(wait.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
        wait = (wait * 2).min(Duration::from_secs(10));
    }
}

/// A handler that stops reading must not stay unseen.
async fn watched(job: Job) {
    let (handler, health) = (job.shared.handler, job.health.clone());
    if AssertUnwindSafe(supervise(job)).catch_unwind().await.is_err() {
        tracing::error!(
            handler,
            "the task that reads the queue panicked: the handler does nothing any more"
        );
        health.send_replace(Health::Down("its task panicked".to_owned()));
    }
}

/// The program, and the version it was given at build time: `EVENT_BUILD` at run time says it better.
fn build() -> String {
    std::env::var("EVENT_BUILD").ok().unwrap_or_else(|| {
        std::env::current_exe()
            .ok()
            .and_then(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()))
            .unwrap_or_else(|| "unknown".to_owned())
    })
}
