//! Lists, maps, tuples, and types around and inside of others.

use super::judge::pairs;

pairs! {
    scalar_to_list: B ["type-changed"] Fail Fail
        { struct T { a: u8 } }
        { struct T { a: Vec<u8> } }

    optional_to_list: B ["null-refused", "type-changed"] Fail Fail
        { struct T { a: Option<u8> } }
        { struct T { #[serde(default)] a: Vec<u8> } }

    other_lists: C [] Ok Ok
        { struct T { a: Vec<u8>, b: Vec<u8>, c: Vec<u8> } }
        { struct T { a: VecDeque<u8>, b: LinkedList<u8>, c: Box<[u8]> } }

    other_map: C [] Ok Ok
        { struct T { a: BTreeMap<String, u8> } }
        { struct T { a: HashMap<String, u8> } }

    list_to_set: W ["repeats-dropped"] Lost Ok
        { struct T { a: Vec<u8> } }
        { struct T { a: BTreeSet<u8> } }

    set_to_list: W ["repeats-dropped"] Ok Lost
        { struct T { a: BTreeSet<u8> } }
        { struct T { a: Vec<u8> } }

    other_set: C [] Ok Ok
        { struct T { a: BTreeSet<u8> } }
        { struct T { a: HashSet<u8> } }

    list_to_array: B ["length-changed"] Some Ok
        { struct T { a: Vec<u8> } }
        { struct T { a: [u8; 2] } }

    array_to_list: B ["length-changed"] Ok Some
        { struct T { a: [u8; 2] } }
        { struct T { a: Vec<u8> } }

    longer_array: B ["length-changed"] Fail Fail
        { struct T { a: [u8; 2] } }
        { struct T { a: [u8; 3] } }

    longer_tuple: B ["length-changed"] Fail Fail
        { struct T { a: (u8, u8) } }
        { struct T { a: (u8, u8, u8) } }

    tuple_to_array: C [] Ok Ok
        { struct T { a: (u8, u8) } }
        { struct T { a: [u8; 2] } }

    part_of_a_tuple_widened: B ["number-changed"] Ok Some
        { struct T { a: (u8, u8) } }
        { struct T { a: (u8, u16) } }

    tuple_struct_to_tuple: C [] Ok Ok
        { struct T { a: Pair } struct Pair(u8, String); }
        { struct T { a: (u8, String) } }

    struct_to_tuple: B ["type-changed"] Fail Ok
        { struct T { a: Inner } struct Inner { b: u8, c: u8 } }
        { struct T { a: (u8, u8) } }

    key_from_string_to_number: B ["type-changed"] Some Ok
        { struct T { a: BTreeMap<String, u8> } }
        { struct T { a: BTreeMap<u32, u8> } }

    key_from_number_to_string: B ["type-changed"] Ok Some
        { struct T { a: BTreeMap<u32, u8> } }
        { struct T { a: BTreeMap<String, u8> } }

    key_widened: B ["number-changed"] Ok Some
        { struct T { a: BTreeMap<u8, u8> } }
        { struct T { a: BTreeMap<u16, u8> } }

    key_enum_widened: W ["enum-widened"] Ok Some
        { struct T { a: BTreeMap<K, u8> } #[derive(Eq, PartialOrd, Ord)] enum K { A } }
        { struct T { a: BTreeMap<K, u8> } #[derive(Eq, PartialOrd, Ord)] enum K { A, B } }

    value_widened: B ["number-changed"] Ok Some
        { struct T { a: BTreeMap<String, u8> } }
        { struct T { a: BTreeMap<String, u16> } }

    value_optional: B ["null-refused"] Ok Some
        { struct T { a: BTreeMap<String, u8> } }
        { struct T { a: BTreeMap<String, Option<u8>> } }

    item_widened: B ["number-changed"] Ok Some
        { struct T { a: Vec<u8> } }
        { struct T { a: Vec<u16> } }

    item_optional: B ["null-refused"] Ok Some
        { struct T { a: Vec<u8> } }
        { struct T { a: Vec<Option<u8>> } }

    item_no_longer_optional: B ["null-refused"] Some Ok
        { struct T { a: Vec<Option<u8>> } }
        { struct T { a: Vec<u8> } }

    item_gets_an_optional_field: C [] Ok Ok
        { struct T { a: Vec<Inner> } struct Inner { b: u8 } }
        { struct T { a: Vec<Inner> } struct Inner { b: u8, c: Option<u8> } }

    item_gets_a_required_field: B ["field-required"] Some Ok
        { struct T { a: Vec<Inner> } struct Inner { b: u8 } }
        { struct T { a: Vec<Inner> } struct Inner { b: u8, c: u8 } }

    struct_to_map: B ["type-changed"] Ok Fail
        { struct T { a: Inner } struct Inner { b: u8 } }
        { struct T { a: BTreeMap<String, u8> } }

    map_to_list_of_pairs: B ["type-changed"] Fail Fail
        { struct T { a: BTreeMap<String, u8> } }
        { struct T { a: Vec<(String, u8)> } }

    newtype: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: N } struct N(u8); }

    newtype_no_more: C [] Ok Ok
        { struct T { a: N } struct N(String); }
        { struct T { a: String } }

    transparent: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T { a: N } #[serde(transparent)] struct N { inner: u8 } }

    boxed: C [] Ok Ok
        { struct T { a: u8, b: String } }
        { struct T { a: Box<u8>, b: Cow<'static, str> } }

    struct_around: B ["type-changed"] Fail Fail
        { struct T { a: u8 } }
        { struct T { a: N } struct N { inner: u8 } }

    tuple_struct_around: B ["type-changed"] Fail Fail
        { struct T { a: u8 } }
        { struct T { a: N } struct N(u8, u8); }

    inside_a_newtype: B ["number-changed"] Ok Some
        { struct T { a: N } struct N(u8); }
        { struct T { a: N } struct N(u16); }

    newtype_of_a_newtype: C [] Ok Ok
        { struct T { a: N } struct N(u8); }
        { struct T { a: N } struct N(M); struct M(u8); }

    unit_struct: C [] Ok Ok
        { struct T { a: () } }
        { struct T { a: U } struct U; }

    deep: B ["null-refused"] Ok Some
        { struct T { a: Vec<BTreeMap<String, (u8, Inner)>> } struct Inner { b: Vec<u8> } }
        { struct T { a: Vec<BTreeMap<String, (u8, Inner)>> } struct Inner { b: Vec<Option<u8>> } }

    generic: C [] Ok Ok
        { struct T { a: Page<u8> } struct Page<I> { items: Vec<I>, next: Option<I> } }
        { struct T { a: Page } struct Page { items: Vec<u8>, next: Option<u8> } }

    one_of_two_uses_of_a_generic: B ["number-changed"] Ok Some
        { struct T { a: Page<u8>, b: Page<String> } struct Page<I> { items: Vec<I> } }
        { struct T { a: Page<u16>, b: Page<String> } struct Page<I> { items: Vec<I> } }

    whole_event_as_a_newtype: C [] Ok Ok
        { struct T { a: u8 } }
        { struct T(Inner); struct Inner { a: u8 } }

    part_left_out: C [] Ok Ok
        { struct T { a: P } struct P(u8, #[serde(skip)] u8, String); }
        { struct T { a: P } struct P(u8, String); }

    array_of_lists_to_list_of_arrays: B ["length-changed"] Some Some
        { struct T { a: [Vec<u8>; 2] } }
        { struct T { a: Vec<[u8; 2]> } }

    key_of_a_newtype: C [] Ok Ok
        { struct T { a: BTreeMap<K, u8> } #[derive(Eq, PartialOrd, Ord)] struct K(String); }
        { struct T { a: BTreeMap<String, u8> } }

    key_enum_renamed: B ["variant-renamed"] Some Some
        { struct T { a: BTreeMap<K, u8> } #[derive(Eq, PartialOrd, Ord)] enum K { A } }
        { struct T { a: BTreeMap<K, u8> } #[derive(Eq, PartialOrd, Ord)] enum K { B } }

    set_item_widened: B ["number-changed"] Ok Some
        { struct T { a: BTreeSet<u8> } }
        { struct T { a: BTreeSet<u16> } }
}
