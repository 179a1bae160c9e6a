//! What the scaffolds write compiles without a warning, and passes its own tests.

use super::place::{Place, checkout, contract};
use std::fs;

/// One test for everything: what takes its time is building the runtime.
#[test]
fn passes_clippy_and_its_own_tests() {
    let place = Place::sharing();
    let runtime = checkout().display().to_string();
    place
        .event(".", &["new", "payments", "--in-process", "--runtime-path", &runtime])
        .ends(0);
    let add = |arguments: &[&str]| place.event("payments", &[&["add"], arguments].concat()).ends(0);
    add(&["event", "order.placed"]);
    add(&["event", "order.line_added", "--owner", "sales"]);
    add(&["event", "order.placed", "--version", "2"]);
    add(&["handler", "charge_card", "--event", "order.placed"]);
    add(&["handler", "count_lines", "--event", "order.line_added"]);
    // The versions that the workspace has been built with are on this machine.
    fs::copy(checkout().join("Cargo.lock"), place.path().join("payments/Cargo.lock")).unwrap();
    // A contract that comes from elsewhere, and nothing else: the compiler is asked again, and when it has gone, too.
    place.cargo("payments", &["check", "--quiet"]).ends(0);
    let added = contract("order.line_added", 1, "live", "order_id = \"uuid\"\nsku = \"string\"");
    place.write("payments/contracts/order.line_added/v1.toml", &added);
    let ran = place.cargo("payments", &["check", "--quiet"]).ends(101);
    ran.errs("sku: a field was removed that consumers read [field-removed]");
    fs::remove_dir_all(place.path().join("payments/contracts")).unwrap();
    place.cargo("payments", &["check", "--quiet"]).ends(0);
    let ran = place.event("payments", &["contract", "accept"]).ends(0);
    assert!(!ran.err.contains("build.rs"), "{}", ran.err);
    add(&["handler", "ship_order", "--event", "order.placed", "--view"]);
    place.cargo("payments", &["fmt", "--check"]).ends(0);
    place
        .cargo(
            "payments",
            &["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"],
        )
        .ends(0);
    let ran = place.cargo("payments", &["test", "--quiet"]).ends(0);
    assert!(ran.out.contains(" passed"), "{}", ran.out);
    let listed = place
        .cargo("payments", &["test", "--quiet", "--lib", "--", "--list"])
        .ends(0)
        .out;
    for test in [
        "events::order_line_added::tests::reads_what_it_writes",
        "events::order_placed::tests_of_version_2::reads_the_version_before_it",
        "order_placed_v1_contract",
        "handlers::charge_card::tests::takes_order_placed",
        "handlers::ship_order::tests::takes_order_placed",
        "tests::starts_in_process",
    ] {
        assert!(listed.contains(test), "{test}\n{listed}");
    }
}
