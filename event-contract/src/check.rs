use crate::Contract;
use crate::text::Text;

/// Checks that `name` version `version` may build upon `older`: the same event, an older version.
///
/// # Panics
///
/// When it may not. Evaluated in a constant, so that the compiler shows the text.
#[track_caller]
pub const fn check_upcast(name: &str, version: u32, older: &Contract) {
    if older.is_invalid() {
        return;
    }
    if !same(name, older.name) {
        let text = Text::new()
            .add("`upcast_from` names the older version of the same event: this is `")
            .add(name)
            .add("`, that is `")
            .add(older.name)
            .add("`");
        panic!("{}", text.as_str());
    }
    if older.version.get() >= version {
        let text = Text::new()
            .add("`upcast_from` names an older version: this is ")
            .version(version)
            .add(" of `")
            .add(name)
            .add("`, that is ")
            .version(older.version.get());
        panic!("{}", text.as_str());
    }
}

/// Checks that `own` is another event than those `before` it in a set.
///
/// # Panics
///
/// When it is not. Evaluated in a constant, so that the compiler shows the text.
#[track_caller]
pub const fn check_member(before: &[&Contract], own: &Contract) {
    if own.is_invalid() {
        return;
    }
    let mut at = 0;
    while at < before.len() {
        if same(before[at].name, own.name) {
            let text = Text::new()
                .add("two variants of this set take `")
                .add(own.name)
                .add("`: ")
                .version(before[at].version.get())
                .add(" and ")
                .version(own.version.get())
                .add("; keep the newest one, which reads the older versions through `upcast_from`");
            panic!("{}", text.as_str());
        }
        at += 1;
    }
}

impl Contract {
    /// Whether a derive has put this in place of a contract with a mistake.
    #[must_use]
    pub const fn is_invalid(&self) -> bool {
        same(self.name, Self::INVALID.name)
    }
}

const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut at = 0;
    while at < left.len() && at < right.len() && left[at] == right[at] {
        at += 1;
    }
    at == left.len() && at == right.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;

    const V2: Contract = Contract::new("order.placed", Version::new(2).unwrap(), "order.placed.v2");

    #[test]
    fn equal_names() {
        assert!(same("order", "order") && same("", ""));
        assert!(!same("order", "orders") && !same("orders", "order") && !same("a", "b"));
    }

    #[test]
    fn good_neighbours() {
        check_upcast("order.placed", 3, &V2);
        check_upcast("anything", 1, &Contract::INVALID);
        check_member(&[&V2], &Contract::new("order.paid", Version::FIRST, "order.paid.v1"));
    }

    #[test]
    #[should_panic = "this is `order.paid`, that is `order.placed`"]
    fn another_event() {
        check_upcast("order.paid", 3, &V2);
    }

    #[test]
    #[should_panic = "this is v2 of `order.placed`, that is v2"]
    fn not_older() {
        check_upcast("order.placed", 2, &V2);
    }

    #[test]
    #[should_panic = "take `order.placed`: v2 and v10;"]
    fn twice() {
        let v10 = Contract::new("order.placed", Version::new(10).unwrap(), "order.placed.v10");
        check_member(&[&V2], &v10);
    }
}
