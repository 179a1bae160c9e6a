//! What one event and one handler expand to, written down so that a change to it is seen, and growth with it.
//!
//! `TRYBUILD=overwrite cargo test -p event-macros` writes the files anew, as it does for the compile-fail messages.

use proc_macro2::TokenStream;
use quote::quote;
use std::{env, fs};
use syn::parse_quote;

#[test]
fn event() {
    let event = parse_quote! {
        /// A customer placed an order.
        #[event(name = "order.placed", version = 2, owner = "checkout", upcast_from = OrderPlacedV1)]
        pub struct OrderPlaced {
            #[event(key)]
            pub order_id: Uuid,
            pub lines: Vec<Line>,
            #[event(sensitive)]
            pub email: String,
        }
    };
    assert_unchanged("event", crate::event::derive(&event));
}

#[test]
fn schema() {
    let schema = parse_quote! {
        #[serde(tag = "method", rename_all = "snake_case")]
        #[schema(open)]
        pub enum Payment {
            Card {
                #[schema(sensitive)]
                number: String,
                #[serde(default)]
                brand: Option<String>,
            },
            #[serde(alias = "wire")]
            Transfer(Account),
            #[serde(other)]
            Unknown,
        }
    };
    assert_unchanged("schema", crate::schema::derive(&schema));
}

#[test]
fn view() {
    let view = parse_quote! {
        /// What an invoice needs.
        #[view(of = [OrderPlacedV1, OrderPlaced])]
        pub struct Placed {
            pub order_id: Uuid,
            #[serde(flatten)]
            pub total: Total,
        }
    };
    assert_unchanged("view", crate::view::derive(&view));
}

#[test]
fn handler() {
    let options = quote!(retry(attempts = 5, from = "200ms", to = "30s"), timeout = "10s");
    let function = quote! {
        /// Authorizes the payment of a placed order.
        pub async fn authorize_payment(
            order: OrderPlaced,
            gateway: State<Gateway>,
            context: Context,
        ) -> Result<PaymentAuthorized, PaymentError> {
            todo!()
        }
    };
    assert_unchanged("handler", crate::handler::expand(options, function));
}

fn assert_unchanged(name: &str, expanded: TokenStream) {
    let path = format!("{}/expanded/{name}.rs", env!("CARGO_MANIFEST_DIR"));
    let now = prettyplease::unparse(&syn::parse2(expanded).expect("the expansion is Rust"));
    if env::var_os("TRYBUILD").is_some_and(|value| value == "overwrite") {
        fs::write(&path, &now).expect("the snapshot can be written");
    }
    let before = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        before == now,
        "the expansion is not what {name}.rs says; if it should be this, write it with \
         `TRYBUILD=overwrite cargo test -p event-macros`:\n\n{now}"
    );
}
