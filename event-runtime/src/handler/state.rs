use super::Handler;
use crate::store::{Database, Holds};
use std::marker::PhantomData;
use std::ops::Deref;

/// Something the service holds and the handler uses: a client, a pool, a configuration.
///
/// Registered with `.state(value)`, cloned for every call: put an `Arc` inside, or use types that are handles already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State<T>(pub T);

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The states of a service, as a type: the last one added first.
#[derive(Debug, Clone)]
pub struct With<T, Rest> {
    wanted: Wanted<T>,
    rest: Rest,
}

impl<T: Clone, Rest> With<T, Rest> {
    pub(crate) fn new(value: T, rest: Rest) -> Self {
        let clone = T::clone;
        Self {
            wanted: Wanted { value, clone },
            rest,
        }
    }
}

/// A list of states that has a `T`. `Place` is where; the compiler finds it.
#[diagnostic::on_unimplemented(
    message = "this service has no state of type `{T}`",
    label = "needs `State<{T}>`",
    note = "add `.state(value)` before `.handle::<..>()` or `.reconcile::<..>()`, with a value of type `{T}`"
)]
pub trait Has<T, Place> {
    /// The value, cloned.
    fn get(&self) -> Wanted<T>;
}

/// The first of the list.
#[derive(Debug)]
pub enum Here {}

/// Further down the list.
#[derive(Debug)]
pub struct There<Place>(PhantomData<Place>);

impl<T, Rest> Has<T, Here> for With<T, Rest> {
    fn get(&self) -> Wanted<T> {
        self.wanted.clone()
    }
}

#[diagnostic::do_not_recommend]
impl<T, U, Rest: Has<T, Place>, Place> Has<T, There<Place>> for With<U, Rest> {
    fn get(&self) -> Wanted<T> {
        self.rest.get()
    }
}

/// An argument that needs nothing from the service.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

/// An argument that needs a state.
///
/// How to clone it is known where the state is added. Handlers need not ask for `Clone` again, so a type that lacks it is
/// reported there and nowhere else.
#[derive(Debug)]
pub struct Wanted<T> {
    value: T,
    clone: fn(&T) -> T,
}

impl<T> Wanted<T> {
    /// The value, cloned.
    pub(crate) fn get(&self) -> T {
        (self.clone)(&self.value)
    }
}

impl<T> Clone for Wanted<T> {
    fn clone(&self) -> Self {
        Self {
            value: self.get(),
            clone: self.clone,
        }
    }
}

/// A service that has what one argument needs.
pub trait Supply<Need, Place> {
    /// Takes it out.
    fn supply(&self) -> Need;
}

/// A handler that needs a store, whichever.
#[derive(Debug, Clone, Copy)]
pub struct AnyStore;

/// A handler that needs a store with transactions of `D`.
#[derive(Debug, Clone, Copy)]
pub struct Opened<D>(PhantomData<fn(D)>);

/// The store of a service without one.
#[derive(Debug, Clone, Copy)]
pub struct NoStore;

/// A service's store, if it has one.
#[diagnostic::on_unimplemented(
    message = "an `idempotent` handler and a `#[reconcile]` job need a store, and `{Self}` is none",
    label = "needs a store",
    note = "give the service one before `.handle::<..>()` and `.reconcile::<..>()`: `.store(SqliteStore::open(\"service.db\").await?)`, `.store(PostgresStore::connect(url).await?)`, or `.store(MemoryStore::new())` in tests"
)]
pub trait HasStore {}

#[diagnostic::do_not_recommend]
impl<S: crate::store::Store> HasStore for S {}

/// What a service has for its handlers: states and a store.
#[derive(Debug)]
pub struct Stock<'s, States, Store> {
    pub(crate) states: &'s States,
    pub(crate) store: PhantomData<fn(Store)>,
}

impl<States, Store: HasStore> Supply<AnyStore, ()> for Stock<'_, States, Store> {
    fn supply(&self) -> AnyStore {
        AnyStore
    }
}

impl<States, Store: Holds<D>, D: Database> Supply<Opened<D>, ()> for Stock<'_, States, Store> {
    fn supply(&self) -> Opened<D> {
        Opened(PhantomData)
    }
}

impl<S> Supply<Nothing, ()> for S {
    fn supply(&self) -> Nothing {
        Nothing
    }
}

impl<States: Has<T, Place>, Store, T, Place> Supply<Wanted<T>, Place> for Stock<'_, States, Store> {
    fn supply(&self) -> Wanted<T> {
        self.states.get()
    }
}

/// A service that has what all arguments need: a nested pair per argument.
pub trait Provide<Needs, Places> {
    /// Takes them out.
    fn provide(&self) -> Needs;
}

impl<S> Provide<(), ()> for S {
    fn provide(&self) {}
}

impl<S, Need, Rest, Place, Places> Provide<(Need, Rest), (Place, Places)> for S
where
    S: Supply<Need, Place> + Provide<Rest, Places>,
{
    fn provide(&self) -> (Need, Rest) {
        (self.supply(), Provide::<Rest, Places>::provide(self))
    }
}

/// A handler whose needs a service with `States` and `Store` can meet.
///
/// The handler is the one who fits, not the service, so that the compiler points at the call that registers it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    label = "not a handler",
    note = "put `#[handler]` on the async function; one `use` then brings the function and the handler"
)]
pub trait Fits<States, Store, Places>: Handler {
    /// Takes the needs out of the states.
    fn needs(states: &States) -> Self::Needs;
}

impl<H: Handler, States, Store, Places> Fits<States, Store, Places> for H
where
    for<'s> Stock<'s, States, Store>: Provide<H::Needs, Places>,
{
    fn needs(states: &States) -> Self::Needs {
        let stock = Stock {
            states,
            store: PhantomData,
        };
        stock.provide()
    }
}
