//! `fetch`, `publish-view` and `retire`: contracts between repositories.

use super::place::{Place, placed, view};

const FIELDS: &str = "note = \"string?\"\norder_id = \"uuid\"\ntotal_cents = \"i64\"";
const COPY: &str = "billing/contracts/vendor/orders/order.placed/v1.toml";

/// A producer with `order.placed` v1 live, and a consumer.
fn two() -> Place {
    let place = Place::new();
    place.package("orders");
    place.package("billing");
    place.now("orders", "order.placed.v1", &placed(1, "draft", FIELDS));
    place.event("orders", &["contract", "accept"]).ends(0);
    place.commit("one");
    place
}

fn fetch(place: &Place, arguments: &[&str]) -> super::place::Ran {
    place.event("billing", &[&["contract", "fetch"], arguments].concat())
}

#[test]
fn from_a_folder() {
    let place = two();
    let ran = fetch(&place, &["orders", "order.placed", "--from", "../orders"]).ends(0);
    ran.says("copied contracts/vendor/orders/order.placed/v1.toml")
        .says("samples/v1.json");
    assert_eq!(place.read(COPY), place.read("orders/contracts/order.placed/v1.toml"));
    let lock = place.read("billing/contracts/contracts.lock");
    assert!(
        lock.contains("source = \"../orders\"") && lock.contains("sha256:") && lock.contains("revision = "),
        "{lock}"
    );
    fetch(&place, &["--check"]).ends(0).says("as the producers have them");
    fetch(&place, &[]).ends(0).says("unchanged");
    // The producer goes on.
    place.now(
        "orders",
        "order.placed.v1",
        &placed(1, "draft", &format!("coupon = \"string?\"\n{FIELDS}")),
    );
    place.event("orders", &["contract", "accept"]).ends(0);
    fetch(&place, &["--check"])
        .ends(1)
        .says("behind the producer contracts/vendor/orders/order.placed/v1.toml");
    fetch(&place, &[]).ends(0).says("updated");
    assert!(place.read(COPY).contains("coupon"));
    fetch(&place, &["--check"]).ends(0);
}

#[test]
fn from_a_repository() {
    let place = two();
    let url = format!("file://{}", place.path().display());
    place.git(&["tag", "first"]);
    place.now(
        "orders",
        "order.placed.v1",
        &placed(1, "draft", &format!("coupon = \"string?\"\n{FIELDS}")),
    );
    place.event("orders", &["contract", "accept"]).ends(0);
    place.commit("two");
    let at = [
        "orders",
        "order.placed",
        "--from",
        &url,
        "--folder",
        "orders/contracts",
        "--rev",
        "first",
    ];
    fetch(&place, &at).ends(0).says("copied");
    assert!(!place.read(COPY).contains("coupon"));
    let commit = place.git(&["rev-parse", "first"]);
    assert!(place.read("billing/contracts/contracts.lock").contains(commit.trim()));
    fetch(&place, &["--check"]).ends(0);
    fetch(
        &place,
        &["orders", "order.placed", "--from", &url, "--folder", "orders/contracts"],
    )
    .ends(0)
    .says("updated");
    assert!(place.read(COPY).contains("coupon"));
    fetch(&place, &["orders", "order.placed", "--from", &url, "--rev", "nonsense"])
        .ends(2)
        .errs("git: ");
}

#[test]
fn copies_are_not_edited() {
    let place = two();
    fetch(&place, &["orders", "order.placed", "--from", "../orders"]).ends(0);
    place.replace(COPY, "note = \"string?\"\n", "");
    place.write("billing/contracts/vendor/orders/order.mine/v1.toml", "mine\n");
    fetch(&place, &["--check"])
        .ends(1)
        .says("edited by hand")
        .says("added by hand");
    fetch(&place, &[]).ends(2).errs("by hand").errs("--force");
    fetch(&place, &["--force"]).ends(0).says("updated");
    assert!(place.read(COPY).contains("note"));
}

#[test]
fn drafts_and_strangers_stay_at_home() {
    let place = two();
    place.write(
        "orders/contracts/order.paid/v1.toml",
        &placed(1, "draft", FIELDS).replace("placed", "paid"),
    );
    fetch(&place, &["orders", "order.paid", "--from", "../orders"])
        .ends(2)
        .errs("it has a draft");
    fetch(&place, &["orders", "order.sent", "--from", "../orders"])
        .ends(2)
        .errs("has no contract of `order.sent`");
    fetch(&place, &["orders", "order.placed", "--from", "../nowhere"])
        .ends(2)
        .errs("cannot open ../nowhere");
    fetch(
        &place,
        &["orders", "order.placed", "--from", "../orders", "--folder", "../x"],
    )
    .ends(2)
    .errs("no folder inside");
    fetch(
        &place,
        &["orders", "order.placed", "--from", "https://me:secret@example.org/x"],
    )
    .ends(2)
    .errs("credential helper");
    fetch(&place, &["Orders", "order.placed", "--from", "../orders"])
        .ends(2)
        .errs("did you mean `orders`?");
    fetch(&place, &[]).ends(2).errs("nothing was fetched before");
    assert!(!place.has("billing/contracts/vendor"));
}

#[test]
fn a_damaged_lock_file() {
    let place = two();
    fetch(&place, &["orders", "order.placed", "--from", "../orders"]).ends(0);
    let lock = "billing/contracts/contracts.lock";
    let good = place.read(lock);
    place.write(lock, &good.replace("source = ", "sauce = "));
    fetch(&place, &["--check"])
        .ends(2)
        .errs("contracts.lock:")
        .errs("`sauce`");
    place.write(
        lock,
        &good.replace("\"order.placed/v1.toml\" =", "\"../../../x.toml\" ="),
    );
    fetch(&place, &[]).ends(2).errs("no place below `vendor`");
}

/// The consumer's view: `note` and the total.
fn with_view(place: &Place) {
    place.now(
        "billing",
        "views/charge.order.placed.v1",
        &view("billing.charge", 1, "note = \"string?\"\ntotal_cents = \"i64\""),
    );
}

#[test]
fn a_view_is_recorded_with_the_producer() {
    let place = two();
    with_view(&place);
    let publish = |arguments: &[&str]| {
        place.event(
            "billing",
            &[&["contract", "publish-view", "--to", "../orders"], arguments].concat(),
        )
    };
    publish(&["--dry-run"]).ends(0).says("nothing was written");
    assert!(!place.has("orders/contracts/views"));
    publish(&[])
        .ends(0)
        .says("recorded billing.charge reads order.placed v1: contracts/views/billing.charge/order.placed.v1.toml");
    publish(&[]).ends(0).says("unchanged");
    let shown = place
        .event("orders", &["contract", "show", "order.placed", "--json"])
        .ends(0)
        .json();
    assert_eq!(shown["read_by"][0], "billing.charge");
    let fields = shown["fields"].as_array().unwrap();
    let readers = |name: &str| fields.iter().find(|field| field["field"] == name).unwrap()["read_by"].clone();
    assert_eq!(readers("note"), serde_json::json!(["billing.charge"]));
    assert_eq!(readers("order_id"), serde_json::json!([]));
    // Whoever reads it keeps it.
    let ran = place
        .event("orders", &["contract", "retire", "order.placed.v1", "--reason", "x"])
        .ends(2);
    ran.errs("is still read by billing.charge");
    // Under another name; and then no longer.
    publish(&["--service", "invoices"])
        .ends(0)
        .says("recorded invoices.charge");
    std::fs::remove_file(place.path().join("billing/now/views/charge.order.placed.v1.toml")).unwrap();
    publish(&[]).ends(0).says("taken away billing.charge");
    publish(&["--service", "invoices"])
        .ends(0)
        .says("taken away invoices.charge");
    assert!(!place.has("orders/contracts/views/billing.charge"));
    publish(&[]).ends(2).errs("has no view of an event of");
    place
        .event("orders", &["contract", "retire", "order.placed.v1", "--reason", "x"])
        .ends(0);
}

#[test]
fn a_view_that_would_break_is_not_recorded() {
    let place = two();
    place.now(
        "billing",
        "views/charge.order.placed.v1",
        &view("billing.charge", 1, "total_cents = \"string\""),
    );
    let ran = place
        .event("billing", &["contract", "publish-view", "--to", "../orders"])
        .ends(2);
    ran.errs("[type-changed]").errs("cargo event contract fetch");
    let ran = place
        .event("billing", &["contract", "publish-view", "--to", "../nowhere"])
        .ends(2);
    ran.errs("cannot open ../nowhere");
    place.package("shipping");
    let ran = place
        .event("billing", &["contract", "publish-view", "--to", "../shipping"])
        .ends(2);
    ran.errs("has no folder `contracts`");
}

/// What only a later version has is optional in a view of both; the commands agree with the compiler.
#[test]
fn a_view_of_two_versions() {
    let place = two();
    place.now(
        "orders",
        "order.placed.v2",
        &placed(2, "draft", &format!("coupon = \"string\"\n{FIELDS}")),
    );
    place.event("orders", &["contract", "accept"]).ends(0);
    let publish = |fields: &str| {
        for version in [1, 2] {
            place.now(
                "billing",
                &format!("views/charge.v{version}"),
                &view("billing.charge", version, fields),
            );
        }
        place.event("billing", &["contract", "publish-view", "--to", "../orders"])
    };
    publish("coupon = \"string\"")
        .ends(2)
        .errs("`order.placed` v1")
        .errs("[absence-refused]");
    publish("coupn = \"string?\"").ends(2).errs("[field-unknown]");
    publish("coupon = \"string?\"").ends(0).says("reads order.placed v2");
    place
        .event("orders", &["contract", "check", "--no-build"])
        .ends(0)
        .says("every contract is kept");
}

#[test]
fn two_views_of_one_name() {
    let place = two();
    for (file, field) in [("a", "note = \"string?\""), ("b", "total_cents = \"i64\"")] {
        place.now("billing", &format!("views/{file}"), &view("billing.charge", 1, field));
    }
    let ran = place
        .event("billing", &["contract", "publish-view", "--to", "../orders"])
        .ends(2);
    ran.errs("two views are called `billing.charge`").errs("rename one");
}

#[test]
fn retiring() {
    let place = two();
    let retire = |event: &str, reason: &str| place.event("orders", &["contract", "retire", event, "--reason", reason]);
    retire("order.placed", "x")
        .ends(2)
        .errs("names no version")
        .errs("`order.placed.v1`");
    retire("order.placd.v1", "x")
        .ends(2)
        .errs("did you mean `order.placed`?");
    retire("order.placed.v7", "x").ends(2).errs("no such version");
    retire("order.placed.v1", "  ").ends(2).errs("the reason is empty");
    retire("order.placed.v1", "replaced by\nv2")
        .ends(0)
        .says("retired order.placed v1")
        .errs("has no newer version");
    let text = place.read("orders/contracts/order.placed/v1.toml");
    assert!(text.contains(": replaced by v2\nstatus = \"retired\"\n"), "{text}");
    retire("order.placed.v1", "again").ends(0).says("is retired already");
}
