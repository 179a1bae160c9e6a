//! A hundred events and a hundred handlers; written without the macros, because there are so many.

use std::sync::Arc;

use event_runtime::__private::{self, Argument, Call, DecodeError, Failed, Options};
use event_runtime::handler::{State, With};
use event_runtime::prelude::*;
use event_runtime::{Contract, Version};

use crate::order::Order;
use crate::tally::Tally;

type Tallying = Service<With<Arc<Tally>, ()>>;

/// The order under the name of event `N`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Load<const N: usize>(Order);

/// The handler of event `N`.
#[derive(Debug)]
pub(super) struct Counts<const N: usize>;

macro_rules! loads {
    ($($n:literal)+) => {
        $(
            impl __private::Event for Load<$n> {
                const CONTRACT: &'static Contract = &Contract::new(
                    concat!("load.event", $n),
                    Version::FIRST,
                    concat!("load.event", $n, ".v1"),
                );

                fn decode(_: Version, body: &[u8]) -> Result<Self, DecodeError> {
                    event_runtime::envelope::decode_json(Self::CONTRACT.type_name, body)
                }
            }

            impl __private::Handler for Counts<$n> {
                const NAME: &'static str = concat!("load_", $n);
                const OPTIONS: Options = Options::DEFAULT.with_prefetch(250);
                const SUMMARY: &'static str = "Counts.";
                type Input = Load<$n>;
                type Needs = (<State<Arc<Tally>> as Argument>::Need, ());
                type Output = ();

                async fn call(order: Load<$n>, needs: &Self::Needs, call: &Call<'_>) -> Result<(), Failed> {
                    State::<Arc<Tally>>::take(&needs.0, call).handle(&order.0);
                    Ok(())
                }
            }
        )+

        /// The first `count` handlers.
        pub(super) fn handlers(mut service: Tallying, count: usize) -> Tallying {
            $(
                if $n < count {
                    service = service.handle::<Counts<$n>>();
                }
            )+
            service
        }
    };
}

loads!(
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99
);
