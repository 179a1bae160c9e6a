//! `accept` and `diff`.

use super::place::{Place, contract, placed};

const FIELDS: &str = "note = \"string?\"\norder_id = \"uuid\"\ntotal_cents = \"i64\"";

/// A package whose event `order.placed` is accepted.
fn accepted() -> Place {
    let place = Place::new();
    place.package("orders");
    place.now("orders", "order.placed.v1", &placed(1, "draft", FIELDS));
    place.event("orders", &["contract", "accept"]).ends(0);
    place
}

#[test]
fn writes_contract_and_golden_sample() {
    let place = Place::new();
    place.package("orders");
    place.now("orders", "order.placed.v1", &placed(1, "draft", FIELDS));
    let ran = place.event("orders", &["contract", "accept"]).ends(0);
    ran.says("accepted order.placed v1 (live): contracts/order.placed/v1.toml")
        .says("golden sample: contracts/order.placed/samples/v1.json")
        .errs("note: Cargo looks at a new contract only when");
    let text = place.read("orders/contracts/order.placed/v1.toml");
    for line in [
        "status = \"live\"",
        "owner = \"checkout\"",
        "note = \"string?\"",
        "total_cents = \"i64\"",
    ] {
        assert!(text.lines().any(|own| own == line), "{line}\n{text}");
    }
    let sample: serde_json::Value =
        serde_json::from_str(&place.read("orders/contracts/order.placed/samples/v1.json")).unwrap();
    assert!(sample["total_cents"].is_i64(), "{sample}");
}

#[test]
fn what_is_accepted_stays_as_it_is() {
    let place = accepted();
    let before = place.read("orders/contracts/order.placed/v1.toml");
    place
        .event("orders", &["contract", "accept"])
        .ends(0)
        .says("unchanged order.placed v1");
    assert_eq!(place.read("orders/contracts/order.placed/v1.toml"), before);
    place
        .event("orders", &["contract", "diff"])
        .ends(0)
        .says("the contracts say what the types are");
}

#[test]
fn an_addition_is_taken_in_and_the_sample_stays() {
    let place = accepted();
    place.write("orders/contracts/order.placed/samples/v1.json", "{\"mine\":1}\n");
    place.now(
        "orders",
        "order.placed.v1",
        &placed(1, "draft", &format!("coupon = \"string?\"\n{FIELDS}")),
    );
    let ran = place.event("orders", &["contract", "diff"]).ends(1);
    ran.says("order.placed v1\n  [data.fields]\n  + coupon = \"string?\"\n");
    let before = place.read("orders/contracts/order.placed/v1.toml");
    place
        .event("orders", &["contract", "accept", "--dry-run"])
        .ends(0)
        .says("would change");
    assert_eq!(place.read("orders/contracts/order.placed/v1.toml"), before);
    place
        .event("orders", &["contract", "accept"])
        .ends(0)
        .says("changed order.placed v1")
        .says("  + coupon");
    assert!(
        place
            .read("orders/contracts/order.placed/v1.toml")
            .contains("coupon = \"string?\"")
    );
    assert_eq!(
        place.read("orders/contracts/order.placed/samples/v1.json"),
        "{\"mine\":1}\n"
    );
}

/// All or nothing: the good one beside it is not accepted either.
#[test]
fn a_break_is_refused() {
    let place = accepted();
    let before = place.read("orders/contracts/order.placed/v1.toml");
    place.now(
        "orders",
        "order.placed.v1",
        &placed(1, "draft", "order_id = \"uuid\"\ntotal_cents = \"i32\""),
    );
    place.now(
        "orders",
        "order.paid.v1",
        &contract("order.paid", 1, "draft", "order_id = \"uuid\""),
    );
    let ran = place.event("orders", &["contract", "accept"]).ends(2);
    ran.errs("`order.placed` v1")
        .errs("[number-changed]")
        .errs("[field-removed]")
        .errs("nothing was accepted");
    assert_eq!(place.read("orders/contracts/order.placed/v1.toml"), before);
    assert!(!place.has("orders/contracts/order.paid"));
    place
        .event("orders", &["contract", "accept", "order.paid"])
        .ends(0)
        .says("accepted order.paid v1");
}

#[test]
fn a_draft_changes_as_it_likes_until_it_is_live() {
    let place = Place::new();
    place.package("orders");
    place.now("orders", "order.placed.v1", &placed(1, "draft", "a = \"u8\""));
    place
        .event("orders", &["contract", "accept", "--draft"])
        .ends(0)
        .says("(draft)");
    assert!(
        !place.has("orders/contracts/order.placed/samples"),
        "a draft has no golden sample"
    );
    place.now("orders", "order.placed.v1", &placed(1, "draft", "b = \"string\""));
    place
        .event("orders", &["contract", "accept", "--draft"])
        .ends(0)
        .says("changed");
    place
        .event("orders", &["contract", "accept"])
        .ends(0)
        .says("now live order.placed v1 (live)");
    assert!(place.has("orders/contracts/order.placed/samples/v1.json"));
    let text = place.read("orders/contracts/order.placed/v1.toml");
    assert!(
        text.contains("b = \"string\"") && !text.contains("a = \"u8\""),
        "{text}"
    );
    // There is no way back.
    place
        .event("orders", &["contract", "accept", "--draft"])
        .ends(0)
        .says("unchanged order.placed v1 (live)");
}

#[test]
fn a_name_that_is_no_event() {
    let place = accepted();
    place
        .event("orders", &["contract", "accept", "order.placd"])
        .ends(2)
        .errs("did you mean `order.placed`?");
    place
        .event("orders", &["contract", "accept", "order.placed.v3"])
        .ends(2)
        .errs("`order.placed` has no such version");
    place
        .event("orders", &["contract", "accept", "order.placed.v1"])
        .ends(0);
}

#[test]
fn a_damaged_file_is_one_error_with_its_line() {
    let place = accepted();
    let file = "orders/contracts/order.placed/v1.toml";
    for (damage, says) in [
        ("zip = \"i46\"", "`i46`"),
        ("order_id = \"uuid\"", "order_id"),
        ("<<<<<<< HEAD", "v1.toml:"),
    ] {
        let good = place.read(file);
        place.write(file, &format!("{}\n{damage}\n", good.trim_end()));
        let line = good.trim_end().lines().count() + 1;
        let ran = place.event("orders", &["contract", "accept"]).ends(2);
        ran.errs(&format!("error: contracts/order.placed/v1.toml:{line}: "))
            .errs(says);
        place.write(file, &good);
    }
    place.replace(file, "version = 1", "version = 2");
    place.event("orders", &["contract", "accept"]).ends(2).errs("v1.toml");
}

#[test]
fn code_that_does_not_compile_says_so() {
    let place = accepted();
    place.write("orders/src/lib.rs", "compile_error!(\"the total is no longer read\");");
    let ran = place.event("orders", &["contract", "accept"]).ends(2);
    ran.errs("the total is no longer read")
        .errs("the code does not compile");
}

#[test]
fn two_at_once_lose_nothing() {
    let place = Place::new();
    place.package("orders");
    let names: Vec<_> = (0..6).map(|at| format!("order.number{at}")).collect();
    for name in &names {
        place.now(
            "orders",
            &format!("{name}.v1"),
            &contract(name, 1, "draft", "a = \"u8\""),
        );
    }
    place.event("orders", &["contract", "diff"]).ends(1);
    std::thread::scope(|scope| {
        for half in names.chunks(2) {
            let place = &place;
            scope.spawn(move || {
                let arguments = [
                    &["contract", "accept"],
                    &half.iter().map(String::as_str).collect::<Vec<_>>()[..],
                ]
                .concat();
                place.event("orders", &arguments).ends(0);
            });
        }
        scope.spawn(|| place.event("orders", &["contract", "accept"]).ends(0));
    });
    place
        .event("orders", &["contract", "check"])
        .ends(0)
        .says("every contract is kept");
}

#[test]
fn results_as_json() {
    let place = Place::new();
    place.package("orders");
    place.now("orders", "order.placed.v1", &placed(1, "draft", FIELDS));
    let ran = place.event("orders", &["--json", "contract", "accept"]).ends(0);
    let value = &ran.json()[0];
    assert_eq!(
        (value["event"].as_str(), value["action"].as_str()),
        (Some("order.placed"), Some("accepted")),
        "{value}"
    );
    assert_eq!(value["file"], "contracts/order.placed/v1.toml");
}

/// A contracts folder of the workspace serves all of its packages.
#[test]
fn the_folder_is_found_upwards() {
    let place = Place::new();
    place.package("orders");
    place.replace("orders/Cargo.toml", "\n[workspace]\n", "");
    place.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"orders\"]\n");
    place.write("contracts/README.md", "All contracts.");
    place.now("orders", "order.placed.v1", &placed(1, "draft", FIELDS));
    place.event("orders", &["contract", "accept"]).ends(0);
    assert!(place.has("contracts/order.placed/v1.toml") && !place.has("orders/contracts"));
}
