//! `check`, and `check --against`.

use super::place::{Place, contract, placed, view};

const FIELDS: &str = "note = \"string?\"\norder_id = \"uuid\"\ntotal_cents = \"i64\"";
const FILE: &str = "orders/contracts/order.placed/v1.toml";

/// A repository with `order.placed` v1 live, and that committed.
fn committed() -> Place {
    let place = Place::new();
    place.package("orders");
    place.now("orders", "order.placed.v1", &placed(1, "draft", FIELDS));
    place.event("orders", &["contract", "accept"]).ends(0);
    place.commit("one");
    place
}

#[test]
fn what_is_not_written_down() {
    let place = committed();
    place
        .event("orders", &["contract", "check"])
        .ends(0)
        .says("every contract is kept");
    place.now(
        "orders",
        "order.paid.v1",
        &contract("order.paid", 1, "draft", "a = \"u8\""),
    );
    place
        .event("orders", &["contract", "check"])
        .ends(1)
        .says("no contract yet");
    place
        .event("orders", &["contract", "accept", "--draft", "order.paid"])
        .ends(0);
    place
        .event("orders", &["contract", "check"])
        .ends(0)
        .says("a draft may still change");
    place.now(
        "orders",
        "order.placed.v1",
        &placed(1, "draft", &format!("coupon = \"string?\"\n{FIELDS}")),
    );
    place
        .event("orders", &["contract", "check"])
        .ends(1)
        .says("changed, not accepted: + coupon");
    place.now("orders", "order.placed.v1", &placed(1, "draft", "order_id = \"uuid\""));
    place
        .event("orders", &["contract", "check"])
        .ends(1)
        .says("[field-removed]");
    std::fs::remove_file(place.path().join("orders/now/order.placed.v1.toml")).unwrap();
    place
        .event("orders", &["contract", "check"])
        .ends(1)
        .says("no type has it any more");
    place
        .event(
            "orders",
            &["contract", "retire", "order.placed.v1", "--reason", "moved"],
        )
        .ends(0);
    place.event("orders", &["contract", "check"]).ends(0).says("retired");
}

#[test]
fn json_says_the_same() {
    let place = committed();
    place.now(
        "orders",
        "order.paid.v1",
        &contract("order.paid", 1, "draft", "a = \"u8\""),
    );
    let value = place.event("orders", &["contract", "check", "--json"]).ends(1).json();
    assert_eq!(value["events"][0]["event"], "order.paid");
    assert_eq!(value["events"][0]["found"], true);
    assert_eq!(value["events"][1]["state"], "accepted");
}

fn against(place: &Place) -> super::place::Ran {
    place.event("orders", &["contract", "check", "--no-build", "--against", "main"])
}

/// Type and file edited together: the compiler is content, the commit before is not.
#[test]
fn a_break_in_both_at_once() {
    for (old, new, rule) in [
        ("note = \"string?\"\n", "", "[field-removed]"),
        ("total_cents = \"i64\"", "total_cents = \"i32\"", "[number-changed]"),
        ("total_cents = \"i64\"", "sum_cents = \"i64\"", "[field-renamed]"),
        (
            "order_id = \"uuid\"",
            "order_id = \"uuid\"\nplaced = \"date-time\"",
            "[field-required]",
        ),
        ("note = \"string?\"", "note = \"string\"", "[absence-refused]"),
        ("status = \"live\"", "status = \"draft\"", "[status-changed]"),
    ] {
        let place = committed();
        place.replace(FILE, old, new);
        against(&place)
            .ends(1)
            .says("breaking: order.placed v1 since main")
            .says(rule);
    }
}

#[test]
fn what_breaks_nobody_passes() {
    let place = committed();
    against(&place).ends(0).says("every contract is kept");
    place.replace(FILE, "note =", "coupon = \"string?\"\nnote =");
    place.replace(FILE, "owner = \"checkout\"", "owner = \"sales\"");
    place.now("orders", "order.placed.v2", &placed(2, "draft", "id = \"u64\""));
    place.write(
        "orders/contracts/order.placed/v2.toml",
        &placed(2, "live", "id = \"u64\""),
    );
    against(&place).ends(0);
    place.commit("two");
    place.git(&["tag", "release"]);
    place
        .event("orders", &["contract", "check", "--no-build", "--against", "release"])
        .ends(0);
}

#[test]
fn a_deleted_contract() {
    let place = committed();
    std::fs::remove_dir_all(place.path().join("orders/contracts")).unwrap();
    let ran = against(&place).ends(1);
    ran.says("the live contract was deleted")
        .says("the golden sample was deleted");
}

#[test]
fn a_golden_sample_that_was_changed() {
    let place = committed();
    place.write("orders/contracts/order.placed/samples/v1.json", "{}\n");
    against(&place)
        .ends(1)
        .says("samples/v1.json since main: the golden sample was changed");
}

#[test]
fn reserved_names_and_retired_versions_stay() {
    let place = committed();
    let text = place.read(FILE);
    place.write(FILE, &format!("{text}\n[reserved]\nfields = [\n    \"discount\",\n]\n"));
    place.commit("reserved");
    place.write(FILE, &text);
    against(&place).ends(1).says("[reserved-removed]");
    place.git(&["checkout", "--quiet", "."]);
    place
        .event(
            "orders",
            &["contract", "retire", "order.placed.v1", "--reason", "nobody reads it"],
        )
        .ends(0);
    against(&place).ends(0);
    place.commit("retired");
    place.replace(FILE, "\"retired\"", "\"live\"");
    against(&place).ends(1).says("it was retired, and is live again");
}

#[test]
fn recorded_readers_have_a_say() {
    let place = committed();
    let recorded = "orders/contracts/views/billing.charge/order.placed.v1.toml";
    place.write(recorded, &view("billing.charge", 1, "note = \"string?\""));
    place.commit("recorded");
    against(&place).ends(0);
    // Allowed, but somebody reads it; taking the reader away in the same change does not help.
    place.replace(FILE, "note = \"string?\"\n", "");
    let text = place.read(FILE);
    place.write(
        FILE,
        &format!("{text}\n[allow]\n\"field-removed note\" = \"nobody reads it\"\n"),
    );
    against(&place)
        .ends(1)
        .says("read by billing.charge")
        .says("the event has no such field");
    std::fs::remove_dir_all(place.path().join("orders/contracts/views")).unwrap();
    against(&place)
        .ends(1)
        .says("read by billing.charge")
        .says("no longer recorded as a reader");
    place.git(&["checkout", "--quiet", "."]);
    std::fs::remove_dir_all(place.path().join("orders/contracts/views")).unwrap();
    place.commit("billing stopped reading");
    place.write(
        FILE,
        &format!("{text}\n[allow]\n\"field-removed note\" = \"nobody reads it\"\n"),
    );
    against(&place).ends(0);
}

#[test]
fn a_ref_that_git_does_not_know() {
    let place = committed();
    let ran = place
        .event("orders", &["contract", "check", "--no-build", "--against", "nonsense"])
        .ends(2);
    ran.errs("git knows no commit `nonsense`").errs("git fetch");
    place
        .event(
            "orders",
            &["contract", "check", "--no-build", "--against", "--output=x"],
        )
        .ends(2);
}

/// Two branches that each add a field merge by themselves.
#[test]
fn branches_merge() {
    let place = committed();
    place.write(
        ".gitattributes",
        "contracts/**/*.toml merge=union\n**/contracts/**/*.toml merge=union\n",
    );
    place.commit("attributes");
    for (branch, field) in [("one", "coupon"), ("two", "currency")] {
        place.git(&["checkout", "--quiet", "-b", branch, "main"]);
        place.now(
            "orders",
            "order.placed.v1",
            &placed(1, "draft", &format!("{field} = \"string?\"\n{FIELDS}")),
        );
        place.event("orders", &["contract", "accept"]).ends(0);
        place.git(&["add", "orders/contracts"]);
        place.git(&["commit", "--quiet", "--message", branch]);
        place.git(&["checkout", "--quiet", "."]);
    }
    place.git(&["merge", "--quiet", "--no-edit", "one"]);
    let text = place.read(FILE);
    assert!(text.contains("coupon") && text.contains("currency"), "{text}");
    place
        .event("orders", &["contract", "show", "order.placed"])
        .ends(0)
        .says("coupon")
        .says("currency");
    against(&place).ends(0);
}
