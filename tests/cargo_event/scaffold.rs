//! `new` and `add`: what they write, and what they do not. That it compiles is for `generated.rs`.

use super::place::{Place, checkout};

fn service() -> Place {
    let place = Place::new();
    place
        .event(".", &["new", "payments"])
        .ends(0)
        .says("next:\n  cd payments\n");
    place
}

#[test]
fn a_service_depends_on_the_published_runtime() {
    let place = service();
    let manifest = place.read("payments/Cargo.toml");
    assert!(
        manifest.contains(&format!("event-runtime = \"{}\"\n", env!("CARGO_PKG_VERSION"))),
        "{manifest}"
    );
    let path = checkout().display().to_string();
    place.event(".", &["new", "shipping", "--runtime-path", &path]).ends(0);
    let manifest = place.read("shipping/Cargo.toml");
    assert!(
        manifest.contains(&format!("event-runtime = {{ path = \"{path}/event-runtime\" }}\n")),
        "{manifest}"
    );
    place
        .event(".", &["new", "sales", "--runtime-path", "."])
        .ends(2)
        .errs("no checkout of event-runtime");
    assert!(!place.has("sales"));
}

#[test]
fn nothing_is_left_to_fill_in() {
    let place = service();
    place.event("payments", &["add", "event", "order.placed"]).ends(0);
    place
        .event(
            "payments",
            &["add", "handler", "charge_card", "--event", "order.placed"],
        )
        .ends(0);
    for file in [
        "Cargo.toml",
        ".gitignore",
        ".gitattributes",
        "build.rs",
        "src/main.rs",
        "src/lib.rs",
        "src/events/mod.rs",
    ]
    .into_iter()
    .chain([
        "src/events/order_placed.rs",
        "src/handlers/mod.rs",
        "src/handlers/charge_card.rs",
    ]) {
        let text = place.read(&format!("payments/{file}"));
        assert!(!text.contains("{{") && !text.is_empty(), "{file}\n{text}");
    }
    let service = place.read("payments/src/lib.rs");
    assert!(
        service.contains(".handle::<handlers::charge_card::charge_card>()"),
        "{service}"
    );
}

#[test]
fn names_that_are_none() {
    let place = service();
    place
        .event(".", &["new", "Payments"])
        .ends(2)
        .errs("did you mean `payments`?");
    place
        .event("payments", &["add", "event", "Order.Placed"])
        .ends(2)
        .errs("did you mean `order.placed`?");
    place
        .event("payments", &["add", "event", "order.placed.v2"])
        .ends(2)
        .errs("`--version 2`");
    let ran = place
        .event(
            "payments",
            &["add", "handler", "charge-card", "--event", "order.placed"],
        )
        .ends(2);
    ran.errs("did you mean `charge_card`?");
    let ran = place
        .event(
            "payments",
            &["add", "handler", "charge_card", "--event", "order.placed"],
        )
        .ends(2);
    ran.errs("cargo event add event order.placed")
        .errs("cargo event contract fetch");
    place.event("payments", &["add", "event", "order.placed"]).ends(0);
    let ran = place
        .event("payments", &["add", "handler", "charge_card", "--event", "order.placd"])
        .ends(2);
    ran.errs("did you mean `order.placed`?");
    place
        .event("payments", &["add", "event", "order.placed"])
        .ends(2)
        .errs("is there already")
        .errs("--version 2");
}

#[test]
fn nobody_to_ask_means_no() {
    let place = service();
    place.event("payments", &["add", "event", "order.placed"]).ends(0);
    place
        .event(
            "payments",
            &["add", "handler", "charge_card", "--event", "order.placed"],
        )
        .ends(0);
    let file = "payments/src/handlers/charge_card.rs";
    place.write(file, "// mine\n");
    let registered = place.read("payments/src/lib.rs");
    let again = ["add", "handler", "charge_card", "--event", "order.placed"];
    let ran = place.event("payments", &again).ends(2);
    ran.errs("src/handlers/charge_card.rs is there already").errs("--force");
    assert_eq!(place.read(file), "// mine\n");
    place
        .event("payments", &[&again[..], &["--force"]].concat())
        .ends(0)
        .says("changed src/handlers/charge_card.rs");
    assert!(place.read(file).contains("pub async fn charge_card"));
    assert_eq!(place.read("payments/src/lib.rs"), registered, "registered once");
    place
        .event(".", &["new", "payments"])
        .ends(2)
        .errs("payments/src/lib.rs is there already");
}

/// Each file is asked for, and nothing is written before the last answer.
#[test]
fn somebody_at_a_terminal_is_asked() {
    let place = service();
    let (main, service) = ("payments/src/main.rs", "payments/src/lib.rs");
    let written = [main, service].map(|file| place.read(file));
    let answer = |keys: &str| {
        [main, service].iter().for_each(|file| place.write(file, "// mine\n"));
        place.event_at_a_terminal(".", &["new", "payments"], keys)
    };
    // A key of `no`, of nothing, of what is no answer, and no more keys at all.
    for keys in ["y\nn\n", "y\n\n", "y\nmaybe\n", "n\ny\n", "\u{4}"] {
        let ran = answer(keys).ends(2).errs("Overwrite it? [y/N] ");
        ran.errs("is there already, and it is different; nothing was written");
        assert_eq!(
            [main, service].map(|file| place.read(file)),
            ["// mine\n"; 2],
            "{keys:?}"
        );
    }
    for keys in ["y\ny\n", "yes\nY\n"] {
        let ran = answer(keys).ends(0).says("changed payments/src/main.rs");
        assert_eq!(ran.err.matches("Overwrite it?").count(), 2, "{}", ran.err);
        assert_eq!([main, service].map(|file| place.read(file)), written, "{keys:?}");
    }
}

#[test]
fn a_dry_run_writes_nothing() {
    let place = Place::new();
    let ran = place.event(".", &["new", "payments", "--dry-run"]).ends(0);
    ran.says("would create payments/Cargo.toml\n    [package]\n    name = \"payments\"\n")
        .says("would create payments/src/main.rs");
    assert!(!place.has("payments"));
    let place = service();
    let ran = place
        .event("payments", &["add", "event", "order.placed", "--dry-run"])
        .ends(0);
    ran.says("would change src/events/mod.rs\n    mod order_placed;\n    pub use order_placed::OrderPlaced;");
    assert!(!place.has("payments/src/events/order_placed.rs"));
    let value = place
        .event("payments", &["add", "event", "order.placed", "--dry-run", "--json"])
        .ends(0)
        .json();
    assert_eq!(value["files"][0]["path"], "src/events/order_placed.rs");
    assert!(
        value["files"][0]["text"]
            .as_str()
            .unwrap()
            .contains("struct OrderPlaced")
    );
}

/// Code that was written by hand: put where it is clear where, said where it is not.
#[test]
fn a_service_of_ones_own() {
    let place = Place::new();
    place.package("orders");
    place.write(
        "orders/src/lib.rs",
        "//! Mine.\n\nuse std::fmt;\n\npub fn f(_: fmt::Error) {}\n",
    );
    let ran = place
        .event("orders", &["add", "event", "order.placed", "--owner", "checkout"])
        .ends(0);
    ran.says("created src/events/mod.rs").says("changed src/lib.rs");
    assert!(
        place
            .read("orders/src/lib.rs")
            .starts_with("//! Mine.\n\npub mod events;\n\nuse std::fmt;\n")
    );
    assert!(
        place
            .read("orders/src/events/order_placed.rs")
            .contains("owner = \"checkout\"")
    );
    let ran = place
        .event("orders", &["add", "handler", "charge", "--event", "order.placed"])
        .ends(0);
    ran.says("add this line yourself: `.handle::<handlers::charge::charge>()` behind your `Service::new(..)`");
    place.write(
        "orders/src/main.rs",
        "fn main() {\n    let _ = Service::new(\"orders\").state(3);\n}\n",
    );
    place
        .event("orders", &["add", "handler", "refund", "--event", "order.placed"])
        .ends(0)
        .says("changed src/main.rs");
    let main = place.read("orders/src/main.rs");
    assert!(
        main.contains(".state(3)") && main.contains(".handle::<handlers::refund::refund>()"),
        "{main}"
    );
}

#[test]
fn a_package_named_by_its_manifest() {
    let place = service();
    let add = |folder: &str, manifest: &str, event: &str| {
        place
            .event(folder, &["add", "event", event, "--manifest-path", manifest])
            .ends(0);
    };
    add(".", "payments/Cargo.toml", "order.placed");
    add("payments", "Cargo.toml", "order.paid");
    assert!(place.has("payments/src/events/order_placed.rs") && place.has("payments/src/events/order_paid.rs"));
    place
        .event(".", &["add", "event", "a.b", "--manifest-path", "nowhere/Cargo.toml"])
        .ends(2)
        .errs("nowhere");
}

/// The build script names the folder that the derives will look into.
#[test]
fn contracts_of_its_own_or_of_the_workspace() {
    let place = service();
    let watched = |file: &str, folder: &str| {
        let text = place.read(file);
        assert!(text.contains(&format!("cargo::rerun-if-changed={folder}\"")), "{text}");
    };
    watched("payments/build.rs", "contracts");
    place.write(
        "shop/Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
    );
    place.write("shop/contracts/a.b/v1.toml", "");
    place.event("shop", &["new", "sales", "--path", "crates/sales"]).ends(0);
    watched("shop/crates/sales/build.rs", "../../contracts");
}

#[test]
fn inside_a_workspace_that_does_not_have_it() {
    let place = Place::new();
    place.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"a\"]\n");
    let ran = place.event(".", &["new", "payments"]).ends(0);
    ran.says("add this line yourself: \"payments\" among the `members` in")
        .says("Cargo.toml");
}
